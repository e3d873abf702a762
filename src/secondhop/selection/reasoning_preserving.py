"""Keep the sentences that answer, and those that the answer hangs on: direct evidence and the second hop.

Half of the budget is filled by direct evidence alone, so that a wrong bridge cannot push out what the question plainly
asks for; the rest by the full value (`values.py`). Code is taken whole. What does not fit is skipped, unless it is the best.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from secondhop.selection.facts import Facts, facts_of
from secondhop.selection.lists import introduction
from secondhop.selection.packing import Packing
from secondhop.selection.paragraphs import opening
from secondhop.selection.tables import caption
from secondhop.selection.values import covered_values, sentence_orders
from secondhop.types import Budget, Query, Ranking, Selection

DIRECT_SHARE = 0.5
"""Share of the budget that is filled by direct evidence alone."""
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
                first = before[0] if before else number
                taken = _take_with_heading(packing, facts, number, limit, before)
                if taken and facts.hangs[first] and not facts.refers[first]:  # it may be an item
                    _take_introduction(packing, first, limit)
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
