"""Files, bytes and strings to `SourceText`: one format per module, imported when a file of that format is met.

A format module has `SUFFIXES` and `load(data, source) -> SourceText`, and raises only errors of `errors.py`. To add
one: write the module, and give it a line in `formats.FORMATS`.
"""

from __future__ import annotations

import importlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from secondhop.errors import (
    CorruptFileError,
    EmptyTextError,
    FileTooLargeError,
    InputError,
    LoadError,
    NoTextError,
    OptionError,
    SecondhopError,
    SourceNotFoundError,
)
from secondhop.loading.encodings import printable
from secondhop.loading.folder import FolderFile, FolderListing, walk_folder
from secondhop.loading.formats import FORMATS, Format, detect, format_by_name
from secondhop.types import SourceText

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "FolderFile",
    "FolderListing",
    "Format",
    "load_bytes",
    "load_file",
    "load_text",
    "walk_folder",
]

MAX_BYTES = 100 * 1024 * 1024


def load_file(
    path: str | os.PathLike[str],
    *,
    source: str | None = None,
    format: str | None = None,
    password: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> SourceText:
    """Load a file. `source` is what citations call it: the path as given, unless said otherwise."""
    name = os.fspath(path)
    label = printable(name) if source is None else source
    data = _read(name, label, max_bytes)
    return _load(data, label, name=printable(name), format=format, password=password, max_bytes=max_bytes)


def load_bytes(
    data: bytes,
    source: str,
    *,
    format: str | None = None,
    password: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> SourceText:
    """Load a file's bytes. The format is `format`, else what the bytes say, else what the suffix says."""
    return _load(data, source, name=source, format=format, password=password, max_bytes=max_bytes)


def load_text(text: str, source: str, *, format: str | None = None) -> SourceText:
    """Find the structure of a string that is text already. The suffix of `source` counts if it is of a text format."""
    _check_format(format)
    if not text.strip():
        raise EmptyTextError(f"{source}: the text is empty")
    if format is None:
        by_name = format_by_name(source)
        format = by_name if by_name is not None and FORMATS[by_name].textual else "text"
    if not FORMATS[format].textual:
        raise InputError(f"{source}: format={format!r} is binary; pass the file's bytes, not a string")
    text, warnings = _without_lone_surrogates(text)
    # The mark tells loaders that look for a declared encoding that this is UTF-8.
    marked = b"\xef\xbb\xbf" + text.removeprefix("\ufeff").encode()
    loaded = _run(format, marked, source, name=source, password=None)
    return _checked(loaded, source, warnings)


def _load(
    data: bytes, source: str, *, name: str, format: str | None, password: str | None, max_bytes: int
) -> SourceText:
    _check_format(format)
    if len(data) > max_bytes:
        raise FileTooLargeError(source, f"holds {len(data)} bytes; the limit is {max_bytes}")
    if not data:
        raise NoTextError(source, "the file is empty")
    warnings: list[str] = []
    if format is None:
        format, warnings = detect(data, source, name)
    return _checked(_run(format, data, source, name=name, password=password), source, warnings)


def _run(format: str, data: bytes, source: str, *, name: str, password: str | None) -> SourceText:
    """Call the format's loader. The one place where what parsers throw becomes one of our errors."""
    try:
        load: Callable[..., SourceText] = importlib.import_module(FORMATS[format].module).load
        options: dict[str, Any] = {"password": password} if format == "pdf" else {}
        # The loader sees the file's own name, whose suffix says which language it is.
        return replace(load(data, name, **options), source=source)
    except LoadError as error:
        if error.source == source:
            raise
        raise type(error)(source, error.reason) from error
    except SecondhopError:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # panics of parsers written in Rust do not derive from Exception
        cause = str(error) or type(error).__name__
        raise CorruptFileError(source, f"could not be read as {format}: {cause}") from error


def _checked(loaded: SourceText, source: str, warnings: list[str]) -> SourceText:
    """Return the loaded text if there is some, fit to be encoded, with the warnings of both sides."""
    if not loaded.text.strip():
        raise NoTextError(source, "holds no text")
    text, more = _without_lone_surrogates(loaded.text)
    if not warnings and not more:
        return loaded
    return replace(loaded, text=text, warnings=(*warnings, *loaded.warnings, *more))


def _without_lone_surrogates(text: str) -> tuple[str, list[str]]:
    """Put U+FFFD for halves of surrogate pairs, which no encoding can store; the length stays."""
    repaired, count = re.subn("[\ud800-\udfff]", "\ufffd", text)
    return repaired, [f"{count} lone surrogates were replaced by U+FFFD."] if count else []


def _check_format(format: str | None) -> None:
    if format is not None and format not in FORMATS:
        raise OptionError.choice("format", format, FORMATS)


def _read(path: str, source: str, max_bytes: int) -> bytes:
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise LoadError(source, "is a folder; use from_folder")
        if not stat.S_ISREG(status.st_mode):
            raise LoadError(source, "is not a regular file (a pipe, socket or device)")
        if status.st_size > max_bytes:
            raise FileTooLargeError(source, f"holds {status.st_size} bytes; the limit is {max_bytes}")
        with open(path, "rb") as file:
            return file.read(max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFoundError(source, "no such file") from error
    except PermissionError as error:
        raise LoadError(source, "permission denied") from error
    except OSError as error:
        raise LoadError(source, error.strerror or str(error)) from error
    except ValueError as error:  # a NUL character in the path
        raise SourceNotFoundError(source, f"no such file ({error})") from error
