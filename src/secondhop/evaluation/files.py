"""Files of evaluation data, read once: JSONL, texts, PDF pages; and the half that a question belongs to."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from functools import lru_cache
from pathlib import Path

from secondhop.errors import CorruptFileError, InputError
from secondhop.evaluation.items import Answers, Row
from secondhop.evaluation.text import normalized
from secondhop.loading import read_file


def half(key: str) -> str:
    """Which half a question is in: "A" (to choose by) or "B" (to confirm), by a digest of its key."""
    return "AB"[int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % 2]


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


@lru_cache(maxsize=512)
def read_text(path: Path) -> str:
    """The text of a file; bytes that are not UTF-8 are replaced."""
    return path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=64)
def pdf_pages(path: Path) -> tuple[str, ...]:
    """The text of each page, as a plain reader gets it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return tuple(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)
    finally:
        document.close()


def answers_of(row: Row) -> Answers:
    """What an answer consists of, each part in all of its spellings; empty where none is given, or not as text.

    A text is one part. A list has all the parts, each of them a text or the list of its spellings.
    """
    answer = row.get("answer")
    parts = [part if isinstance(part, list) else [part] for part in (answer if isinstance(answer, list) else [answer])]
    spellings = [tuple(text for text in part if isinstance(text, str) and normalized(text)) for part in parts]
    return tuple(spellings) if all(spellings) else ()
