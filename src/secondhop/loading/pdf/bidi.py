"""Lines of Arabic, Hebrew and other scripts written from right to left: from where letters stand to how they are read.

pdfium gives the letters of such a line in an order that depends on the program that wrote the file. Where they stand
does not: it is what the Unicode bidirectional algorithm (UAX #9) made of the text, which is undone here. Where two
texts look the same, as `Windows 11` and `11 Windows` do, the one that reads from left to right is taken.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from heapq import nlargest
from itertools import islice, pairwise
from typing import Any, NamedTuple
from unicodedata import bidirectional, normalize

from pypdfium2 import raw

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_MAX_CHARS = 500
_BLANKS = (ord(" "), 0xA0)
_BLANK = 0.1
_HIGHER = 0.5
"""Of the size of the font: what lies between words at least, and how far letters of one row are raised at most."""
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # what they did is undone

_KINDS = {"L": "L", "R": "R", "AL": "A", "EN": "1", "AN": "9", "CS": ",", "ES": "+", "ET": "%", "NSM": "m", "S": "|"}
_STRONG = re.compile("[LRA]")
_WORD = re.compile("L+|[RA]+")
_NOT_LEFTWARD = re.compile("[^RA|]+")
_LEFTWARD = re.compile("[RA](?:[^L|]*[RA])?")
_RIGHTWARD = re.compile("(?:%*1|[L9])(?:.*(?:[L9]|1%*))?")
_NUMBER = re.compile(r"%*1+(?:[,+]1+)*%*|9+(?:,9+)*")
_NUMBER_IN_ARABIC = re.compile("[19]+(?:,[19]+)*")
_OPENING, _CLOSING = "([{<«‹", ")]}>»›"
_OTHER = str.maketrans(_OPENING + _CLOSING, _CLOSING + _OPENING)


class _Letter(NamedTuple):
    """What one glyph draws, as a rule one character."""

    at: float
    """Its middle, or for a mark that of the letter that bears it."""
    text: str
    numbers: Sequence[int]
    left: float
    right: float

    @property
    def is_mark(self) -> bool:
        return bidirectional(self.text[0]) == "NSM"


def leans_left(text: str) -> bool:
    """Whether most letters are of scripts that are written from right to left."""
    return 2 * len(RIGHT_TO_LEFT.findall(text)) > sum(map(str.isalpha, text))


def in_logical_order(
    textpage: Any, ask: Callable[..., int], text: str, numbers: Sequence[int], size: float, *, page_leans: bool
) -> tuple[str, Sequence[int], float, float] | None:
    """The line as it is read, the number of each character of it, and where it begins and ends on the page.

    `ask` tells the box of a character, `size` is that of its font, and `page_leans` says that the page `leans_left`.
    None where the places of its letters do not tell.
    """
    letters = _letters(textpage, ask, text, numbers, size) if len(text) <= _MAX_CHARS else ()
    if not letters:
        return None
    strong = _STRONG.findall(_kinds(letters))
    leans = leans_left(text) or (page_leans and not strong[:1] == strong[-1:] == ["L"])
    read = [*(_from_the_right if leans else _from_the_left)(letters)]
    places = [number for letter in read for number in letter.numbers]
    return "".join(letter.text for letter in read).replace("\t", " "), places, letters[0].left, letters[-1].right


def _letters(
    textpage: Any, ask: Callable[..., int], text: str, numbers: Sequence[int], size: float
) -> Sequence[_Letter]:
    """What stands in the line, from left to right; nothing if it is not one row."""
    glyphs: dict[tuple[float, float], list[_Letter]] = {}
    blanks: list[float] = []
    between: list[tuple[float, float, int]] = []
    before, own = 0.0, 0
    origins: list[tuple[float, ...]] = []
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for given, letter, number in zip(text, _unmirrored(text), numbers, strict=True):
        ask(textpage, number, box)
        at = (box.left + box.right) / 2
        if letter == " ":
            if box.left < box.right and raw.FPDFText_GetUnicode(textpage, number) in _BLANKS:
                blanks.append(at)
            else:
                own += 1
            continue
        if raw.FPDFText_GetUnicode(textpage, number) != ord(given):
            return ()  # numbered otherwise
        if letter in _DIRECTIONS:
            continue
        raw.FPDFText_GetCharOrigin(textpage, number, x, y)
        glyphs.setdefault((x.value, y.value), []).append(_Letter(at, letter, [number], box.left, box.right))
        if letter.isalnum():
            origins.append((x.value, y.value, box.left, box.bottom))
            between.append((min(before, at), max(before, at), own))
            before, own = at, 0
    if not origins:
        return ()
    across, up, rightward, upward = (max(values) - min(values) for values in zip(*origins, strict=True))
    if min(across, up) > _HIGHER * size or upward > max(rightward, size):
        return ()  # several rows, or one that is set sideways
    letters = [_drawn(glyph) for glyph in glyphs.values()]
    bearers = sorted(letter.at for letter in letters if not letter.is_mark)
    letters = sorted((_borne(letter, bearers) for letter in letters), key=_rightward)
    blanks.sort()
    gaps = [
        (after.left - letter.right, (letter.right + after.left) / 2)
        for letter, after in pairwise(letter for letter in letters if not letter.is_mark)
        if after.left - letter.right > _BLANK * size and bisect(blanks, letter.at) == bisect(blanks, after.at)
    ]
    for left, right, own in between:
        # Blanks that pdfium adds stand anywhere between two words: it is the widest gaps that are meant.
        blanks += [at for _, at in nlargest(own, (gap for gap in gaps if left < gap[1] < right))] if own else []
    return tuple(_spaced(letters, sorted(blanks), size))


def _unmirrored(text: str) -> Iterator[str]:
    """The characters as the file gives them: pdfium turns brackets round that follow a letter written to the left."""
    words = _WORD.findall("".join(_KINDS.get(bidirectional(letter), " ") for letter in text))
    is_leftward = 2 * sum(word[0] != "L" for word in words) > len(words)
    for letter in text:
        kind = bidirectional(letter)
        if kind in ("L", "R", "AL"):
            is_leftward = kind != "L"
        yield letter.translate(_OTHER) if is_leftward else letter


def _drawn(glyph: Sequence[_Letter]) -> _Letter:
    """The characters of one glyph in order: pdfium turns them round, but not those of a form that Unicode has."""
    text = "".join(letter.text for letter in glyph)
    if glyph[0].is_mark or not (text in _forms() or any(letter.is_mark for letter in glyph)):
        glyph = glyph[::-1] if RIGHT_TO_LEFT.search(text) else glyph
    left, right = min(letter.left for letter in glyph), max(letter.right for letter in glyph)
    text = "".join(letter.text for letter in glyph)
    return _Letter((left + right) / 2, text, [letter.numbers[0] for letter in glyph], left, right)


@cache
def _forms() -> frozenset[str]:
    return frozenset(normalize("NFKC", chr(code)) for code in range(0xFB1D, 0xFEFD))


def _borne(letter: _Letter, bearers: Sequence[float]) -> _Letter:
    if not letter.is_mark or not bearers:
        return letter
    right = bisect(bearers, letter.at)
    return letter._replace(at=min(bearers[max(right - 1, 0) : right + 1], key=lambda at: abs(at - letter.at)))


def _rightward(letter: _Letter) -> tuple[float, bool]:
    return letter.at, letter.is_mark


def _spaced(letters: Sequence[_Letter], blanks: Sequence[float], size: float) -> Iterator[_Letter]:
    """The letters with a blank between words, and a tab between cells."""
    for letter, after in pairwise(letters):
        yield letter
        if bisect(blanks, letter.at) < bisect(blanks, after.at):
            blank = "\t" if after.left - letter.right > size else " "
            yield _Letter((letter.at + after.at) / 2, blank, letter.numbers[-1:], letter.right, after.left)
    yield letters[-1]


def _kinds(letters: Sequence[_Letter]) -> str:
    """One character for the direction of each letter; a mark has that of the one before it."""
    kinds = ""
    for letter in letters:
        kinds += kinds[-1:] if letter.is_mark and kinds else _KINDS.get(bidirectional(letter.text[0]), " ")
    return kinds


def _from_the_right(letters: Sequence[_Letter]) -> Iterator[_Letter]:
    """The letters as they are read from right to left, with what goes from left to right among them turned round."""
    letters = sorted(letters, key=lambda letter: (-letter.at, letter.is_mark))
    return _with_turned(letters, [*_runs(letters)], lambda run: _paired(sorted(run, key=_rightward)))


def _from_the_left(letters: Sequence[_Letter]) -> Iterator[_Letter]:
    spans = [range(*span.span()) for span in _LEFTWARD.finditer(_kinds(letters))]
    return _with_turned(letters, spans, _from_the_right)


def _with_turned(
    letters: Sequence[_Letter], spans: Sequence[range], turned: Callable[[Sequence[_Letter]], Iterable[_Letter]]
) -> Iterator[_Letter]:
    inner = {place for span in spans for place in span}
    outer = iter(_paired([letter for place, letter in enumerate(letters) if place not in inner]))
    start = 0
    for span in spans:
        yield from islice(outer, span.start - start)
        yield from turned(letters[span.start : span.stop])
        start = span.stop
    yield from outer


def _runs(letters: Sequence[_Letter]) -> Iterator[range]:
    """Where words and numbers stand that go from left to right, among letters from right to left."""
    kinds = _kinds(letters)
    for between in _NOT_LEFTWARD.finditer(kinds):
        start, end = between.span()
        if "L" not in between[0]:
            beside = kinds[start - 1] if start else kinds[end : end + 1]
            number = _NUMBER_IN_ARABIC if beside == "A" else _NUMBER
            yield from (range(*found.span()) for found in number.finditer(kinds, start, end))
        elif found := _RIGHTWARD.search(kinds, start, end):
            first = found.start()
            while first > start and _closes(letters[first - 1].text, letters[first : found.end()]):
                first -= 1
            yield range(first, found.end())


def _closes(bracket: str, letters: Sequence[_Letter]) -> bool:
    """Whether a bracket is open among the letters that it ends."""
    pair = (bracket, bracket.translate(_OTHER))
    return pair[0] != pair[1] and sum(letter.text in pair for letter in letters) % 2 == 1


def _paired(letters: Sequence[_Letter]) -> Sequence[_Letter]:
    """The letters with their brackets as read: some programs store them so, some as drawn."""
    text = "".join(letter.text for letter in letters)
    if _pairs(text.translate(_OTHER)) <= _pairs(text):
        return letters
    return [letter._replace(text=letter.text.translate(_OTHER)) for letter in letters]


def _pairs(text: str) -> int:
    opened: Counter[str] = Counter()
    pairs = 0
    for letter in text:
        opening = letter.translate(_OTHER)
        if letter in _OPENING:
            opened[letter] += 1
        elif opened[opening] > 0:
            opened[opening] -= 1
            pairs += 1
    return pairs
