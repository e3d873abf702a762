"""Containers of other files: zip, checked before it is unpacked, and OLE, in which old and encrypted office files come."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from secondhop.errors import CorruptFileError, FileTooLargeError, PasswordRequiredError, UnsupportedFormatError

_MAX_ENTRIES = 20_000
_MAX_UNPACKED_BYTES = 384 * 1024 * 1024
_MAX_RATIO = 200
_OFFICE_PARTS = (
    "word/", "xl/", "ppt/", "docProps/", "_rels/", "[Content_Types]", "content.xml", "styles.xml", "meta.xml",
)  # fmt: skip
_PROLOG_BYTES = 4096
_DOCTYPE = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E", re.IGNORECASE)
_RATIO_MATTERS_ABOVE_BYTES = 10 * 1024 * 1024
_OLD = {
    "WordDocument": ("Word 97-2003 document (.doc)", ".docx"),
    "PowerPoint Document": ("PowerPoint 97-2003 presentation (.ppt)", ".pptx"),
}
"""Stream of an OLE container → what it is a part of, and what that can be saved as."""


def open_container(data: bytes, source: str) -> zipfile.ZipFile:
    """The zip container, once its own table of contents says that it is safe to unpack.

    Raises:
        CorruptFileError: not a zip file, or cut off.
        FileTooLargeError: it would unpack to too much.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, IndexError) as error:
        raise CorruptFileError(source, f"not a readable zip container ({error})") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_ENTRIES:
        raise FileTooLargeError(source, f"{len(entries)} files inside; the limit is {_MAX_ENTRIES}")
    if unpacked > _MAX_UNPACKED_BYTES:
        limit = _MAX_UNPACKED_BYTES // 2**20
        raise FileTooLargeError(source, f"unpacks to {unpacked // 2**20} MiB; the limit is {limit} MiB")
    if sum(entry.compress_size for entry in entries) > len(data):
        raise CorruptFileError(source, "the files inside overlap (a zip bomb?)")
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > _RATIO_MATTERS_ABOVE_BYTES and ratio > _MAX_RATIO:
            raise FileTooLargeError(source, f"{entry.filename!r} unpacks to {ratio:.0f} times its size (a zip bomb?)")
    return archive


def read_entry(archive: zipfile.ZipFile, name: str, source: str) -> bytes | None:
    """One file of the container, None if it is not there.

    Raises:
        CorruptFileError: it cannot be unpacked, or is not what the table of contents says.
    """
    try:
        data = archive.read(name)
    except KeyError:
        return None
    except Exception as error:  # zlib, lzma, struct, encryption flags: zipfile lets all of them through
        raise CorruptFileError(source, f"{name!r} inside it cannot be unpacked ({error})") from error
    if name.startswith(_OFFICE_PARTS) and declares_type(data):
        raise CorruptFileError(source, f"{name!r} inside it declares a document type, which office files never do")
    return data


def declares_type(xml: bytes) -> bool:
    """Whether XML declares a document type, in which entities may be defined."""
    return _DOCTYPE.search(xml[:_PROLOG_BYTES]) is not None


def is_ole(data: bytes) -> bool:
    """Whether these are the bytes of an OLE container: an old Office file, or an encrypted new one."""
    return data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def ole_holds(data: bytes, stream: str) -> bool:
    """Whether an OLE container names a stream like that."""
    return stream.encode("utf-16-le") in data


def refuse_encrypted(data: bytes, source: str) -> None:
    """Raises `PasswordRequiredError` for an OLE container that wraps an encrypted docx, pptx or xlsx."""
    if is_ole(data) and ole_holds(data, "EncryptedPackage"):
        raise PasswordRequiredError(source, "encrypted; remove the password in the office program, then load it again")


def refuse_old(data: bytes, source: str) -> None:
    """The same, and `UnsupportedFormatError` for files of old programs, but for spreadsheets, which are read."""
    refuse_encrypted(data, source)
    for stream, (kind, suffix) in _OLD.items():
        if is_ole(data) and ole_holds(data, stream):
            raise UnsupportedFormatError(source, f"is a {kind}; save it as {suffix}")
