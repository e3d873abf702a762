"""The content words of a question: what the index has for each, and how much each counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from secondhop.retrieval.question.misspelt import meant_by
from secondhop.retrieval.question.spellings import pairs_with, written_otherwise
from secondhop.text.analysis import Analyzer, Form, is_piece, split_forms
from secondhop.text.languages import foreign_stopwords
from secondhop.text.sentences import GREEK, split_sentences

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot

_QUOTED = re.compile(
    r'"([^"]{2,80})"|“([^”]{2,80})”|„([^“”]{2,80})[“”]|«([^»]{2,80})»|「([^」]{2,80})」|『([^』]{2,80})』'
)
# Words that may carry the form of a request rather than its subject.
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
REQUEST_WEIGHT = 0.3
_TOLD = 0.5
"""For words beside the question: they may be chatter, or say what it is about."""
_LONGEST = 32
"""Characters of the words that are remembered."""
_MOST_OTHERWISE = 16
"""For so many unknown words other spellings are looked for: a pasted log has thousands."""


class Word(NamedTuple):
    """A word of a question that is no stopword."""

    form: str
    """As it is written."""
    stem: str
    """What it would be indexed as, or, if it is misspelt, the word that it is read as is."""
    terms: list[int]
    """Numbers of the terms that the index has for it, its own one first."""
    weights: list[float]
    """What each of them counts."""
    weight: float
    """What the word counts."""
    is_name: bool
    """Whether it is written like a name."""
    misspelt: str
    """The word of the index that it is read as, if it is taken for a misspelt one."""


def words_of(snapshot: Snapshot, text: str, joined: Collection[str], synonyms: Collection[str] = ()) -> Iterator[Word]:
    """The content words of a question, in order.

    Args:
        snapshot: the index.
        text: the question.
        joined: those of its words that are read together with others: unknown ones are not looked for as misspelt.
        synonyms: stems of words that the user has given others for: they are not misspelt either.
    """
    lexicon, forms = snapshot.lexicon, split_forms(text)
    quoted = {
        form for match in _QUOTED.finditer(text) for group in match.groups(default="") for form in split_forms(group)
    }
    analyses = [
        (_analyzed if len(form) <= _LONGEST else _analyzed.__wrapped__)(lexicon.analyzer, form) for form in forms
    ]
    told, requests = _told(text), _requests(lexicon.analyzer, analyses, is_quoting=bool(quoted))
    pairs = {} if text.isascii() else pairs_with(snapshot, forms)
    otherwise: dict[str, tuple[list[int], str]] = {}
    foreign: Collection[str] | None = None  # looked for where a word is unknown
    for form, analyzed in zip(forms, analyses, strict=True):
        if not analyzed.terms:
            continue
        found = {term: lexicon.terms.get(term) for term in analyzed.terms}
        terms = [number for number in found.values() if number is not None]
        if not terms and form not in quoted:
            if foreign is None:
                foreign = foreign_stopwords(text, lexicon.analyzer.language)
            if form.lower() in foreign:
                continue  # a German question to English documents asks for no "wie"
        pieces = {number for term, number in found.items() if is_piece(term)}
        misspelt = ""
        if form in pairs:
            others = [number for number in pairs[form] if number not in terms]
            pieces.update(others)
            terms += others
        elif not terms and (form in otherwise or len(otherwise) < _MOST_OTHERWISE):
            if form not in otherwise:
                is_certain = form in quoted or form in joined or analyzed.terms[0] in synonyms
                otherwise[form] = _read(snapshot, form, is_certain=is_certain)
            terms, misspelt = otherwise[form]
            pieces.update(terms)
        weight = _QUOTED_WEIGHT if form in quoted else _weight(form, analyzed.terms[0] in requests, form in told)
        # All pieces of a word weigh as much as the word.
        weights = [weight / len(pieces) if number in pieces else weight for number in terms]
        stem = lexicon.terms.strings[terms[0]] if misspelt else analyzed.terms[0]
        yield Word(form, stem, terms, weights, weight, analyzed.is_name, misspelt)


def _read(snapshot: Snapshot, form: str, *, is_certain: bool) -> tuple[list[int], str]:
    """The terms of a word that the index lacks, and the word of the index that it is read as if it is taken for a misspelt one.

    It is another way to write something, or else, unless it is certain that it is meant as it is written, misspelt.
    """
    terms = written_otherwise(snapshot, form)
    meant = None if terms or is_certain else meant_by(snapshot, form)
    return (terms, "") if meant is None else ([meant.term], meant.word)


def _requests(analyzer: Analyzer, analyses: Sequence[Form], *, is_quoting: bool) -> Collection[str]:
    """The words that only form a request: beside quoted words, or where most are such. Else a list or a part may be its subject."""
    requests = request_terms(analyzer)
    content = [each.terms[0] in requests for each in analyses if each.terms]
    return requests if is_quoting or 2 * sum(content) > len(content) else ()


def _weight(form: str, is_request: bool, is_told: bool) -> float:
    """What a word weighs that is not quoted."""
    weight = REQUEST_WEIGHT if is_request or _HIRAGANA.fullmatch(form) else 1.0
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
