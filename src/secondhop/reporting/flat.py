"""The report as flat values: for span attributes, trace metadata, log lines and metrics. No text of query or passages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Set
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from secondhop.errors import InputError

if TYPE_CHECKING:
    from secondhop.reporting.report import DecisionReport

PREFIX = "secondhop_"
"""Of all flat keys. No dots: trace backends take them for nesting."""
Scalar = str | int | float | bool

_SUMMARY = {
    "secondhop_strategy": "strategy",
    "secondhop_candidates": "n_input_chunks",
    "secondhop_kept": "n_selected",
    "secondhop_dropped": "removed_total",
    "secondhop_second_hop": "second_hop_rescue_count",
    "secondhop_tokens_used": "total_tokens",
    "secondhop_token_budget": "token_budget",
    "secondhop_tokenizer": "tokenizer",
    "secondhop_confidence": "confidence",
    "secondhop_low_confidence": "low_confidence_retrieval",
}
"""Flat keys and the fields of the report that they are; behind them come the reasons of drops with their counts."""
_CONFIDENCE = "secondhop_confidence"

_PROCESS_KEY = secrets.token_bytes(32)
"""Keys the hashes of queries where the caller has no key: equal queries are equal within this process only."""
_HASH_BYTES = 12
_WORDS_IN_REPORT = ("query", "matched_terms", "unmatched_terms", "misspelt_terms")
_WORDS_IN_DECISION = ("label",)
_CODES_IN_DETAIL = ("injection",)


def to_attributes(report: DecisionReport) -> dict[str, Scalar]:
    """What trace backends filter by."""
    return _with_removed({name: getattr(report, field) for name, field in _SUMMARY.items()}, report.removed)


def attributes_of(report: Mapping[str, Any]) -> dict[str, Scalar]:
    """`to_attributes` of a report that is a dict already; without what the dict lacks."""
    values = {name: report[field] for name, field in _SUMMARY.items() if field in report}
    return _with_removed(values, report.get("removed", {}))


def _with_removed(values: dict[str, Any], removed: Mapping[str, int]) -> dict[str, Scalar]:
    if _CONFIDENCE in values:
        values[_CONFIDENCE] = round(values[_CONFIDENCE], 4)
    for reason, count in removed.items():
        values[f"{PREFIX}{reason}"] = count
    return values


def to_log(report: DecisionReport, *, key: bytes | None = None, query_text: bool = False) -> dict[str, Any]:
    """What a log line says of one query."""
    if key is not None and not (isinstance(key, (bytes, bytearray)) and 0 < len(key) <= blake2b.MAX_KEY_SIZE):
        raise InputError(f"key is {type(key).__name__}, and not from 1 to {blake2b.MAX_KEY_SIZE} bytes")  # a secret
    digest = blake2b(
        report.query.encode("utf-8", "surrogatepass"), key=_PROCESS_KEY if key is None else key, digest_size=_HASH_BYTES
    )
    asked = {"query": report.query} if query_text else {"query_hash": digest.hexdigest()}
    return asked | {
        "auto_decision": report.auto_decision,
        "strategy": report.strategy,
        "n_input_chunks": report.n_input_chunks,
        "n_selected": report.n_selected,
        "n_citations": report.n_selected,
        "removed": dict(report.removed),
        "total_tokens": report.total_tokens,
        "token_budget": report.token_budget,
        "retained_evidence_ratio": round(report.retained_evidence_ratio, 4),
        "second_hop_rescue_count": report.second_hop_rescue_count,
        "confidence": round(report.confidence, 4),
        "warnings": [warning.code for warning in report.warnings],
        "latency_ms": round(report.timings.get("total", 0.0), 3),
    }


def without_words(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report's dict without the words of query and passages: ids, spans, scores, reasons and counts stay."""
    ids = {decision["chunk_id"] for decision in report["decisions"]}
    kept = {name: value for name, value in report.items() if name not in _WORDS_IN_REPORT}
    kept["warnings"] = [{"code": warning["code"]} for warning in report["warnings"]]
    kept["decisions"] = [_decision_without_words(decision, ids) for decision in report["decisions"]]
    return kept


def _decision_without_words(decision: Mapping[str, Any], ids: Set[str]) -> dict[str, Any]:
    """What is known to be harmless of the detail, because strategies of others put there what they like."""
    kept = {name: value for name, value in decision.items() if name not in _WORDS_IN_DECISION}
    kept["detail"] = {
        name: value
        for name, value in decision["detail"].items()
        if isinstance(value, (int, float)) or name in _CODES_IN_DETAIL or (isinstance(value, str) and value in ids)
    }
    return kept
