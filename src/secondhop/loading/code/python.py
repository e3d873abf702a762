"""The definitions of Python code, told by its logical lines and their indentation: many times as fast as a parse tree.

Strings and comments are found by one pattern, everything else by passes over arrays of characters. What is no Python
that the interpreter would take, and the few things that such a pass cannot tell, are left to the grammar.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import distinct_values, true_runs
from secondhop.loading.code.labels import Definition, shortened_name
from secondhop.text.bulk.characters import CharacterClasses, Characters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Bools, Ints

# Each kind of string comes first as it should be, then without its end: then it takes in all that may belong to it,
# line end included, so that no text costs more than a few passes. Alternatives that all begin with a character, not
# with a set of them, are looked for many times as fast.
_TOKEN = re.compile(
    r"""(\#[^\n]*"""
    r"""|\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"|"(?!"")[^"\\\n]*(?:\\(?:\r\n|.)[^"\\\n]*)*\""""
    r"""|\'\'\'[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*\'\'\'|'(?!'')[^'\\\n]*(?:\\(?:\r\n|.)[^'\\\n]*)*'"""
    r"""|\"\"\".*|\'\'\'.*|"[^\n]*\n|'[^\n]*\n)""",
    re.DOTALL,
)
_HEAD = re.compile(r"(?:(?:async[ \t]+)?(?P<kind>def)|class)[ \t]+(?P<name>[^\W\d]\w*)[ \t]*(?:[(\[]|(?(kind)(?!):))")
_KEYWORD = re.compile(r"(?:async[ \t\\]+)?(?:def|class)\b")
_BRACE = re.compile("[{}]")
_CLASSES = CharacterClasses([r"[(\[{]", r"[)\]}]", r"\n", r"[ \t\r\f]"])
_OPENS, _CLOSES, _NEWLINE, _BLANK = 1, 2, 4, 8
_STEP = np.array([1 if bits == _OPENS else -1 if bits == _CLOSES else 0 for bits in range(16)], np.int8)
_CODE, _STRING, _COMMENT = 0, 1, 2
_TAB = 8


class _Rows(NamedTuple):
    """The logical lines that hold code."""

    begin: Ints
    """Where the first token begins."""
    end: Ints
    """Where the last token ends; a comment is none."""
    column: Ints


def python_definitions(text: str) -> list[Definition] | None:
    """The definitions of the text in order, outer ones first; None if it takes a grammar to tell."""
    if text.count("\r") != text.count("\r\n"):
        return None
    text += "\n"
    characters = Characters.of(text)
    units = characters.codes
    rows = _rows(text, characters)
    if rows is None or not _is_indented_well(rows, units):
        return None
    return _definitions(text, units, rows)


def _rows(text: str, characters: Characters) -> _Rows | None:
    units = characters.codes
    kinds = _kinds(text, units)
    if kinds is None:
        return None
    classes, is_code = _CLASSES.of(characters), kinds == _CODE
    marks = (((classes & (_OPENS | _CLOSES | _NEWLINE)) != 0) & is_code).nonzero()[0]
    of_marks = classes[marks]
    depth = _STEP[of_marks].cumsum(dtype=np.int32)
    if depth[-1] or int(depth.min()) < 0:
        return None
    ends = marks[(depth == 0) & (of_marks == _NEWLINE)]
    if "\\\n" in text or "\\\r\n" in text:
        ends = ends[~_is_continued(ends, units, kinds)]
    if not len(ends) or ends[-1] != len(text) - 1:
        return None
    starts = np.zeros(len(ends), np.int64)
    starts[1:] = ends[:-1] + 1
    begins, stops = true_runs((((classes & (_BLANK | _NEWLINE)) == 0) & is_code) | (kinds == _STRING))
    first, last = stops.searchsorted(starts, "right"), begins.searchsorted(ends) - 1
    holds = first <= last
    begin, end = begins[first[holds]], stops[last[holds]]
    columns = _columns(text, starts[holds], begin)
    return None if columns is None else _Rows(begin, end, columns)


def _kinds(text: str, units: NDArray[np.unsignedinteger]) -> NDArray[np.uint8] | None:
    """[characters] what each belongs to; None where strings do not end, or may end elsewhere."""
    pieces = _TOKEN.split(text)
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    kinds = np.zeros(len(pieces), np.uint8)
    if len(pieces) > 1:
        ends = lengths.cumsum()
        begin = ends[0::2][:-1]
        if (units[ends[1::2] - 1] == ord("\n")).any():
            return None
        kinds[1::2] = np.where(units[begin] == ord("#"), _COMMENT, _STRING)
        if not all(_is_whole(pieces[2 * place + 1]) for place in _formatted(units, begin)):
            return None
    return kinds.repeat(lengths)


