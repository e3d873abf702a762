"""What an ONNX file would make the runtime do, read from its bytes before the runtime sees them.

An ONNX file is a protobuf message. It can point at tensors in other files (CVE-2024-27318 and its successors: paths
that leave the folder, symbolic links) and name operators that only a loaded library could provide. Both are refused
here; a model that is cut short does not parse and is refused as well.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from secondhop.errors import ModelIntegrityError

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operator sets that the runtime itself has."""

# Field numbers of onnx.proto.
_MODEL_GRAPH, _MODEL_FUNCTIONS = 7, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE = 1, 5, 15
_FUNCTION_NODE, _FUNCTION_DOMAIN = 7, 10
_NODE_ATTRIBUTE, _NODE_DOMAIN = 5, 7
_ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE = (5, 10), (6, 11), (22, 23)
_SPARSE_TENSORS = (1, 2)
_TENSOR_EXTERNAL = 13
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_DEEPEST = 32


def check_onnx(path: Path, root: Path | None = None) -> tuple[Path, ...]:
    """The external data files of a model, all of them plain files in its own folder.

    Args:
        path: the model.
        root: the folder that links may lead into (a hub cache keeps its files behind links); None for the model's own.

    Raises:
        ModelIntegrityError: the file is not a whole ONNX model, its data lies elsewhere, or it needs foreign operators.
    """
    try:
        with path.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        locations, domains = _read_model(data)
    except (ValueError, IndexError, UnicodeDecodeError) as error:  # also an empty file, which cannot be mapped
        raise ModelIntegrityError(path, f"is not a whole ONNX model ({error}); fetch it anew") from None
    if foreign := sorted(domains - KNOWN_DOMAINS):
        raise ModelIntegrityError(path, f"needs operators of {', '.join(foreign)}, which secondhop does not load")
    return tuple(_external(path, location, root or path.parent) for location in sorted(locations))


def _external(path: Path, location: str, root: Path) -> Path:
    plain = location and "/" not in location and "\\" not in location and location not in (".", "..")
    target = path.parent / location
    if not plain or not target.resolve().is_relative_to(root.resolve()):
        raise ModelIntegrityError(path, f"keeps tensors in {location!r}, outside its own folder; it is not opened")
    if not target.is_file():
        raise ModelIntegrityError(path, f"keeps tensors in {location!r}, which is missing")
    return target


def _read_model(data: memoryview) -> tuple[set[str], set[str]]:
    """Where tensors are kept besides the file itself, and the operator domains of all nodes but local functions'."""
    locations: set[str] = set()
    domains: set[str] = set()
    local: set[str] = set()
    graphs = 0
    for number, value in _fields(data):
        if number == _MODEL_GRAPH:
            graphs += 1
            _read_graph(value, locations, domains, 0)
        elif number == _MODEL_FUNCTIONS:
            for inner, part in _fields(value):
                if inner == _FUNCTION_DOMAIN:
                    local.add(_text(part))
                elif inner == _FUNCTION_NODE:
                    _read_node(part, locations, domains, 0)
    if graphs != 1:
        raise ValueError("it holds no graph")
    return locations, domains - local


def _read_graph(data: memoryview, locations: set[str], domains: set[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("its graphs are nested too deeply")
    for number, value in _fields(data):
        if number == _GRAPH_NODE:
            _read_node(value, locations, domains, depth)
        elif number == _GRAPH_INITIALIZER:
            _read_tensor(value, locations)
        elif number == _GRAPH_SPARSE:
            _read_sparse(value, locations)


def _read_node(data: memoryview, locations: set[str], domains: set[str], depth: int) -> None:
    domain = ""
    for number, value in _fields(data):
        if number == _NODE_DOMAIN:
            domain = _text(value)
        elif number == _NODE_ATTRIBUTE:
            for inner, part in _fields(value):
                if inner in _ATTRIBUTE_TENSORS:
                    _read_tensor(part, locations)
                elif inner in _ATTRIBUTE_SPARSE:
                    _read_sparse(part, locations)
                elif inner in _ATTRIBUTE_GRAPHS:
                    _read_graph(part, locations, domains, depth + 1)
    domains.add(domain)


def _read_sparse(data: memoryview, locations: set[str]) -> None:
    for number, value in _fields(data):
        if number in _SPARSE_TENSORS:
            _read_tensor(value, locations)


def _read_tensor(data: memoryview, locations: set[str]) -> None:
    for number, value in _fields(data):
        if number == _TENSOR_EXTERNAL:
            entry = {inner: _text(part) for inner, part in _fields(value)}
            if entry.get(_ENTRY_KEY) == "location":
                locations.add(entry.get(_ENTRY_VALUE, ""))


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The fields of a message that hold bytes, as (number, bytes). Numbers are read over."""
    place, end = 0, len(data)
    while place < end:
        tag, place = _varint(data, place)
        wire = tag & 7
        if wire == 0:
            _, place = _varint(data, place)
            continue
        if wire in (1, 5):
            length = 8 if wire == 1 else 4
        elif wire == 2:
            length, place = _varint(data, place)
        else:
            raise ValueError(f"unknown wire type {wire}")
        if place + length > end:
            raise ValueError("it ends too early")
        if wire == 2:
            yield tag >> 3, data[place : place + length]
        place += length


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")


def _text(data: memoryview) -> str:
    return bytes(data).decode()
