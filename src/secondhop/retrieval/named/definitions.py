"""Definitions in source code that a question names: `HTTPAdapter.send`, `getUserById`, `parse_url()`, or one word alone.

Whoever names a function wants to see it, and not only where it is called, tested or mentioned in release notes, which hold
its name as often.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import distinct_values
from secondhop.retrieval.named.sources import is_file
from secondhop.retrieval.side_by_side import with_all
from secondhop.text.bulk.hashing import digest, digests_of
from secondhop.types import CODE

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.text.bulk.hashing import Digests
    from secondhop.types import Bools, Ints

DEFINED = 1.0
"""What the definition gets, relative to the best direct score: it ranks before all others."""
MOST_ALIKE = 10
"""A name that more definitions have tells none of them."""
_MOST_NAMES = 16
"""So many are looked for: a pasted log has thousands."""
_JOINT = re.compile(r"\.|::|#")
_NAME = re.compile(r"[^\W\d]\w*(?:(?:\.|::|#)[^\W\d]\w*)*(?:\(\))?")
_AS_IN_CODE = re.compile(r"_|[.:#][^\W\d]|\(\)|[a-z][A-Z]|[A-Z]{2}[a-z]{2}")
"""What few other words have: signs, or capitals within."""
_LAST_WORD = re.compile(r"(?<!\w)\w*\Z")
_AT_ONCE = 1 << 14
"""Headings that are decoded together."""
_MOST_READ = 64
"""Chunks in which a name is looked for."""
_STATEMENT = (
    "assert|await|case|defer|delete|elif|else|except|for|from|go|if|import|in|match|new|not|raise|return|throw|typeof|while|"
    "with|yield"
)
_OPENS = (
    rf"^[ \t]*(?!(?:{_STATEMENT})\b)(?:"
    r"(?:[\w<>\[\],.?*&@]+[ \t]+)+(?:\([^()\n]*\)[ \t]*)?[*&]*{name}[ \t]*(?:<[^<>\n]*>)?\("
    r"|[#*]?{name}[ \t]*\([^(){{}}\n]*\)[^(){{}};\n]*{{[ \t\r]*$)"
)
"""A line that begins with words such as `public int` or `def`, then the name and a bracket; or the name alone, with a block."""
_OUTER_FIRST = "Traceback (most recent call last)"
_FRAME = re.compile(
    r'^[ \t]*File "[^"\n]*", line \d+, in (\w+)'  # Python
    r"|^[ \t]+at (?:async |new )?([\w.$#]+) ?\("  # Java, JavaScript
    r"|^[\w./@-]+\.((?:\(\*?\w+\)\.)?\w+)\(",  # Go
    re.MULTILINE,
)
_PARTS = re.compile(r"[^\W\d]\w+")
_IN_WORD, _IN_NAME = re.compile(rb"\w"), re.compile(rb"[\w.:#/-]")
"""What a word is not cut behind, and a name of several parts: resolv.conf is not `smb.conf`."""


class Definitions(NamedTuple):
    """Where definitions begin in an index, by what they are called. Parallel arrays."""

    words: Digests
    """Those of the last words of their headings, ascending."""
    chunks: Ints
    """Ordinals of the chunks that open them; for each word ascending."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Definitions:
        """Those of an index. Every heading is read."""
        chunks = _opening(snapshot, np.arange(len(snapshot)))
        digests = [np.empty(0, np.uint64)]
        for first in range(0, len(chunks), _AT_ONCE):
            paths = snapshot.section_path[snapshot.chunk_section[chunks[first : first + _AT_ONCE]]]
            headings = json.loads(f"[{','.join(snapshot.paths.strings.several(paths))}]")
            digests.append(digests_of([_LAST_WORD.findall(path[-1] if path else "")[0] for path in headings]))
        words = np.concatenate(digests)
        order = words.argsort(kind="stable")
        return cls(words[order], chunks[order])

    def called(self, word: str) -> Ints:
        """The chunks that open definitions whose headings end with a word, ascending."""
        wanted = np.uint64(digest(word))
        return self.chunks[self.words.searchsorted(wanted) : self.words.searchsorted(wanted, "right")]


def definitions_asked(snapshot: Snapshot, question: str, allowed: Bools | None = None) -> Ints:
    """Numbers of the sentences that open definitions which the question names, in chunks that may be shown.

    Of a stack trace the innermost frame that is found, since what failed is there.
    """
    failed = frames(question)
    names = list(dict.fromkeys(failed or _names(snapshot, question)))[:_MOST_NAMES]
    if not names or not len(snapshot.table(Definitions.of).chunks):
        return np.empty(0, np.int64)
    called = [_openings(snapshot, name, allowed) for name in names]
    found = [each for each in called if 0 < len(each) <= MOST_ALIKE][: 1 if failed else None]
    return distinct_values(np.concatenate(found)) if found else np.empty(0, np.int64)


