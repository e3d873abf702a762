"""Embedders that the caller brings."""

import pickle

import numpy as np
import pytest
from models import load

from secondhop.embedding import load_cross_encoder
from secondhop.errors import InputError


class Unwilling:
    """As a tensor that still wants its gradients."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def lengths(texts):
    return [[float(len(text)), 1.0] for text in texts]


def test_a_callable_embeds_documents_and_queries_with_its_prefixes():
    embedder = load(model=lengths, embedder_query_prefix="q: ", embedder_passage_prefix="passage: ")
    assert embedder.name == "lengths"
    assert embedder.embed(["ab"], "query").tolist() == [[5.0, 1.0]]
    assert embedder.embed(["ab"], "document").tolist() == [[11.0, 1.0]]
    assert embedder.embed(["ab"], "document").dtype == np.float32


def test_embeddings_of_langchain_are_taken_as_they_are():
    from langchain_core.embeddings import DeterministicFakeEmbedding

    theirs = DeterministicFakeEmbedding(size=8)
    embedder = load(model=theirs)
    assert np.allclose(embedder.embed(["a", "b"], "document"), theirs.embed_documents(["a", "b"]))
    assert np.allclose(embedder.embed(["a"], "query"), [theirs.embed_query("a")])


def test_embeddings_of_llama_index_are_taken_as_they_are():
    from llama_index.core.embeddings import MockEmbedding

    embedder = load(model=MockEmbedding(embed_dim=6))
    assert embedder.embed(["a", "b"], "document").shape == (2, 6)
    assert embedder.embed(["a"], "query").shape == (1, 6)


@pytest.mark.parametrize("their", ["langchain", "llama_index"])
def test_embedders_of_the_frameworks_travel_in_a_pickle(their):
    if their == "langchain":
        from langchain_core.embeddings import DeterministicFakeEmbedding

        model = DeterministicFakeEmbedding(size=8)
    else:
        from llama_index.core.embeddings import MockEmbedding

        model = MockEmbedding(embed_dim=6)
    embedder = load(model=model)
    copy = pickle.loads(pickle.dumps(embedder))
    for role in ("document", "query"):
        assert np.array_equal(copy.embed(["a"], role), embedder.embed(["a"], role))


def test_a_callable_is_cached_only_if_it_has_an_identity():
    assert load(model=lengths).identity("query") is None
    one, two = (load(model=lengths, embedder_id=name).identity("query") for name in ("v1", "v2"))
    assert None not in (one, two)
    assert one != two


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda texts: [[1.0]], "shape"),
        (lambda texts: [[1.0], [1.0, 2.0]], "different lengths"),
        (lambda texts: [[float("nan")], [1.0]], "NaN"),
        (lambda texts: [1.0, 2.0], "shape"),
        (lambda texts: [[], []], "shape"),
        (lambda texts: None, "shape"),
        (lambda texts: [["a"], ["b"]], "no numbers"),
        (lambda texts: ([1.0] for _ in texts), "returned generator"),
        (lambda texts: Unwilling(), "returned Unwilling: .*requires grad"),
    ],
)
def test_vectors_that_are_none_are_refused(wrong, said):
    with pytest.raises(InputError, match=said):
        load(model=wrong).embed(["a", "b"], "document")


def test_what_embeds_nothing_is_refused():
    with pytest.raises(InputError, match="no model name"):
        load(model=42)
    with pytest.raises(InputError, match="rerank=42"):
        load_cross_encoder(42)


def test_a_callable_reranks():
    scorer = load_cross_encoder(lambda query, texts: [len(query) + len(text) for text in texts])
    assert scorer.score("ab", ["c", "def"]).tolist() == [3.0, 5.0]
    newest = load_cross_encoder(lambda query, texts: [1764320000 + place for place in range(len(texts))])
    assert newest.score("a", ["b", "c"]).tolist() == [1764320000, 1764320001]
    with pytest.raises(InputError, match="1 scores for 2"):
        load_cross_encoder(lambda query, texts: [1.0]).score("a", ["b", "c"])
    with pytest.raises(InputError, match="numbers"):
        load_cross_encoder(lambda query, texts: [float("inf")]).score("a", ["b"])


@pytest.mark.parametrize(
    "wrong", ["high", None, {"a": 1.0}, (1.0 for _ in range(2)), Unwilling(), [1.0], ["a", "b"], [float("nan")] * 2]
)
def test_scores_that_are_none_are_refused(wrong):
    with pytest.raises(InputError, match="rerank=<lambda> returned"):
        load_cross_encoder(lambda query, texts: wrong).score("copper", ["a", "b"])
