"""The texts of an index: strings while they are in memory, and bytes of a file from which any slice can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.arrays import offsets_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Ints

_CODECS = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}


@dataclass(frozen=True, slots=True)
class HeldTexts:
    """Texts as strings."""

    texts: tuple[str, ...]

    def slice(self, number: int, start: int = 0, end: int | None = None) -> str:
        """`text[start:end]` of the text with that number."""
        return self.texts[number][start:end]


@dataclass(frozen=True, slots=True, eq=False)
class StoredTexts:
    """Texts as bytes, each with as many bytes a character as its widest one needs: 1, 2 or 4."""

    data: NDArray[np.uint8]
    offsets: Ints
    """[texts + 1] where each begins in `data`, and the last one ends."""
    widths: NDArray[np.uint8]
    """[texts] bytes a character."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> StoredTexts:
        """The texts as bytes."""
        encoded = [_encoded(text) for text in texts]
        offsets = offsets_of(np.array([len(data) for _, data in encoded], np.int64))
        data = np.frombuffer(b"".join(data for _, data in encoded), np.uint8)
        return cls(data, offsets, np.array([width for width, _ in encoded], np.uint8))

    def slice(self, number: int, start: int = 0, end: int | None = None) -> str:
        """`text[start:end]` of the text with that number, for 0 <= start <= end <= its length."""
        width, offset = int(self.widths[number]), int(self.offsets[number])
        last = int(self.offsets[number + 1]) if end is None else offset + end * width
        data: bytes = self.data[offset + start * width : last].tobytes()
        return data.decode(_CODECS[width], "surrogatepass")


def _encoded(text: str) -> tuple[int, bytes]:
    """Bytes a character, and the bytes. Two lone surrogates in UTF-16 would be read as one character."""
    if text.isascii():
        return 1, text.encode("ascii")
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    if ((units >= 0xD800) & (units < 0xE000)).any():
        return 4, text.encode("utf-32-le", "surrogatepass")
    if int(units.max()) < 256:
        return 1, text.encode("latin-1")
    return 2, units.tobytes()


TextStore = HeldTexts | StoredTexts


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """The texts of an index, by number. They may lie in several stores."""

    stores: tuple[TextStore, ...]
    store: NDArray[np.int32]
    """[texts] which store each is in, and its number there."""
    number: NDArray[np.int32]

    @classmethod
    def held(cls, texts: Sequence[str]) -> Texts:
        """Strings, which are not copied."""
        return cls.of_store(HeldTexts(tuple(texts)), len(texts))

    @classmethod
    def of_store(cls, store: TextStore, n: int) -> Texts:
        """All `n` texts of one store."""
        return cls((store,), np.zeros(n, np.int32), np.arange(n, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.store)

    def __getitem__(self, number: Any) -> Any:
        return self.slice(number)

    def slice(self, number: int, start: int = 0, end: int | None = None) -> str:
        """`self[number][start:end]`, without making the whole text."""
        store = self.stores[int(self.store[number])]
        return store.slice(int(self.number[number]), start, end)
