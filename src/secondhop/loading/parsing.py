"""Bytes to `SourceText` in this process: the format is found, its loader called, and whatever it throws made ours."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Protocol

from secondhop.errors import (
    CorruptFileError,
    EmptyTextError,
    FileTooLargeError,
    InputError,
    LoadError,
    NoTextError,
    OptionError,
    ResourceLimitError,
    SecondhopError,
)
from secondhop.loading.formats import FORMATS, detect, format_by_name
from secondhop.loading.registered import checked
from secondhop.loading.verbatim.plain import load_string
from secondhop.types import SourceText

MAX_BYTES = 100 * 1024 * 1024


class Parse(Protocol):
    """The signature of `parse`, here or in a child process."""

    def __call__(
        self,
        data: bytes,
        source: str,
        *,
        name: str | None = None,
        format: str | None = None,
        password: str | None = None,
    ) -> SourceText:
        """The text and structure of a file's bytes."""


def parse(
    data: bytes,
    source: str,
    *,
    name: str | None = None,
    format: str | None = None,
    password: str | None = None,
) -> SourceText:
    """The text and structure of a file's bytes.

    Args:
        data: the bytes.
        source: what citations call the file.
        name: its own name, whose suffix counts; the source by default.
        format: what to read it as, else what the bytes say, else what the suffix says.
        password: for encrypted files.

    Raises:
        LoadError: they cannot be read; the subclass says why.
    """
    check_format(format)
    if len(data) > MAX_BYTES:
        raise FileTooLargeError(source, f"holds {len(data)} bytes; the limit is {MAX_BYTES}")
    if not data:
        raise NoTextError(source, "the file is empty")
    name = source if name is None else name
    warnings: list[str] = []
    if format is None:
        format, warnings = detect(data, source, name)
    return _checked(_run(format, data, source, name=name, password=password), source, warnings)


def load_text(text: str, source: str, *, format: str | None = None) -> SourceText:
    """Find the structure of a string that is text already. The suffix of `source` counts if it is of a text format.

    Raises:
        EmptyTextError: there is nothing but white space in it.
        InputError: the format is one of bytes.
    """
    check_format(format)
    text = text.removeprefix("\ufeff")
    if not text or text.isspace():
        raise EmptyTextError(f"{source}: the text is empty")
    if format is None:
        by_name = format_by_name(source)
        format = by_name if by_name is not None and FORMATS[by_name].textual else "text"
    if not FORMATS[format].textual:
        raise InputError(f"{source}: format={format!r} is binary; pass the file's bytes, not a string")
    text, warnings = _without_lone_surrogates(text)
    if format == "text":
        loaded = load_string(text, source)
        return replace(loaded, format=format, warnings=(*warnings, *loaded.warnings))
    data = text.encode()
    if FORMATS[format].registered is None:  # the mark tells our loaders that this is UTF-8, whatever the text declares
        data = b"\xef\xbb\xbf" + data
    loaded = _run(format, data, source, name=source, password=None)
    return _checked(loaded, source, warnings)


def check_format(format: str | None) -> None:
    """Raises `OptionError` for a format that there is not."""
    if format is not None and format not in FORMATS:
        raise OptionError.choice("format", format, FORMATS)


def _run(format: str, data: bytes, source: str, *, name: str, password: str | None) -> SourceText:
    """Call the format's loader. The one place where what parsers throw becomes one of our errors."""
    try:
        load = FORMATS[format].loader()
        options: dict[str, Any] = {"password": password} if format == "pdf" else {}
        # The loader sees the file's own name, whose suffix says which language it is.
        loaded = load(data, name, **options)
        if FORMATS[format].registered is not None:
            loaded = checked(loaded)
        return replace(loaded, source=source, format=format)
    except LoadError as error:
        if isinstance(error.__cause__, MemoryError):
            raise _out_of_memory(source) from error
        if error.source == source:
            raise
        raise type(error)(source, error.reason) from error
    except SecondhopError:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError as error:
        raise _out_of_memory(source) from error
    except BaseException as error:  # panics of parsers written in Rust do not derive from Exception
        # A missing key names itself and nothing else.
        cause = f"KeyError: {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise CorruptFileError(source, f"could not be read as {format}: {cause}") from error


def _out_of_memory(source: str) -> ResourceLimitError:
    return ResourceLimitError(source, "needs more memory than it may take; see the option max_memory_mb")


def _checked(loaded: SourceText, source: str, warnings: list[str]) -> SourceText:
    """Return the loaded text if there is some, fit to be encoded, with the warnings of both sides."""
    text, more = _without_lone_surrogates(loaded.text)
    if more:
        loaded = replace(loaded, text=text, warnings=(*loaded.warnings, *more))
    if not loaded.text or loaded.text.isspace():
        raise NoTextError(source, "holds no text")
    return replace(loaded, warnings=(*warnings, *loaded.warnings)) if warnings else loaded


def _without_lone_surrogates(text: str) -> tuple[str, list[str]]:
    """Put U+FFFD for halves of surrogate pairs, which no encoding can store; the length stays."""
    if text.isascii():
        return text, []
    try:
        text.encode()  # many times as fast as a search for surrogates
    except UnicodeEncodeError:
        repaired, count = re.subn("[\ud800-\udfff]", "\ufffd", text)
        return repaired, [f"{count} lone surrogates were replaced by U+FFFD."]
    return text, []
