"""Sentences that say nothing without what follows them: a question and its answer, a heading and what stands under it.

And a numbered heading that ends in a stop, or the number alone: "6. Trademarks. This License does not …", "Section 4. A
member may be expelled."
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.text.sentences import FIRST
from secondhop.types import Span

_BEHIND = "*_\"'”»）)]:"
_ASKS = re.compile(rf"[?？؟][{re.escape(_BEHIND)}]*$")
_LAST = frozenset(f"?？؟{_BEHIND}")
_MARKED = re.compile(r"#{1,6} .*")
_PART = r"(?i:Section|Article|Clause|Rule|Chapter|Part)\s"
_NUMBERED = re.compile(rf"(?:^|\n){_PART}\d+(?:\.\d+)*\.$")
_NUMBER = re.compile(rf"\s*(?:{_PART})?(?P<number>\d{{1,2}}[.):]|\d{{1,2}}(?:\.\d{{1,3}})+\.?|[IVX]{{2,5}}[.):])\s+")
_OF_TITLE = rf"(?:(?={FIRST})\S[^\s\d.]*|(?!{FIRST})[^\s\d.]{{1,3}})"
"""Words of a title begin with capitals, but the shortest. Each is one or the other, or time would double with each."""
_RUN_IN = re.compile(
    rf"{_NUMBER.pattern}(?={FIRST})(?:{_OF_TITLE}(?:\s+{_OF_TITLE})*|[^\s\d.]+(?:\s+[^\s\d.]+){{,2}})\.$"
)
_RULES = frozenset('=-~^"+*#')
"""What headings are underlined with."""
_SHORTEST_RULE = 3
_BEGINS = frozenset("0123456789IVXSACRPsacrp")
_LONGEST_RUN_IN = 90
"""Characters of its line. Most sentences are longer."""
_DIGITS = frozenset("0123456789")
_AROUND_HEADING = "#*=_ \t"
_MOST = 3
"""Openers in a row: "How much is it? Can I pay later?" """


def count_openers(text: str, spans: Sequence[Span], heading: str | None) -> tuple[int, ...]:
    """Of each sentence of a chunk: how many from it on are to be read with what follows them; 0 if it is none.

    Args:
        text: the chunk's.
        spans: where the sentences stand in it.
        heading: what it stands under.
    """
    counts = [0] * len(spans)
    for number in range(len(spans) - 2, -1, -1):
        if _opens(text, *spans[number], spans[number + 1][0], heading if number == 0 else None):
            counts[number] = min(counts[number + 1] + 1, _MOST)
    return tuple(counts)


def _opens(text: str, start: int, end: int, following: int, heading: str | None) -> bool:
    last = text[end - 1]
    if last in _LAST and _ASKS.search(text[start:end]):
        return True
    if text[start] == "#" and _MARKED.fullmatch(text, start, end):
        return True
    if last in _RULES and _is_underlined(text[start:end]):
        return True
    if last == "." and (
        (text[end - 2] in _DIGITS and _NUMBERED.search(text[start:end])) or _is_run_in(text, start, end, following)
    ):
        return True
    return bool(heading) and text[start:end].partition("\n")[0].strip(_AROUND_HEADING) == heading


def _is_underlined(sentence: str) -> bool:
    """Whether it ends with a line and a rule that is as long below it: a heading in any plain text, but no columns of a table."""
    *_, title, rule = ["", *sentence.rsplit("\n", 2)]
    title = title.strip()
    is_heading = any(map(str.isalnum, title)) and not any(mark in title for mark in ("|", "\t", "  "))
    return is_heading and len(rule) >= max(len(title), _SHORTEST_RULE) and len(set(rule)) == 1


def _is_run_in(text: str, start: int, end: int, following: int) -> bool:
    """Whether a sentence ends with a numbered heading. What has another number of its kind right below is an item of a list."""
    line = text[max(start, text.rfind("\n", start, end)) : end].lstrip()
    if len(line) > _LONGEST_RUN_IN or line[0] not in _BEGINS or (heading := _RUN_IN.match(line)) is None:
        return False
    below = _NUMBER.match(text, following)
    return below is None or _kind(below["number"]) != _kind(heading["number"])


def _kind(number: str) -> tuple[bool, int]:
    """Whether it is in digits, and how deep: 0 for "6.", 1 for "6.2"."""
    return number[0].isdigit(), number.rstrip(".):").count(".")
