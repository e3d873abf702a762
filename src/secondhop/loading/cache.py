"""Parsed files kept on disk, so that a folder that has hardly changed is hardly parsed again.

One JSON file, written to a temporary name and renamed. A file is taken from it only if its content digest is the same;
the whole is ignored if it was written by another version of the parsers. Nothing in it is ever executed.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from secondhop.types import Section, SourceText

FORMAT_VERSION = 1
FOLDER_NAME = ".secondhop"
_PARSERS = (
    "secondhop",
    "pypdfium2",
    "pypdf",
    "python-docx",
    "python-pptx",
    "python-calamine",
    "selectolax",
    "tree-sitter",
)


class SourceCache:
    """The parsed sources of one folder as they were saved last, and a place to save them again."""

    def __init__(self, path: Path, entries: Mapping[str, Mapping[str, Any]], key: str) -> None:
        """For `open`; users call that."""
        self._path = path
        self._entries = entries
        self._key = key
        self._digests: dict[str, str] = {}
        self.reused = 0
        """How many files were taken from the cache."""

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._path.parent

    @classmethod
    def open(cls, root: Path, index_dir: str | Path | None) -> SourceCache:
        """The cache in `index_dir`, by default `.secondhop` in the folder; empty if there is none or it is not ours."""
        path = Path(index_dir) if index_dir is not None else root / FOLDER_NAME
        path = path / "sources.json"
        key = _digest(json.dumps([FORMAT_VERSION, _versions()]).encode())
        entries: Mapping[str, Any] = {}
        # Whatever is unreadable is parsed again: the files themselves are the truth, the cache only saves time.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            stored = json.loads(path.read_bytes())
            if stored["key"] == key and stored["digest"] == _digest(_canonical(stored["files"])):
                entries = stored["files"]
        return cls(path, entries, key)

    def load(self, path: str, source: str, parse: Callable[[], SourceText]) -> SourceText:
        """The source from the cache if the file's bytes are those that were parsed, else parsed."""
        try:
            digest = _digest(Path(path).read_bytes())
        except OSError:
            return parse()  # which says what is wrong with the file
        self._digests[source] = digest
        entry = self._entries.get(source)
        if entry is not None and entry["digest"] == digest:
            self.reused += 1
            return _from_entry(source, entry)
        return parse()

    def save(self, sources: Iterable[SourceText]) -> None:
        """Writes all sources, so that a reader sees the old file or the new one and never a part."""
        files = {
            source.source: {"digest": self._digests.get(source.source, ""), **_to_entry(source)} for source in sources
        }
        body = {"key": self._key, "digest": _digest(_canonical(files)), "files": files}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix="sources-", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(body, ensure_ascii=True).encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except BaseException:
            os.unlink(temporary)
            raise


def _to_entry(source: SourceText) -> dict[str, Any]:
    sections = [list(asdict(section).values()) for section in source.sections]
    return {
        "text": source.text,
        "sections": sections,
        "metadata": dict(source.metadata),
        "warnings": list(source.warnings),
    }


def _from_entry(source: str, entry: Mapping[str, Any]) -> SourceText:
    sections = tuple(
        Section(start, end, page, tuple(path), kind, None if span is None else (span[0], span[1]))
        for start, end, page, path, kind, span in entry["sections"]
    )
    return SourceText(source, entry["text"], sections, entry["metadata"], tuple(entry["warnings"]))


def _versions() -> list[str]:
    versions = []
    for name in _PARSERS:
        with contextlib.suppress(PackageNotFoundError):
            versions.append(f"{name}={version(name)}")
    return versions


def _canonical(files: Mapping[str, Any]) -> bytes:
    return json.dumps(files, sort_keys=True, ensure_ascii=True).encode()


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
