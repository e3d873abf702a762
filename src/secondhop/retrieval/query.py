"""What a question asks for, in the index's terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.retrieval.abbreviations import Abbreviations, Alternative
from secondhop.retrieval.misspelt import meant_by
from secondhop.retrieval.spellings import joined, pairs_with, written_otherwise
from secondhop.text.analysis import Analyzer, Form, is_piece, split_forms
from secondhop.text.sentences import GREEK, split_sentences
from secondhop.types import Query

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.retrieval.named_sources import NamedSources
    from secondhop.types import Bools, Floats, Ints

_QUOTED = re.compile(
    r'"([^"]{2,80})"|“([^”]{2,80})”|„([^“”]{2,80})[“”]|«([^»]{2,80})»|「([^」]{2,80})」|『([^』]{2,80})』'
)
# Words that carry the form of a request rather than its subject.
_REQUEST_WORDS = """highlight find show list give tell describe explain identify provide name state please part parts
    related relate review reviewed detail details following according question answer lawyer"""
_HIRAGANA = re.compile("[\u3041-\u309f]+")
"""Japanese writes its grammar in these, and words that mean something mostly in others."""
_ASKS = re.compile(rf"\?(?!\w)|(?<=[{GREEK}]);|[？؟\u037e՞፧]")
"""What questions end with; in a link it stands before a letter."""
_BREAK = re.compile(r"(?<=[?？؟])\s+|\n\s*\n")
"""In chats the next sentence begins with a small letter, and greetings have no stop."""
_DATA = re.compile(r"[_/\\=<>{}\[\]|#$`*:]|\w[.(]\w|[a-z][A-Z]")
"""What error messages, logs and code have in them, and what people say about a question mostly has not."""
_QUOTED_WEIGHT = 3.0
_REQUEST_WEIGHT = 0.3
_TOLD = 0.5
"""For words beside the question: they may be chatter, or say what it is about."""
_LONGEST = 32
"""Characters of the words that are remembered."""
_MOST_OTHERWISE = 16
"""For so many unknown words other spellings are looked for: a pasted log has thousands."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The question's terms that the index holds, with weights."""

    query: Query
    terms: Ints
    """Term numbers, distinct, in order of first use; behind them what stands for some of them in these texts."""
    weights: Floats
    worth: Floats
    """[terms] idf, less for words that are stressed less, as shares of the question are counted."""
    alternatives: Sequence[Alternative]
    """Which terms say the same."""
    total_idf: float
    """Weighted idf of all content words, those that the index lacks included."""
    sequence: Ints
    """The content words in the order of the question, each as its first term; -1 for those that the index lacks."""
    named: Bools
    """Which of them are written like a name."""
    stopwords: list[list[int]]
    """If the question is made of stopwords only: for each of them the forms in the index, "To" and "to"."""


def parse_query(snapshot: Snapshot, text: str, sources: NamedSources | None = None) -> ParsedQuery:
    """Any string is a query; what it has no terms for is listed as unmatched.

    Args:
        snapshot: the index.
        text: the string.
        sources: the files and pages that it names. Their names need not occur; the words of files' names count little, and
            not at all beside a page.
    """
    asked, aside = (text, []) if sources is None else _without_names(text, sources)
    lexicon = snapshot.lexicon
    quoted = {
        form for match in _QUOTED.finditer(asked) for group in match.groups(default="") for form in split_forms(group)
    }
    weights: dict[int, float] = {}
    unmatched: dict[str, float] = {}
    said: list[tuple[str, list[int]]] = []
    named: list[bool] = []
    rarest = float(np.log1p((len(snapshot) + 0.5) / 0.5))
    missing = 0.0
    requests = request_terms(lexicon.analyzer)
    forms = split_forms(asked)
    told = _told(asked)
    together = list(joined(lexicon, asked))
    parts = {part for each in together for part in each.parts}
    pairs = {} if text.isascii() else pairs_with(snapshot, forms)
    otherwise: dict[str, _Reading] = {}
    for form in forms:
        analyzed = (_analyzed if len(form) <= _LONGEST else _analyzed.__wrapped__)(lexicon.analyzer, form)
        if not analyzed.terms:
            continue
        found = {term: lexicon.terms.get(term) for term in analyzed.terms}
        numbers = [number for number in found.values() if number is not None]
        pieces = {number for term, number in found.items() if is_piece(term)}
        if form in pairs:
            others = [number for number in pairs[form] if number not in numbers]
            pieces.update(others)
            numbers += others
        elif not numbers:
            if form not in otherwise:
                otherwise[form] = (
                    _read(snapshot, form, is_certain=form in quoted or form in parts)
                    if len(otherwise) < _MOST_OTHERWISE
                    else _Reading([])
                )
            numbers = otherwise[form].terms
            pieces.update(numbers)
        said.append((form, numbers))
        named.append(analyzed.is_name)
        weight = _QUOTED_WEIGHT if form in quoted else _weight(form, analyzed.terms[0] in requests, form in told)
        if not numbers and form not in unmatched and form not in parts:
            unmatched[form] = weight
            missing += min(weight, 1.0) * rarest
        for number in numbers:  # all pieces of a word weigh as much as the word
            share = 1 / len(pieces) if number in pieces else 1.0
            weights[number] = max(weights.get(number, 0.0), weight * share)
    for each in together:
        weight = _QUOTED_WEIGHT if quoted.issuperset(each.parts) else _TOLD if told.issuperset(each.parts) else 1.0
        weights[each.number] = max(weights.get(each.number, 0.0), weight)
    for term in (term for form in aside for term in lexicon.analyzer.analyze(form).terms):
        if (known := lexicon.terms.get(term)) is not None:
            weights.setdefault(known, _REQUEST_WEIGHT)
    n_own = len(weights)
    alternatives = _with_alternatives(snapshot, weights, said)
    terms = np.array(list(weights), np.int64)
    values = np.array(list(weights.values()))
    worth = np.concatenate((np.minimum(values[:n_own], 1.0), values[n_own:])) * snapshot.idf[terms]
    held = float(worth[:n_own].sum())
    return ParsedQuery(
        Query(
            text=text,
            terms=tuple(lexicon.terms.strings.several(terms)),
            unmatched=tuple(unmatched),
            coverage=held / (held + missing) if held else 0.0,
            weights=(*values[:n_own].tolist(), *[0.0] * (len(terms) - n_own)),
            idf=tuple(snapshot.idf[terms].tolist()),
            unmatched_weights=tuple(unmatched.values()),
            misspelt={form: reading.misspelt for form, reading in otherwise.items() if reading.misspelt},
        ),
        terms,
        values,
        worth,
        alternatives,
        held + missing,
        np.array([numbers[0] if numbers else -1 for _, numbers in said], np.int64),
        np.array(named, bool),
        [] if weights or unmatched or sources is not None else _stopwords(snapshot, forms),
    )


