"""Whether a sentence has anything to do with the text that it stands in."""

from __future__ import annotations

import re

_STEM = 5
_LEAST_WORDS = 2
_LEAST_AROUND = 12
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    "about above after again against also because been before being between both cannot could does doing down during "
    "each from further have having here into itself just like make many more most much must need other ours over same "
    "shall should some such than that their them then there these they this those through under until very want were "
    "what when where which while whom will with would your yours yourself please tell give provide list using".split()
)


def is_off_topic(lower: str, sentence: re.Match[str]) -> bool:
    """Whether no content word of the sentence stands anywhere else in the text, or the sentence is all of it."""
    words = _content(sentence.group())
    if len(words) < _LEAST_WORDS:
        return False
    around = _content(lower[: sentence.start()]) | _content(lower[sentence.end() :])
    return not around or (len(around) >= _LEAST_AROUND and words.isdisjoint(around))


def _content(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text) if word not in _COMMON}
