"""E-mail: the headers that say who, when and about what, the readable body, and the names of what is attached.

Web pages that browsers save in one file (MHTML) are mails without a receiver, with the pictures of the page in them.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, lookup
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import Any

from secondhop.errors import CorruptFileError, LoadError
from secondhop.loading.builder import TextBuilder, clean, one_line
from secondhop.loading.encodings import READ_AS, decode
from secondhop.types import SourceText

_BYLINE, _RECEIVERS = ("From", "Date"), ("To", "Cc")
_MAX_DEPTH = 20
_MAX_PARTS = 1000
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_BODIES = frozenset({"text/plain", "text/html"})
_DAMAGE = (LoadError, MessageError, ValueError, IndexError, AttributeError, TypeError)
"""What reading a header raises."""
_WORD = re.compile(r"=\?([\w.:-]+)(?=[*?])")
"""How an encoded word of a header begins, with its character set."""
_POSTMARK = re.compile(rb"(?:\A|\r?\n\r?\n)From \S+ (?=[^\r\n]*\d\d:\d\d)[^\r\n]*\r?\n(?=[!-9;-~]+:)")
"""The line above each message of a mailbox, which begins with one: sender and time."""
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_AS_IT_STANDS = ("", "7bit", "8bit", "binary")
"""Transfer encodings that change nothing."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the parts of one message are read with."""

    source: str
    is_utf8: bool
    warnings: dict[str, None]
    """What had to be guessed, each sentence once."""


def load(data: bytes, source: str) -> SourceText:
    """The message under its subject, then messages attached to it; other attachments are named, not opened.

    All messages of a mailbox, one after the other.

    Raises:
        CorruptFileError: no header line.
        NoTextError: neither headers nor text.
    """
    # A mark comes from an editor, or says that a string was given: then the text is UTF-8 whatever its parts declare.
    is_utf8 = data.startswith(BOM_UTF8)
    found = _messages(data.removeprefix(BOM_UTF8))
    builder = TextBuilder()
    reading = _Reading(source, is_utf8, {})
    for message in map(BytesParser(policy=policy.default).parsebytes, found):
        if not message.keys():
            raise CorruptFileError(source, "not an e-mail (it begins with no header line)")
        builder.begin()
        _write(message, 1, builder, reading)
    named = (("title", "Subject"), ("author", "From"), ("date", "Date"))
    metadata = {key: _header(message, name, reading) for key, name in named if len(found) == 1}
    return builder.build(source, metadata=metadata, warnings=reading.warnings)


def _messages(data: bytes) -> list[bytes]:
    """The messages of a mailbox; all of the data if it is none."""
    before, *found = _POSTMARK.split(data)
    return [data] if before or not found else [_QUOTED.sub(b"", message) for message in found]


def _write(message: Message, level: int, builder: TextBuilder, reading: _Reading) -> None:
    byline, receivers = (_headers(message, names, reading) for names in (_BYLINE, _RECEIVERS))
    builder.heading(
        level, _header(message, "Subject", reading) or ("(no subject)" if byline.startswith("From") else "")
    )
    builder.byline(byline)
    builder.write(receivers, gap="\n" if byline else "\n\n")
    attached: list[str] = []
    inner: list[Message] = []
    said: set[Message] = set()
    for part, kind, alternatives in _parts(message):
        if kind in _MESSAGES and level < _MAX_DEPTH:
            inner += [found for found in part.get_payload() if isinstance(found, EmailMessage)]
        elif kind not in _BODIES or part.get_content_disposition() == "attachment" or part.get_filename():
            # Pictures and styles of a page say where they are from.
            if "Content-Location" not in part or part.get_content_disposition() == "attachment":
                attached.append(one_line(part.get_filename() or kind))
        elif kind == "text/plain":
            written = builder.write(clean(_text(part, reading)).strip())
            if written is not None and alternatives is not None:
                said.add(alternatives)
        elif alternatives not in said and (page := _text(part, reading)):
            from secondhop.loading.markup.html import write_page  # most messages have a plain text beside it

            reading.warnings.update(dict.fromkeys(write_page(page, builder)[1]))
    if attached:
        builder.write("Attachments: " + ", ".join(attached))
    for found in inner:
        _write(found, level + 1, builder, reading)


def _parts(message: Message) -> Iterator[tuple[Message, str, Message | None]]:
    """The leaves in order, and messages inside whole: each with its type and the alternatives that it is one of.

    A plain text comes before the other alternatives: many programs leave it empty, else it says what they say.
    Without recursion: parts may nest without end.
    """
    waiting: list[tuple[Any, str, Message | None]] = [(message, message.get_content_type(), None)]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part, kind, alternatives = waiting.pop()
        if part.is_multipart() and (part is message or not kind.startswith("message/")):
            if kind == "multipart/alternative" and alternatives is None:
                alternatives = part
            inside = [(found, found.get_content_type(), alternatives) for found in part.get_payload()]
            if kind == "multipart/alternative":
                inside.sort(key=lambda found: found[1] != "text/plain")
            waiting += reversed(inside)
        else:
            yield part, kind, alternatives


def _text(part: Message, reading: _Reading) -> str:
    """The text of a part in the character set that it declares, or as its bytes say."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    charset = part.get_content_charset() or "utf-8"
    if reading.is_utf8 and str(part.get("Content-Transfer-Encoding", "")).strip().lower() in _AS_IT_STANDS:
        charset = "utf-8"
    try:
        name = lookup(charset).name
        # What else is in a text that claims to be ASCII may be anything.
        return payload.decode(name if name == "ascii" else READ_AS.get(name, name))
    except (LookupError, ValueError):
        return _guessed(payload, reading)


def _guessed(data: bytes, reading: _Reading) -> str:
    text, warnings = decode(data, reading.source)
    reading.warnings.update(dict.fromkeys(warnings))
    return text


def _headers(message: Message, names: Iterable[str], reading: _Reading) -> str:
    return "\n".join(f"{name}: {value}" for name in names if (value := _header(message, name, reading)))


def _header(message: Message, name: str, reading: _Reading) -> str:
    """A header decoded, its words in the character sets that bodies are read in; empty if it is missing or cannot be parsed."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        if not raw.isascii():  # written without the encoding that headers need
            raw = _guessed(raw.encode("utf-8", "surrogateescape"), reading)
        return one_line(str(message.policy.header_fetch_parse(name, _WORD.sub(_read_as, raw))))
    except _DAMAGE:
        return ""


def _read_as(charset: re.Match[str]) -> str:
    try:
        name = lookup(charset[1]).name
    except LookupError:
        return charset[0]
    return f"=?{READ_AS.get(name, name)}"