class _Reading(NamedTuple):
    """What a word that the index lacks is read as."""

    terms: list[int]
    misspelt: str = ""
    """The word of the index, if it is taken for a misspelt one."""


def _read(snapshot: Snapshot, form: str, *, is_certain: bool) -> _Reading:
    """As another way to write it, or else, unless it is certain that it is meant as it is written, as a misspelt word."""
    terms = written_otherwise(snapshot, form)
    meant = None if terms or is_certain else meant_by(snapshot, form)
    return _Reading(terms) if meant is None else _Reading([meant.term], meant.word)


def _with_alternatives(
    snapshot: Snapshot, weights: dict[int, float], said: Sequence[tuple[str, list[int]]]
) -> list[Alternative]:
    """What else stands for words of a question, added to their weights. All in all it weighs as much as they do.

    Where they are quoted it weighs as if they were not: who quotes wants these words.
    """
    own, alternatives = dict(weights), []
    places = {number: place for place, number in enumerate(weights)}
    for asked, others in snapshot.table(Abbreviations.of).in_question(said):
        new = [number for number in others if number not in own]
        rarity = float(snapshot.idf[list(others)].sum())
        if new and rarity > 0:
            total = sum(min(own[number], 1.0) * float(snapshot.idf[number]) for number in asked)
            for number in new:
                places.setdefault(number, len(places))
                weights[number] = max(weights.get(number, 0.0), total / rarity)
            alternatives.append(Alternative(*(np.array([places[number] for number in side]) for side in (asked, new))))
    return alternatives


def _weight(form: str, is_request: bool, is_told: bool) -> float:
    """What a word weighs that is not quoted."""
    weight = _REQUEST_WEIGHT if is_request or _HIRAGANA.fullmatch(form) else 1.0
    return _TOLD * weight if is_told else weight


def _told(text: str) -> set[str]:
    """The words of a text that asks which stand only in its sentences that neither ask nor look like data."""
    if _ASKS.search(text) is None:
        return set()
    breaks = [match.span() for match in _BREAK.finditer(text)]
    parts = zip((0, *(end for _, end in breaks)), (*(start for start, _ in breaks), len(text)), strict=True)
    sentences = [text[start:end] for part in parts for start, end in split_sentences(text, *part)]
    telling = [each for each in sentences if not (_ASKS.search(each) or _DATA.search(each))]
    if not telling:
        return set()
    others = set(sentences).difference(telling)
    return {form for each in telling for form in split_forms(each)}.difference(*map(split_forms, others))


@lru_cache(maxsize=4096)
def _analyzed(analyzer: Analyzer, form: str) -> Form:
    """The terms of a form, remembered: questions are made of the same words."""
    return analyzer.analyze(form)


@lru_cache(maxsize=32)
def request_terms(analyzer: Analyzer) -> frozenset[str]:
    """The request words as index terms."""
    return frozenset(analyzer.terms(_REQUEST_WORDS))


def _without_names(text: str, sources: NamedSources) -> tuple[str, list[str]]:
    """A question without the names of files and pages that it names, and those of their words that count."""
    spans = sources.spans
    ends = (0, *(end for _, end in spans))
    starts = (*(start for start, _ in spans), len(text))
    rest = " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    return rest, [] if len(sources.on_pages) else [
        form for start, end in spans for form in split_forms(text[start:end])
    ]


def _stopwords(snapshot: Snapshot, forms: list[str]) -> list[list[int]]:
    found: dict[str, list[int]] = {form.casefold(): [] for form in forms}
    for number, form in enumerate(snapshot.lexicon.forms):
        if (word := form.casefold()) in found:
            found[word].append(number)
    return list(found.values())
