"""A chunk of a text that answers well as a whole comes before one of a text that mentions the words in passing."""

import pickle

import numpy as np
import pytest

from secondhop import Document
from secondhop.retrieval import retrieve
from secondhop.retrieval.lexical import direct_scores, top
from secondhop.retrieval.question.query import parse_query
from secondhop.retrieval.whole_text import K1, LEAST_SHARE, POWER, TEXT_WEIGHT, whole_texts

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


def found_in(document, question=QUESTION, allowed=None):
    return whole_texts(document._snapshot, parse_query(document._snapshot, question), allowed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("texts")
    (root / "kiln.md").write_text(KILN)
    (root / "shop.md").write_text(SHOP)
    return Document.from_folder(root)


def number_of(document, name):
    (number,) = (n for n, source in enumerate(document._snapshot.sources) if source.endswith(name))
    return number


def test_it_is_the_formula(folder):
    snapshot = folder._snapshot
    query = parse_query(snapshot, QUESTION)
    length, chunks_of = snapshot.source_length, np.bincount(snapshot.chunk_source)
    values = np.zeros(len(length))
    within = np.zeros((len(length), len(query.terms)))
    for place, (term, weight) in enumerate(zip(query.terms.tolist(), query.weights.tolist(), strict=True)):
        chunks, _ = snapshot.body.of(term)
        counts = snapshot.body_counts[snapshot.body.offsets[term] : snapshot.body.offsets[term + 1]]
        holding = len(set(snapshot.chunk_source[chunks].tolist()))
        for text in range(len(length)):
            here = snapshot.chunk_source[chunks] == text
            if here.any():
                count, norm = counts[here].sum(dtype=float), K1 * length[text] / length.mean()
                idf = np.log1p((2 - holding + 0.5) / (holding + 0.5))
                values[text] += weight * idf * (K1 + 1) * count / (count + norm)
                within[text, place] = weight * np.log1p((chunks_of[text] - here.sum() + 0.5) / (here.sum() + 0.5))
    share = values / values.max()
    expected = TEXT_WEIGHT * (share**POWER * (share >= LEAST_SHARE))[:, None] * within
    found = found_in(folder)
    terms = np.arange(len(query.terms))
    for text in range(len(length)):
        assert np.allclose(found.on_top(np.full(len(terms), text), terms), expected[text])
    scores = np.zeros(len(snapshot))
    for place, term in enumerate(query.terms.tolist()):
        chunks, weights = snapshot.body.of(term)
        scores[chunks] += weights * expected[snapshot.chunk_source[chunks], place]
    assert np.allclose(found.scores, scores)


def test_chunks_of_the_text_that_answers_gain_and_others_hardly(folder):
    scores, source = found_in(folder).scores, folder._snapshot.chunk_source
    assert (
        scores[source == number_of(folder, "kiln.md")].max() > 4 * scores[source == number_of(folder, "shop.md")].max()
    )


def test_chunks_without_a_word_of_the_question_gain_nothing(folder):
    direct = direct_scores(folder._snapshot, parse_query(folder._snapshot, QUESTION))
    assert (found_in(folder).scores[direct == 0] == 0).all()
    assert (direct == 0).any()


CONTRACT = """# {company} Services Agreement

{company} and the Client agree on the services of {company} as follows.

## Payment by {company}

{company} pays the Client interest on late refunds. {company} refunds within thirty days.

## Staff

{company} names two contacts. {company} replaces them on request of the Client, and {company} pays their travel.

## Insurance

{insured} keeps cover for damage to the premises.

## Notices

Notices go to {company} by letter. {company} confirms each of them.
"""


def test_in_the_text_that_a_name_stands_for_the_other_words_say_which_chunk():
    companies = ("Aldermoor", "Brackwater", "Corriefield")
    texts = [
        CONTRACT.format(company=name, insured="The supplier" if name == "Brackwater" else name) for name in companies
    ]
    document = Document.from_texts([{"text": text, "format": "markdown"} for text in texts])
    question = "Does Brackwater have cover for damage?"
    assert "The supplier keeps cover" in document.search(question)[0].chunk.text
    assert "The supplier keeps cover" in document.context(question, 40).text()


def test_texts_that_may_not_be_returned_do_not_count(folder):
    shop = folder._snapshot.chunk_source == number_of(folder, "shop.md")
    found = found_in(folder, allowed=shop)
    assert found.numbers.tolist() == [number_of(folder, "shop.md")]
    assert (found.scores[~shop] == 0).all()
    assert found_in(folder, allowed=np.zeros(len(shop), bool)) is None


def test_words_that_no_text_has(folder):
    assert found_in(folder, "Quetzalcoatl?") is None
    assert folder.search("Quetzalcoatl?") == []


@pytest.mark.parametrize("texts", [[KILN], ["The kiln is hot.", "The door is shut."]], ids=["one text", "short texts"])
def test_one_text_or_texts_of_one_chunk_do_not_count(texts):
    assert found_in(Document.from_texts(texts)) is None


def test_a_hit_says_what_its_text_adds(folder):
    hit = folder.search(QUESTION)[0]
    assert hit.score == hit.scores["direct"] == pytest.approx(hit.scores["lexical"] + hit.scores["text"])


def test_plain_top_k_knows_no_texts(folder):
    snapshot = folder._snapshot
    ranked = top(direct_scores(snapshot, parse_query(snapshot, QUESTION)), len(snapshot))
    shown = [each.chunk_id for each in folder.context(QUESTION, 4000, strategy="raw_topk").report.decisions]
    assert shown[: len(ranked)] == [chunk.id for chunk in snapshot.chunks(ranked)]


def test_seeds_are_what_the_question_finds_without_texts():
    """Three chunks of one text would be linked to nothing but that text."""
    note = "# Visit\n\nThe glaze of the batch that Idris Marrow fired was ruined when the kiln door was opened.\n\n## Tea\n\nIt was good."
    maker = "# Workshop\n\nIdris Marrow learned in Delft.\n\n## Pets\n\nTwo cats."
    document = Document.from_texts([{"text": text, "format": "markdown"} for text in (KILN, note, maker, SHOP)])
    hits = retrieve(document._snapshot, QUESTION, costs=document._costs, candidate_k=20, bridge=True)
    (linked,) = (hit for hit in hits if "Delft" in hit.chunk.text)
    (seed,) = (hit.chunk for hit in hits if hit.chunk.id == linked.via.seed)
    assert "Idris Marrow" in seed.text


def by_topic(texts):
    return [[0.1 + text.casefold().count(word) for word in ("kiln", "shop", "door")] for text in texts]


def by_length(question, texts):
    return [len(text) for text in texts]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"retrieval": "hybrid", "model": by_topic}, True),
        ({"retrieval": "semantic", "model": by_topic}, False),
        ({"retrieval": "hybrid", "model": by_topic, "rerank": by_length}, False),
        ({"rerank": by_length}, False),
    ],
    ids=["hybrid", "semantic", "hybrid, reranked", "reranked"],
)
def test_texts_count_beside_vectors_but_not_without_words_or_behind_a_reranker(folder, options, count):
    texts = [folder.source_text(source) for source in folder.sources]
    document = Document.from_texts([{"text": text, "format": "markdown"} for text in texts], **options)
    best = document.search(QUESTION)[0]
    assert ("text" in best.scores) is count
    if count:
        lexical = max(hit.scores["lexical"] for hit in document.search(QUESTION))
        ranked_by = max(hit.score - hit.scores["text"] for hit in document.search(QUESTION))
        alone = Document.from_texts([{"text": text, "format": "markdown"} for text in texts])
        (same,) = (hit for hit in alone.search(QUESTION) if hit.chunk.text == best.chunk.text)
        assert best.scores["text"] / ranked_by == pytest.approx(same.scores["text"] / lexical)


