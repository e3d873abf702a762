"""Files of evaluation data, read once: JSONL, texts, PDF pages; and the half that a question belongs to."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from secondhop.evaluation.items import Row


def half(key: str) -> str:
    """Which half a question is in: "A" (to choose by) or "B" (to confirm), by a digest of its key."""
    return "AB"[int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % 2]


@lru_cache(maxsize=16)
def read_rows(path: Path) -> tuple[Row, ...]:
    """The objects of a JSONL file; blank lines are skipped."""
    with path.open(encoding="utf-8") as file:
        return tuple(json.loads(line) for line in file if line.strip())


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


def answer_of(row: Row) -> str:
    """The answer where it is one text; lists of alternatives and null give the empty string."""
    answer = row.get("answer")
    return answer if isinstance(answer, str) else ""
