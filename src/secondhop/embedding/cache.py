"""Vectors kept by what they are the vectors of, so that a text is embedded once.

A key is a digest over everything that a vector depends on: model, tokenizer, length, pooling, prefix, normalisation,
precision, and the exact text. A value carries its dimensions and a digest of its own. A value that does not check is
a miss: a cache can cost time, never an answer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import numpy as np

from secondhop.embedding.protocol import Embedder, EmbeddingRole

if TYPE_CHECKING:
    from secondhop.embedding.protocol import Matrix

_T = TypeVar("_T")

_MAGIC = b"SHV1"
_HEAD = len(_MAGIC) + 4 + 16
_SLICE = 512
"""Texts embedded before what they gave is kept: what an interruption can lose."""


@runtime_checkable
class EmbeddingCache(Protocol):
    """Bytes by key. Neither method raises for trouble of its own: what cannot be had is None, what cannot be kept is lost."""

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none."""

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Keeps the values."""


class CachedEmbedder:
    """An embedder that asks a cache first."""

    def __init__(self, embedder: Embedder, cache: EmbeddingCache) -> None:
        """What the embedder does not name by an identity is not cached."""
        self._embedder = embedder
        self._cache = cache

    @property
    def name(self) -> str:
        """The embedder's name."""
        return self._embedder.name

    def identity(self, role: EmbeddingRole) -> str | None:
        """The embedder's identity."""
        return self._embedder.identity(role)

    def embed(self, texts: Sequence[str], role: EmbeddingRole) -> Matrix:
        """As the embedder would; equal texts are embedded once."""
        identity = self._embedder.identity(role)
        if identity is None or not texts:
            return self._embedder.embed(texts, role)
        key_of = {text: digest_of((identity, text)) for text in texts}
        vectors = self._cached(key_of)
        dims = {len(vector) for vector in vectors.values()}
        missing = [text for text in key_of if text not in vectors]
        for some in in_parts(missing, _SLICE):
            fresh = self._embedder.embed(some, role).copy()  # it may use the memory again for the next ones
            dims.add(fresh.shape[1])
            vectors.update(zip(some, fresh, strict=True))
            self._cache.put_many({key_of[text]: encode(key_of[text], vectors[text]) for text in some})
        if len(dims) > 1:  # an identity that a caller gave to two different models
            return self._embedder.embed(texts, role)
        return np.stack([vectors[text] for text in texts])

    def _cached(self, key_of: Mapping[str, bytes]) -> dict[str, Matrix]:
        values = self._cache.get_many(list(key_of.values()))
        decoded = ((text, decode(key, value)) for (text, key), value in zip(key_of.items(), values, strict=True))
        return {text: vector for text, vector in decoded if vector is not None}


def digest_of(parts: Sequence[str]) -> bytes:
    """Digest of several strings; each with its length before it, so that none can pass for another split."""
    digest = blake2b(digest_size=32)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


def encode(key: bytes, vector: Matrix) -> bytes:
    """A vector as a value: magic, dimensions, digest over key and numbers, little-endian float32 numbers."""
    numbers = np.ascontiguousarray(vector, "<f4").tobytes()
    return _MAGIC + len(vector).to_bytes(4, "little") + _checksum(key, numbers) + numbers


def decode(key: bytes, value: object) -> Matrix | None:
    """The vector of a value; None if there is none, or if it is not what was put there for this key."""
    if not isinstance(value, bytes) or len(value) < _HEAD or not value.startswith(_MAGIC):
        return None
    numbers = value[_HEAD:]
    dims = int.from_bytes(value[len(_MAGIC) : len(_MAGIC) + 4], "little")
    if len(numbers) != 4 * dims or value[len(_MAGIC) + 4 : _HEAD] != _checksum(key, numbers):
        return None
    return np.frombuffer(numbers, "<f4").astype(np.float32)


def _checksum(key: bytes, numbers: bytes) -> bytes:
    return blake2b(key + numbers, digest_size=16).digest()


def lock_across_forks() -> threading.Lock:
    """A lock that is taken while the process forks: no child inherits one that a thread of its parent holds."""
    lock = threading.Lock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


def in_parts(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """The items, at most `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
