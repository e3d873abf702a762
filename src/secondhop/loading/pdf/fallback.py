"""The second reader: pypdf, for files in which pdfium finds no text. Slower by a factor of twenty, but more lenient."""

from __future__ import annotations

import time
from io import BytesIO

import pypdf

from secondhop.errors import PasswordRequiredError
from secondhop.loading.pdf.page import Line, Page, Pages, count
from secondhop.loading.pdf.words import tidy_lines

# pypdf has no guard against files made to be slow.
_MAX_BYTES = 10 * 1024 * 1024
_MAX_PAGES = 200
_SECONDS = 8.0


def read(data: bytes, source: str, password: str | None) -> Pages | None:
    """The pages, None if it fails too or the file is too large for it.

    Raises:
        PasswordRequiredError: encrypted, and `password` is missing or wrong.
    """
    if len(data) > _MAX_BYTES:
        return None
    try:
        reader = pypdf.PdfReader(BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("") and not (password and reader.decrypt(password))
        pages = None if locked else _pages(reader)
    except Exception:  # pypdf meets damage with almost any exception, RecursionError among them
        return None
    if locked:
        raise PasswordRequiredError(source, "encrypted, and no password, or the wrong one, was given")
    return pages


def _pages(reader: pypdf.PdfReader) -> Pages | None:
    number = len(reader.pages)
    if not 0 < number <= _MAX_PAGES:
        return None
    deadline = time.monotonic() + _SECONDS
    pages: list[Page] = []
    for page in reader.pages:
        if time.monotonic() > deadline:
            break
        lines = [Line(text) for text in tidy_lines(page.extract_text()) if text]
        pages.append(Page(lines, state="text" if lines else "empty"))
    notes = ["Read with the fallback reader: the usual one found no text."]
    if len(pages) < number:
        notes.append(f"Only {len(pages)} of {count(number, 'page')} were read: the file takes too long.")
        pages += [Page(state="limit_hit")] * (number - len(pages))
    return Pages(pages, warnings=tuple(notes))
