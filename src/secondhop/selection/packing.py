"""Fills a budget with sentences or whole chunks, counts exactly, and says what became of each hit."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from secondhop.frozen import quickly
from secondhop.selection.decisions import drop, keep, role_of
from secondhop.text.prompt import GAP, SEPARATOR, rendered, show, visible_part
from secondhop.types import Budget, Chunk, Decision, Hit, Passage, Ranking, Reason, Selection, Span

_JOIN = 0.8
"""Tokens of the blank between two sentences, about."""
_HEAD_MARGIN = 3
"""Tokens that a header or a signature may take more among other passages than alone."""
LEAST_WORDS = 4
"""Shorter sentences without a word that is asked for, such as numbers of pages, say nothing alone."""
_SMALLEST_REST = 4
_SMALLEST_SHARE = 128
"""Slack below which looking for one more sentence is not worth the count: tokens, and a part of the budget."""
_make_passage = quickly(Passage)


class Packing:
    """Sentences chosen so far and their cost. Lives inside one call of a strategy."""

    def __init__(self, hits: Ranking, budget: Budget) -> None:
        """Starts with nothing chosen."""
        self.hits = hits
        self.budget = budget
        self.chosen: dict[int, None] = {}
        """Numbers of the chosen sentences, in the order in which they were chosen."""
        self.used: float = 0
        """Tokens that the choice costs, as far as they can be told without counting the finished text."""
        self.opened: set[int] = set()
        """Hits with at least one chosen sentence."""
        self.refused: dict[int, tuple[Reason, Mapping[str, Any]]] = {}
        """Hits that a strategy turned down, and why."""
        sentences = hits.sentences
        self.hit_of: list[int] = sentences.hit.tolist()
        """Which hit each sentence is in."""
        self.tokens: list[int] = sentences.tokens.tolist()
        """Tokens of each sentence."""
        self.keys: list[int] = sentences.key.tolist()
        """Digests of the words of each sentence, 0 where these are too few to compare."""
        self.said: dict[int, int] = {}
        """The digests of those chosen, each with the hit that said so first."""
        self.is_code = [hit.chunk.kind == "code" for hit in hits.hits]
        """Whether each hit is source code."""
        self.twins: dict[int, list[tuple[int, float]]] = {}
        """Near-duplicates of a hit among the others, each with the similarity."""
        for later, earlier, similarity in hits.duplicates:
            self.twins.setdefault(later, []).append((earlier, similarity))
            self.twins.setdefault(earlier, []).append((later, similarity))
        value = sentences.direct + sentences.bridge
        idle = (sentences.words < LEAST_WORDS) & (value <= 0)
        several = np.bincount(sentences.hit)[sentences.hit] > 1
        self.scraps = set((idle & several).nonzero()[0].tolist())
        """Sentences that say nothing alone, of hits that have others too."""
        self._value: list[float] = value.tolist()
        self._whole: list[int] = hits.tokens.tolist()
        self._start: list[int] = sentences.start.tolist()
        self._end: list[int] = sentences.end.tolist()
        self._bounds: list[int] = sentences.hit.searchsorted(np.arange(len(hits) + 1)).tolist()
        self._heads: dict[int, int] = {}
        """Tokens kept free for headers of tables and signatures, by the ordinals of the chunks they are in."""
        self._shown: dict[int, Passage] = {}
        self._changed: set[int] = set()
        self._rendered: tuple[str, int] | None = None
        self._place_of = {hit.ordinal: place for place, hit in enumerate(hits.hits)}
        self._separator = max(1, budget.count_tokens(SEPARATOR))
        self._gap = max(1, budget.count_tokens(GAP))
        self._joins = [self._gap * (1 - joined) + _JOIN * joined for joined in range(3)]
        """What a further sentence of a hit costs more, by how many sentences beside it are chosen."""

    def sentences_of(self, hit: int) -> range:
        """Numbers of a hit's sentences."""
        return range(self._bounds[hit], self._bounds[hit + 1])

    def start(self, sentence: int) -> int:
        """Where a sentence begins, in characters of its source."""
        return self._start[sentence]

    def cost_alone(self, sentence: int) -> int:
        """What it costs to show this sentence and nothing else of its hit."""
        hit = self.hit_of[sentence]
        return (0 if hit in self.opened else self._opening_cost(hit)) + self.tokens[sentence]

    def span(self, sentence: int) -> Span:
        """Where a sentence stands in its source."""
        return self._start[sentence], self._end[sentence]

    def text(self, sentence: int) -> str:
        """What it says."""
        return slice_of(self.hits.hits[self.hit_of[sentence]].chunk, self.span(sentence))

    def previous(self, sentence: int) -> int | None:
        """The sentence just before in the source; None if there is none or it is no candidate."""
        hit = self.hit_of[sentence]
        if sentence > self._bounds[hit]:
            return sentence - 1
        before = self._place_of.get(self.hits.hits[hit].ordinal - 1)
        if before is None or self.hits.hits[before].chunk.source != self.hits.hits[hit].chunk.source:
            return None
        return self._bounds[before + 1] - 1

    def adjoins(self, sentence: int) -> bool:
        """Whether a sentence of the same hit that stands just before or after it is chosen."""
        hit = self.hit_of[sentence]
        return (sentence + 1 in self.chosen and sentence + 1 < self._bounds[hit + 1]) or (
            sentence - 1 in self.chosen and sentence > self._bounds[hit]
        )

    def is_repeated(self, sentence: int) -> bool:
        """Whether a chosen sentence has the same words."""
        return self.keys[sentence] in self.said

    def take(self, sentence: int, limit: int, before: Sequence[int] = ()) -> bool:
        """Chooses a sentence, and those just `before` it that it cannot be read without, if all of them fit the limit."""
        hit, chosen = self.hit_of[sentence], self.chosen
        cost: float = self.tokens[sentence]
        if hit in self.opened:
            first = before[0] if before else sentence
            cost += self._joins[(first - 1 in chosen) + (sentence + 1 in chosen)]
        elif self._is_full():
            return False
        else:
            cost += self._opening_cost(hit)
        for number in before:
            cost += _JOIN + self.tokens[number]
        if self.used + cost > limit:
            return False
        # The sentence goes first: what is given back again is given back from the end.
        self._choose(hit, (sentence, *before) if before else (sentence,), cost)
        return True

    def take_hit(self, hit: int) -> bool:
        """Chooses a whole hit; if it does not fit, the sentences around its best one that do. False if nothing fits."""
        if self._is_full():
            return False
        sentences: Sequence[int] = self.sentences_of(hit)
        opening = 0 if hit in self.opened else self._opening_cost(hit)
        room = self.budget.max_tokens - self.used
        cost = opening + self._whole[hit]
        if cost > room:
            sentences = self._cut(hit, room - opening)
            cost = opening + sum(self.tokens[number] for number in sentences)
        if not sentences:
            return False
        self._choose(hit, sentences, cost)
        return True

    def refuse(self, hit: int, reason: Reason, **detail: Any) -> None:
        """Notes why a hit is not wanted."""
        self.refused[hit] = (reason, detail)

    def refuse_duplicate(self, hit: int) -> bool:
        """Refuses a hit whose words are nearly those of a hit already taken. True if it did."""
        for twin, similarity in self.twins.get(hit, ()):
            if twin in self.opened:
                of = self.hits.hits[twin].chunk.id
                self.refuse(hit, Reason.DROPPED_DUPLICATE, of=of, similarity=round(similarity, 4))
                return True
        return False

    def settle(self, refill: Callable[[Packing], None] | None = None) -> Selection:
        """Counts the finished text, gives back what is over, fills what is left, and decides on every hit.

        Args:
            refill: takes further sentences, but none that says again what is shown; None where whole hits are taken.
        """
        passages = self._give_back()
        if refill is not None and self.chosen and self._rest_is_worth_it():
            chosen = len(self.chosen)
            refill(self)
            if len(self.chosen) > chosen:
                passages = self._give_back()
        if self.refused:  # nothing repeats what was given back
            shown = {None, *[self.hits.hits[hit].chunk.id for hit in self.opened]}
            self.refused = {hit: why for hit, why in self.refused.items() if why[1].get("of") in shown}
        if refill is not None:
            self._refuse_repeated()
        if not self.chosen:
            passages = self._take_exactly()
        decisions = tuple([self._decide(place, hit, passages.get(place)) for place, hit in enumerate(self.hits.hits)])
        by_value = dict.fromkeys([self.hit_of[number] for number in self.chosen])
        return Selection(tuple([passages[hit] for hit in by_value]), decisions, _rendered=self._rendered)

    def _rest_is_worth_it(self) -> bool:
        limit = self.budget.max_tokens
        return limit - self.used > max(_SMALLEST_REST, limit // _SMALLEST_SHARE)

    def _choose(self, hit: int, sentences: Iterable[int], cost: float) -> None:
        for number in sentences:
            self.chosen[number] = None
            if key := self.keys[number]:
                self.said.setdefault(key, hit)
        self.used += cost
        self._changed.add(hit)
        if hit not in self.opened:
            if hit in self.hits.heads:
                self._keep_room(self.hits.heads[hit])
            self.opened.add(hit)

    def _is_full(self) -> bool:
        return self.budget.top_k is not None and len(self.opened) >= self.budget.top_k

    def _opening_cost(self, hit: int) -> int:
        """What showing a hit that is not opened yet costs besides its words."""
        separator = self._separator if self.opened else 0
        return separator + cost_around(self.hits.hits[hit].chunk, len(self.opened) + 1, self.budget)

    def _keep_room(self, head: Passage) -> None:
        """Sees to it that the header of a table or a signature fits in the end, if there is room for it."""
        if head.order not in self._heads and not self._shows(head):
            tokens = self._head_cost(head)
            if self.used + tokens <= self.budget.max_tokens:
                self._heads[head.order] = tokens
                self.used += tokens

    def _head_cost(self, head: Passage) -> int:
        return self._gap + self.budget.count_tokens(show(self.budget.style, 1, head)) + _HEAD_MARGIN

    def _room_kept(self) -> int:
        """Tokens kept free for the headers and signatures that chosen hits are under, unless they are chosen themselves."""
        if self._heads:
            wanted = {
                head.order for hit, head in self.hits.heads.items() if hit in self.opened and not self._shows(head)
            }
            self._heads = {order: tokens for order, tokens in self._heads.items() if order in wanted}
        return sum(self._heads.values())

    def _shows(self, head: Passage) -> bool:
        return self._number_of(head) in self.chosen

    def _number_of(self, head: Passage) -> int | None:
        """Which sentence a header or a signature is; None if the chunk that it stands in is no candidate."""
        place = self._place_of.get(head.order)
        if place is None:
            return None
        return bisect_left(self._start, head.spans[0][0], self._bounds[place], self._bounds[place + 1] - 1)

    def _cut(self, hit: int, room: float) -> list[int]:
        """The best of a hit that leaves room for its signature: lines without it come only where there is nothing else."""
        run, head = self._best_run(hit, room), self.hits.heads.get(hit)
        if head is None or head.order in self._heads or self._shows(head) or self._number_of(head) in run:
            return run
        return self._best_run(hit, room - self._head_cost(head)) or ([] if self.chosen else run)

    def _best_run(self, hit: int, room: float) -> list[int]:
        """The sentences around the best one, grown to the side of the better neighbour, while they fit."""
        numbers, value = self.sentences_of(hit), self._value
        fitting = [number for number in numbers if value[number] > 0 and self.tokens[number] <= room]
        if not fitting:
            return []
        left = right = max(fitting, key=lambda number: (value[number], -number))
        room -= self.tokens[left]
        while True:
            sides = [number for number in (left - 1, right + 1) if number in numbers and self.tokens[number] <= room]
            if not sides:
                return list(range(left, right + 1))
            nearest = max(sides, key=lambda number: (value[number], -number))
            room -= self.tokens[nearest]
            left, right = min(left, nearest), max(right, nearest)

    def _give_back(self) -> dict[int, Passage]:
        """Makes `used` exact, dropping the sentences chosen last until the finished text fits."""
        while True:
            passages = self._passages()
            self._rendered = rendered(passages.values(), self.budget)
            self.used = self._rendered[1] + self._room_kept()
            over = self.used - self.budget.max_tokens
            if over <= 0:
                return passages
            while over > 0 and self.chosen:
                number, _ = self.chosen.popitem()
                self.said.pop(self.keys[number], None)
                self._changed.add(self.hit_of[number])
                over -= self.tokens[number]
            self.opened = {self.hit_of[kept] for kept in self.chosen}

    def _take_exactly(self) -> dict[int, Passage]:
        """For budgets so small that a sum of parts errs by too much: the best sentence that fits as it is shown."""
        for number in sorted(range(len(self._value)), key=self._value.__getitem__, reverse=True):
            hit = self.hit_of[number]
            if self._value[number] <= 0 or self.tokens[number] > self.budget.max_tokens or hit in self.refused:
                continue
            self._choose(hit, [number], self.tokens[number])
            self._heads.clear()
            if passages := self._give_back():
                return passages
        return {}

    def _passages(self) -> dict[int, Passage]:
        """The passage of each hit that has chosen sentences, by place of the hit; made anew where the choice changed."""
        for place in self._changed:
            spans = self._spans(place)
            if spans:
                hit = self.hits.hits[place]
                self._shown[place] = _make_passage(hit.chunk, spans, role_of(hit), hit.score, hit.ordinal)
            else:
                self._shown.pop(place, None)
        self._changed.clear()
        return self._shown

    def _spans(self, hit: int) -> tuple[Span, ...]:
        """Where the chosen sentences of a hit stand, those that follow each other in one span."""
        spans: list[Span] = []
        first = previous = -1
        for number in self.sentences_of(hit):
            if number in self.chosen:
                if first < 0:
                    first = number
                previous = number
            elif first >= 0:
                spans.append((self._start[first], self._end[previous]))
                first = -1
        if first >= 0:
            spans.append((self._start[first], self._end[previous]))
        return tuple(spans)

    def _refuse_repeated(self) -> None:
        """Refuses hits of which kept ones show all sentences, scraps aside: none of them was to be taken again."""
        for place, is_code in enumerate(self.is_code):
            if not is_code and place not in self.opened and place not in self.refused and (twins := self._twins(place)):
                (twin, shown), *_ = twins.most_common(1)
                of, similarity = self.hits.hits[twin].chunk.id, round(shown / len(self.sentences_of(place)), 4)
                self.refuse(place, Reason.DROPPED_DUPLICATE, of=of, similarity=similarity)

    def _twins(self, place: int) -> Counter[int]:
        """How many sentences of a hit each kept one shows, if all that are no scraps are shown; none otherwise."""
        twins: Counter[int] = Counter()
        for number in self.sentences_of(place):
            if number not in self.scraps:
                key = self.keys[number]
                if key not in self.said:  # nor are those too short to compare
                    return Counter()
                twins[self.said[key]] += 1
        return twins

    def _decide(self, place: int, hit: Hit, passage: Passage | None) -> Decision:
        if passage is not None:
            tokens = sum([self._span_tokens(place, hit.chunk, span) for span in passage.spans])
            return keep(hit, passage.role, passage.spans, tokens)
        tokens = self._whole[place]
        reason, detail = self.refused.get(place, (Reason.DROPPED_BUDGET, {}))
        if reason is Reason.DROPPED_BUDGET:
            if self._is_full():
                reason, detail = Reason.DROPPED_TOP_K, {"top_k": self.budget.top_k}
            else:
                room = self.budget.max_tokens - (self._rendered[1] if self._rendered else 0)
                detail = {"tokens_short": max(1, self._opening_cost(place) + tokens - room)}
        return drop(hit, tokens, reason, detail)

    def _span_tokens(self, place: int, chunk: Chunk, span: Span) -> int:
        if span[1] - span[0] == len(chunk.text):
            return self._whole[place]
        first, last = self._bounds[place], self._bounds[place + 1] - 1
        number = bisect_left(self._start, span[0], first, last)
        if span[1] == self._end[number]:
            return self.tokens[number]
        return self.budget.count_tokens(visible_part(slice_of(chunk, span), chunk))


def cost_around(chunk: Chunk, number: int, budget: Budget) -> int:
    """What the style shows around the words of the passage with this number."""
    if budget.style == "plain":
        return 0
    return budget.count_tokens(show(budget.style, number, Passage(chunk, (), "seed")))


def slice_of(chunk: Chunk, span: Span) -> str:
    """A span's text."""
    return chunk.text[span[0] - chunk.start : span[1] - chunk.start]
