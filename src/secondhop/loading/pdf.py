"""PDF: text page by page through pdfium, headings from the outline, pypdf where pdfium cannot read."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import pypdf
import pypdfium2

from secondhop.errors import CorruptFileError, NoTextError, PasswordRequiredError
from secondhop.loading.builder import MAX_HEADING_CHARS, clean, one_line
from secondhop.types import Section, SourceText, Span

SUFFIXES = frozenset({".pdf"})

_MAX_OUTLINE_ENTRIES = 10_000
_MAX_OUTLINE_DEPTH = 15
# pypdf is some twenty times slower than pdfium and has no guard against files made to be slow.
_FALLBACK_MAX_BYTES = 10 * 1024 * 1024
_FALLBACK_MAX_PAGES = 200
_FALLBACK_SECONDS = 8.0

# pdfium puts one of these for a hyphen at a line's end and joins the two lines.
_LINE_END_HYPHEN = re.compile("(?<!\\w)(\\w*)[\x02\ufffe]\\s*(?=(\\w*))")
_BROKEN_WORD = re.compile("(?<!\\w)\\w*(?:[\x02\ufffe]\\s*\\w*)+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LIGATURE = re.compile("[ﬀ-ﬆ]")
_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_BLANK_LINES = re.compile(r"\n{3,}")
_NUMBER_BEFORE_TITLE = (
    r"(?:(?:item|section|article|chapter|part|annex|schedule)\s+)?"
    r"(?:(?:\d[\d.]*[.):]?|[a-z][.)]|[ivxlc]+[.):])\s+)?"
)


class _Pdfium:
    """pdfium keeps global state and is not thread-safe: every call to it stands under this lock."""

    lock = threading.Lock()

    @classmethod
    def renew_lock(cls) -> None:
        """A forked child must not inherit a lock that a thread of its parent holds."""
        cls.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Pdfium.renew_lock)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the outline."""

    page: int
    heading_path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pages:
    """What a reader found in the file."""

    texts: Sequence[str]
    labels: Sequence[str] = ()
    title: str = ""
    author: str = ""
    outline: Sequence[_Entry] = ()
    warnings: tuple[str, ...] = ()


def load(data: bytes, source: str, *, password: str | None = None) -> SourceText:
    """The text of all pages, one or more sections for each page.

    An encrypted file is tried without a password first, then with `password`.

    Raises:
        PasswordRequiredError: encrypted, and `password` is missing or wrong.
        NoTextError: no page has a text layer.
        CorruptFileError: neither reader can open it.
    """
    if not data:
        raise NoTextError(source, "the file is empty")
    pages: _Pages | None = None
    cause: Exception | None = None
    with _Pdfium.lock, _silenced("pypdf", "pypdfium2"):
        try:
            pages = _read_with_pdfium(data, source, password)
        except pypdfium2.PdfiumError as error:
            cause = error
        if pages is None or not any(pages.texts):
            second = _read_with_pypdf(data, source, password)
            pages = second if second is not None and any(second.texts) else pages or second
    if pages is None:
        raise CorruptFileError(source, f"not a readable PDF ({cause})") from cause
    if not any(pages.texts):
        where = "its only page" if len(pages.texts) == 1 else f"any of {len(pages.texts)} pages"
        raise NoTextError(source, f"no text layer on {where}; run OCR first")
    return _assemble(pages, source)


def _assemble(pages: _Pages, source: str) -> SourceText:
    """One text of all pages, with its sections."""
    texts = _resolve_hyphens(pages.texts)
    sections: list[Section] = []
    outline = sorted(pages.outline, key=lambda entry: entry.page)  # stable: reading order within a page
    heading_path: tuple[str, ...] = ()
    start = done = 0
    for number, text in enumerate(texts, start=1):
        upto = done
        while upto < len(outline) and outline[upto].page == number:
            upto += 1
        sections += _page_sections(text, start, number, outline[done:upto], heading_path)
        if upto > done:
            heading_path = outline[upto - 1].heading_path
        done = upto
        start += len(text) + 2
    empty = [number for number, text in enumerate(texts, start=1) if not text]
    notes = [*pages.warnings]
    if empty:
        notes.append(f"No text layer on {'page' if len(empty) == 1 else 'pages'} {_ranges(empty)}.")
    metadata = {"page_count": len(texts), "title": pages.title, "author": pages.author, "page_labels": [*pages.labels]}
    return SourceText(
        source,
        "\n\n".join(texts),
        tuple(sections),
        {key: value for key, value in metadata.items() if value},
        tuple(notes),
    )


