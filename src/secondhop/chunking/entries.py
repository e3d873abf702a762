"""Text whose line ends are meant: logs, chats, minutes, lists, forms. An entry of it is a sentence, whatever it ends in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, tee
from typing import NamedTuple

from secondhop.text.sentences import STOPS, WIDE_STOPS, is_stopped, size, split_sentences
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
"""Lines that tell something by how they begin."""
_ALIKE = 0.95
_SENTENCE_END = re.compile(rf"[{STOPS}]\s+[A-Z]")
_WHOLE_TOKENS = 50
"""An entry of up to so many tokens of five UTF-8 bytes is one sentence, a longer one several."""
_DEEPEST = 6
"""Entries within entries; what is indented deeper still is read line by line."""
_TITLED_TOKENS = 100
"""What stands under a title is not parted from it, up to so many of them."""
UNSPACED_NUMBER = r"(?:[（(]?(?:[一二三四五六七八九十]{1,3}[、．.）)]|\d{1,3}[、．）])|[①-⑳])"
"""How an item of a Chinese or Japanese list begins: with no blank behind it."""
_MARK = re.compile(
    rf"([-*•‣▪●○–·]\s)|(\(?(?:\d{{1,3}}|[a-zA-Zа-яα-ω]|[ivxIVX]{{1,5}})[.)]\s|{UNSPACED_NUMBER})"
    r"|([\[(<]?\d{1,4}(?:[-/.:]\d{1,2}){1,2}(?![\w.%])|[\[(<]?\d{4}-\d\d-\d\dT|<[^<>\n]{1,30}>\s|\[[^\[\]\n]{1,30}\]\s|\{)"
)
"""A bullet; a number; a date or time, who speaks, the brace of a record."""
_QUOTED = ("> ", ">> ")
"""How lines of mail begin that is answered: it is wrapped as it was."""
_ENDS = tuple(f"{STOPS}{WIDE_STOPS};；")
_PLAIN, _BULLETED, _NUMBERED, _DATED = range(4)
"""How a line begins: the groups of the pattern. What stands below one with a number or a date, up to the next, belongs to it."""


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
    contents = [content for raw in text[start:end].split("\n") if (content := raw.strip())]
    if len(contents) < LEAST_LINES:
        return None
    widths = sorted(map(len, contents))
    full = widths[int(0.9 * (len(widths) - 1))]
    first = [content.lstrip("> ")[:1] or ">" if content.startswith(_QUOTED) else content[0] for content in contents]
    small = sum(map(str.islower, first))
    reader = _Reader(text, full, wraps=full >= _NARROWEST and 2 * small < len(contents))
    # Read once, and only as far as is needed: paragraphs are told by half of their lines.
    lines, again = tee(_lines(text, start, end))
    if full > LONG_LINES:
        meant = sum(line.mark == _DATED for line in lines) >= _MEANT * len(contents)
    else:
        meant = full < _NARROWEST or _begin_alike(text, start, end, first, small) or reader.are_meant(lines, len(first))
    return list(reader.entries(list(again))) if meant else None


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    above = text.rfind("\n", 0, start) + 1
    if text[above:start].strip():
        above = start
    for raw in text[above:end].split("\n"):
        if content := raw.strip():
            indent = raw.index(content[0])
            first = above + indent
            # Most lines begin with a word, which a look at its letters tells.
            mark = None if content[:7].isalpha() else _MARK.match(content)
            yield _Line(first, first + len(content), indent, _PLAIN if mark is None else mark.lastindex or _PLAIN)
        above += len(raw) + 1


def _begin_alike(text: str, start: int, end: int, first: Sequence[str], small: int) -> bool:
    """Whether nearly all lines begin with a small letter, or nearly none does: those of a paragraph are mixed."""
    if len(first) < _LEAST_ALIKE:
        return False
    if small >= _ALIKE * len(first):
        return _SENTENCE_END.search(text, start, end) is None
    return sum(letter.isalpha() and not letter.isupper() for letter in first) <= (1 - _ALIKE) * len(first)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads lines of one text as entries."""

    text: str
    full: int
    """Usual width of its longer lines."""
    wraps: bool
    """Whether a small letter may tell that a line goes on with the one above."""

    def are_meant(self, lines: Iterable[_Line], n_lines: int) -> bool:
        """Whether most lines end for another reason than that the next word did not fit."""
        short, text = _SHORT * self.full, self.text
        rest = (1 - _MEANT) * (n_lines - 1)
        for line, following in pairwise(lines):
            if following.mark or following.indent != line.indent:
                continue
            # The next word has a letter at least: lines that are near to full need no search for its end.
            if line.end - line.start + 2 <= short and self._is_short(line, following):
                continue
            if not (text[line.end - 1].isalnum() or text[line.end - 1] == ",") and self._is_stopped(line):
                continue
            rest -= 1
            if rest < 0:
                return False
        return True

    def entries(self, lines: Sequence[_Line]) -> Iterator[list[Span]]:
        """The sentences of each entry; those under a title together, up to the size of a small chunk."""
        waiting: list[Span] = []
        titled = False
        for run, following in pairwise([*self._runs(lines), None]):
            assert run is not None
            is_title = run[0].mark == _PLAIN and following is not None and following[0].mark != _PLAIN
            if waiting and (is_title or not titled or size(self.text[waiting[0][0] : run[-1].end]) > _TITLED_TOKENS):
                yield waiting
                waiting, titled = [], False
            titled = titled or is_title
            waiting += self._sentences(run)
        yield waiting

    def _runs(self, lines: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
        """The lines of each entry."""
        has_titles = lines[0].mark == _PLAIN
        first, headed = 0, lines[0].mark >= _NUMBERED
        for place in range(1, len(lines)):
            line, before = lines[place], lines[place - 1]
            if line.indent > lines[first].indent or (headed and line.mark == _BULLETED):
                continue
            if line.mark == _PLAIN:
                is_title = has_titles and before.mark and place + 1 < len(lines) and lines[place + 1].mark
                if (headed and not is_title) or self._goes_on(before, line):
                    continue
            headed = headed or line.mark >= _NUMBERED
            yield lines[first:place]
            first = place
        yield lines[first:]

    def _sentences(self, run: Sequence[_Line], depth: int = 0) -> Iterator[Span]:
        if self._is_small(run[0].start, run[-1].end, _WHOLE_TOKENS):
            yield run[0].start, run[-1].end
            return
        head = 1
        while head < len(run) and self._goes_on(run[head - 1], run[head]):
            head += 1
        yield from split_sentences(self.text, run[0].start, run[head - 1].end)
        if head < len(run):
            rest = run[head:]
            for inner in self._runs(rest) if depth < _DEEPEST else ([line] for line in rest):
                yield from self._sentences(inner, depth + 1)

    def _is_small(self, start: int, end: int, tokens: int) -> bool:
        return end - start < 5 * (tokens + 1) and size(self.text[start:end]) <= tokens

    def _goes_on(self, line: _Line, following: _Line) -> bool:
        """Whether a line end is a mere wrap."""
        return (
            self.wraps
            and following.mark == _PLAIN
            and self.text[following.start].islower()
            and not self._is_stopped(line)
            and not self._is_short(line, following)
        )

    def _is_stopped(self, line: _Line) -> bool:
        return is_stopped(self.text, line.start, line.end, _ENDS)

    def _is_short(self, line: _Line, following: _Line) -> bool:
        """Whether the next word would have fitted."""
        blank = self.text.find(" ", following.start, following.end)
        word = (following.end if blank < 0 else blank) - following.start
        return line.end - line.start + 1 + word <= _SHORT * self.full
