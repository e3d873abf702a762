"""Whether a sentence has anything to do with the text that it stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_STEM = 5
_LEAST_WORDS = 2
_LEAST_AROUND = 12
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON_WORDS = (
    "about above after again against also because been before being between both cannot could does doing down during "
    "each from further have having here into itself just like make many more most much must need other ours over same "
    "shall should some such than that their them then there these they this those through under until very want were "
    "what when where which while whom will with would your yours yourself please tell give provide list using"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def any_off_topic(lower: str, sentences: Iterable[re.Match[str]]) -> bool:
    """Whether one of the sentences shares no content word with the rest of the text."""
    whole: Counter[str] | None = None  # counted once, so that time grows with the length of the text alone
    for sentence in sentences:
        words = _content(sentence.group())
        if len(words) < _LEAST_WORDS:
            continue
        whole = _content(lower) if whole is None else whole
        own = sum(whole[word] <= count for word, count in words.items())
        if own == len(words) and len(whole) - own >= _LEAST_AROUND:
            return True
    return False


def _content(lower: str) -> Counter[str]:
    return Counter(word[:_STEM] for word in _WORD.findall(lower) if word not in _COMMON)
