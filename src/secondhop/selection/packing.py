"""Fills a budget with sentences or whole chunks, counts exactly, and says what became of each hit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from secondhop.text.prompt import SEPARATOR, label, marker, render
from secondhop.types import Budget, Chunk, Decision, Hit, Passage, Ranking, Reason, Role, Selection, Span

_SMALLEST_REST = 4
"""Tokens of slack below which looking for one more sentence is not worth the count."""


class Packing:
    """Sentences chosen so far and their cost. Lives inside one call of a strategy."""

    def __init__(self, hits: Ranking, budget: Budget) -> None:
        """Starts with nothing chosen."""
        self.hits = hits
        self.budget = budget
        self.chosen: dict[int, None] = {}
        """Numbers of the chosen sentences, in the order in which they were chosen."""
        self.used = 0
        self.opened: set[int] = set()
        """Hits with at least one chosen sentence."""
        self.refused: dict[int, tuple[Reason, Mapping[str, Any]]] = {}
        """Hits that a strategy turned down, and why."""
        self._keys: dict[int, int] = {}
        self._separator = max(1, budget.count_tokens(SEPARATOR))
        sentences = hits.sentences
        self._hit = sentences.hit.tolist()
        self._start = sentences.start.tolist()
        self._end = sentences.end.tolist()
        self._key = sentences.key.tolist()
        bounds = np.searchsorted(sentences.hit, np.arange(len(hits) + 1)).tolist()
        self._sentences_of = list(pairwise(bounds))

    def sentences_of(self, hit: int) -> range:
        """Numbers of a hit's sentences."""
        return range(*self._sentences_of[hit])

    @cached_property
    def all_tokens(self) -> list[int]:
        """Tokens of each sentence."""
        count, hits = self.budget.count_tokens, self.hits.hits
        chunks = [hits[place].chunk for place in self._hit]
        spans = zip(chunks, self._start, self._end, strict=True)
        return [count(chunk.text[start - chunk.start : end - chunk.start]) for chunk, start, end in spans]

    def tokens(self, sentence: int) -> int:
        """Tokens of one sentence."""
        return self.all_tokens[sentence]

    def duplicate_of(self, sentence: int) -> int | None:
        """The hit that already shows the same words, None if no chosen sentence does."""
        key = self._key[sentence]
        return self._keys.get(key) if key else None

    def take(self, sentence: int, limit: int, before: Iterable[int] = ()) -> bool:
        """Chooses a sentence, and those `before` it that it cannot be read without, if all of them fit the limit."""
        # The sentence goes first: what is given back again is given back from the end.
        new = [number for number in (sentence, *before) if number not in self.chosen]
        hit = self._hit[sentence]
        if hit not in self.opened and self._is_full(hit):
            return False
        cost = self._opening_cost(hit) + sum(self.tokens(number) for number in new)
        if self.used + cost > limit:
            return False
        self._choose(hit, new, cost)
        return True

    def take_hit(self, hit: int) -> bool:
        """Chooses a whole hit; if it does not fit, the sentences around its best one that do. False if nothing fits."""
        if self._is_full(hit):
            return False
        sentences = list(self.sentences_of(hit))
        overhead = self.used + self._opening_cost(hit)
        if overhead + sum(self.tokens(number) for number in sentences) > self.budget.max_tokens:
            sentences = self._best_run(hit, self.budget.max_tokens - overhead)
        if not sentences:
            return False
        self._choose(hit, sentences, self._opening_cost(hit) + sum(self.tokens(number) for number in sentences))
        return True

    def refuse(self, hit: int, reason: Reason, **detail: Any) -> None:
        """Notes why a hit is not wanted."""
        self.refused[hit] = (reason, detail)

    def settle(self, refill: Callable[[Packing], None] | None = None) -> Selection:
        """Counts the finished text, gives back what is over, fills what is left, and decides on every hit."""
        self._give_back()
        if refill is not None and self.chosen and self.budget.max_tokens - self.used > _SMALLEST_REST:
            refill(self)
            self._give_back()
        if not self.chosen:
            self._take_exactly()
        passages = self._passages()
        value = {hit: place for place, hit in enumerate(dict.fromkeys(self._hit[number] for number in self.chosen))}
        decisions = tuple(self._decide(place, hit) for place, hit in enumerate(self.hits))
        by_value = sorted(passages, key=lambda place: value[place])
        return Selection(tuple(passages[place] for place in by_value), decisions)

    def _choose(self, hit: int, sentences: list[int], cost: int) -> None:
        for number in sentences:
            self.chosen[number] = None
            if self._key[number]:
                self._keys.setdefault(self._key[number], hit)
        self.used += cost
        self.opened.add(hit)

    def _is_full(self, hit: int) -> bool:
        top_k = self.budget.top_k
        if top_k is None or len(self.opened) < top_k:
            return False
        self.refused.setdefault(hit, (Reason.DROPPED_TOP_K, {"top_k": top_k}))
        return True

    def _opening_cost(self, hit: int) -> int:
        """What showing a hit costs besides its words."""
        if hit in self.opened:
            return 0
        cost = self._separator if self.opened else 0
        if self.budget.style == "numbered":
            cost += self.budget.count_tokens(marker(len(self.opened) + 1, self.hits.hits[hit].chunk) + "\n")
        return cost

    def _best_run(self, hit: int, room: int) -> list[int]:
        """The sentences around the best one, grown to the side of the better neighbour, while they fit."""
        numbers = self.sentences_of(hit)
        value = self.hits.sentences.direct + self.hits.sentences.bridge
        fitting = [number for number in numbers if value[number] > 0 and self.tokens(number) <= room]
        if not fitting:
            return []
        left = right = max(fitting, key=lambda number: (value[number], -number))
        room -= self.tokens(left)
        while True:
            sides = [number for number in (left - 1, right + 1) if number in numbers and self.tokens(number) <= room]
            if not sides:
                return list(range(left, right + 1))
            nearest = max(sides, key=lambda number: (value[number], -number))
            room -= self.tokens(nearest)
            left, right = min(left, nearest), max(right, nearest)

    def _give_back(self) -> None:
        """Makes `used` exact, dropping the sentences chosen last until the finished text fits."""
        while True:
            exact = self.budget.count_tokens(render_selected(self._passages().values(), self.budget))
            if exact <= self.budget.max_tokens or not self.chosen:
                self.used = exact if self.chosen else 0
                return
            number, _ = self.chosen.popitem()
            self._keys.pop(self._key[number], None)
            self.opened = {self._hit[kept] for kept in self.chosen}

    def _take_exactly(self) -> None:
        """For budgets so small that a sum of parts errs by too much: the best sentence that fits as it is shown."""
        value = self.hits.sentences.direct + self.hits.sentences.bridge
        wanted = [number for number in np.argsort(-value, kind="stable").tolist() if value[number] > 0]
        for number in wanted:
            hit = self._hit[number]
            if self.refused.get(hit, (Reason.DROPPED_TOP_K,))[0] is not Reason.DROPPED_TOP_K:
                continue
            if self.tokens(number) <= self.budget.max_tokens:
                self._choose(hit, [number], self.tokens(number))
                self._give_back()
                if self.chosen:
                    return

    def _passages(self) -> dict[int, Passage]:
        """The passage of each hit that has chosen sentences."""
        numbers: dict[int, list[int]] = {}
        for number in sorted(self.chosen):
            numbers.setdefault(self._hit[number], []).append(number)
        return {
            hit: Passage(
                self.hits.hits[hit].chunk,
                self._spans(chosen),
                role_of(self.hits.hits[hit]),
                self.hits.hits[hit].score,
                self.hits.hits[hit].ordinal,
            )
            for hit, chosen in numbers.items()
        }

    def _spans(self, numbers: list[int]) -> tuple[Span, ...]:
        """Spans of the sentences, those that follow one another joined."""
        spans: list[Span] = []
        previous = -2
        for number in numbers:
            if number == previous + 1:
                spans[-1] = (spans[-1][0], self._end[number])
            else:
                spans.append((self._start[number], self._end[number]))
            previous = number
        return tuple(spans)

    def _twin(self, place: int) -> int | None:
        """A kept hit that shows sentences of this one, if kept hits show all of them."""
        keys = [key for number in self.sentences_of(place) if (key := self._key[number])]
        return self._keys[keys[0]] if keys and all(key in self._keys for key in keys) else None

    def _decide(self, place: int, hit: Hit) -> Decision:
        kept = [number for number in self.sentences_of(place) if number in self.chosen]
        if kept:
            return keep(hit, self._spans(kept), self.budget)
        tokens = self.budget.count_tokens(hit.chunk.text)
        if place not in self.refused and (twin := self._twin(place)) is not None:
            self.refuse(place, Reason.DROPPED_DUPLICATE, of=self.hits.hits[twin].chunk.id, similarity=1.0)
        short = {"tokens_short": max(1, tokens - max(0, self.budget.max_tokens - self.used))}
        reason, detail = self.refused.get(place, (Reason.DROPPED_BUDGET, short))
        if reason is Reason.DROPPED_BUDGET and self.budget.top_k is not None and len(self.opened) >= self.budget.top_k:
            reason, detail = Reason.DROPPED_TOP_K, {"top_k": self.budget.top_k}
        return Decision(
            hit.chunk.id, "dropped", reason, label(hit.chunk), None, tokens, hit.score, hit.rank, (), detail
        )


