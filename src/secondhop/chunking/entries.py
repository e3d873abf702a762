"""Text whose line ends are meant: logs, chats, minutes, lists, forms. An entry of it is a sentence, whatever it ends in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from secondhop.text.sentences import STOPS, WIDE_STOPS, size, split_sentences
from secondhop.types import Span

LEAST_LINES = 4
"""Fewer tell nothing about their ends."""
_SHORT = 0.8
"""Share of the usual width up to which a line is short: the next word would have fitted."""
_NARROWEST = 30
"""Characters that the lines of a paragraph have at least."""
LONG_LINES = 200
"""Characters: such lines are a paragraph each, or entries of a log."""
_MEANT = 0.6
"""Share of line ends that are meant in a text of entries."""
_LEAST_ALIKE = 8
_ALIKE = 0.95
_SENTENCE = re.compile(rf"[{STOPS}]\s+[A-Z]")
_WHOLE_TOKENS = 50
"""An entry of up to so many tokens of five UTF-8 bytes is one sentence, a longer one several."""
_TITLED_TOKENS = 100
"""What stands under a title is not parted from it, up to so many of them."""
_BULLET = re.compile(r"[-*•‣▪●○–·]\s")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s")
_DATE = re.compile(
    r"[\[(<]?\d{1,4}(?:[-/.:]\d{1,2}){1,2}(?![\w.%])|[\[(<]?\d{4}-\d\d-\d\dT|<[^<>\n]{1,30}>\s|\[[^\[\]\n]{1,30}\]\s|\{"
)
"""A date or time, who speaks, the brace of a record."""
_ENDS = tuple(f"{STOPS}{WIDE_STOPS};；")
_QUOTES = "\"')]”’»"
_PLAIN, _BULLETED, _NUMBERED, _DATED = range(4)
"""How a line begins. What stands below one with a number or a date, up to the next, belongs to it."""


class _Line(NamedTuple):
    """A line that is not blank, without blanks around it."""

    start: int
    end: int
    indent: int
    mark: int
    """`_PLAIN`, or how it says that it begins an entry."""


def entries(text: str, start: int, end: int) -> list[list[Span]] | None:
    """The entries of a text without empty lines, each as its sentences; None if its lines are those of paragraphs.

    What is indented deeper than the line that an entry begins with is part of it. A title comes with the entry below it.
    """
    lines = list(_lines(text, start, end))
    if len(lines) < LEAST_LINES:
        return None
    widths = sorted(line.end - line.start for line in lines)
    full = widths[int(0.9 * (len(widths) - 1))]
    if full > LONG_LINES:
        meant = _are_dated(lines)
    else:
        meant = full < _NARROWEST or _are_meant(text, lines, full)
    if not meant:
        return None
    return list(_with_titles(text, list(_runs(text, lines, full)), full))


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    left = start
    while left < end:
        newline = text.find("\n", left, end)
        right = end if newline < 0 else newline
        if content := text[left:right].strip():
            first = text.index(content[0], left)
            yield _Line(first, first + len(content), first - text.rfind("\n", 0, first) - 1, _mark(content))
        left = right + 1


def _mark(content: str) -> int:
    if _DATE.match(content):
        return _DATED
    if _NUMBER.match(content):
        return _NUMBERED
    return _BULLETED if _BULLET.match(content) else _PLAIN


def _are_dated(lines: Sequence[_Line]) -> bool:
    """Whether most lines begin as those of a log do. Long lines are paragraphs else."""
    return sum(line.mark == _DATED for line in lines) >= _MEANT * len(lines)


def _are_meant(text: str, lines: Sequence[_Line], full: int) -> bool:
    """Whether most lines end for another reason than that the next word did not fit, or all begin alike."""
    if len(lines) >= _LEAST_ALIKE and _begin_alike(text, lines):
        return True
    meant = sum(
        following.mark != _PLAIN
        or following.indent != line.indent
        or _is_stopped(text, line)
        or _is_short(text, line, following, full)
        for line, following in pairwise(lines)
    )
    return meant >= _MEANT * (len(lines) - 1)


def _begin_alike(text: str, lines: Sequence[_Line]) -> bool:
    """Whether nearly all lines begin with a small letter, or with none: those of a paragraph are mixed."""
    first = [text[line.start] for line in lines]
    small = sum(map(str.islower, first))
    if small >= _ALIKE * len(lines):
        return _SENTENCE.search(text, lines[0].start, lines[-1].end) is None
    caseless = sum(letter.isalpha() and not letter.isupper() for letter in first)
    return caseless <= (1 - _ALIKE) * len(lines)


def _is_stopped(text: str, line: _Line) -> bool:
    return text[max(line.start, line.end - 4) : line.end].rstrip(_QUOTES).endswith(_ENDS)


def _is_short(text: str, line: _Line, following: _Line, full: int) -> bool:
    blank = text.find(" ", following.start, following.end)
    word = (following.end if blank < 0 else blank) - following.start
    return line.end - line.start + 1 + word <= _SHORT * full


def _runs(text: str, lines: Sequence[_Line], full: int) -> Iterator[Sequence[_Line]]:
    """The lines of each entry."""
    has_titles = lines[0].mark == _PLAIN
    first, headed = 0, lines[0].mark >= _NUMBERED
    for place in range(1, len(lines)):
        line, before = lines[place], lines[place - 1]
        if line.indent > lines[first].indent:
            continue
        if line.mark == _PLAIN:
            is_title = (
                has_titles and before.mark != _PLAIN and place + 1 < len(lines) and lines[place + 1].mark != _PLAIN
            )
            if (headed and not is_title) or _goes_on(text, before, line, full):
                continue
        elif line.mark == _BULLETED and headed:
            continue
        headed = headed or line.mark >= _NUMBERED
        yield lines[first:place]
        first = place
    yield lines[first:]


def _goes_on(text: str, line: _Line, following: _Line, full: int) -> bool:
    """Whether a line end within an entry is none that is meant."""
    return (
        text[following.start].islower()
        and not text[line.start].islower()
        and not _is_stopped(text, line)
        and not _is_short(text, line, following, full)
    )


def _with_titles(text: str, runs: Sequence[Sequence[_Line]], full: int) -> Iterator[list[Span]]:
    """The sentences of each entry; those under a title together, as far as they are no more than a small chunk."""
    waiting: list[Span] = []
    titled = False
    for run, following in pairwise([*runs, None]):
        is_title = run[0].mark == _PLAIN and following is not None and following[0].mark != _PLAIN
        if waiting and (is_title or not titled or size(text[waiting[0][0] : run[-1].end]) > _TITLED_TOKENS):
            yield waiting
            waiting, titled = [], False
        titled = titled or is_title
        waiting += _sentences(text, run, full)
    yield waiting


def _sentences(text: str, run: Sequence[_Line], full: int) -> Iterator[Span]:
    start, end = run[0].start, run[-1].end
    if size(text[start:end]) <= _WHOLE_TOKENS:
        yield start, end
        return
    yield from split_sentences(text, start, run[0].end)
    if len(run) > 1:
        for inner in _runs(text, run[1:], full):
            yield from _sentences(text, inner, full)
