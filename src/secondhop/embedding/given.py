"""Embedders and cross-encoders that the caller brings: callables, and the classes of the two frameworks.

A framework's class is known by its methods; the framework is never imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.embedding.cache import digest_of
from secondhop.embedding.protocol import CrossEncoder, Embedder, EmbeddingRole
from secondhop.errors import InputError

if TYPE_CHECKING:
    from secondhop.embedding.protocol import Matrix
    from secondhop.types import Floats


class GivenEmbedder:
    """Somebody else's embedder in our shape, what it returns checked."""

    def __init__(
        self,
        name: str,
        documents: Callable[[list[str]], Any],
        queries: Callable[[list[str]], Any],
        *,
        identity: str | None,
        query_prefix: str,
        document_prefix: str,
    ) -> None:
        """Calls `documents` or `queries` with a list of texts.

        Args:
            name: how reports call it.
            documents: vectors of texts that are searched.
            queries: vectors of questions.
            identity: the caller's word for "this model, this version"; with None nothing is cached.
            query_prefix: put before each question.
            document_prefix: put before each text.
        """
        self.name = name
        self._call = {"document": documents, "query": queries}
        self._prefix = {"document": document_prefix, "query": query_prefix}
        self._identity = identity

    def identity(self, role: EmbeddingRole) -> str | None:
        """Digest of the caller's identity and the prefix; None if the caller gave none."""
        if self._identity is None:
            return None
        return digest_of(("given", self._identity, role, self._prefix[role])).hex()

    def embed(self, texts: Sequence[str], role: EmbeddingRole) -> Matrix:
        """[texts, dimensions] what the callable returns, as float32. Raises as `checked_vectors` does."""
        prefix = self._prefix[role]
        return checked_vectors(self._call[role]([prefix + text for text in texts]), len(texts), self.name)


class GivenCrossEncoder:
    """Somebody else's scorer in our shape, what it returns checked."""

    def __init__(self, name: str, score: Callable[[str, Sequence[str]], Any]) -> None:
        """Calls `score` with the query and a list of texts."""
        self.name = name
        self._score = score

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """[texts] what the callable returns, as float64: dates among them stay apart.

        Raises:
            InputError: it is not one number for each text.
        """
        given = self._score(query, list(texts))
        try:
            scores = np.asarray(given, np.float64).reshape(-1)
        except Exception as error:  # an object that makes an array of itself raises what it likes
            raise InputError(
                f"rerank={self.name} returned {type(given).__name__}, not a list of numbers ({error})"
            ) from None
        if len(scores) != len(texts) or not np.isfinite(scores).all():
            raise InputError(
                f"rerank={self.name} returned {len(scores)} scores for {len(texts)} texts, all to be numbers"
            )
        return scores


def as_embedder(model: Any, *, identity: str | None, query_prefix: str, document_prefix: str) -> Embedder:
    """An embedder of ours, of LangChain's (`embed_documents`), of LlamaIndex's (`get_text_embedding_batch`), or a callable.

    Raises:
        InputError: it is none of these.
    """
    if isinstance(model, Embedder):
        return model
    name = str(getattr(model, "model_name", None) or getattr(model, "__name__", None) or type(model).__name__)
    given = partial(GivenEmbedder, name, identity=identity, query_prefix=query_prefix, document_prefix=document_prefix)
    if hasattr(model, "embed_documents") and hasattr(model, "embed_query"):
        return given(partial(_at_once, model, "embed_documents"), partial(_one_by_one, model, "embed_query"))
    if hasattr(model, "get_text_embedding_batch") and hasattr(model, "get_query_embedding"):
        documents = partial(_at_once, model, "get_text_embedding_batch")
        return given(documents, partial(_one_by_one, model, "get_query_embedding"))
    if callable(model):
        return given(model, model)
    raise InputError(f"model={model!r} is no model name, path, callable, Embeddings or BaseEmbedding")


def as_cross_encoder(model: Any) -> CrossEncoder:
    """A cross-encoder of ours, or a callable `(query, texts) -> scores`.

    Raises:
        InputError: it is neither.
    """
    if isinstance(model, CrossEncoder):
        return model
    if callable(model):
        return GivenCrossEncoder(str(getattr(model, "__name__", type(model).__name__)), model)
    raise InputError(f"rerank={model!r} is no model name, path or callable")


def checked_vectors(vectors: Any, count: int, name: str) -> Matrix:
    """Vectors as a float32 matrix.

    Raises:
        InputError: they are not one row of finite numbers for each text.
    """
    try:
        matrix = np.asarray(vectors, np.float32)
    except Exception as error:  # an object that makes an array of itself raises what it likes
        raise InputError(
            f"{name} returned {type(vectors).__name__}: vectors of different lengths, or no numbers ({error})"
        ) from None
    if matrix.ndim != 2 or len(matrix) != count or (count and not matrix.shape[1]):
        raise InputError(f"{name} gave vectors of shape {matrix.shape} for {count} texts")
    if not np.isfinite(matrix).all():
        raise InputError(f"{name} gave vectors that hold NaN or infinity")
    return matrix


def _at_once(model: Any, method: str, texts: list[str]) -> Any:
    return getattr(model, method)(texts)  # by name, as the wrapped methods of LlamaIndex cannot be pickled


def _one_by_one(model: Any, method: str, texts: list[str]) -> list[Any]:
    return [getattr(model, method)(text) for text in texts]
