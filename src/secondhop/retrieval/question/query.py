"""What a question asks for, in the index's terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.question.abbreviations import Abbreviations
from secondhop.retrieval.question.alternatives import add_ways
from secondhop.retrieval.question.spellings import Reading, joined
from secondhop.retrieval.question.words import REQUEST_WEIGHT, Word, words_of
from secondhop.text.analysis import split_forms
from secondhop.types import Query

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.retrieval.named.sources import NamedSources
    from secondhop.retrieval.question.alternatives import Ways
    from secondhop.retrieval.question.synonyms import Synonyms
    from secondhop.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The question's terms that the index holds, with weights."""

    query: Query
    terms: Ints
    """Term numbers, distinct, in order of first use; behind them what stands for some of them in these texts."""
    weights: Floats
    worth: Floats
    """[terms] idf, less for words that are stressed less, as shares of the question are counted."""
    alternatives: Sequence[Bools]
    """[ways, terms] for each thing that can be said in several ways, which terms are of which way."""
    total_idf: float
    """Weighted idf of all content words, those that the index lacks included."""
    sequence: Ints
    """The content words in the order of the question, each as its first term; -1 for those that the index lacks."""
    named: Bools
    """Which of them are written like a name."""
    stopwords: list[list[int]]
    """If the question is made of stopwords only: for each of them the forms in the index, "To" and "to"."""


def parse_query(
    snapshot: Snapshot, text: str, sources: NamedSources | None = None, synonyms: Synonyms | None = None
) -> ParsedQuery:
    """Any string is a query; what it has no terms for is listed as unmatched.

    Args:
        snapshot: the index.
        text: the string.
        sources: the files and pages that it names. Their names need not occur; the words of files' names count little, and
            not at all beside a page.
        synonyms: what else its words mean.
    """
    asked, aside = (text, []) if sources is None else _without_names(text, sources)
    lexicon = snapshot.lexicon
    readings = list(joined(lexicon, asked))
    together = {form for each in readings for form in each.forms}
    words = list(words_of(snapshot, asked, together, () if synonyms is None else synonyms.stems))
    ways: list[Ways] = []
    for said, others in () if synonyms is None else synonyms.in_question(lexicon, words):
        if all(word.terms for word in said):
            ways.append([[word.terms[0] for word in said], *others])
        else:
            readings.append(Reading([word.form for word in said], others[0]))
            ways.append(others)
    ways += snapshot.table(Abbreviations.of).in_question(words)
    weights = _weights(words, readings)
    for term in (term for form in aside for term in lexicon.analyzer.analyze(form).terms):
        if (known := lexicon.terms.get(term)) is not None:
            weights.setdefault(known, REQUEST_WEIGHT)
    n_own = len(weights)
    alternatives = add_ways(weights, ways, snapshot.idf)
    terms = np.array(list(weights), np.int64)
    values = np.array(list(weights.values()))
    worth = np.concatenate((np.minimum(values[:n_own], 1.0), values[n_own:])) * snapshot.idf[terms]
    held = float(worth[:n_own].sum())
    read = {form for each in readings for form in each.forms}
    unmatched = {word.form: word.weight for word in words if not word.terms and word.form not in read}
    rarest = float(np.log1p((len(snapshot) + 0.5) / 0.5))
    missing = sum(min(weight, 1.0) * rarest for weight in unmatched.values())
    return ParsedQuery(
        Query(
            text=text,
            terms=tuple(lexicon.terms.strings.several(terms)),
            unmatched=tuple(unmatched),
            coverage=held / (held + missing) if held else 0.0,
            weights=(*values[:n_own].tolist(), *[0.0] * (len(terms) - n_own)),
            idf=tuple(snapshot.idf[terms].tolist()),
            unmatched_weights=tuple(unmatched.values()),
            misspelt={word.form: word.misspelt for word in words if word.misspelt},
        ),
        terms,
        values,
        worth,
        alternatives,
        held + missing,
        np.array([word.terms[0] if word.terms else -1 for word in words], np.int64),
        np.array([word.is_name for word in words], bool),
        [] if weights or unmatched or sources is not None else _stopwords(snapshot, split_forms(asked)),
    )


def _weights(words: Sequence[Word], readings: Sequence[Reading]) -> dict[int, float]:
    """What each term of the question counts, in order of first use."""
    weights: dict[int, float] = {}
    for word in words:
        for number, weight in zip(word.terms, word.weights, strict=True):
            weights[number] = max(weights.get(number, 0.0), weight)
    weighs = {word.form: word.weight for word in words}
    for each in readings:
        weight = max((weighs[form] for form in each.forms if form in weighs), default=1.0) / len(each.terms)
        for number in each.terms:
            weights[number] = max(weights.get(number, 0.0), weight)
    return weights


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
