"""What goes over the pipe to a child process that builds, and comes back. Never pickle.

Frames are those of `processes`; arrays follow theirs without a limit to their size. The child is as trusted as this
process is: files of formats whose parsers are not go to children with limits from there, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from secondhop.building.share import Outcome, Settings
from secondhop.loading import FileReport, Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Arrays


def unpack_settings(values: Mapping[str, Any]) -> Settings:
    """Settings, from the dict of them that JSON has."""
    return Settings(**{**values, "limits": Limits(**values["limits"])})


def pack_outcomes(outcomes: Mapping[int, Outcome]) -> list[list[Any]]:
    """Outcomes as JSON has them."""
    return [[number, outcome.report.to_row(), outcome.digest.hex()] for number, outcome in outcomes.items()]


def unpack_outcomes(values: Sequence[Sequence[Any]]) -> dict[int, Outcome]:
    """What `pack_outcomes` was given."""
    return {number: Outcome(FileReport.from_row(row), bytes.fromhex(digest)) for number, row, digest in values}


def heads_of(arrays: Arrays) -> list[list[Any]]:
    """Names, types and shapes of arrays, for a header before them."""
    return [[name, array.dtype.str, array.shape] for name, array in arrays.items()]


def write_arrays(pipe: BinaryIO, arrays: Arrays) -> None:
    """Writes the arrays' bytes, one after the other."""
    for array in arrays.values():
        pipe.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    pipe.flush()


def read_arrays(pipe: BinaryIO, heads: Sequence[Sequence[Any]]) -> Arrays:
    """The arrays of which that header tells.

    Raises:
        EOFError: the other side has closed the pipe.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, dtype, shape in heads:
        arrays[name] = array = np.empty(shape, dtype)
        rest = array.reshape(-1).view(np.uint8).data
        while len(rest):
            n = pipe.readinto(rest)  # type: ignore[attr-defined]  # pipes are buffered readers
            if not n:
                raise EOFError("the pipe was closed")
            rest = rest[n:]
    return arrays