def frames(question: str) -> list[tuple[str, ...]]:
    """The functions in a stack trace, the one that failed first. Each in its last two parts: "AsyncCall", "execute"."""
    if "\n" not in question:
        return []
    found = _FRAME.findall(question.rpartition("\nCaused by: ")[2])
    ordered = reversed(found) if _OUTER_FIRST in question else found
    return [tuple(parts[-2:]) for each in ordered for name in each if (parts := _PARTS.findall(name))]


def _names(snapshot: Snapshot, question: str) -> Iterator[tuple[str, ...]]:
    """What is written as names in code are, each in its parts; of a question of one word this word.

    No names of files, and none that end in one letter: "e.g." and "U.S." are none in code.
    """
    alone = question.strip(" \n?`'\"")
    if " " in alone and not _AS_IN_CODE.search(question):
        return
    for match in _NAME.finditer(question):
        if (match[0] == alone or _AS_IN_CODE.search(match[0])) and not is_file(snapshot, match[0]):
            name = tuple(_JOINT.split(match[0].removesuffix("()")))
            if len(name[-1]) > 1:
                yield name


def _openings(snapshot: Snapshot, name: tuple[str, ...], allowed: Bools | None) -> Ints:
    """Numbers of the sentences that open what has a name; if the part before it is found around some of them, of those.

    Args:
        snapshot: the index.
        name: its parts.
        allowed: [C] chunks that may be shown; None for all.
    """
    *before, last = name
    definitions = snapshot.table(Definitions.of)
    called = _shown(definitions.called(last), allowed)
    if before:
        inside = _under(snapshot, called, rf"{_as_stored(before[-1])}(?!\w)")
        if len(inside):
            called = inside
        else:
            around = _shown(definitions.called(before[-1]), allowed)
            if len(within := _within(snapshot, last, around)):
                return within
            called = _under(snapshot, called, rf'{_as_stored(last)}"\]', _IN_NAME)
    if len(called):
        return snapshot.chunk_sentences[called]
    return _within(snapshot, last, _shown(_holding(snapshot, last), allowed))


def _shown(chunks: Ints, allowed: Bools | None) -> Ints:
    return chunks if allowed is None else chunks[allowed[chunks]]


def _as_stored(word: str) -> str:
    """An expression for a word as it stands in heading paths."""
    return re.escape(json.dumps(word)[1:-1])


def _opening(snapshot: Snapshot, chunks: Ints) -> Ints:
    """Those of the chunks that open definitions."""
    opening: Ints = chunks[snapshot.chunk_opens[chunks] & (snapshot.chunk_kind[chunks] == CODE)]
    return opening


def _holding(snapshot: Snapshot, name: str) -> Ints:
    """The chunks that open definitions and hold all words of a name."""
    terms = [snapshot.lexicon.terms.get(term) for term in snapshot.lexicon.analyzer.terms(name)]
    known = [number for number in terms if number is not None]
    if not terms:
        return snapshot.table(Definitions.of).chunks
    return _opening(snapshot, with_all(snapshot, known)) if len(known) == len(terms) else np.empty(0, np.int64)


def _within(snapshot: Snapshot, name: str, chunks: Ints) -> Ints:
    """Numbers of the sentences that open definitions inside of others which are one chunk with them. None of many chunks."""
    if len(chunks) > _MOST_READ:
        return chunks[:0]
    opens = re.compile(_OPENS.format(name=re.escape(name)), re.MULTILINE)
    found: list[int] = []
    for ordinal, chunk in zip(chunks.tolist(), snapshot.chunks(chunks), strict=True):
        if (line := opens.search(chunk.text)) is not None:
            first, end = snapshot.chunk_sentences[ordinal : ordinal + 2].tolist()
            starts = snapshot.sentence_start[first:end]
            found.append(first + int(starts.searchsorted(starts[0] + line.start(), "right")) - 1)
    return np.array(found, np.int64)


def _under(snapshot: Snapshot, chunks: Ints, word: str, inside: re.Pattern[bytes] = _IN_WORD) -> Ints:
    """Those of the chunks in whose heading paths a word begins that is like an expression: not behind what is `inside` of one."""
    strings = snapshot.paths.strings.take(snapshot.section_path[snapshot.chunk_section[chunks]])
    data = strings.data.data
    # An expression that begins with `\b` takes eight times as long.
    starts = (match.start() for match in re.finditer(word.encode(), data))
    found = np.array([at for at in starts if not inside.match(data, at - 1)], np.int64)
    return chunks[distinct_values(strings.offsets.searchsorted(found, "right") - 1)]
