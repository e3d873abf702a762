"""PDF: lines through pdfium, put into reading order; headings from the outline, or the size and weight of letters.

`pdfium` and `fallback` read pages of lines, `letters` what the places of letters in them tell, `fonts` which lines are
bold, `bidi` lines written from right to left, `fields` what was filled in on them, `limits` knows the pages that only seem
empty, `furniture` tells running headers and footers, `layout` puts lines into reading order, `line_numbers` tells the
numbers beside them, `outline` and `headings` say where headings stand, `bold` which bold lines are some, `words` mends
characters and words.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pypdfium2

from secondhop.errors import CorruptFileError, NoTextError
from secondhop.loading.pdf import fallback, pdfium
from secondhop.loading.pdf.furniture import set_apart
from secondhop.loading.pdf.headings import headed_by_style
from secondhop.loading.pdf.layout import in_reading_order
from secondhop.loading.pdf.limits import mark_limits
from secondhop.loading.pdf.line_numbers import set_apart_line_numbers
from secondhop.loading.pdf.outline import headed_by_outline
from secondhop.loading.pdf.page import Line, Page, Pages, State, Titles, ranges
from secondhop.loading.pdf.words import resolve_hyphens
from secondhop.types import Section, SourceText

_ABOUT: dict[State, str] = {
    "empty": "empty",
    "no_text_layer": "no_text_layer: pictures only; run OCR first",
    "limit_hit": "limit_hit: the content could not be unpacked, and its text is missing",
}
"""What is said about pages without text."""


def load(data: bytes, source: str, *, password: str | None = None) -> SourceText:
    """The text of all pages, one or more sections for each page.

    An encrypted file is tried without a password first, then with `password`. Running headers, footers and page
    numbers stay in the text but are part of no section.

    Raises:
        PasswordRequiredError: encrypted, and `password` is missing or wrong.
        NoTextError: no page has a text layer.
        CorruptFileError: neither reader can open it.
    """
    if not data:
        raise NoTextError(source, "the file is empty")
    pages: Pages | None = None
    cause: Exception | None = None
    with pdfium.Pdfium.lock, _silenced("pypdf", "pypdfium2"):
        try:
            pages = pdfium.read(data, source, password)
        except pypdfium2.PdfiumError as error:
            cause = error
        if pages is None or not pages.has_text:
            second = fallback.read(data, source, password)
            pages = second if second is not None and second.has_text else pages or second
        if pages is not None:
            pages = replace(pages, pages=mark_limits(data, pages.pages, password))
    if pages is None:
        raise CorruptFileError(source, f"not a readable PDF ({cause})") from cause
    if not pages.has_text:
        raise NoTextError(source, _why_no_text(pages.pages))
    return _assemble(
        replace(pages, pages=set_apart_line_numbers([_in_order(page) for page in set_apart(pages.pages)])), source
    )


def _in_order(page: Page) -> Page:
    return replace(page, lines=in_reading_order(page.lines)) if page.lines else page


def _why_no_text(pages: Sequence[Page]) -> str:
    if any(page.state == "limit_hit" for page in pages):
        return f"no text could be read. {' '.join(_notes(pages))}"
    where = "its only page" if len(pages) == 1 else f"any of {len(pages)} pages"
    if all(page.state == "empty" for page in pages):
        return f"nothing on {where}"
    return f"no text layer on {where} (no_text_layer); run OCR first"


def _notes(pages: Sequence[Page]) -> Iterator[str]:
    """One sentence for each reason why pages have no text."""
    for state, about in _ABOUT.items():
        numbers = [number for number, page in enumerate(pages, start=1) if page.state == state]
        if numbers:
            yield f"Page{'s' * (len(numbers) > 1)} {ranges(numbers)}: {about}."


def _assemble(found: Pages, source: str) -> SourceText:
    """One text of all pages, with its sections."""
    pages = found.pages
    bodies = resolve_hyphens([_joined(page.lines) for page in pages])
    headed = headed_by_outline(bodies, pages, found.outline) if found.outline else headed_by_style(bodies, pages)
    pieces: list[str] = []
    sections: list[Section] = []
    start = 0
    for number, (page, body, titles) in enumerate(zip(pages, bodies, headed, strict=True), start=1):
        head, foot = _joined(page.head), _joined(page.foot)
        text = "\n".join(filter(None, (head, body, foot)))
        offset = start + (len(head) + 1 if head and body else 0)
        sections += _page_sections(body, offset, number, titles)
        pieces.append(text)
        start += len(text) + 2
    metadata = {"page_count": len(pages), "title": found.title, "author": found.author, "page_labels": [*found.labels]}
    return SourceText(
        source,
        "\n\n".join(pieces),
        tuple(sections),
        {key: value for key, value in metadata.items() if value},
        (*found.warnings, *_notes(pages)),
    )


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join([line.text for line in lines])


def _page_sections(text: str, offset: int, page: int, titles: Titles) -> Iterator[Section]:
    """The sections of one page, one from each heading on."""
    starts = [(0, None, titles.before), *titles.found]
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    for (start, span, path), end in zip(starts, ends, strict=True):
        stop = start + len(text[start:end].rstrip())
        if stop > start:
            heading_span = span and (offset + span[0], offset + span[1])
            yield Section(offset + start, offset + stop, page, path, heading_span=heading_span)


@contextmanager
def _silenced(*names: str) -> Iterator[None]:
    """Keep the readers' loggers and warnings from reaching the user; all as before afterwards."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.propagate for logger in loggers]
    silence = logging.NullHandler()
    for logger in loggers:
        logger.propagate = False
        logger.addHandler(silence)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, propagate in zip(loggers, before, strict=True):
            logger.propagate = propagate
            logger.removeHandler(silence)
