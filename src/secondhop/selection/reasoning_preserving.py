"""Keep the sentences that answer, and those that the answer hangs on: direct evidence and the second hop.

Each sentence is worth what its chunk is worth (direct plus bridge, discounted where its query words are covered
already) plus what it says itself; code is taken whole, by the score of its chunk alone. Half of the budget is filled by
direct evidence alone, so that a wrong bridge cannot push out what the question plainly asks for; the rest by the full
value. What does not fit is skipped, unless it is the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.selection.facts import Facts, facts_of
from secondhop.selection.labels import carried
from secondhop.selection.lists import introduction
from secondhop.selection.packing import Packing
from secondhop.selection.paragraphs import opening
from secondhop.selection.tables import caption
from secondhop.types import Budget, Query, Ranking, Selection

if TYPE_CHECKING:
    from secondhop.types import Bools, Floats, Ints

DIRECT_SHARE = 0.5
"""Share of the budget that is filled by direct evidence alone."""
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
_SMALLEST_SENTENCE = 2
"""Tokens of room below which no further sentence is looked at."""


def reasoning_preserving(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """Takes sentences (or whole chunks, with `grain="chunk"`) by value until the budget is full."""
    packing = Packing(hits, budget)
    if not len(hits):
        return packing.settle()
    is_code = np.array(packing.is_code, bool)
    total = np.where(is_code, hits.scores, covered_values(hits))  # where code repeats words, top-k is better
    if budget.grain == "chunk":
        _take_direct_hits(packing)
        for place in (-total).argsort(kind="stable").tolist():
            if place not in packing.opened and not packing.refuse_duplicate(place):
                packing.take_hit(place)
        return packing.settle()
    facts = facts_of(hits)
    direct_order, order = sentence_orders(hits, facts, total, is_code)

    def fill(packing: Packing) -> None:
        _take_in_order(packing, facts, order, budget.max_tokens)

    _take_long_evidence(packing, facts, direct_order)
    _take_in_order(packing, facts, direct_order, int(DIRECT_SHARE * budget.max_tokens))
    fill(packing)
    if not packing.chosen:  # too small for a sentence with what it refers to: then without
        for number in order:
            packing.take(number, budget.max_tokens)
    if _says_nothing(packing):
        packing = Packing(hits, budget)
    return packing.settle(fill)


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


def _take_direct_hits(packing: Packing) -> None:
    """Takes whole hits by direct evidence alone until the direct share of the tokens, or of `top_k`, is used."""
    lexical, budget = packing.hits.direct, packing.budget
    most = len(lexical) if budget.top_k is None else DIRECT_SHARE * budget.top_k
    for place in (-lexical).argsort(kind="stable").tolist():
        full = packing.used >= DIRECT_SHARE * budget.max_tokens or len(packing.opened) >= most
        if full or lexical[place] <= 0:
            return
        if not packing.refuse_duplicate(place):
            packing.take_hit(place)


def _take_long_evidence(packing: Packing, facts: Facts, direct_order: list[int]) -> None:
    """Takes the best sentence with words of the query first if it is longer than the direct share, but fits the budget.

    It would be skipped otherwise, and shorter ones that say less would take its room.
    """
    limit, direct = packing.budget.max_tokens, packing.hits.sentences.direct
    for number in direct_order:
        if direct[number] <= 0:
            continue
        place = packing.hit_of[number]
        if packing.is_code[place]:
            if packing.cost_alone(number) <= int(DIRECT_SHARE * limit) or packing.take_hit(place):
                return
            continue
        main = number + facts.openers[number]
        hangs = main == number and facts.hangs[number]
        before = _antecedents(packing, facts, number) if hangs else list(range(number, main))
        cost = packing.cost_alone(main) + sum(packing.tokens[other] for other in before)
        if cost <= int(DIRECT_SHARE * limit) or _take_with_heading(packing, facts, main, limit, before):
            return
        if hangs and _take_with_heading(packing, facts, main, limit):
            return


def _take_in_order(packing: Packing, facts: Facts, order: list[int], limit: int) -> None:
    tokens, chosen, opened, hit_of = packing.tokens, packing.chosen, packing.opened, packing.hit_of
    is_code, twins, scraps, keys, said = packing.is_code, packing.twins, packing.scraps, packing.keys, packing.said
    hangs, openers, may_open = facts.hangs, facts.openers, facts.may_open
    room, tried = limit - packing.used, set[int]()
    for number in order if room >= _SMALLEST_SENTENCE else ():
        place = hit_of[number]
        if is_code[place]:  # a line of code alone says nothing
            if place not in opened and place not in tried and not packing.refuse_duplicate(place):
                tried.add(place)
                packing.take_hit(place)
        elif (
            tokens[number] > room
            or number in chosen
            or keys[number] in said
            or (number in scraps and not packing.adjoins(number))
        ):
            continue
        elif place in opened or place not in twins or not packing.refuse_duplicate(place):
            main = number + openers[number]
            if main > number and main not in chosen and not packing.is_repeated(main):
                before = [opener for opener in range(number, main) if opener not in chosen]
                _take_with_heading(packing, facts, main, limit, before)
            elif not hangs[number]:
                taken = _take_with_heading(packing, facts, number, limit)
                if taken and may_open[place] and (above := opening(packing, number)) is not None:
                    packing.take(above, packing.budget.max_tokens)
            else:
                before = _antecedents(packing, facts, number)
                if _take_with_heading(packing, facts, number, limit, before):
                    _take_introduction(packing, before[0] if before else number, limit)
        room = limit - packing.used
        if room < _SMALLEST_SENTENCE:
            break


def _says_nothing(packing: Packing) -> bool:
    """Whether only such sentences fitted as hold nothing of what makes their chunks candidates."""
    sentences = packing.hits.sentences
    said = sentences.direct + sentences.bridge
    if any(said[number] > 0 for number in packing.chosen):
        return False
    speaking = set(sentences.hit[said > 0].tolist())
    return all(packing.hit_of[number] in speaking for number in packing.chosen)


def _take_with_heading(packing: Packing, facts: Facts, number: int, limit: int, before: Sequence[int] = ()) -> bool:
    """Takes a sentence, and the short one just before where that fits: "12. Term." says what the next is about.

    A row of a table comes with the header, and that with its caption.
    """
    if not packing.take(number, limit, before):
        return False
    above = number - facts.rows[number]
    if above < number and above not in packing.chosen and packing.take(above, packing.budget.max_tokens):
        title = caption(packing, above)
        if title is not None and title not in packing.chosen:
            packing.take(title, packing.budget.max_tokens)
    heading = (before[0] if before else number) - 1
    if heading not in packing.scraps or heading in packing.chosen or not packing.adjoins(heading):
        return True
    if not packing.is_repeated(heading):
        packing.take(heading, limit)
    return True


def _take_introduction(packing: Packing, number: int, limit: int) -> None:
    """Takes what introduces the list that a sentence is an item of, if it fits: "(e) use it only …" lacks who shall."""
    lead = introduction(packing, number)
    if lead is not None and lead not in packing.chosen and not packing.is_repeated(lead):
        packing.take(lead, limit)


def _antecedents(packing: Packing, facts: Facts, number: int) -> list[int]:
    """The sentences just before one that opens with a pronoun or a connective, back to one that does not."""
    place = packing.hit_of[number]
    before: list[int] = []
    while facts.refers[number]:
        number -= 1
        if number not in packing.sentences_of(place) or number in packing.chosen:
            break
        before.append(number)
    return before[::-1]