def _page_sections(
    text: str, offset: int, page: int, entries: Sequence[_Entry], heading_path: tuple[str, ...]
) -> Iterator[Section]:
    """The sections of one page; one starts at each line that is the title of an outline entry.

    Entries whose title is not found apply from the top of the page.
    """
    found: list[tuple[Span, _Entry]] = []
    cursor = 0
    for entry in entries:
        span = _find_title(text, entry.heading_path[-1], cursor)
        if span is not None:
            found.append((span, entry))
            cursor = span[1]
        elif not found:
            heading_path = entry.heading_path
    ends = [span[0] for span, _ in found] + [len(text)]
    if text[: ends[0]].strip():
        yield Section(offset, offset + len(text[: ends[0]].rstrip()), page, heading_path)
    for (span, entry), end in zip(found, ends[1:], strict=True):
        body = text[span[0] : end].rstrip()
        heading_span = (offset + span[0], offset + span[1])
        yield Section(
            offset + span[0], offset + span[0] + len(body), page, entry.heading_path, heading_span=heading_span
        )


def _find_title(text: str, title: str, start: int) -> Span | None:
    """Where a title stands alone on a line (or runs in, "Title. Text"), with the number before it."""
    words = r"\s+".join(map(re.escape, title.split()))
    pattern = rf"^[ \t]*({_NUMBER_BEFORE_TITLE}{words}[.:]?)(?=[ \t]*$|(?<=[.:])\s)"
    match = re.compile(pattern, re.MULTILINE | re.IGNORECASE).search(text, start)
    return match.span(1) if match else None


def _read_with_pdfium(data: bytes, source: str, password: str | None) -> _Pages:
    with _open_with_pdfium(data, source, password) as pdf:
        texts: list[str] = []
        unreadable: list[int] = []
        for index in range(len(pdf)):
            try:
                texts.append(_page_text(pdf, index))
            except pypdfium2.PdfiumError:
                texts.append("")
                unreadable.append(index + 1)
        if len(unreadable) == len(texts):
            raise pypdfium2.PdfiumError("no page of it can be read")
        notes = [f"Damaged and left out: page {_ranges(unreadable)}."] if unreadable else []
        outline, outline_notes = _outline(pdf)
        info = pdf.get_metadata_dict(skip_empty=True)
        labels = [clean(pdf.get_page_label(index)) for index in range(len(pdf))]
        if all(label in ("", str(number)) for number, label in enumerate(labels, start=1)):
            labels = []
        title, author = (one_line(info.get(key, "")) for key in ("Title", "Author"))
        return _Pages(texts, labels, title, author, outline, (*notes, *outline_notes))


