"""The vectors of chunks in one file of float32, mapped into memory, so that processes share them.

    header    magic, format version, order, rows, dimensions, digest of the identity, digest of order and numbers
    numbers   little-endian float32: row after row, or dimension after dimension, as the array lay in memory

Written to a temporary name and renamed: a reader sees the old file or the new one.
"""

from __future__ import annotations

import os
import struct
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from secondhop.errors import IndexCorruptError, IndexVersionError
from secondhop.replacing import replacing

if TYPE_CHECKING:
    from secondhop.embedding.protocol import Matrix

FORMAT_VERSION = 2
_MAGIC = b"SHVECTRS"
_HEADER = struct.Struct("<8s4sIQQ16s16s")
_BY_ROW, _BY_DIMENSION = b"rows", b"dims"
_HEADER_BYTES = 128
"""The numbers begin here, on a boundary that suits vector instructions."""


def write_vectors(path: Path, vectors: Matrix, identity: str) -> None:
    """Writes the vectors with the identity of what made them, in the order in which they lie in memory."""
    order = _BY_ROW if vectors.flags.c_contiguous else _BY_DIMENSION
    numbers = (vectors.T if order == _BY_DIMENSION else vectors).astype("<f4").tobytes()
    digests = _digest(identity.encode()), _digest(numbers, order)
    header = _HEADER.pack(_MAGIC, order, FORMAT_VERSION, *vectors.shape, *digests)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(header.ljust(_HEADER_BYTES, b"\0"))
        file.write(numbers)


def read_vectors(path: Path, identity: str) -> Matrix | None:
    """The vectors, mapped read-only; None if something else made them. Reads the file once, to compare its digest.

    Args:
        path: a file of `write_vectors`.
        identity: of the embedder that is in use.

    Raises:
        IndexVersionError: written in a format that this version does not read.
        IndexCorruptError: the bytes are not those that were written.
    """
    with path.open("rb") as file:  # all of one file, though another one may get the name meanwhile
        head = file.read(_HEADER_BYTES)
        if len(head) < _HEADER_BYTES or not head.startswith(_MAGIC):
            raise IndexCorruptError(path, "is no file of vectors")
        _, order, version, rows, dims, made_by, digest = _HEADER.unpack_from(head)
        if version != FORMAT_VERSION:
            raise IndexVersionError(path, f"has format {version}, and this version reads {FORMAT_VERSION}")
        if os.fstat(file.fileno()).st_size != _HEADER_BYTES + 4 * rows * dims:
            raise IndexCorruptError(path, f"should hold {rows} vectors of {dims} dimensions, and is of another size")
        if made_by != _digest(identity.encode()):
            return None
        if not rows * dims:
            return np.empty((rows, dims), np.float32)
        by_dimension = order == _BY_DIMENSION
        numbers = np.memmap(file, "<f4", "r", _HEADER_BYTES, (dims, rows) if by_dimension else (rows, dims))
    if _digest(numbers.data.cast("B"), order) != digest:
        raise IndexCorruptError(path, "its bytes are not those that were written")
    return numbers.T if by_dimension else numbers


def _digest(data: bytes | memoryview, order: bytes = b"") -> bytes:
    return blake2b(data, digest_size=16, person=order).digest()
