"""Files and pages that a question names: "in handbook.pdf", "the 2023 annual report", "on page 12".

What stands there is preferred to the rest, and no more than that: the name may be wrong, or the answer elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, is_any, ranges
from secondhop.retrieval.named.referred import ASKED_FOR

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.text.analysis import Analyzer
    from secondhop.types import Bools, Floats, Ints, Span

WORDLESS = 0.5
"""What a chunk gets that holds no word of the question, relative to one that does."""
MOST_ALIKE = 10
"""A word that more files have in their names, and no rarer one, tells none of them."""
MOST_PAGES = 20
LEAST_PLURAL = 3
"""Letters beyond which an s at the end of a word does not count."""
LEAST_LETTERS = 3
"""Of all words in a file's name: 1.md is named by no question about the number."""

_WORD = re.compile(r"[^\W_]+")
_FILE = re.compile(r"\w+(?:\.\w+)+")
"""The end of a file's name, from the last blank or hyphen on."""
_IN_NAMES = "_-."
_BARE_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}")
"""Of a folder: the name of a file may be a number that counts something else."""
_VERSION = re.compile(
    r"(?<![\w.])(?:(?:v|version|release)[ .]?([0-9]{1,4}(?:\.[0-9]{1,4}){0,3})|((?:19|20)[0-9]{2}))(?!\w|\.[0-9])",
    re.IGNORECASE,
)
_PAGE_WORDS = """p pg pp page pages pag pág págs pagina pagine página páginas blz slide slides seite seiten strona stronie
    strony str страница страницы странице стр"""
