"""What became of a hit: kept or dropped, and why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from secondhop.frozen import quickly
from secondhop.text.prompt import label
from secondhop.types import Decision, Hit, Reason, Role, Span

_RELEVANT, _SECOND_HOP = Reason.KEPT_RELEVANT, Reason.KEPT_SECOND_HOP
"""By a name of their own: before Python 3.12 a member is looked up by a call."""
_rounded = lru_cache(maxsize=1 << 10, typed=True)(round)
"""Most hits hold as much of a question as others, and rounding takes four times as long as looking up."""
_make_decision = quickly(Decision)


def keep(hit: Hit, role: Role, spans: tuple[Span, ...], tokens: int) -> Decision:
    """The decision on a kept hit."""
    chunk = hit.chunk
    detail: dict[str, Any] = {}
    if role == "second_hop" and hit.via is not None:
        reason, detail = _SECOND_HOP, {"seed": hit.via.seed, "terms": list(hit.via.terms)}
    elif "dense" in hit.scores and hit.grounding == 0 and hit.scores["lexical"] == 0:
        reason, detail = Reason.KEPT_SIMILAR, {"cosine": round(hit.scores["dense"], 4)}
    elif hit.grounding > 0 or hit.via is not None or hit.scores.get("lexical", 0.0) > 0:
        reason, detail = _RELEVANT, {"grounding": _rounded(hit.grounding, 4)}
    else:
        reason = Reason.KEPT_UNRANKED
    if "named" in hit.scores:
        detail["named"] = True
    return _make_decision(chunk.id, "kept", reason, label(chunk), role, tokens, hit.score, hit.rank, spans, detail)


def drop(hit: Hit, tokens: int, reason: Reason, detail: Mapping[str, Any]) -> Decision:
    """The decision on a hit that is not shown, whose chunk has so many tokens."""
    chunk = hit.chunk
    return _make_decision(chunk.id, "dropped", reason, label(chunk), None, tokens, hit.score, hit.rank, (), detail)


def role_of(hit: Hit) -> Role:
    """A second hop is there more for its link to a seed than for the query itself."""
    direct = hit.scores.get("direct", hit.scores.get("lexical", 0.0))
    linked = hit.via is not None and hit.scores.get("bridge", 0.0) > direct
    return "second_hop" if linked else "seed"