def role_of(hit: Hit) -> Role:
    """A second hop is there more for its link to a seed than for the words of the query."""
    linked = hit.via is not None and hit.scores.get("bridge", 0.0) > hit.scores.get("lexical", 0.0)
    return "second_hop" if linked else "seed"


def keep(hit: Hit, spans: tuple[Span, ...], budget: Budget) -> Decision:
    """The decision on a kept hit."""
    chunk, role = hit.chunk, role_of(hit)
    tokens = sum(budget.count_tokens(slice_of(chunk, span)) for span in spans)
    detail: dict[str, Any] = {}
    if role == "second_hop" and hit.via is not None:
        reason, detail = Reason.KEPT_SECOND_HOP, {"seed": hit.via.seed, "terms": list(hit.via.terms)}
    elif hit.grounding > 0 or hit.via is not None or hit.scores.get("lexical", 0.0) > 0:
        reason, detail = Reason.KEPT_RELEVANT, {"grounding": round(hit.grounding, 4)}
    else:
        reason = Reason.KEPT_UNRANKED
    return Decision(chunk.id, "kept", reason, label(chunk), role, tokens, hit.score, hit.rank, spans, detail)


def slice_of(chunk: Chunk, span: Span) -> str:
    """A span's text."""
    return chunk.text[span[0] - chunk.start : span[1] - chunk.start]


def render_selected(passages: Iterable[Passage], budget: Budget) -> str:
    """The prompt text of passages in any order."""
    return render(sorted(passages, key=lambda passage: passage.order), budget.style)
