"""Files of evaluations: texts and PDF pages, each read once, and the files that a run writes."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

from secondhop.errors import CorruptFileError, OptionError
from secondhop.loading import read_file
from secondhop.options import as_path


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