_PAGE = re.compile(
    rf"(?<!\w)(?:{'|'.join(_PAGE_WORDS.split())})[. ]{{1,2}}([0-9]{{1,5}}|[ivxlc]{{1,7}})(?:\s?(?:[-–]|to|bis)\s?([0-9]{{1,5}}))?(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamedSources:
    """What a question names. Chunks are told by their ordinals, ascending."""

    spans: tuple[Span, ...]
    """Where the names stand in the question, in order."""
    chunks: Ints
    """Those of the files; none where these are all that there are."""
    on_pages: Ints
    """Those on the pages, of the files if any is named."""

    def raised(self, lexical: Floats, ranked_by: Floats) -> Floats:
        """[C] scores by words, with what the chunks get for being named."""
        lexical = lexical.copy()
        best = ASKED_FOR * (float(ranked_by.max(initial=0.0)) or 1.0)
        lexical[self.chunks] += best * np.where(lexical[self.chunks] > 0, 1.0, WORDLESS)
        lexical[self.on_pages] += best
        return lexical

    def sentences_raised(self, direct: Floats, ordinals: Ints) -> Floats:
        """[sentences] direct scores, with what they get for being named: on a page all, elsewhere those with words.

        Args:
            direct: the scores.
            ordinals: [sentences] the chunks that they are of.
        """
        best = ASKED_FOR * float(direct.max(initial=0.0))
        in_files, on_pages = is_any(ordinals, self.chunks) & (direct > 0), is_any(ordinals, self.on_pages)
        raised: Floats = direct + best * in_files + best * on_pages
        return raised

    def of_files(self, snapshot: Snapshot, sentences: Ints) -> Ints:
        """Of sentences with those numbers those of the files, if there are any: "section 4 of beta.txt"."""
        inside = sentences[is_any(snapshot.chunk_of(sentences), self.chunks)]
        return inside if len(inside) else sentences

    def holds(self, ordinals: Ints) -> Bools:
        """[ordinals] whether chunks are of the files, or on the pages, that are named."""
        return is_any(ordinals, self.chunks) | is_any(ordinals, self.on_pages)


@dataclass(frozen=True, slots=True)
class Names:
    """What the files of an index are called."""

    numbers: Mapping[str, Sequence[int]]
    """The texts with each label."""
    by_end: Mapping[str, Sequence[str]]
    """Labels, by the ends of their names in small letters: `2023.pdf`."""
    by_word: Mapping[str, Sequence[str]]
    """Labels, by the word in their names that fewest names have."""
    words: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    """[label] words of its name without the suffix, and of the folder that it is in."""
    by_version: Mapping[str, Sequence[str]]
    """Labels whose folder or own name has a version or a year, by its number: `docs/v2/install.md`, `install-v2.md`.

    None that all have: in the report of 2023 alone, "in 2023" asks for a column.
    """
    suffixes: frozenset[str]
    """What the names end with."""
    of_pages: frozenset[str]
    """Words for pages, if there are any here."""
    telling: frozenset[str]
    """A question that has none of these words names no file and no page."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Names:
        """Those of the sources whose names have a suffix: a title is no name of a file."""
        numbers: dict[str, list[int]] = {}
        for number, label in enumerate(snapshot.sources):
            numbers.setdefault(label, []).append(number)
        by_end: dict[str, list[str]] = {}
        by_word: dict[str, list[str]] = {}
        words: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        by_version: dict[str, list[str]] = {}
        count: dict[str, int] = {}
        for label in numbers:
            *folders, name = _path(label).split("/")
            if not (ends := _FILE.findall(name)) or not name.endswith(ends[-1]):
                continue
            by_end.setdefault(ends[-1], []).append(label)
            stem = name.rpartition(".")[0]
            parts = " / ".join((*folders, stem)).replace("_", " ").replace("-", " ")
            bare = filter(_BARE_VERSION.fullmatch, folders)
            written = (version[1] or version[2] for version in _VERSION.finditer(parts))
            for version in dict.fromkeys((*bare, *written)):
                by_version.setdefault(version, []).append(label)
            words[label] = frozenset(_words(stem)), frozenset(_words("".join(folders[-1:])))
            for word in words[label][0]:
                count[word] = count.get(word, 0) + 1
        for label, (of_name, _) in words.items():
            if len("".join(of_name)) >= LEAST_LETTERS:
                by_word.setdefault(min(sorted(of_name), key=count.__getitem__), []).append(label)
        by_word = {word: labels for word, labels in by_word.items() if len(labels) <= MOST_ALIKE}
        by_version = {version: labels for version, labels in by_version.items() if len(labels) < len(numbers)}
        suffixes = frozenset(word for end in by_end for word in _words(end)[-1:])
        of_pages = frozenset(_words(_PAGE_WORDS) if snapshot.section_page.max(initial=0) > 0 else ())
        versions = frozenset(form for each in by_version for form in (_words(each)[0], f"v{_words(each)[0]}"))
        telling = of_pages.union(by_word, suffixes, versions)
        return cls(numbers, by_end, by_word, words, by_version, suffixes, of_pages, telling)

    def may_name(self, label: str, words: frozenset[str], question: str) -> bool:
        """Whether a question with those words, all of the name, may mean a file: by two words at least, or one in capitals."""
        of_name, folder = self.words[label]
        return len(of_name) > 1 or bool(folder and folder <= words) or next(iter(of_name)).upper() in question


def named_in(snapshot: Snapshot, question: str, allowed: Bools | None = None) -> NamedSources | None:
    """The files and pages of the index that a question names, among the chunks that may be shown; None if it names none."""
    names = snapshot.table(Names.of)
    words = frozenset(_words(question))
    if names.telling.isdisjoint(words):
        return None
    telling = words & names.telling
    likely = [each for word in telling for each in names.by_word.get(word, ()) if names.words[each][0] <= words]
    found = [] if names.suffixes.isdisjoint(telling) else list(_files(names, question))
    if not found and (likely := [each for each in likely if names.may_name(each, words, question)]):
        found = list(_by_words(names, snapshot.lexicon.analyzer, question, likely))
    if not found:
        found = list(_by_version(names, question))
    asked = [] if names.of_pages.isdisjoint(telling) else list(_PAGE.finditer(question))
    if not (found or asked):
        return None
    numbers = sorted({number for _, labels in found for label in labels for number in names.numbers[label]})
    ordinals = _of_sources(snapshot, numbers)
    pages = [(match.span(), there) for match in asked if len(there := _on(snapshot, match, ordinals))]
    spans = _joined(sorted([*(span for span, _ in found), *(span for span, _ in pages)]))
    if not spans:
        return None
    on_pages = distinct_values(np.concatenate([there for _, there in pages])) if pages else ordinals[:0]
    chunks = ordinals if len(numbers) < len(snapshot.sources) else ordinals[:0]
    if allowed is not None:
        chunks, on_pages = chunks[allowed[chunks]], on_pages[allowed[on_pages]]
    return NamedSources(spans, chunks, on_pages)


def is_file(snapshot: Snapshot, name: str) -> bool:
    """Whether a file of the index is called so, its suffix included."""
    return name.lower() in snapshot.table(Names.of).by_end


def _files(names: Names, question: str) -> Iterator[tuple[Span, list[str]]]:
    """Names with their suffixes, and as much of the paths before them as is written: where each stands, and its labels."""
    text = _path(question)
    for match in _FILE.finditer(text) if len(text) == len(question) else ():
        written = {label: _reach(_path(label), text[: match.end()]) for label in names.by_end.get(match[0], ())}
        most = max(written.values(), default=0)
        if most:
            longest = [label for label, reach in written.items() if reach == most]
            whole = [label for label in longest if len(label) == most]
            yield (match.end() - most, match.end()), whole or longest


def _reach(path: str, before: str) -> int:
    """How many characters of the end of a path a text ends with, whole names only."""
    while not before.endswith(path):
        if "/" not in path:
            return 0
        path = path.partition("/")[2]
    sign = before[: -len(path)][-1:]
    return 0 if sign.isalnum() or (sign and sign in _IN_NAMES) else len(path)


def _by_words(
    names: Names, analyzer: Analyzer, question: str, likely: Iterable[str]
) -> Iterator[tuple[Span, list[str]]]:
    """Names without their suffixes: the longest that all words of a name, and perhaps of its folder, make side by side.

    In any order, stopwords aside: "annual report of 2023". One word must be in capitals: "the README".
    """
    found = [
        (match, _singular(match[0].lower()), bool(analyzer.analyze(match[0]).terms))
        for match in _WORD.finditer(question)
    ]
    best: dict[Span, list[str]] = {}
    most = 1
    for label in likely:
        of_name, folder = names.words[label]
        for wanted in (of_name | folder, of_name):
            n = len(wanted)
            text = [(match, word) for match, word, says in found if says or word in wanted]
            runs = (text[first : first + n] for first in range(len(text) - n + 1))
            run = next((run for run in runs if wanted == {word for _, word in run}), None) if n >= most else None
            if run is None or (n == 1 and not (run[0][0][0].isupper() and _stands_alone(run[0][0], question))):
                continue
            if n > most:
                best, most = {}, n
            best.setdefault((run[0][0].start(), run[-1][0].end()), []).append(label)
            break
    if 2 * sum(map(len, best.values())) <= len(names.numbers):
        yield from best.items()


def _by_version(names: Names, question: str) -> Iterator[tuple[Span, list[str]]]:
    """What is called by a version or a year which the question names: "in version 2", "v2", "in 2024"."""
    for match in _VERSION.finditer(question):
        labels = names.by_version.get(match[1] or match[2])
        if labels and _stands_alone(match, question):
            yield match.span(), list(labels)


def _stands_alone(match: re.Match[str], question: str) -> bool:
    """Whether a word is no part of a longer name, as that of `README_FILE` is, or the year of `budget-2022.md`."""
    return not {*question[: match.start()][-1:], *question[match.end() :][:1]} & {"_", "-"}


def _on(snapshot: Snapshot, asked: re.Match[str], ordinals: Ints) -> Ints:
    """The chunks, of some if any are given, on the pages with those numbers or labels."""
    first, last = asked.groups()
    pages = [int(first)] if first.isdigit() else []
    if pages and last:
        pages += range(pages[0] + 1, min(int(last), pages[0] + MOST_PAGES) + 1)
    held = np.isin(snapshot.section_page, pages)
    labels = snapshot.table(_page_labels)
    for label in (first.lower(), *map(str, pages[1:])):
        for source, page in labels.get(label, ()):
            held |= (snapshot.section_source == source) & (snapshot.section_page == page)
    there: Ints = held[snapshot.chunk_section].nonzero()[0]
    return there[is_any(there, ordinals)] if len(ordinals) else there


def _page_labels(snapshot: Snapshot) -> Mapping[str, Sequence[tuple[int, int]]]:
    """Texts and pages by what their pages are called, where that is not their number."""
    labels: dict[str, list[tuple[int, int]]] = {}
    for source in distinct_values(snapshot.section_source[snapshot.section_page > 0]).tolist():
        metadata = snapshot.metadata[source]
        called = metadata.get("page_labels")
        if isinstance(called, list) and len(called) == metadata.get("page_count"):
            for page, label in enumerate(called, 1):
                if label != str(page):
                    labels.setdefault(str(label).lower(), []).append((source, page))
    return labels


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order, those that overlap as one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _of_sources(snapshot: Snapshot, numbers: Sequence[int]) -> Ints:
    each = np.array(numbers, np.int64)
    first, end = snapshot.chunk_source.searchsorted((each, each + 1))
    return ranges(first, end - first)


def _path(label: str) -> str:
    return label.lower().replace("\\", "/")


def _words(text: str) -> list[str]:
    """The words in small letters, without the s of a plural."""
    return [_singular(word) for word in _WORD.findall(text.lower())]


def _singular(word: str) -> str:
    return word[:-1] if word[-1] == "s" and len(word) > LEAST_PLURAL else word
