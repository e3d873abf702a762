"""Rows of evaluation sets, and what they hold: ids, texts, answers; and the half that a question belongs to."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from secondhop.errors import InputError, SecondhopError
from secondhop.evaluation.files import read_utf8
from secondhop.evaluation.items import Answers, Row
from secondhop.evaluation.text import normalized

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


def _row(line: str, place: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place} is not JSON: {getattr(error, 'msg', error)}") from error
    if not isinstance(row, dict):
        raise InputError(f"{place} is not a JSON object; each line must be one")
    return row


def made_of(rows: Iterable[Row], path: Path, what: str, make: Callable[[Row], _Made]) -> list[_Made]:
    """What `make` makes of each row. It may raise whatever comes of values that are not there, or of another type.

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


def answers_of(row: Row) -> Answers:
    """What an answer consists of, each part in all of its spellings; empty where none is given, or not as text.

    A text is one part. A list has all the parts, each of them a text or the list of its spellings.
    """
    answer = row.get("answer")
    parts = [part if isinstance(part, list) else [part] for part in (answer if isinstance(answer, list) else [answer])]
    spellings = [tuple(text for text in part if isinstance(text, str) and normalized(text)) for part in parts]
    return tuple(spellings) if all(spellings) else ()
