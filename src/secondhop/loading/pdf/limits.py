"""Which pages are empty only because the reader gave up on their content, without a word.

Readers bound what a stream may unpack to, and return nothing beyond it. A page on which nothing is drawn although its
content is long, or packed several times over, is such a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdf
from pypdf.generic import ArrayObject

from secondhop.loading.pdf.page import Page

_MAX_BYTES = 50 * 1024 * 1024
_MAX_PAGES = 50
_EMPTY_BYTES = 1024
"""Content of a blank page is shorter: it saves and restores the state of the pen."""


def mark_limits(data: bytes, pages: Sequence[Page], password: str | None) -> Sequence[Page]:
    """The pages, those that are empty only in appearance marked so."""
    empty = [index for index, page in enumerate(pages) if page.state == "empty"][:_MAX_PAGES]
    if not empty or len(data) > _MAX_BYTES:
        return pages
    suspicious: set[int] = set()
    try:
        reader = pypdf.PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            reader.decrypt(password or "")
        suspicious = {index for index in empty if _holds_content(reader.pages[index])}
    except Exception:  # a file that pypdf cannot open says nothing about its pages; RecursionError is among its errors
        return pages
    return [replace(page, state="limit_hit") if index in suspicious else page for index, page in enumerate(pages)]


def _holds_content(page: Any) -> bool:
    """Whether a content stream of the page is long, or packed more than once. Nothing is unpacked to find out."""
    contents = page.get("/Contents")
    contents = None if contents is None else contents.get_object()
    streams = contents if isinstance(contents, ArrayObject) else [contents]
    for stream in streams:
        entries = stream.get_object() if stream is not None else None
        if not isinstance(entries, dict):
            continue
        filters = entries.get("/Filter")
        filters = None if filters is None else filters.get_object()
        packed = getattr(entries, "_data", b"")  # as it stands in the file; asking in public would unpack it
        if len(packed) > _EMPTY_BYTES or (packed and isinstance(filters, ArrayObject) and len(filters) > 1):
            return True
    return False
