"""Lists of strings as two arrays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def pack_strings(strings: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The strings as UTF-8 end to end, and where each begins and the last one ends."""
    encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(data) for data in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), bounds


def unpack_strings(data: NDArray[np.uint8], bounds: NDArray[np.int64]) -> list[str]:
    """What `pack_strings` was given."""
    whole = data.tobytes()
    if whole.isascii():  # one decoding for all: four times as fast
        text = whole.decode("ascii")
        return [text[start:end] for start, end in pairwise(bounds.tolist())]
    return [whole[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(bounds.tolist())]