def _formatted(units: NDArray[np.unsignedinteger], begin: Ints) -> list[int]:
    """Which of the tokens may be formatted strings, by the letters before them."""
    before, second = units[np.maximum(begin - 1, 0)] | 32, units[np.maximum(begin - 2, 0)] | 32  # in lower case
    last = np.where(before == ord("r"), second, before)
    found: list[int] = ((last == ord("f")) | (last == ord("t"))).nonzero()[0].tolist()
    return found


def _is_whole(string: str) -> bool:
    """Whether the braces of a formatted string match: if not, it goes on behind a quote that stands inside them."""
    if "{{" not in string and "}}" not in string:
        return string.count("{") == string.count("}")
    depth, place = 0, -1
    for brace in _BRACE.finditer(string):
        if brace.start() < place:
            continue
        doubled = depth == 0 and string.startswith(2 * brace[0], brace.start())
        place = brace.end() + doubled
        depth += 0 if doubled else 1 if brace[0] == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _is_continued(ends: Ints, units: NDArray[np.unsignedinteger], kinds: NDArray[np.uint8]) -> Bools:
    """[ends] whether the line end stands behind a backslash."""
    before = np.maximum(ends - 1, 0)
    before = np.where(units[before] == ord("\r"), np.maximum(before - 1, 0), before)
    continued: Bools = (units[before] == ord("\\")) & (kinds[before] == _CODE) & (before < ends)
    return continued


def _columns(text: str, starts: Ints, begin: Ints) -> Ints | None:
    columns = begin - starts
    if "\t" in text or "\f" in text:
        for row in columns.nonzero()[0].tolist():
            blanks = text[starts[row] : begin[row]]
            if "\f" in blanks:
                return None
            columns[row] = len(blanks.expandtabs(_TAB))
    return columns


def _is_indented_well(rows: _Rows, units: NDArray[np.unsignedinteger]) -> bool:
    """Whether lines are indented behind a colon and nowhere else, and go back only to where they came from."""
    column = rows.column
    if not len(column):
        return True
    steps = np.diff(column)
    if column[0] or ((steps > 0) != (units[rows.end[:-1] - 1] == ord(":"))).any():
        return False
    levels = [0]
    changes = steps.nonzero()[0]
    for before, after in zip(column[changes].tolist(), column[changes + 1].tolist(), strict=True):
        if after > before:
            levels.append(after)
            continue
        while levels[-1] > after:
            levels.pop()
        if levels[-1] != after:
            return False
    return True


def _definitions(text: str, units: NDArray[np.unsignedinteger], rows: _Rows) -> list[Definition] | None:
    begin, column = rows.begin, rows.column
    initial, second = units[begin], units[np.minimum(begin + 1, len(units) - 1)]
    heads = (
        ((initial == ord("d")) & (second == ord("e")))
        | ((initial == ord("c")) & (second == ord("l")))
        | ((initial == ord("a")) & (second == ord("s")))
    ).nonzero()[0]
    places: list[int] = []
    found: list[tuple[str, str, int]] = []
    for place, at in zip(heads.tolist(), begin[heads].tolist(), strict=True):
        head = _HEAD.match(text, at)
        if head is not None:
            places.append(place)
            found.append((head["kind"] or "class", shortened_name(head["name"]), head.start("name")))
        elif _KEYWORD.match(text, at):
            return None
    where = np.array(places, np.int64)
    first = _with_decorators(where, initial == ord("@"))
    if (column[first] != column[where]).any():
        return None
    starts, ends = begin[first].tolist(), rows.end[_last_rows(where, column)].tolist()
    return [
        Definition(start, end + (text[end] == ";"), name_at, kind, name)
        for start, end, (kind, name, name_at) in zip(starts, ends, found, strict=True)
    ]


def _with_decorators(places: Ints, is_decorator: Bools) -> Ints:
    """The row in which each definition begins with its decorators."""
    others = (~is_decorator).nonzero()[0]
    first: Ints = np.append(-1, others)[others.searchsorted(places)] + 1
    return first


def _last_rows(places: Ints, column: Ints) -> Ints:
    """The last row of each definition: before the next one that is indented no deeper."""
    last = np.empty_like(places)
    for level in distinct_values(column[places]).tolist():
        of_level = (column[places] == level).nonzero()[0]
        outside = np.append((column <= level).nonzero()[0], len(column))
        last[of_level] = outside[outside.searchsorted(places[of_level], "right")] - 1
    return last
