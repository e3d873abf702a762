"""What an embedder and a cross-encoder are, to everything that uses one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

EmbeddingRole = Literal["document", "query"]
"""What a text is embedded as; many models put different words before the two."""


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors. Safe to share between threads."""

    @property
    def name(self) -> str:
        """How reports call it."""

    def identity(self, role: EmbeddingRole) -> str | None:
        """Digest of all that a vector depends on besides its text; None if that is not known, so nothing is cached."""

    def embed(self, texts: Sequence[str], role: EmbeddingRole) -> Matrix:
        """[texts, dimensions] one float32 vector for each text, in order."""


@runtime_checkable
class CrossEncoder(Protocol):
    """Scores texts against a query, reading both together. Safe to share between threads."""

    @property
    def name(self) -> str:
        """How reports call it."""

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.floating[Any]]:
        """[texts] how well each answers the query: higher is better, the scale is the model's own."""
