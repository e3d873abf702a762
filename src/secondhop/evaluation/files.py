"""Files of evaluation data, read once: JSONL, texts, PDF pages; and the half that a question belongs to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from secondhop.errors import CorruptFileError, InputError, OptionError, SecondhopError
from secondhop.evaluation.items import Answers, Row
from secondhop.evaluation.text import normalized
from secondhop.loading import read_file
from secondhop.options import as_path

_Made = TypeVar("_Made")


def half(key: str) -> str:
    """Which half a question is in: "A" (to choose by) or "B" (to confirm), by a digest of its key."""
    return "AB"[int(hashlib.md5(key.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest(), 16) % 2]


def read_rows(path: Path) -> tuple[Row, ...]:
    """The objects of a JSONL file; blank lines are skipped.

    Raises:
        LoadError: the file cannot be read, or is not UTF-8.
        InputError: a line is no JSON object.
    """
    # By lines as a text file has them: `splitlines` would also cut at separators that JSON strings may hold.
    lines = enumerate(io.StringIO(read_utf8(path), newline=None), 1)
    return tuple(_row(line, f"{path}, line {number}") for number, line in lines if line.strip())


def read_utf8(path: Path) -> str:
    """The text of a file that must be UTF-8, with or without a byte order mark.

    Raises:
        LoadError: the file cannot be read, or is not UTF-8.
    """
    data = read_file(str(path), str(path), sys.maxsize - 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorruptFileError(path, f"is not UTF-8: {error.reason} at byte {error.start}") from error


def _row(line: str, place: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place} is not JSON: {getattr(error, 'msg', error)}") from error
    if not isinstance(row, dict):
        raise InputError(f"{place} is not a JSON object; each line must be one")
    return row


def made_of(rows: Iterable[Row], path: Path, what: str, make: Callable[[Row], _Made]) -> list[_Made]:
    """What `make` makes of each row.

    Raises:
        InputError: a row is of another form; the message names the file and which one it is.
    """
    made = []
    for number, row in enumerate(rows, 1):
        try:
            made.append(make(row))
        except SecondhopError:
            raise
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            cause = f"{error} is missing" if isinstance(error, KeyError) else error
            raise InputError(f"{path} is of none of the forms of evaluation sets: {what} {number}: {cause}") from error
    return made


def as_id(value: Any) -> str:
    """An id as text, which may be a number."""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise TypeError(f"the id {value!r} is neither a text nor a number")
    return str(value)


def as_text(value: Any) -> str:
    """A text, if it is one."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def is_true(row: Row, name: str, default: bool = False) -> bool:
    """Whether a row says so; the text "false" does not say no."""
    value = row.get(name, default)
    if value not in (True, False, None):
        raise ValueError(f"{name}={value!r} is neither true nor false")
    return bool(value)


def refuse_twice(keys: Iterable[str], place: object) -> None:
    """Raises `InputError` for an id that is there twice: one row would stand for both."""
    for key, count in Counter(keys).items():
        if count > 1:
            raise InputError(f"{place}: the id {key!r} is there twice")


Stamp = tuple[int, int]


def stamp(path: Path) -> Stamp:
    """Differs once a file was edited; what is cached of a file is found by its path and this."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def read_text(path: Path) -> str:
    """The text of a file; bytes that are not UTF-8 are replaced."""
    return _text(path, stamp(path))


@lru_cache(maxsize=512)
def _text(path: Path, _: Stamp) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def pdf_pages(path: Path) -> tuple[str, ...]:
    """The text of each page, as a plain reader gets it.

    Raises:
        CorruptFileError: it cannot be read as PDF.
    """
    return _pages(path, stamp(path))


@lru_cache(maxsize=64)
def _pages(path: Path, _: Stamp) -> tuple[str, ...]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            return tuple(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)
    except pypdfium2.PdfiumError as error:
        raise CorruptFileError(path, f"cannot be read as PDF: {error}") from error


def is_pdf(path: Path) -> bool:
    """Whether the name says so."""
    return path.suffix.lower() == ".pdf"


def as_output(path: str | os.PathLike[str], *others: str | os.PathLike[str] | None) -> Path:
    """The path of a file to write, looked at before the work whose outcome it is to hold.

    Raises:
        OptionError: it is a folder, or in none, or one of the other files of the run.
    """
    path = as_path(path)
    if path.is_dir():
        raise OptionError(f"{path} is a folder, and a file is to be written")
    if not path.parent.is_dir():
        raise OptionError(f"{path} cannot be written: there is no folder {path.parent}")
    if path.resolve() in [as_path(other).resolve() for other in others if other is not None]:
        raise OptionError(f"{path} is another file of this run, and would be written over")
    return path


def to_bytes(text: str) -> bytes:
    """UTF-8; half a surrogate, which JSON may hold, as the escape that JSON has for it."""
    return text.encode("utf-8", "backslashreplace")


def answers_of(row: Row) -> Answers:
    """What an answer consists of, each part in all of its spellings; empty where none is given, or not as text.

    A text is one part. A list has all the parts, each of them a text or the list of its spellings.
    """
    answer = row.get("answer")
    parts = [part if isinstance(part, list) else [part] for part in (answer if isinstance(answer, list) else [answer])]
    spellings = [tuple(text for text in part if isinstance(text, str) and normalized(text)) for part in parts]
    return tuple(spellings) if all(spellings) else ()
