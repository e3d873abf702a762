"""Embedders and cross-encoders that run ONNX models on this machine's processor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.embedding.cache import digest_of
from secondhop.embedding.encoder import encoder_of
from secondhop.embedding.model import Model
from secondhop.embedding.protocol import EmbeddingRole
from secondhop.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.embedding.protocol import Matrix

_TOKEN_OUTPUTS = ("last_hidden_state", "token_embeddings")
_SMALLEST_NORM = 1e-12


class OnnxEmbedder:
    """Sentence vectors from an ONNX model."""

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        """`threads`: how many batches run at a time; None for one on each core that this process may use."""
        self._encoder = encoder_of(model, threads)

    @property
    def model(self) -> Model:
        """The model's files and settings."""
        return self._encoder.model

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def identity(self, role: EmbeddingRole) -> str:
        """Digest of files, settings and prefix."""
        model = self.model
        parts = (
            model.digest,
            model.tokenizer_digest,
            str(model.max_length),
            model.pooling,
            str(model.normalize),
            str(model.lower_case),
            "float32",
            role,
            self._prefix(role),
        )
        return digest_of(parts).hex()

    def embed(self, texts: Sequence[str], role: EmbeddingRole) -> Matrix:
        """[texts, dimensions] float32, of length 1 where the model's configuration says so.

        Raises:
            ModelError: the model cannot be opened, fails on a text, or gives something else than such vectors.
            MissingExtraError: onnxruntime or tokenizers is not installed.
        """
        prefix, model = self._prefix(role), self.model
        wanted = [prefix + text.lower() if model.lower_case else prefix + text for text in texts]
        vectors: Matrix | None = None
        for places, outputs, mask in self._encoder.run(wanted):
            pooled = self._pool(outputs, mask)
            if vectors is None:
                vectors = np.empty((len(texts), pooled.shape[1]), np.float32)
            vectors[places] = pooled
        if vectors is None:
            return np.empty((0, model.dims or 0), np.float32)
        if model.dims not in (None, vectors.shape[1]):
            raise ModelError(model.path, f"gives {vectors.shape[1]} dimensions, not {model.dims}")
        return vectors

    def _prefix(self, role: EmbeddingRole) -> str:
        return self.model.query_prefix if role == "query" else self.model.document_prefix

    def _pool(self, outputs: Sequence[NDArray[Any]], mask: NDArray[np.int64]) -> Matrix:
        names = [item.name for item in self._encoder.session.get_outputs()]
        pooled = next((o for name, o in zip(names, outputs, strict=True) if name == "sentence_embedding"), None)
        if pooled is None:
            tokens = next((o for n, o in zip(names, outputs, strict=True) if n in _TOKEN_OUTPUTS), outputs[0])
            if tokens.ndim != 3:
                raise ModelError(self.model.path, f"has no output of token vectors, only {', '.join(names)}")
            pooled = tokens[:, 0] if self.model.pooling == "cls" else _mean(tokens, mask)
        vectors = pooled.astype(np.float32)
        return unit(vectors) if self.model.normalize else vectors


class OnnxCrossEncoder:
    """Scores of (query, text) pairs from an ONNX model with one output."""

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        """`threads`: how many batches run at a time; None for one on each core that this process may use."""
        self._encoder = encoder_of(model, threads)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._encoder.model.name

    def score(self, query: str, texts: Sequence[str]) -> Matrix:
        """[texts] the model's logits.

        Raises:
            ModelError: the model cannot be opened, fails on a text, or gives several for a pair.
            MissingExtraError: onnxruntime or tokenizers is not installed.
        """
        scores = np.zeros(len(texts), np.float32)
        for places, outputs, _ in self._encoder.run([(query, text) for text in texts]):
            logits = outputs[0].reshape(len(places), -1)
            if logits.shape[1] != 1:
                raise ModelError(self._encoder.model.path, f"gives {logits.shape[1]} scores for a pair, not one")
            scores[places] = logits[:, 0]
        return scores


def unit(vectors: Matrix) -> Matrix:
    """The vectors at length 1; zero vectors stay as they are."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Matrix = vectors / np.maximum(norms, _SMALLEST_NORM)
    return scaled


def _mean(tokens: NDArray[Any], mask: NDArray[np.int64]) -> NDArray[Any]:
    weights = mask.astype(tokens.dtype)
    total = np.einsum("bsd,bs->bd", tokens, weights)
    mean: NDArray[Any] = total / np.maximum(weights.sum(axis=1, keepdims=True), 1)
    return mean
