"""The report for a person at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from secondhop.reporting.report import DecisionReport
from secondhop.text.lines import as_line
from secondhop.types import Decision, Reason

_WHY: Mapping[str, str] = {
    "kept_relevant": "holds words of the question",
    "kept_similar": "near to the question in meaning (cosine {cosine})",
    "kept_second_hop": "linked to {seed} through {terms}",
    "kept_neighbor": "stands beside {of}",
    "kept_heading": "opens the section, table or definition of {of}",
    "kept_unranked": "fits as well, though nothing ties it to the question",
    "dropped_budget": "budget full, {tokens_short} tokens short",
    "dropped_low_relevance": "grounding {grounding} is not above {limit}",
    "dropped_low_score": "score {score} is below {limit}",
    "dropped_injection": "seems to give orders to the model ({injection})",
    "dropped_duplicate": "says what {of} says ({similarity:.0%})",
    "dropped_top_k": "top_k={top_k} is reached",
}
_WITHOUT_WORDS = "its heading, or a passage that it is linked to, holds words of the question"
"""Why a relevant passage of no grounding is kept."""
_NAMED = "the question names its file or page"
"""The same where this is why."""
_MOST_SHOWN = 12


def render_text(report: DecisionReport) -> str:
    """Decision, result, warnings, then the kept and the best dropped passages, a line each."""
    return "\n".join([as_line(line) for line in _lines(report)])


def outcome(report: DecisionReport) -> str:
    """How many passages and tokens are shown."""
    passages = f"{report.n_selected} of {len(report.decisions)} passages"
    return f"{passages}, {report.total_tokens:,} of {report.token_budget:,} tokens ({report.tokenizer})"


def _lines(report: DecisionReport) -> Iterator[str]:
    yield "Decision Report"
    yield "==============="
    yield f"Question:   {report.query}"
    yield f"Decision:   {_decision(report)}"
    yield f"Result:     {outcome(report)}"
    share, density = report.retained_evidence_ratio, report.evidence_density
    yield f"Evidence:   {share:.0%} of the candidates with evidence are shown; density {density:.0%}"
    yield f"Second hop: {_second_hop(report)}"
    yield f"Confidence: {report.confidence:.2f}"
    for warning in report.warnings:
        yield f"Warning:    {warning.message} [{warning.code}]; {warning.suggestion}"
    labels = {decision.chunk_id: decision.label for decision in report.decisions}
    yield from _table("Kept", [decision for decision in report.decisions if decision.fate == "kept"], labels)
    yield from _table("Dropped", [decision for decision in report.decisions if decision.fate == "dropped"], labels)


def _decision(report: DecisionReport) -> str:
    if not report.n_input_chunks:
        return "nothing to choose from: no passage matches"
    if report.auto_decision == "passthrough":
        return "auto -> passthrough: all candidates fit the budget and are shown"
    if report.auto_decision == "intervene":
        if report.input_tokens > report.token_budget:
            return (
                f"auto -> {report.strategy}: the candidates hold {report.input_tokens:,} tokens, more than the budget"
            )
        return f"auto -> {report.strategy}: left out as {', '.join(report.removed) or 'parts'}"
    return report.requested_strategy


def _second_hop(report: DecisionReport) -> str:
    count = report.second_hop_rescue_count
    return f"{count} passage{'s' * (count != 1)} kept for a link to another one" if count else "no passage needed one"


def _table(title: str, decisions: list[Decision], labels: Mapping[str, str]) -> Iterator[str]:
    if not decisions:
        return
    reasons = Counter(decision.reason.value for decision in decisions)
    yield ""
    yield f"{title} ({', '.join(f'{count} {reason}' for reason, count in sorted(reasons.items()))})"
    for decision in decisions[:_MOST_SHOWN]:
        rank = f"#{decision.rank}" if decision.rank is not None else "  –"
        yield f"  {rank:>5} {decision.tokens:>6,} tokens  {decision.label or decision.chunk_id}: {why(decision, labels)}"
    if len(decisions) > _MOST_SHOWN:
        yield f"  … and {len(decisions) - _MOST_SHOWN} more"


def why(decision: Decision, labels: Mapping[str, str] | None = None) -> str:
    """The reason in words, with its numbers; chunks are named by `labels` where it knows them."""
    if decision.reason is Reason.KEPT_RELEVANT and decision.detail.get("grounding") == 0:
        return _NAMED if "named" in decision.detail else _WITHOUT_WORDS
    values = {key: _readable(value, labels or {}) for key, value in decision.detail.items()}
    try:
        return _WHY[decision.reason.value].format(**values)
    except (KeyError, TypeError, ValueError):  # a strategy of the user's own may give a reason without its numbers
        return decision.reason.value.replace("_", " ")


def _readable(value: object, labels: Mapping[str, str]) -> object:
    if isinstance(value, (list, tuple)):
        return ", ".join(f"‘{item}’" for item in value)
    return labels.get(value, value) if isinstance(value, str) else value
