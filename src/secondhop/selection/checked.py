"""What a strategy of the user's own returns: checked against what it was given, and completed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from numbers import Real
from typing import Any, get_args

from secondhop.errors import OptionError
from secondhop.text.invisible import visible
from secondhop.text.prompt import label
from secondhop.types import Budget, Decision, Fate, Hit, Passage, Ranking, Reason, Selection


def checked(name: str, chosen: Any, hits: Ranking, budget: Budget) -> Selection:
    """A strategy of the user's own must decide on every candidate once, and show what it says that it keeps.

    What its decisions do not say, they are given: spans, tokens, label, score and rank.

    Raises:
        OptionError: it does not.
    """
    if not isinstance(chosen, Selection):
        raise OptionError(f"strategy {name} returned {type(chosen).__name__}, not a Selection")
    for value, kind in (
        *((each, Decision) for each in chosen.decisions),
        *((each, Passage) for each in chosen.passages),
    ):
        if not isinstance(value, kind):
            raise OptionError(f"strategy {name} returned {value!r} where a {kind.__name__} belongs")
    decided = Counter(decision.chunk_id for decision in chosen.decisions)
    wanted = {hit.chunk.id: hit for hit in hits}
    if decided.keys() != wanted.keys() or decided.total() > len(decided):
        missing = len(wanted.keys() - decided.keys())
        more = decided.total() - len(wanted) + missing
        raise OptionError(
            f"strategy {name} must return exactly one decision for each hit; {missing} have none, and {more} are too many"
        )
    shown = Counter(passage.chunk.id for passage in chosen.passages)
    for decision in chosen.decisions:
        if not isinstance(decision.reason, Reason) or type(decision.tokens) is not int:
            raise OptionError(f"strategy {name}: {decision!r} needs a Reason, and its tokens as an int")
        _check_score(name, decision)
        if decision.fate not in get_args(Fate) or shown[decision.chunk_id] != (decision.fate == "kept"):
            raise OptionError(
                f"strategy {name}: {decision.chunk_id!r} is {decision.fate!r} and has {shown[decision.chunk_id]} passages; "
                "what is kept has one, and what is dropped none"
            )
    for passage in chosen.passages:
        _check_passage(name, passage, wanted[passage.chunk.id])
        _check_score(name, passage)
    passages = {passage.chunk.id: passage for passage in chosen.passages}
    return Selection(
        chosen.passages,
        tuple(
            _told(name, each, wanted[each.chunk_id], passages.get(each.chunk_id), budget) for each in chosen.decisions
        ),
    )


def _told(name: str, decision: Decision, hit: Hit, passage: Passage | None, budget: Budget) -> Decision:
    """The decision with what it leaves out: what the passage shows, and what is known of the hit."""
    spans = () if passage is None else tuple((start, end) for start, end in passage.spans)
    if passage is not None and decision.spans and tuple(map(tuple, decision.spans)) != spans:
        raise OptionError(
            f"strategy {name}: the decision on {decision.chunk_id!r} tells of spans {decision.spans!r}, its passage of {spans!r}"
        )
    pieces = (hit.chunk.text,) if passage is None else passage.pieces
    return replace(
        decision,
        label=decision.label or label(hit.chunk),
        tokens=decision.tokens or sum(budget.count_tokens(visible(piece)) for piece in pieces),
        score=decision.score or hit.score,
        rank=hit.rank if decision.rank is None else decision.rank,
        spans=spans or decision.spans,
    )


def _check_passage(name: str, passage: Passage, hit: Hit) -> None:
    if passage.order != hit.ordinal or passage.chunk != hit.chunk:
        raise OptionError(
            f"strategy {name}: a passage must be of a hit, with its chunk, and its order the hit's ordinal"
        )
    whole = hit.chunk.start, hit.chunk.end
    places = [place for span in passage.spans or () for place in span]
    in_order = all(type(place) is int for place in places) and places == sorted((*whole, *places))[1:-1]
    if not places or not in_order:
        raise OptionError(f"strategy {name}: spans {passage.spans!r} are not parts of the chunk's {whole!r}, in order")


def _check_score(name: str, scored: Decision | Passage) -> None:
    if not isinstance(scored.score, Real):
        raise OptionError(f"strategy {name}: {scored.score!r} is no score; it must be a number")
