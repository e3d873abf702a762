"""Sentences that say nothing without what follows them: a question and its answer, a heading and what stands under it.

And the number of a part, which is a sentence of its own: "Section 4. A member may be expelled."
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.types import Span

_BEHIND = "*_\"'”»）)]:"
_ASKS = re.compile(rf"[?？؟][{re.escape(_BEHIND)}]*$")
_LAST = frozenset(f"?？؟{_BEHIND}")
_MARKED = re.compile(r"#{1,6} .*")
_NUMBERED = re.compile(r"(?:^|\n)(?:Section|Article|Clause|Rule|Chapter|Part)\s\d+(?:\.\d+)*\.$", re.IGNORECASE)
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
        if _opens(text, *spans[number], heading if number == 0 else None):
            counts[number] = min(counts[number + 1] + 1, _MOST)
    return tuple(counts)


def _opens(text: str, start: int, end: int, heading: str | None) -> bool:
    if text[end - 1] in _LAST and _ASKS.search(text[start:end]):
        return True
    if text[start] == "#" and _MARKED.fullmatch(text[start:end]):
        return True
    if text[end - 1] == "." and text[end - 2] in _DIGITS and _NUMBERED.search(text[start:end]):
        return True
    return bool(heading) and text[start:end].partition("\n")[0].strip(_AROUND_HEADING) == heading
