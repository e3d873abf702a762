"""Sentences of documents that give orders to the model, also where they are disguised.

This is a mitigation: the detector knows common forms of them, in several languages; whoever knows the detector can word
around it. What the model may *do* has to be limited elsewhere. What nobody sees is left out by `text.invisible`.
"""

from __future__ import annotations

from secondhop.text.injection.disguises import decoded, has_hidden_words, normalized
from secondhop.text.injection.marks import DISGUISED, ENCODED, text_marks, worth_trying
from secondhop.text.injection.patterns import PATTERNS, Pattern
from secondhop.text.injection.topic import any_off_topic

_REMEMBERED = 1 << 17


def planted_instructions(text: str, marks: int | None = None, tried: int | None = None) -> tuple[str, ...]:
    """The kinds of instructions to a language model that the text seems to hold, sorted; empty if it holds none.

    `override` (ignore what you were told), `impersonation` (a system prompt or turn of a chat), `address` (speaks to
    the assistant), `exfiltration` (send or reveal something), `reply` (says how to answer), `task` (asks for work that
    has nothing to do with a document), `markup` (imitates tool calls or closes a context), `encoded` (any of these
    encoded), `hidden` (text in characters that nobody sees), `active` (scripts).

    Args:
        text: any text.
        marks: `text_marks(text)` or more, where they are known already, as an index knows words; None to find them.
        tried: `worth_trying(marks)`, or fewer where it is known that the others cannot stand in the text.
    """
    key = hash(text)
    kinds = _known.get(key)
    if kinds is None:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        kinds = _known[key] = _find_planted(text, marks, tried)
    return kinds


_known: dict[int, tuple[str, ...]] = {}
"""What was found in texts, by their hash: passages come back from question to question. Filling it needs no lock."""


def _find_planted(text: str, marks: int | None = None, tried: int | None = None) -> tuple[str, ...]:
    marks = text_marks(text) if marks is None else marks
    found = _kinds(text, worth_trying(marks) if tried is None else tried)
    if marks & DISGUISED and (plain := normalized(text)) != text:
        found |= _kinds(plain, worth_trying(text_marks(plain)))
    if marks & ENCODED:
        if any(_kinds(hidden, worth_trying(text_marks(hidden))) for hidden in decoded(text)):
            found.add("encoded")
        if has_hidden_words(text):
            found.add("hidden")
    return tuple(sorted(found))


def _kinds(text: str, tried: int) -> set[str]:
    """The kinds that stand in the text as it is written, of the patterns that are to be tried."""
    kinds: set[str] = set()
    lower = f"\n{text.lower()}" if tried else ""
    while tried:
        bit = tried & -tried
        tried ^= bit
        pattern = PATTERNS[bit.bit_length() - 1]
        if pattern.kind not in kinds and _holds(lower, pattern):
            kinds.add(pattern.kind)
    return kinds


def _holds(lower: str, pattern: Pattern) -> bool:
    matches = pattern.matches(lower)
    return any_off_topic(lower, matches) if pattern.off_topic else any(True for _ in matches)
