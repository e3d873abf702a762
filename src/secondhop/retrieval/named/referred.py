"""Parts of a text that are referred to by number: "subject to Section 9.4" points to the sentence that opens with 9.4.

Such a part need share no word with the question, and its number is too common to link it by. Yet whoever wrote "subject
to" said that the one cannot be read without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import distinct_values
from secondhop.text.analysis import split_forms
from secondhop.text.references import Reference, plain_kind, references_asked

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.retrieval.seeds import Seed
    from secondhop.types import Bools, Floats, Ints

ASKED_FOR = 0.5
"""What a part gets that the question names, relative to the best direct score, of chunks and of sentences."""
MOST_OPENINGS = 2
"""A number that opens more sentences of a text than this is not only that of a part."""
PART_WEIGHT = 1.67
"""Link of a part's first sentence, relative to the direct score of the sentence that refers to it.

Selection counts six tenths of a link, so the two sentences are worth the same.
"""
MOST_HOLDERS = 1000
"""Chunks of a text that hold a number beyond which it is not looked for."""
LEAST_NEAR = 0.5
"""A sentence refers to something only where its direct score is at least this share of the best one in its seed."""
SAME_KIND = 5
"""Words for parts that begin with so many letters alike are one: "appendices". Shorter ones are cut short: "art."."""
LEAST_OF_KIND = 3
"""Letters of one that a part opens with."""
N_SENTENCES = 3
"""How many sentences are taken for a part, from its opening on."""
BEHIND = 0.8
"""What each of them is worth relative to the one before it."""


@dataclass(frozen=True, slots=True)
class Referred:
    """Sentences that are referred to. Parallel arrays."""

    sentences: Ints
    """Their numbers in the index, ascending."""
    values: Floats

    @classmethod
    def of(cls, snapshot: Snapshot, found: Sequence[tuple[int, float]]) -> Referred:
        """From the numbers and values of the sentences that open the parts."""
        if not found:
            return NONE_REFERRED
        values: dict[int, float] = {}
        numbers = np.array([opening for opening, _ in found], np.int64)
        ends = np.minimum(numbers + N_SENTENCES, snapshot.chunk_sentences[snapshot.chunk_of(numbers) + 1])
        for (opening, value), end in zip(found, ends.tolist(), strict=True):
            for number in range(opening, _end_of_part(snapshot, opening, end)):
                values[number] = max(values.get(number, 0.0), value * BEHIND ** (number - opening))
        sentences = np.array(sorted(values), np.int64)
        return cls(sentences, np.array([values[number] for number in sentences.tolist()], float))

    def at(self, sentences: Ints) -> Floats:
        """[sentences] what each is worth, 0 for those that nothing refers to."""
        worth = np.zeros(len(sentences))
        if not len(self.sentences):
            return worth
        places = self.sentences.searchsorted(sentences)
        held = (places < len(self.sentences)).nonzero()[0]
        held = held[self.sentences[places[held]] == sentences[held]]
        worth[held] = self.values[places[held]]
        return worth


NONE_REFERRED = Referred(np.empty(0, np.int64), np.empty(0))


class Part(NamedTuple):
    """What a seed refers to."""

    seed: int
    """Which seed."""
    chunk: int
    """Ordinal of the chunk in which the part begins."""
    opening: int
    """Number of the sentence that it begins with."""
    near: float
    """Direct score of the sentence that refers to it, relative to the best of its seed."""
    link: float
    """What the opening is worth for it."""
    name: str


def parts_asked(snapshot: Snapshot, question: str, best: Ints) -> Ints:
    """Numbers of the sentences that open parts that the question names, among some chunks. Capitals do not matter."""
    asked = references_asked(question)
    named = dict.fromkeys(each._replace(start=0, kind=plain_kind(each.kind)) for each in asked)
    found = [_openings(snapshot, (each, *each.otherwise()), best) for each in named]
    return distinct_values(np.concatenate(found)) if found else np.empty(0, np.int64)


def parts_of_seeds(
    snapshot: Snapshot, seeds: Sequence[Seed], said: Sequence[list[float]], allowed: Bools | None
) -> Iterator[Part]:
    """What the sentences of the seeds that are near the question refer to, elsewhere in the same texts.

    Args:
        snapshot: the index.
        seeds: what they say.
        said: [seeds][sentences] direct scores.
        allowed: [C] chunks that may be shown; None for all.
    """
    for place, (seed, values) in enumerate(zip(seeds, said, strict=True)):
        highest = max(values)
        for own, reference in seed.references:
            value = values[own]
            if value <= 0 or value < LEAST_NEAR * highest:
                continue
            chunks = _holders(snapshot, reference, seed.ordinal)
            openings = _openings(snapshot, (reference,), chunks if allowed is None else chunks[allowed[chunks]])
            if len(openings) > MOST_OPENINGS:
                continue
            for opening, there in zip(openings.tolist(), snapshot.chunk_of(openings).tolist(), strict=True):
                yield Part(place, there, opening, value / highest, PART_WEIGHT * value, str(reference))


def _holders(snapshot: Snapshot, reference: Reference, seed: int) -> Ints:
    """The other chunks of a seed's text that hold the number, or the word before it where the number is a stopword."""
    analyzer = snapshot.lexicon.analyzer
    terms = analyzer.terms(reference.label) or analyzer.terms(reference.kind)
    number = snapshot.lexicon.terms.get(terms[0]) if terms else None
    if number is None:
        return np.empty(0, np.int64)
    chunks, _ = snapshot.body.of(number)
    if snapshot.given:  # each is a text of its own
        label = snapshot.given[snapshot.chunk_source[seed]].source
        chunks = chunks[[snapshot.given[each].source == label for each in snapshot.chunk_source[chunks].tolist()]]
    else:
        source = snapshot.chunk_source[seed]
        chunks = chunks[slice(*chunks.searchsorted(snapshot.chunk_source.searchsorted((source, source + 1))))]
    others: Ints = chunks[chunks != seed].astype(np.int64)
    return others if len(others) <= MOST_HOLDERS else others[:0]


