"""Adds what the caller asked for around kept chunks: their neighbours, and the opening of their section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from secondhop.frozen import quickly
from secondhop.selection.packing import cost_around, slice_of
from secondhop.text.invisible import visible
from secondhop.text.prompt import SEPARATOR, label, rendered
from secondhop.types import Budget, Chunk, Decision, Passage, Reason, Role, Selection, Span

_REASONS: Mapping[Role, Reason] = {"neighbor": Reason.KEPT_NEIGHBOR, "heading": Reason.KEPT_HEADING}
_make_decision = quickly(Decision)
_but_detail = attrgetter(*[each.name for each in fields(Decision)][:-1])
"""What a decision is made with but the last, its detail. Nearly all change, and `replace` takes seven times as long."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A chunk to add."""

    chunk: Chunk
    order: int
    """The chunk's ordinal."""
    role: Role
    """`neighbor` or `heading`."""
    of: str
    """Id of the kept chunk for which it is added."""
    span: Span | None = None
    """The part of the chunk to add; None for all of it."""


def expand(selection: Selection, extras: Iterable[Extra], budget: Budget) -> Selection:
    """The selection with every extra that still fits, most valuable kept chunk first.

    A candidate that was dropped and comes back as a neighbour changes its fate; a kept one that was cut becomes whole.
    """
    passages = {passage.order: passage for passage in selection.passages}
    decisions = {decision.chunk_id: decision for decision in selection.decisions}
    before = now = selection._rendered or rendered(passages.values(), budget)
    for extra in extras:
        present, decided = passages.get(extra.order), decisions.get(extra.chunk.id)
        added = _grown(extra, present)
        if added is None:
            continue
        about = now[1] + _tokens(added, budget) - (_tokens(present, budget) if present else 0)
        decision = _decision(extra, added, decided, budget)
        grown = {**passages, extra.order: replace(added, score=decision.score)}
        # Where it may fit it is worth rendering everything for an exact count.
        tried = rendered(grown.values(), budget) if about <= budget.max_tokens else None
        if tried is not None and tried[1] <= budget.max_tokens:
            passages, now = grown, tried
            decisions[extra.chunk.id] = decision
        elif decided is None:
            decisions[extra.chunk.id] = _refused(extra.chunk, before[1], budget)
    used = now[1] - before[1]
    changed = tuple([_shorter(each, used) for each in decisions.values()])
    return Selection(tuple(passages.values()), changed, _rendered=now)


def _grown(extra: Extra, present: Passage | None) -> Passage | None:
    """The extra as a passage, joined with what is shown of its chunk already; None if it adds nothing."""
    chunk = extra.chunk
    start = chunk.start + len(chunk.text) - len(chunk.text.lstrip())
    wanted = extra.span or (start, chunk.start + len(chunk.text.rstrip()))
    if present is None:
        return Passage(chunk, (wanted,), extra.role, 0.0, extra.order)
    spans = _joined([*present.spans, wanted], chunk)
    return None if spans == present.spans else replace(present, spans=spans)


def _joined(spans: list[Span], chunk: Chunk) -> tuple[Span, ...]:
    """Spans in order, those that touch or overlap (blanks aside) made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and not chunk.text[joined[-1][1] - chunk.start : max(start - chunk.start, 0)].strip():
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _tokens(passage: Passage, budget: Budget) -> int:
    return sum(budget.count_tokens(visible(slice_of(passage.chunk, span))) for span in passage.spans)


def _decision(extra: Extra, added: Passage, before: Decision | None, budget: Budget) -> Decision:
    tokens = _tokens(added, budget)
    if before is not None and before.fate == "kept":
        return replace(before, tokens=tokens, spans=added.spans)
    score, rank = (before.score, before.rank) if before is not None else (0.0, None)
    return Decision(
        extra.chunk.id,
        "kept",
        _REASONS[extra.role],
        label(extra.chunk),
        extra.role,
        tokens,
        score,
        rank,
        added.spans,
        {"of": extra.of},
    )


def _refused(chunk: Chunk, used: int, budget: Budget) -> Decision:
    tokens = budget.count_tokens(visible(chunk.text))
    cost = max(1, budget.count_tokens(SEPARATOR)) + cost_around(chunk, 1, budget) + tokens
    detail = {"tokens_short": cost - (budget.max_tokens - used)}
    return Decision(chunk.id, "dropped", Reason.DROPPED_BUDGET, label(chunk), tokens=tokens, detail=detail)


def _shorter(decision: Decision, tokens: int) -> Decision:
    """The decision where so many tokens of the budget are used besides."""
    short = decision.detail.get("tokens_short")
    if decision.reason is not Reason.DROPPED_BUDGET or not isinstance(short, int):
        return decision
    detail = {**decision.detail, "tokens_short": max(1, short + tokens)}
    return _make_decision(*(*_but_detail(decision), detail))
