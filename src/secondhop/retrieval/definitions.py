"""Definitions in source code that a question names: `HTTPAdapter.send`, `getUserById`, `parse_url()`, or one word alone.

Whoever names a function wants to see it, and not only where it is called, tested or mentioned in release notes, which hold
its name as often.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, is_any
from secondhop.retrieval.bridge import CODE
from secondhop.retrieval.named_sources import is_file

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
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
_IN_WORD = re.compile(rb"\w")


def definitions_asked(snapshot: Snapshot, question: str, allowed: Bools | None = None) -> Ints:
    """Numbers of the sentences that open definitions which the question names, in chunks that may be shown."""
    names = list(dict.fromkeys(_names(snapshot, question)))[:_MOST_NAMES]
    chunks = (snapshot.chunk_opens & (snapshot.chunk_kind == CODE)).nonzero()[0] if names else np.empty(0, np.int64)
    if allowed is not None:
        chunks = chunks[allowed[chunks]]
    if not len(chunks):
        return chunks
    paths = snapshot.section_path[snapshot.chunk_section[chunks]]
    called = [chunks[is_any(paths, _paths_of(snapshot, name))] for name in names]
    found = [each for each in called if len(each) <= MOST_ALIKE]
    return snapshot.chunk_sentences[distinct_values(np.concatenate(found))] if found else chunks[:0]


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


def _paths_of(snapshot: Snapshot, name: tuple[str, ...]) -> Ints:
    """Numbers of the heading paths that end with a name; if the part before it is found in some of them, of those."""
    *before, last = [re.escape(json.dumps(part)[1:-1]) for part in name]
    paths = _paths_with(snapshot, rf'{last}"\]')
    inside = paths[is_any(paths, _paths_with(snapshot, rf"{before[-1]}(?!\w)"))] if before else paths
    return inside if len(inside) else paths


def _paths_with(snapshot: Snapshot, word: str) -> Ints:
    """Numbers of the heading paths in which a word begins that is like an expression."""
    strings = snapshot.paths.strings
    data = strings.data.data  # a copy would take as long as the search
    # An expression that begins with `\b` takes eight times as long.
    starts = (match.start() for match in re.finditer(word.encode(), data))
    found = np.array([at for at in starts if not _IN_WORD.match(data, at - 1)], np.int64)
    return distinct_values(strings.offsets.searchsorted(found, "right") - 1)