def _openings(snapshot: Snapshot, written: Sequence[Reference], chunks: Ints) -> Ints:
    """Numbers of the sentences in those chunks that open with the word and number of a part, or else its number alone.

    It is looked for as it is written first, then in the other ways.
    """
    lexicon = snapshot.lexicon
    sentences, _ = snapshot.sentences_of(chunks)
    known: list[tuple[Reference, list[int]]] = []
    for reference in written:
        forms = split_forms(reference.label)
        label = [number for form in forms if (number := lexicon.forms.get(form)) is not None]
        if len(label) == len(forms):
            known.append((reference, label))
    for reference, label in known:
        if reference.kind and len(named := _named(snapshot, sentences, reference.kind, label)):
            return named
    for reference, label in known:  # many a sentence begins with "A" or "I"
        may_be_bare = reference.may_be_bare and lexicon.analyzer.terms(reference.label)
        if may_be_bare and len(bare := _having(snapshot, sentences, label, 0)):
            return bare
    return sentences[:0]


def _named(snapshot: Snapshot, sentences: Ints, kind: str, label: list[int]) -> Ints:
    """Those that open with a word for such parts and the label, or with both the other way round: "4. Kapitel"."""
    kind = plain_kind(kind)
    for label_at, kind_at in ((1, 0), (0, len(label))):
        found = _having(snapshot, sentences, label, label_at, least=len(label) + 1)
        words = snapshot.lexicon.forms.strings.several(snapshot.words[snapshot.sentence_words[found] + kind_at])
        same = [_is_same_kind(plain_kind(word), kind) for word in words]
        if any(same):
            return found[same]
    return sentences[:0]


def _end_of_part(snapshot: Snapshot, opening: int, end: int) -> int:
    """The first sentence up to `end` that opens with another number than the part and what it is divided in."""
    first = snapshot.sentence_words[opening : end + 1]
    words = [
        list(snapshot.lexicon.forms.strings.several(snapshot.words[start : start + 2])) for start in first[:-1].tolist()
    ]
    own = next((word for word in words[0] if word[0].isdigit()), "")
    for number, ahead in enumerate(words[1:], opening + 1):  # a line of signs has the next one's, the last has none
        if ahead and ahead[0][0].isdigit() and not ahead[0].startswith(own):
            return number
    return end


def _is_same_kind(word: str, kind: str) -> bool:
    n = min(len(word), len(kind), SAME_KIND)
    return n >= min(len(kind), LEAST_OF_KIND) and word[:n] == kind[:n]


def _having(snapshot: Snapshot, sentences: Ints, forms: Sequence[int], place: int, least: int = 2) -> Ints:
    """The sentences whose words from that place on are these forms, and which have so many words at least."""
    starts, ends = snapshot.sentence_words[sentences], snapshot.sentence_words[sentences + 1]
    kept = ends - starts >= max(least, place + len(forms))
    sentences, starts = sentences[kept], starts[kept]
    for step, form in enumerate(forms, place):
        kept = snapshot.words[starts + step] == form
        sentences, starts = sentences[kept], starts[kept]
    return sentences
