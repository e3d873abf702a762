"""Tables with rules in plain text: of Markdown, drawn boxes, what databases print, columns under strokes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, repeat

from secondhop.loading.verbatim.markdown_blocks import cells

_LINE_END = r"(?:\r?\n|\r(?!\n))"
_DASHES = r":?[-=]+:?[ \t]*"
_RULE = re.compile(
    r"\n(?=[ \t|+:]*[-=])"  # most lines are none: this tells so at once
    rf"([ \t]*(?:[|+][ \t]*)?{_DASHES}(?:[|+][ \t]*{_DASHES})*(?:[|+][ \t]*)?)(?=[\r\n]|\Z)"
)
_FOLLOWING = re.compile(rf"(?:{_LINE_END}(?=[^\r\n]*\||[ \t]*\+[-=])[^\r\n]*)+")
_TALLEST = 2000
"""Characters of the header of a box."""

_BEFORE_STROKES = re.compile(r"\n(?=[ \t]*(?:--|==))")
_STROKES = re.compile(r"([ \t]*([-=])\2+(?: +\2+)+)[ \t]*(?=[\r\n]|\Z)")
_STROKE = re.compile(r"[-=]+")
_NOTHING_BELOW = re.compile(rf"{_LINE_END}[ \t]*(?:[\r\n]|\Z)|\Z")
_LINES_BELOW = re.compile(rf"(?:{_LINE_END}(?=[^\r\n]*\S)[^\r\n]*)*")
_HEADER_LINES = 3

Found = tuple[int, int, int]
"""Start and end of a table, and where its header ends; its start where there is none."""


def boxes(text: str) -> Iterator[Found]:
    """Tables with a header that is ruled off with as many cells."""
    if "|" not in text:
        return
    done = 0
    for rule in _RULE.finditer(text):
        if rule.start(1) < done:
            continue
        above = rule.start() - text.endswith("\r", 0, rule.start())
        start = _line_start(text, above)
        header, ruled = text[start:above], rule[1].replace("+", "|")
        if "|" in header and len(cells(header)) == len(cells(ruled)) and (rows := _FOLLOWING.match(text, rule.end())):
            done = rows.end()
            yield _top(text, start, rule[1]), done, rule.end()


def _top(text: str, start: int, rule: str) -> int:
    """Where the box begins whose header ends with this rule; `start` if it is open above."""
    top = text.rfind(rule.replace("=", "-"), max(0, start - _TALLEST), start)
    if top < 0 or top > _line_start(text, top):
        return start
    between = text[top + len(rule) : start].strip().splitlines()
    return top if all(line.lstrip().startswith("|") for line in between) else start


def columns(text: str) -> Iterator[Found]:
    """Tables of which each column is ruled off by itself: below a header, or at both ends, and then below a header too."""
    if "-- " not in text and "== " not in text:
        return
    starts = chain([0], (before.end() for before in _BEFORE_STROKES.finditer(text)))
    rules = [rule for rule in map(_STROKES.match, repeat(text), starts) if rule]
    done = 0
    for rule, (following, last) in zip(rules, _ends(text, rules), strict=True):
        if rule.start() < done or _NOTHING_BELOW.match(text, rule.end()):
            continue
        if (start := _header(text, rule)) < rule.start() and (rows := _LINES_BELOW.match(text, rule.end())):
            done = rows.end()
            yield start, done, rule.end()
        elif following is not None and last is not None:
            done = last.end()
            yield rule.start(), done, rule.start() if following is last else following.end()


def _ends(text: str, rules: Sequence[re.Match[str]]) -> Iterator[tuple[re.Match[str] | None, re.Match[str] | None]]:
    """For each rule the next one like it, and the next one with nothing right below it."""
    found = []
    after: dict[str, tuple[re.Match[str], re.Match[str] | None]] = {}
    for rule in reversed(rules):
        found.append(ends := after.get(rule[1], (None, None)))
        after[rule[1]] = rule, rule if _NOTHING_BELOW.match(text, rule.end()) else ends[1]
    return reversed(found)


def _header(text: str, rule: re.Match[str]) -> int:
    """Where the header begins that stands above a rule, each column filled and nothing between them; its start if none does."""
    strokes = [stroke.span() for stroke in _STROKE.finditer(rule[1].expandtabs())]
    start = rule.start()
    for number in range(_HEADER_LINES):
        above = start - 1 - text.endswith("\r\n", 0, start)
        begin = _line_start(text, max(0, above))
        line = text[begin:start].expandtabs()
        if not line.strip() or any(line[left:right].strip() for (_, left), (right, _) in pairwise(strokes)):
            break
        if number == 0 and not all(line[left:right].strip() for left, right in strokes):
            break
        start = begin
    return start


def _line_start(text: str, end: int) -> int:
    newline = text.rfind("\n", 0, end)
    return max(newline, text.rfind("\r", newline + 1, end)) + 1
