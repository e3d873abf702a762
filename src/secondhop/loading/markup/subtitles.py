"""Subtitles and transcripts with times (WebVTT, SubRip): what is said, in lines that tell when and by whom.

The files cut a sentence into what fits a screen, each piece between times that take more tokens than its words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from secondhop.loading.builder import TextBuilder, clean, one_line
from secondhop.loading.encodings import decode
from secondhop.text.sentences import STOPS, WIDE_STOPS
from secondhop.types import SourceText

_TIMES = re.compile(r"\s*((?:\d{1,3}:)?\d\d:\d\d)[.,]\d{1,3}\s+-->\s+((?:\d{1,3}:)?\d\d:\d\d)[.,]\d{1,3}")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]+)>")
_MARKUP = re.compile(r"</?(?:[biuvc]|ruby|rt|lang|font)\b[^<>]*>|<[\d:.]+>|\{\\[^{}]*\}")
_OTHER = re.compile(r"(?:>>+|[-–—])\s*|(?=[A-Z][\w .'-]{0,30}:\s)")
"""How the words of another speaker begin where no voice is marked: `>> `, a dash, or a name."""
_ENDS = re.compile(rf"[{STOPS}{WIDE_STOPS}…][\"'”’»)\]]*$")
_PAUSE = 4
"""Seconds without words after which a line begins."""
_LONG, _LONGEST = 300, 900
"""Characters of a line after which it ends with the sentence, so that its time is near to all in it; and in any case."""


@dataclass(slots=True)
class _Cue:
    """What is shown at a time."""

    start: str
    end: str
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Turn:
    """What one speaker says."""

    start: str
    speaker: str
    words: str
    until: int
    """When the last of it ends, in seconds."""

    def __str__(self) -> str:
        return f"[{self.start}] {self.speaker}{': ' if self.speaker else ''}{self.words}"


def load(data: bytes, source: str) -> SourceText:
    """Lines such as `[00:04:46] Keith Packard: It won't get fixed.`, one for each turn, several for a long one.

    Raises:
        NoTextError: nothing is said.
    """
    text, warnings = decode(data, source)
    builder = TextBuilder()
    builder.write("\n".join(map(str, _turns(_cues(clean(text))))))
    return builder.build(source, warnings=warnings)


def _cues(text: str) -> list[_Cue]:
    """The cues in order. What stands above their times, notes and styles are in none."""
    cues: list[_Cue] = []
    is_inside = False
    for line in text.split("\n"):
        if times := _TIMES.match(line):
            cues.append(_Cue(times[1], times[2]))
        elif is_inside and line.strip():
            cues[-1].lines.append(line)
        is_inside = bool(times or (is_inside and line.strip()))
    return cues


def _turns(cues: Iterable[_Cue]) -> Iterator[_Turn]:
    turn: _Turn | None = None
    last = ""
    for cue in cues:
        speaker = ""
        for line in cue.lines:
            voice = _VOICE.search(line)
            speaker = one_line(html.unescape(voice[1])) if voice else speaker
            words = one_line(html.unescape(_MARKUP.sub("", line)))
            if not words or words == last:  # captions that roll up show each line twice
                continue
            last = words
            other = None if speaker else _OTHER.match(words)
            if turn is not None and other is None and _goes_on(turn, speaker, cue):
                turn.words += f" {words}"
            else:
                if turn is not None:
                    yield turn
                turn = _Turn(cue.start, speaker, words[other.end() :] if other else words, 0)
            turn.until = _seconds(cue.end)
    if turn is not None:
        yield turn


def _goes_on(turn: _Turn, speaker: str, cue: _Cue) -> bool:
    """Whether what is said at a time belongs to the line above: who goes on in a sentence need not be named again."""
    has_ended = _ENDS.search(turn.words) is not None
    is_same = speaker == turn.speaker or not (speaker or has_ended)
    is_long = len(turn.words) > _LONGEST or (len(turn.words) > _LONG and has_ended)
    return is_same and not is_long and _seconds(cue.start) - turn.until < _PAUSE


def _seconds(time: str) -> int:
    seconds = 0
    for part in time.split(":"):
        seconds = 60 * seconds + int(part)
    return seconds
