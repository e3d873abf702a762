"""What hits and their sentences are worth to `reasoning_preserving`.

Each sentence is worth what its chunk is worth (direct plus bridge, discounted where its query words are covered
already) plus what it says itself; code is taken whole, by the score of its chunk alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.selection.facts import Facts
from secondhop.selection.labels import carried
from secondhop.types import Ranking

if TYPE_CHECKING:
    from secondhop.types import Bools, Floats, Ints

OPENING_BONUS = 0.4
"""What the first sentence of a paragraph is worth more, as a share of its chunk's value: it says what the others are about."""
DIRECT_OPENING_BONUS = 0.2
"""The same where direct evidence alone counts: the answer stands behind the opening as often."""
SENTENCE_WEIGHT = 1.2
BRIDGE_SENTENCE_WEIGHT = 0.6
SMOOTHING = 0.3
"""Share of its neighbours' scores that a sentence gets: an answer often stands beside the words of the question."""
COVERED = 0.9
"""Factor on a query term's worth for each chosen chunk that holds it already, down to `COVERED_FLOOR`."""
COVERED_FLOOR = 0.2
RIVALLED = 0.85
"""What a sentence loses of its direct score where better hits from other texts hold all query words that its hit holds."""
STRONG_CODE = 0.5
"""Direct score, relative to the best, from which code counts as direct evidence: it is taken whole, and what hardly matches
would fill the room of a second hop."""
_COVERAGE_STEPS = 25


def covered_values(hits: Ranking) -> Floats:
    """[hits] each hit's score, less what its query terms lose because better hits hold them already."""
    total = hits.scores.copy()
    terms = hits.term_scores
    rest = total - terms.sum(axis=0)
    # Of each hit: what the factors of its terms are multiplied by once it is chosen.
    lowers = np.where(terms > 0, COVERED, 1.0).T
    factor = np.ones(len(terms))
    for _ in range(min(_COVERAGE_STEPS, len(total))):
        gain = factor.dot(terms)
        gain += rest
        best = int(gain.argmax())
        total[best] = max(gain.item(best), 1e-9)
        rest[best] = -np.inf  # chosen
        factor *= lowers[best]
        np.maximum(factor, COVERED_FLOOR, out=factor)
    return total


def rivalled_shares(hits: Ranking, total: Floats) -> Floats:
    """[hits] share of each hit's score by query terms that better hits from other texts hold too.

    Two texts with the same words of the question are rivals, and the better one is enough; the chunks of one text are
    not. Texts that repeat each other count as one, and so does all code: its files share their names.
    """
    numbers: dict[str | None, int] = {}
    text = np.array(
        [numbers.setdefault(None if hit.chunk.kind == "code" else hit.chunk.source, len(numbers)) for hit in hits]
    )
    if len(numbers) == 1:
        return np.zeros(len(hits))
    for later, earlier, _ in hits.duplicates:
        text[text == text[later]] = text[earlier]
    rivals = (total[:, None] > total) & (text[:, None] != text)
    terms = hits.term_scores
    shares: Floats = (terms * ((terms > 0) @ rivals)).sum(axis=0) / np.maximum(terms.sum(axis=0), 1e-9)
    return shares


def sentence_orders(hits: Ranking, facts: Facts, total: Floats, is_code: Bools) -> tuple[list[int], list[int]]:
    """Sentence numbers by direct value, and by full value, best first."""
    sentences = hits.sentences
    direct = _with_headers(sentences.direct, facts.headers)
    unrivalled = direct * (1 - RIVALLED * rivalled_shares(hits, total))[sentences.hit]
    linked = unrivalled + BRIDGE_SENTENCE_WEIGHT * sentences.bridge
    lines, labels = facts.lines, facts.labels & (linked > 0)
    if lines.any():
        of_labels = carried(hits, direct, labels & lines[sentences.hit], lines)
        direct = np.maximum(direct, of_labels)
    by_words = _values(hits, is_code, lines, hits.direct, direct, DIRECT_OPENING_BONUS)
    by_linked = np.maximum(_smoothed(linked, sentences.hit), carried(hits, linked, labels, lines))
    by_all = _values(hits, is_code, lines, total, by_linked, OPENING_BONUS)
    if is_code.any():
        by_words[_waiting(hits, is_code)[sentences.hit]] = 0
    direct_order = (-by_words).argsort(kind="stable")
    return direct_order[by_words[direct_order] > 0].tolist(), (-by_all).argsort(kind="stable").tolist()


def _waiting(hits: Ranking, is_code: Bools) -> Bools:
    """[hits] whether it is code that is no direct evidence: what hardly matches, and listings in texts, which explain them."""
    texts = {hit.chunk.source for hit, code in zip(hits, is_code.tolist(), strict=True) if not code}
    in_text = np.array([hit.chunk.source in texts for hit in hits], bool)
    waiting: Bools = is_code & (in_text | (hits.direct < STRONG_CODE * hits.direct.max()))
    return waiting


def _values(
    hits: Ranking, is_code: Bools, lines: Bools, chunk_values: Floats, sentence_values: Floats, bonus: float
) -> Floats:
    """Value = f (1 + bonus [opens a paragraph]) + weight * s * sqrt(f), f and s relative to the best.

    Code is taken whole, so none of its lines may decide: there it is f, and prose that scores as high comes first. In a
    chunk of lines the words of the question count where they stand in one of them: there s sqrt(f) stands for f.
    """
    sentences = hits.sentences
    highest = float(chunk_values.max())
    if highest <= 0:
        return np.zeros(len(sentences.hit))
    share = np.maximum(chunk_values / highest, 0.0)[sentences.hit]
    best = float(sentence_values.max()) or 1.0
    said = (sentence_values / best) * np.sqrt(share)
    of_chunk = np.where(lines[sentences.hit], said, share) if lines.any() else share
    values: Floats = of_chunk * (1 + bonus * sentences.first) + SENTENCE_WEIGHT * said
    return np.where(is_code[sentences.hit], share, values)


def _with_headers(values: Floats, headers: Ints) -> Floats:
    """Values with those of headers given to the rows that have one themselves: "Bus 5" and "Hospital" say it together.

    The header is shown with the row; alone it says nothing. Where no row has a value, all get the header's, and it keeps
    it: "which exit codes are there" asks for the whole table.
    """
    is_row = headers >= 0
    if not is_row.any():
        return values
    speaks = is_row & (values > 0)
    parted = np.zeros(len(values), bool)  # headers that a row stands out under
    parted[headers[speaks]] = True
    rows = (speaks | (is_row & ~parted[headers])).nonzero()[0]
    values, of_headers = values.copy(), values[headers[rows]]
    values[rows] += of_headers
    values[parted] = 0.0
    return values


def _smoothed(values: Floats, hit: Ints) -> Floats:
    """Values with a share of those of the neighbours in the same chunk."""
    same = hit[1:] == hit[:-1]
    smoothed = values.copy()
    smoothed[1:] += SMOOTHING * values[:-1] * same
    smoothed[:-1] += SMOOTHING * values[1:] * same
    return smoothed
