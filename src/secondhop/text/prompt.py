"""Passages to prompt text. The one place that knows what stands between and before them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from operator import attrgetter

from secondhop.errors import OptionError
from secondhop.text.counting import CachedCounter
from secondhop.text.invisible import hides, visible
from secondhop.text.remembered import LONGEST_TEXT
from secondhop.types import Budget, Chunk, Kind, Passage, TextStyle

SEPARATOR = "\n\n"
GAP = " … "
LINE_GAP = "\n…\n"
"""Both marks are as long, so that pieces can be found again in a text whatever its kind."""
_OF_LINES = ("|", "```", "~~~")
"""What rows of tables and snippets of code in Markdown begin and end with."""
_ENDS_OF_LINES = (*_OF_LINES, "--", "==")
"""The header of a table may end with its rule."""
_FENCE_BYTES = 6


def label(chunk: Chunk, *, line: bool = True) -> str:
    """Where a chunk stands: `contract.pdf p.12 § 9.1 Governing Law`; without pages, `notes.md line 40 § Refunds`.

    A heading that begins with such a sign itself (`§ 4 Kündigung`) gets no second one.
    """
    where = chunk.source
    if chunk.page is not None:
        where = f"{where} p.{chunk.page}"
    elif line and chunk.line is not None:
        where = f"{where} line {chunk.line}"
    elif line and chunk.id:
        where = f"{where} {chunk.id}"
    heading = chunk.heading
    if not heading:
        return where
    return f"{where} {heading}" if heading.startswith("§") else f"{where} § {heading}"


def marker(number: int, chunk: Chunk) -> str:
    """The line that heads a passage in the numbered style: `[1] contract.pdf p.12 § 9.1 Governing Law`."""
    return f"[{number}] {cited(chunk)}"


def cited(chunk: Chunk) -> str:
    """Where a chunk stands, in one line for readers of an answer: lines are told of code only."""
    return " ".join(label(chunk, line=chunk.kind == "code" and chunk.line is not None).split())


def passage_text(passage: Passage) -> str:
    """The passage's spans, verbatim, with a mark at each gap; beside code and tables it stands on a line of its own."""
    text = passage._text
    if text is None:
        text = joined(passage.pieces, passage.chunk.kind)
        object.__setattr__(passage, "_text", text)
    return text


def joined(pieces: Sequence[str], kind: Kind) -> str:
    """Pieces of a chunk's text in reading order, without the blanks around them, with a mark at each gap."""
    blanks = None if kind == "prose" else "\n"
    if len(pieces) == 1:
        return pieces[0].strip(blanks)
    pieces = [piece.strip(blanks) for piece in pieces]
    if kind != "prose":
        return LINE_GAP.join(pieces)
    text = "".join(pieces[:1])
    for before, piece in pairwise(pieces):
        text += (LINE_GAP if piece.startswith(_OF_LINES) or before.endswith(_ENDS_OF_LINES) else GAP) + piece
    return text


def visible_text(passage: Passage) -> str:
    """`passage_text` without the characters that nobody sees."""
    return visible_part(passage_text(passage), passage.chunk)


def visible_part(text: str, chunk: Chunk) -> str:
    """Words of a chunk without the characters that nobody sees; where the chunk has none, they are not looked for again."""
    return text if len(chunk.text) <= LONGEST_TEXT and not hides(chunk.text) else visible(text)


def _plain(_: int, passage: Passage) -> str:
    return visible_text(passage)


def _numbered(number: int, passage: Passage) -> str:
    return f"{visible(marker(number, passage.chunk))}\n{visible_text(passage)}"


def _fenced(number: int, passage: Passage) -> str:
    """The passage between marks that it does not hold: their name is a digest of what stands between them."""
    head, text = visible(" ".join(label(passage.chunk).split())), visible_text(passage)
    digest, salt = "", 0
    while not digest or digest in text or digest in head:
        digest = blake2b(f"{salt}\n{head}\n{text}".encode(errors="replace"), digest_size=_FENCE_BYTES).hexdigest()
        salt += 1
    return f"<passage {number} {digest} | {head}>\n{text}\n</passage {digest}>"


STYLES: Mapping[str, Callable[[int, Passage], str]] = {"plain": _plain, "numbered": _numbered, "fenced": _fenced}
"""The styles that `text_style=` takes by name."""


def show(style: TextStyle, number: int, passage: Passage) -> str:
    """One passage in a style, without the characters that nobody sees.

    Raises:
        OptionError: a function of the caller's gives something else than a string.
    """
    if not callable(style):
        return STYLES[style](number, passage)
    text = style(number, passage)
    if not isinstance(text, str):
        name = getattr(style, "__name__", type(style).__name__)
        raise OptionError(f"text_style={name} returned {text!r} for a passage, not a string")
    return visible(text)


def render(passages: Sequence[Passage], style: TextStyle = "plain", numbers: Sequence[int] | None = None) -> str:
    """The prompt text of passages that stand in reading order, numbered from 1 unless `numbers` says otherwise."""
    numbers = range(1, len(passages) + 1) if numbers is None else numbers
    return SEPARATOR.join([show(style, number, passage) for number, passage in zip(numbers, passages, strict=True)])


def rendered(passages: Iterable[Passage], budget: Budget) -> tuple[str, int]:
    """The prompt text of passages in any order, and its tokens."""
    in_order = sorted(passages, key=attrgetter("order"))
    texts = [show(budget.style, number, passage) for number, passage in enumerate(in_order, 1)]
    text, count = SEPARATOR.join(texts), budget.count_tokens
    return text, (count.joined(texts) if isinstance(count, CachedCounter) else count(text)) if text else 0