def _open_with_pdfium(data: bytes, source: str, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if not _is_about_password(error):
            raise
    if password is None:
        raise PasswordRequiredError(source, "encrypted; pass password='…' to open it")
    try:
        return pypdfium2.PdfDocument(data, password=password)
    except (pypdfium2.PdfiumError, UnicodeEncodeError) as error:
        raise PasswordRequiredError(source, "encrypted, and the password given does not open it") from error


def _is_about_password(error: pypdfium2.PdfiumError) -> bool:
    return "password" in str(error).lower()


def _page_text(pdf: pypdfium2.PdfDocument, index: int) -> str:
    page = pdf[index]
    try:
        textpage = page.get_textpage()
        try:
            # Bounded by the page's box first: it knows characters beyond U+FFFF, and leaves out what is cut off.
            return _tidy(textpage.get_text_bounded()) or _tidy(textpage.get_text_range())
        finally:
            textpage.close()
    finally:
        page.close()


def _outline(pdf: pypdfium2.PdfDocument) -> tuple[list[_Entry], list[str]]:
    """The outline entries that have a title and lead to a page of this file."""
    entries: list[_Entry] = []
    stack: list[str] = []
    lost = 0
    bookmarks = pdf.get_toc(max_depth=_MAX_OUTLINE_DEPTH)
    for bookmark in islice(bookmarks, _MAX_OUTLINE_ENTRIES):
        title = one_line(bookmark.get_title())[:MAX_HEADING_CHARS]
        stack[bookmark.level :] = [title]
        destination = bookmark.get_dest()
        index = None if destination is None else destination.get_index()
        if not title or index is None or index >= len(pdf):
            lost += 1
            continue
        entries.append(_Entry(index + 1, tuple(filter(None, stack))))
    notes = [f"Left out {_count(lost, 'outline entry', 'outline entries')} without a page."] if lost else []
    if next(bookmarks, None) is not None:
        notes.append(f"The outline was read up to {_MAX_OUTLINE_ENTRIES} entries.")
    return entries, notes


def _read_with_pypdf(data: bytes, source: str, password: str | None) -> _Pages | None:
    """The pages by the slower reader, None if it fails too or the file is too large for it."""
    if len(data) > _FALLBACK_MAX_BYTES:
        return None
    try:
        reader = pypdf.PdfReader(BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("") and not (password and reader.decrypt(password))
        pages = None if locked else _pypdf_pages(reader)
    except Exception:  # pypdf meets damage with almost any exception, RecursionError among them
        return None
    if locked:
        raise PasswordRequiredError(source, "encrypted, and no password, or the wrong one, was given")
    return pages


def _pypdf_pages(reader: pypdf.PdfReader) -> _Pages | None:
    count = len(reader.pages)
    if not 0 < count <= _FALLBACK_MAX_PAGES:
        return None
    deadline = time.monotonic() + _FALLBACK_SECONDS
    texts: list[str] = []
    for page in reader.pages:
        if time.monotonic() > deadline:
            break
        texts.append(_tidy(page.extract_text()))
    notes = ["Read with the fallback reader: the usual one found no text."]
    if len(texts) < count:
        notes.append(f"Only {len(texts)} of {_count(count, 'page')} were read: the file takes too long.")
        texts += [""] * (count - len(texts))
    return _Pages(texts, warnings=tuple(notes))


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


def _tidy(text: str) -> str:
    """Page text without control characters (but line-end hyphens), trailing blanks and runs of blank lines."""
    parts = re.split("([\x02\ufffe])", text)
    kept = "".join(part if part in ("\x02", "\ufffe") else clean(part) for part in parts)
    kept = _LIGATURE.sub(lambda found: _LIGATURES[found[0]], kept)
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()


def _resolve_hyphens(texts: Sequence[str]) -> Sequence[str]:
    """Words broken at a line's end made whole, as the rest of the document writes them.

    `informa-tion` loses its hyphen, `revenue-generating` and `COVID-19` keep theirs.
    """
    if not any("\x02" in text or "\ufffe" in text for text in texts):
        return texts
    known: set[str] = set()
    for text in texts:
        known.update(_WORD.findall(_BROKEN_WORD.sub(" ", text).lower()))

    def mend(match: re.Match[str]) -> str:
        left, right = match.groups()
        if not left or not right:
            return f"{left}-"
        if (left + right).lower() in known:
            return left
        both_are_words = left.lower() in known and right.lower() in known
        in_compound = match.string.endswith("-", 0, match.start())  # "proof-of-", then "concept"
        if f"{left}-{right}".lower() in known or both_are_words or in_compound or not right.islower():
            return f"{left}-"
        return left

    return [_LINE_END_HYPHEN.sub(mend, text) for text in texts]


def _count(number: int, singular: str, plural: str | None = None) -> str:
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as people write them: "3, 7-9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
