"""A chunk of a text that answers well as a whole comes before one of a text that mentions the words in passing."""

import pickle

import numpy as np
import pytest

from secondhop import Document
from secondhop.retrieval.lexical import direct_scores
from secondhop.retrieval.query import parse_query
from secondhop.retrieval.whole_text import K1, TEXT_WEIGHT, B, text_scores

KILN = """# Firing

The kiln is heated slowly. A kiln that is heated fast cracks the glaze, and so does a draught in the kiln room.

## Cooling

Leave the door shut for a day, however curious you are. Opening it early ruins the batch.

## Glaze

Glaze is mixed thin for the first coat. The kiln shelf is brushed with wash, so that no glaze sticks to it.
"""
SHOP = """# Opening hours

The shop opens its door at nine. It is an early start, but the bakers are up by four.

## Lost keys

Ask for the spare key at the counter.

## Prices

A loaf is three euros, a batch of ten rolls is four.
"""
QUESTION = "When may the kiln door be opened without ruin to the glaze of the batch?"


def scores(document, question=QUESTION):
    snapshot = document._snapshot
    query = parse_query(snapshot, question)
    return text_scores(snapshot, query, direct_scores(snapshot, query))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("texts")
    (root / "kiln.md").write_text(KILN)
    (root / "shop.md").write_text(SHOP)
    return Document.from_folder(root)


def test_chunks_of_the_text_that_answers_gain_more(folder):
    found = scores(folder)
    direct = direct_scores(folder._snapshot, parse_query(folder._snapshot, QUESTION))
    share = found / np.maximum(direct, 1e-9)
    texts = {name: share[folder._snapshot.chunk_source == n].max() for n, name in enumerate(folder._snapshot.sources)}
    (kiln,) = (worth for name, worth in texts.items() if name.endswith("kiln.md"))
    (shop,) = (worth for name, worth in texts.items() if name.endswith("shop.md"))
    assert TEXT_WEIGHT >= kiln > shop > 0


def test_it_is_the_formula(folder):
    snapshot = folder._snapshot
    query = parse_query(snapshot, QUESTION)
    length = snapshot.source_length
    expected = np.zeros(len(length))
    for text in range(len(length)):
        for term, weight in zip(query.terms.tolist(), query.weights.tolist(), strict=True):
            chunks, _ = snapshot.body.of(term)
            counts = snapshot.body_counts[snapshot.body.offsets[term] : snapshot.body.offsets[term + 1]]
            count = counts[snapshot.chunk_source[chunks] == text].sum(dtype=float)
            held = len(set(snapshot.chunk_source[chunks].tolist()))
            norm = K1 * (1 - B + B * length[text] / length.mean())
            expected[text] += weight * np.log1p((2 - held + 0.5) / (held + 0.5)) * (K1 + 1) * count / (count + norm)
    direct = direct_scores(snapshot, query)
    assert np.allclose(scores(folder), TEXT_WEIGHT * direct * expected[snapshot.chunk_source] / expected.max())


def test_chunks_without_a_word_of_the_question_gain_nothing(folder):
    direct = direct_scores(folder._snapshot, parse_query(folder._snapshot, QUESTION))
    assert (scores(folder)[direct == 0] == 0).all()
    assert (direct == 0).any()


@pytest.mark.parametrize("texts", [[KILN], ["The kiln is hot.", "The door is shut."]], ids=["one text", "short texts"])
def test_one_text_or_texts_of_one_chunk_do_not_count(texts):
    assert scores(Document.from_texts(texts)) is None


def test_the_report_says_what_the_text_adds(folder):
    hit = folder.context(QUESTION, 60).report.decisions[0]
    assert hit.score > 0
    assert "text" not in folder.search(QUESTION)[0].scores


def test_plain_top_k_knows_no_texts(folder):
    ranked = [hit.chunk.id for hit in folder.search(QUESTION)]
    shown = [each.chunk_id for each in folder.context(QUESTION, 4000, strategy="raw_topk").report.decisions]
    assert shown[: len(ranked)] == ranked


def test_it_survives_pickling(folder):
    again = pickle.loads(pickle.dumps(folder))
    assert np.array_equal(scores(again), scores(folder))
