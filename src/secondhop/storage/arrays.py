"""One file of named arrays, memory-mapped when it is opened. It knows nothing of what they mean.

    magic (8 bytes) | format version (u32) | header length (u32) | digest (16) | header (JSON) | arrays, each at a multiple of 64

The digest is blake2b of version, length and header. The header names each array's dtype, shape and place, and holds a
CRC-32 for every 256 KiB of what follows it, padding included. So the digest stands for the whole file; a changed bit
and a missing byte are always noticed. That guards against accidents, not against forgery.

All checksums are compared whenever a file is opened, through ordinary reads: a failing disk is an error there, where
it would kill the process through the map. Nor is a file changed in place once it is written, and nobody else should:
an index is copied to a new folder, not over another.

CRC-32 and not a cryptographic digest, because it is five times faster.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import mmap
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from secondhop.errors import IndexCorruptError, IndexVersionError, InputError
from secondhop.storage.files import errors_of, write_new

if TYPE_CHECKING:
    from secondhop.types import Arrays

FORMAT = 1
BLOCK = 1 << 18
ALIGNMENT = 64
DTYPES = frozenset({"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"})

_MAGIC = b"2hopidx\n"
_DIGEST_BYTES = 16
_PREFIX = len(_MAGIC) + 4 + 4 + _DIGEST_BYTES
_LARGEST_EMPTY = 1 << 31


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """A file of arrays as a manifest names it."""

    name: str
    """Within the folder of the index."""
    digest: str
    """Of the header, and so of all bytes: 32 hexadecimal digits."""
    size: int
    """Of the whole file, in bytes."""


@dataclass(frozen=True, slots=True)
class _Place:
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    """From the start of the data."""


def write_arrays(path: Path, arrays: Arrays) -> ArrayFile:
    """Write a new file, down to the disk. Equal arrays give equal bytes, in whatever order they come."""
    stored = {name: _storable(name, arrays[name]) for name in sorted(arrays)}
    table: dict[str, Any] = {}
    offset = 0
    for name, array in stored.items():
        table[name] = [array.dtype.str, list(array.shape), offset]
        offset += _aligned(array.nbytes)
    crcs = _checksums(chain.from_iterable(map(_pieces, stored.values())))
    header = json.dumps({"arrays": table, "crc32": crcs, "size": offset}, sort_keys=True).encode()
    header += b" " * (_aligned(_PREFIX + len(header)) - _PREFIX - len(header))
    version_and_length = FORMAT.to_bytes(4, "little") + len(header).to_bytes(4, "little")
    digest = _digest(version_and_length + header)
    prefix = _MAGIC + version_and_length + digest + header
    size = len(prefix) + offset
    write_new(path, chain([prefix], *map(_pieces, stored.values())), size)
    return ArrayFile(path.name, digest.hex(), size)


def open_arrays(path: Path, expected: ArrayFile | None = None) -> Arrays:
    """The arrays of a file, read-only, mapped from it; every byte has been checked.

    Raises:
        IndexCorruptError: the file is missing, is not the one expected, or not what was written.
        IndexVersionError: another format.
    """
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        start, header, digest = _read_header(file, size, path)
        if expected is not None and (digest, size) != (expected.digest, expected.size):
            raise IndexCorruptError(path, "it is another file than the manifest names")
        places, crcs = _parsed(header, size - start, path)
        _check_data(file, crcs, size - start, path)
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    return {name: _view(mapped, start, place) for name, place in places.items()}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    with errors_of(path):
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise IndexCorruptError(path, "the file is missing") from error
        with file:
            yield file


def _storable(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """The array in row order and little-endian."""
    little = array.dtype.newbyteorder("<")
    if little.str not in DTYPES or array.ndim not in (1, 2):
        raise InputError(f"array {name!r} with dtype {array.dtype} and {array.ndim} dimensions cannot be stored")
    return np.ascontiguousarray(array, dtype=little)


def _pieces(array: NDArray[Any]) -> Iterator[bytes | memoryview]:
    """The bytes of the array, then what fills them up to the next multiple of 64."""
    if array.nbytes:
        yield array.reshape(-1).view(np.uint8).data
        yield bytes(_aligned(array.nbytes) - array.nbytes)


def _checksums(pieces: Iterator[bytes | memoryview]) -> list[int]:
    """CRC-32 of each block of the pieces laid end to end."""
    crcs: list[int] = []
    crc = filled = 0
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            part, rest = rest[: BLOCK - filled], rest[BLOCK - filled :]
            crc = zlib.crc32(part, crc)
            filled += len(part)
            if filled == BLOCK:
                crcs.append(crc)
                crc = filled = 0
    return [*crcs, crc] if filled else crcs


def _read_header(file: io.BufferedReader, size: int, path: Path) -> tuple[int, bytes, str]:
    """Where the data starts, the header, and its digest."""
    prefix = file.read(_PREFIX)
    if len(prefix) < _PREFIX or not prefix.startswith(_MAGIC):
        raise IndexCorruptError(path, "it does not start as an index file does")
    version_and_length = prefix[len(_MAGIC) : len(_MAGIC) + 8]
    version = int.from_bytes(version_and_length[:4], "little")
    length = int.from_bytes(version_and_length[4:], "little")
    header = file.read(length) if _PREFIX + length <= size else b""
    digest = _digest(version_and_length + header)
    if len(header) != length or digest != prefix[-_DIGEST_BYTES:]:
        raise IndexCorruptError(path, "the header does not match its digest")
    if version != FORMAT:  # after the digest, which every version has in this place
        raise IndexVersionError(
            path, f"written in format {version}, this version reads {FORMAT}; build the index again"
        )
    return _PREFIX + length, header, digest.hex()


def _parsed(header: bytes, available: int, path: Path) -> tuple[dict[str, _Place], list[int]]:
    """What the header says, if it can be true of a file with so many bytes of data."""
    try:
        fields = json.loads(header)
        size, crcs = fields["size"], fields["crc32"]
        places = {name: _place(entry, available) for name, entry in fields["arrays"].items()}
        if size != available or len(crcs) != -(-available // BLOCK) or not all(type(crc) is int for crc in crcs):
            raise ValueError(f"it has {available:,} bytes of data and should have {size:,}")  # noqa: TRY301
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexCorruptError(path, f"the header is wrong: {error}") from error
    return places, crcs


def _place(entry: Any, available: int) -> _Place:
    dtype, shape, offset = entry
    numbers = [*shape, offset]
    if dtype not in DTYPES or len(shape) not in (1, 2) or any(type(number) is not int for number in numbers):
        raise ValueError(f"no such array: {entry}")
    place = _Place(np.dtype(dtype), tuple(shape), offset)
    count = math.prod(shape)
    end = offset + count * place.dtype.itemsize
    if min(numbers) < 0 or offset % ALIGNMENT or end > available or (count == 0 and max(numbers) > _LARGEST_EMPTY):
        raise ValueError(f"array outside the file: {entry}")
    return place


def _check_data(file: io.BufferedReader, crcs: list[int], available: int, path: Path) -> None:
    buffer = memoryview(bytearray(min(BLOCK, available)))
    for number, crc in enumerate(crcs):
        block = buffer[: min(BLOCK, available - number * BLOCK)]
        if file.readinto(block) != len(block) or zlib.crc32(block) != crc:
            raise IndexCorruptError(path, f"the data from byte {number * BLOCK:,} on does not match its checksum")


def _view(mapped: mmap.mmap, start: int, place: _Place) -> NDArray[Any]:
    count = math.prod(place.shape)
    if count == 0:
        return np.frombuffer(b"", place.dtype).reshape(place.shape)
    return np.frombuffer(mapped, place.dtype, count, start + place.offset).reshape(place.shape)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()
