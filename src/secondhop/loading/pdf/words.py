"""Characters and words of extracted text: control characters, ligatures, words broken at a line's end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.loading.builder import clean

# pdfium puts one of these for a hyphen at a line's end and joins the two lines.
_LINE_END_HYPHEN = re.compile("(?<!\\w)(\\w*)[\x02\ufffe]\\s*(?=(\\w*))")
_BROKEN_WORD = re.compile("(?<!\\w)\\w*(?:[\x02\ufffe]\\s*\\w*)+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
# Whatever `clean` would change, and ligatures; one pass over the page finds them.
_UNUSUAL = re.compile(
    "[\x00\x01\x03-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060\ufb00-\ufb06\ufeff\ufff9-\ufffc\uffff\ud800-\udfff]"
)


def tidy_lines(text: str) -> list[str]:
    """The lines of a page's text without control characters (but line-end hyphens) and blanks at their ends."""
    kept = _UNUSUAL.sub(_plain, text.replace("\r\n", "\n").replace("\xa0", " "))
    return [line.strip() for line in kept.split("\n")]


def _plain(match: re.Match[str]) -> str:
    return _LIGATURES.get(match[0]) or clean(match[0])


def resolve_hyphens(texts: Sequence[str]) -> Sequence[str]:
    """Words broken at a line's end made whole, as the rest of the document writes them.

    `informa-tion` loses its hyphen, `revenue-generating` and `COVID-19` keep theirs.
    """
    if not any("\x02" in text or "\ufffe" in text for text in texts):
        return texts
    known: set[str] = set()
    for text in texts:
        known.update(_WORD.findall(_BROKEN_WORD.sub(" ", text).lower()))

    def mend(match: re.Match[str]) -> str:
        left, right = match.groups()
        if not left or not right:
            return f"{left}-"
        if (left + right).lower() in known:
            return left
        both_are_words = left.lower() in known and right.lower() in known
        in_compound = match.string.endswith("-", 0, match.start())  # "proof-of-", then "concept"
        if f"{left}-{right}".lower() in known or both_are_words or in_compound or not right.islower():
            return f"{left}-"
        return left

    return [_LINE_END_HYPHEN.sub(mend, text) for text in texts]
