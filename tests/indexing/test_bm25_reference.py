"""Scores equal those of rank-bm25 on the same tokens, and Lucene's formula by hand."""

import math
import random
from collections import Counter

import numpy as np
import pytest
import rank_bm25

from secondhop.chunking import whole_tables
from secondhop.errors import OptionError
from secondhop.indexing import BM25, Snapshot, build_segment
from secondhop.types import Section, SourceText

REFERENCES = {"okapi": rank_bm25.BM25Okapi, "l": rank_bm25.BM25L, "plus": rank_bm25.BM25Plus}


def corpus(seed, n_chunks=60, n_words=40):
    """Chunks of invented words, some of them in most chunks."""
    draw = random.Random(seed)
    words = [f"{first}{second}" for first in ("bak", "dol", "fim", "gup", "rez") for second in ("ar", "en", "il", "os")]
    weights = [1 / (1 + place) for place in range(len(words))]
    return [draw.choices(words, weights, k=draw.randint(1, n_words)) for _ in range(n_chunks)]


def index(chunks, scoring):
    sources = [
        SourceText(f"{number}", " ".join(chunk), (Section(0, len(" ".join(chunk))),))
        for number, chunk in enumerate(chunks)
    ]
    return Snapshot.of(build_segment(sources, whole_tables(sources), language="none"), scoring)


def scores(snapshot, query, scoring):
    numbers = [number for word in query if (number := snapshot.lexicon.terms.get(word)) is not None]
    terms = np.array(numbers, np.int64)
    return snapshot.body.accumulate(terms, snapshot.idf[terms]) + scoring.floor * snapshot.idf[terms].sum()


@pytest.mark.parametrize("variant", sorted(REFERENCES))
@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.9, 0.4), (2.0, 1.0), (1.2, 0.0)])
@pytest.mark.parametrize("seed", [1, 2])
def test_scores_equal_those_of_rank_bm25(variant, k1, b, seed):
    chunks = corpus(seed)
    delta = 0.5 if variant == "l" else 1.0
    scoring = BM25(variant, k1=k1, b=b, delta=delta)
    snapshot = index(chunks, scoring)
    extra = {} if variant == "okapi" else {"delta": delta}
    reference = REFERENCES[variant](chunks, k1=k1, b=b, **extra)
    if variant == "okapi":  # what scores nothing, or less, would be found nowhere
        reference.idf = {word: max(idf, 1e-6) for word, idf in reference.idf.items()}
    draw = random.Random(seed)
    for _ in range(10):
        query = draw.sample(sorted({word for chunk in chunks for word in chunk}), 3)
        np.testing.assert_allclose(scores(snapshot, query, scoring), reference.get_scores(query), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_lucene_variant_is_robertsons_formula_with_a_positive_idf(seed):
    chunks = corpus(seed)
    scoring = BM25("lucene", k1=1.2, b=0.75)
    snapshot = index(chunks, scoring)
    n, average = len(chunks), sum(map(len, chunks)) / len(chunks)
    query = ["bakar", "dolen", "rezos"]
    expected = []
    for chunk in chunks:
        counts, total = Counter(chunk), 0.0
        for word in query:
            df = sum(word in other for other in chunks)
            idf = math.log(1 + (n - df + 0.5) / (df + 0.5)) if df else 0.0
            norm = 1.2 * (1 - 0.75 + 0.75 * len(chunk) / average)
            total += idf * counts[word] * 2.2 / (counts[word] + norm)
        expected.append(total)
    np.testing.assert_allclose(scores(snapshot, query, scoring), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("variant", ["lucene", "okapi", "l", "plus"])
def test_documents_search_with_every_variant(variant):
    from secondhop import Document

    texts = ["Copper melts.", "Tin melts, and tin is grey.", "Lead is heavy."]
    doc = Document.from_chunks(texts, bm25_variant=variant, bm25_k1=1.5, bm25_b=0.5)
    assert [hit.chunk.text for hit in doc.search("grey tin", top_k=2)] == [texts[1]]


@pytest.mark.parametrize(
    "bad", [{"variant": "bm26"}, {"k1": -1.0}, {"b": 1.5}, {"b": float("nan")}, {"k1": float("nan")}]
)
def test_impossible_constants_are_refused(bad):
    with pytest.raises(OptionError):
        BM25(**bad)


@pytest.mark.parametrize("variant", ["lucene", "okapi", "l", "plus"])
def test_a_word_of_every_chunk_is_found_with_every_variant(variant):
    from secondhop import Document

    doc = Document.from_chunks(["The ferry leaves at nine.", "The ferry is late."], bm25_variant=variant)
    assert len(doc.search("ferry")) == 2