def test_it_survives_pickling(folder):
    again = pickle.loads(pickle.dumps(folder))
    assert np.array_equal(found_in(again).scores, found_in(folder).scores)


ROUTES = """const { ERR_ROUTE, MAX_SIZE } = require('./names')

function wait(hook) {
  return timeout(hook, ERR_ROUTE)
}

function check(hook) {
  if (!hook) throw ERR_ROUTE
}

function stop(timeout) {
  timeout.stop()
}
"""
HOOKS = """const { ERR_HOOK_TIMEOUT } = require('./names')

function run(hook, done) {
  if (done.late) throw new ERR_HOOK_TIMEOUT(hook)
}

function close(hook) {
  hook.close()
}
"""


@pytest.mark.parametrize(("suffix", "counts"), [("js", False), ("txt", True)])
def test_in_code_the_words_of_a_name_count_only_where_the_name_is(tmp_path, suffix, counts):
    (tmp_path / f"routes.{suffix}").write_text(ROUTES)
    (tmp_path / f"hooks.{suffix}").write_text(HOOKS)
    document = Document.from_folder(tmp_path, chunk_size=8)
    found = found_in(document, "What is ERR_HOOK_TIMEOUT?")
    assert number_of(document, f"hooks.{suffix}") in found.numbers
    assert (number_of(document, f"routes.{suffix}") in found.numbers) == counts


@pytest.mark.parametrize("question", ["What is ERR_HOOK_SIZE?", "What is a hook timeout?"])
def test_words_of_a_name_that_no_code_has_count_by_themselves(tmp_path, question):
    (tmp_path / "routes.js").write_text(ROUTES)
    (tmp_path / "hooks.js").write_text(HOOKS)
    document = Document.from_folder(tmp_path, chunk_size=8)
    assert number_of(document, "routes.js") in found_in(document, question).numbers


def test_a_name_that_only_chunks_have_which_are_left_out_is_no_name_that_code_has(tmp_path):
    (tmp_path / "routes.js").write_text(ROUTES)
    (tmp_path / "hooks.js").write_text(HOOKS)
    document = Document.from_folder(tmp_path, chunk_size=8)
    routes = document._snapshot.chunk_source == number_of(document, "routes.js")
    assert found_in(document, "What is ERR_HOOK_TIMEOUT?", allowed=routes).numbers.tolist() == [
        number_of(document, "routes.js")
    ]
