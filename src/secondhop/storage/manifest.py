"""The manifest: which files are the index now, and what in them is no longer valid. The only file that is ever replaced.

It is JSON in one canonical form: an equal manifest has equal bytes, and bytes that are not exactly what their content
would be written as are refused. So no changed bit gets through, white space included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from secondhop.errors import IndexCorruptError, IndexVersionError, StoreError
from secondhop.replacing import patiently
from secondhop.storage.arrays import ArrayFile
from secondhop.storage.files import errors_of

FORMAT = 3
"""Of all that an index holds. 2: segments know how often each form and term occurs; 3: and which tables have headers."""
MANIFEST = "manifest.json"
ARRAYS_NAME = re.compile(r"(\d{10})-\d+\.arrays")
_KEYS = frozenset({"format", "generation", "fingerprint", "segments", "table", "data", "digest"})
TEMPORARY_NAME = re.compile(r"manifest-(\d{10})\.tmp")


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment as the manifest lists it."""

    file: ArrayFile
    tombstones: tuple[int, ...] = ()
    """Local numbers of the sources in it that are no longer part of the index, ascending."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of the index."""

    generation: int
    """Counts commits from 1."""
    fingerprint: str
    """What the caller built the segments with: options and versions. Another one means: build again."""
    segments: tuple[SegmentEntry, ...]
    table: ArrayFile | None = None
    """The caller's table of files, as arrays."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What else the caller keeps, as JSON."""

    @property
    def digest(self) -> str:
        """Of what is indexed: the same for identical builds, whenever and wherever they were made.

        The generation and the table are left out; they say when files were looked at.
        """
        segments = [[entry.file.digest, entry.tombstones] for entry in self.segments]
        return _digest(_canonical([FORMAT, self.fingerprint, segments, self.data]))

    @property
    def files(self) -> tuple[ArrayFile, ...]:
        """All array files of this generation."""
        table = () if self.table is None else (self.table,)
        return (*(entry.file for entry in self.segments), *table)

    def to_bytes(self) -> bytes:
        """As it is stored."""
        body = {
            "format": FORMAT,
            "generation": self.generation,
            "fingerprint": self.fingerprint,
            "segments": [{**asdict(entry.file), "tombstones": entry.tombstones} for entry in self.segments],
            "table": None if self.table is None else asdict(self.table),
            "data": dict(self.data),
        }
        return _canonical({**body, "digest": _digest(_canonical(body))})

    @classmethod
    def from_bytes(cls, stored: bytes, path: Path) -> Manifest:
        """The manifest that was stored at `path`.

        Raises:
            IndexCorruptError: these are not the bytes that were written.
            IndexVersionError: another format.
            StoreError: it is a manifest of something else, such as a web page's.
        """
        try:
            body = json.loads(stored)
            if isinstance(body, dict) and body and _KEYS.isdisjoint(body):  # no damage does that to all of them
                raise StoreError(path, "is not of an index of secondhop; give index_dir= a folder of its own")
            digest = body.pop("digest")
            intact = digest == _digest(_canonical(body)) and stored == _canonical({**body, "digest": digest})
            version = body["format"] if intact else None
            manifest = cls._from_json(body) if version == FORMAT else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexCorruptError(path, f"it is no manifest: {error}") from error
        if not intact:
            raise IndexCorruptError(path, "it does not match its digest")
        if manifest is None:
            raise IndexVersionError(
                path, f"written in format {version}, this version reads {FORMAT}; build the index again"
            )
        return manifest

    @classmethod
    def _from_json(cls, body: dict[str, Any]) -> Manifest:
        segments = tuple(
            SegmentEntry(_file_from_json(entry), tuple(int(number) for number in entry["tombstones"]))
            for entry in body["segments"]
        )
        table = None if body["table"] is None else _file_from_json(body["table"])
        return cls(int(body["generation"]), str(body["fingerprint"]), segments, table, dict(body["data"]))


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in the folder, None if there is none.

    Raises:
        IndexCorruptError: it is damaged.
        IndexVersionError: it has another format.
    """
    path = folder / MANIFEST
    with errors_of(path):
        try:
            stored = patiently(path.read_bytes)
        except FileNotFoundError:
            return None
    return Manifest.from_bytes(stored, path)


def _file_from_json(entry: Mapping[str, Any]) -> ArrayFile:
    name = entry["name"]
    if ARRAYS_NAME.fullmatch(name) is None:  # a name is never a way out of the folder
        raise ValueError(f"no name of an index file: {name!r}")
    return ArrayFile(name, str(entry["digest"]), int(entry["size"]))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
