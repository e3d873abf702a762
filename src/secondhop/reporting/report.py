"""The Decision Report: what was kept, what was dropped, and why, with totals that reconcile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from secondhop.reporting.flat import to_attributes, to_log
from secondhop.types import Decision

_SCALARS = frozenset((str, int, bool, type(None)))
_TO_WHOLE = 1.5 * 2**52
"""Added to a float and taken away again, it leaves the nearest whole number: between floats of that size there is none."""
SCHEMA_VERSION = 1
"""Version of the dict and JSON form. Fields may be added under one version; none changes its meaning."""


@dataclass(frozen=True, slots=True)
class ReportWarning:
    """Something the caller should know about this context."""

    code: str
    """`empty_query`, `no_lexical_match`, `misspelt_terms`, `unmatched_terms`, `low_confidence`, `budget_too_small`,
    `all_dropped`, `planted_instructions`, `hidden_characters`."""
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """What `context` and `analyze` decided on one query.

    It always holds that `n_selected + removed_total == n_input_chunks + n_expanded == len(decisions)`, and that
    `total_tokens` is the sum of the kept decisions' tokens plus `overhead_tokens`.
    """

    query: str
    requested_strategy: str
    """The strategy that was asked for: a name, or the callable's."""
    strategy: str
    """The strategy that chose: under `auto`, `reasoning_preserving`, or `auto` if all candidates fit."""
    auto_decision: str
    """Under `auto`: `passthrough` (all candidates fit and are shown) or `intervene`; otherwise `not_auto`."""
    token_budget: int
    tokenizer: str
    """What counted the tokens."""
    text_style: str
    total_tokens: int
    """Tokens of the prompt text, separators and markers included."""
    overhead_tokens: int
    """Tokens of separators, gap marks and markers; below 0 if the tokenizer adds tokens to any text."""
    input_tokens: int
    """Tokens of all candidates."""
    n_chunks: int
    """Chunks in the index."""
    n_matching_chunks: int
    """Chunks with at least one content word of the query, in their text or headings, or whose file or page it names."""
    n_input_chunks: int
    """Candidates: chunks that retrieval returned."""
    n_selected: int
    """Chunks that the context shows, whole or in part."""
    n_expanded: int
    """Chunks that retrieval had not returned, considered as neighbours, headings, table headers or lines that name definitions."""
    removed_total: int
    """Chunks that were considered and are not shown."""
    removed: Mapping[str, int]
    """The same, by reason code."""
    retained_evidence_ratio: float
    """Of the candidates that hold evidence (grounding of at least `min_grounding`), the share that is shown, 0 to 1. 0 if none."""
    second_hop_rescue_count: int
    """Kept passages that are there for their link to another one."""
    evidence_density: float
    """Share of the shown words that are content words of the query, 0 to 1."""
    distractor_ratio: float
    """Of the candidates that are shown, the share that holds no evidence and no link, 0 to 1."""
    input_distractor_ratio: float
    """The same over all candidates."""
    redundancy: float
    """Share of the candidates that nearly repeat a better one, 0 to 1."""
    token_utilization: float
    """total_tokens / token_budget."""
    estimated_waste_tokens: int
    """Tokens of shown candidates without evidence or link."""
    confidence: float
    """How likely it is that the context holds all the evidence that the question needs, 0 to 1."""
    low_confidence_retrieval: bool
    matched_terms: tuple[str, ...]
    """Content words of the query that the index holds, stemmed; then their abbreviations and synonyms."""
    unmatched_terms: tuple[str, ...]
    """Content words of the query, as written, that occur nowhere in the index."""
    misspelt_terms: Mapping[str, str]
    """Content words of the query, as written, that occur nowhere in the index, each with the word that it is read as."""
    warnings: tuple[ReportWarning, ...]
    decisions: tuple[Decision, ...]
    """One for each chunk considered: candidates by score, best first, then neighbours and headings."""
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Milliseconds by stage: `retrieve` (inside it `embed`, `rerank` with a model), `select`, `total`. Left out of
    comparisons and of `to_dict` by default."""

    def __repr__(self) -> str:
        from secondhop.reporting.text import outcome

        return f"<DecisionReport: {outcome(self)}>"

    def to_dict(self, *, timings: bool = False) -> dict[str, Any]:
        """A JSON-ready dict with a schema version; equal for equal input unless timings are asked for."""
        values: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        for name in self.__slots__:
            value = getattr(self, name)
            if type(value) in _SCALARS:
                values[name] = value
            elif name == "decisions":
                values[name] = _plain_decisions(value)
            elif name != "timings" or timings:
                values[name] = _plain(value)
        return values

    def json(self, **options: Any) -> str:
        """`to_dict` as JSON; takes the options of `json.dumps`."""
        return _encodable(json.dumps(self.to_dict(), **{"ensure_ascii": False, **options}))

    def to_attributes(self) -> dict[str, str | int | float | bool]:
        """The report as flat values under `secondhop_…` keys, to filter traces by. Holds no text."""
        return to_attributes(self)

    def to_log(self, *, key: bytes | None = None, query_text: bool = False) -> dict[str, Any]:
        """The fields of a structured log line. Holds no text of passages.

        Args:
            key: keys the hash that stands for the query (at most 64 bytes): equal queries show as equal, and cannot be
                read. None for a key of this process.
            query_text: log the query itself instead of its hash.

        Raises:
            InputError: the key is not of 1 to 64 bytes.
        """
        return to_log(self, key=key, query_text=query_text)

    def to_html(self) -> str:
        """A self-contained HTML fragment."""
        from secondhop.reporting.html import render_html

        return _encodable(render_html(self))

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        from secondhop.reporting.text import render_text

        return render_text(self)


def report_to_dict(report: DecisionReport) -> dict[str, Any]:
    """The report as a JSON-ready dict; the same as `report.to_dict()`."""
    return report.to_dict()


def as_sent(report: DecisionReport, tokens: int, limit: int) -> DecisionReport:
    """The report on passages that are sent in another form or order: with the tokens of that, and the budget for it."""
    return replace(
        report,
        token_budget=limit,
        total_tokens=tokens,
        overhead_tokens=report.overhead_tokens + tokens - report.total_tokens,
        token_utilization=tokens / limit,
    )


def _encodable(text: str) -> str:
    """The text with halves of surrogate pairs, which questions cut by a client may hold, written as JSON escapes them."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _plain_decisions(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    # By hand and in one loop: `dataclasses.asdict` copies every value and takes ten times as long. Queries that are
    # traced wait for this.
    plain = []
    for decision in decisions:
        detail: dict[str, Any] = {**decision.detail}
        for name in detail:  # noqa: PLC0206  `items()` makes three objects, mostly to tell of one value
            kind = type(detail[name])
            if kind in _SCALARS and type(name) is str:
                continue
            if kind is float and type(name) is str:
                detail[name] = _rounded(detail[name])
            else:
                detail = _plain(detail)
                break
        plain.append(
            {
                "chunk_id": decision.chunk_id,
                "fate": decision.fate,
                "reason": decision.reason._value_,
                "label": decision.label,
                "role": decision.role,
                "tokens": decision.tokens,
                "score": _rounded(decision.score),
                "rank": decision.rank,
                "spans": [list(span) for span in decision.spans] if decision.spans else [],
                "detail": detail,
            }
        )
    return plain


def _rounded(value: float) -> float:
    # `round(value, 6)`, which goes through decimal digits, in a fraction of its time. Beyond the limit, infinities and
    # numbers that are not among them, it is that.
    return (float(value) * 1e6 + _TO_WHOLE - _TO_WHOLE) / 1e6 if -1e4 < value < 1e4 else round(float(value), 6)


def _plain(value: Any) -> Any:
    if type(value) in _SCALARS:
        return value
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, (dict, Mapping)):  # a dict is known at once, an abstract class is asked
        return {str(key): item if type(item) in _SCALARS else _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, ReportWarning):
        return {"code": value.code, "message": value.message, "suggestion": value.suggestion}
    return value
