"""Contexts from chunks that another retriever found: their scores, ids and metadata are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from typing_extensions import Unpack

from secondhop import retrieval
from secondhop.errors import InputError, OptionError
from secondhop.indexing import TokenCosts
from secondhop.inputs import checked_items, checked_string, to_chunks
from secondhop.keywords import RetrievedKeywords
from secondhop.options import DocumentOptions, Injection
from secondhop.pipeline import answer, index_chunks, synonyms_of
from secondhop.reporting import Context, DecisionReport
from secondhop.telemetry import observed
from secondhop.text.analysis import analyzer_for
from secondhop.text.counting import CachedCounter
from secondhop.text.tokens import resolve_counter
from secondhop.types import Chunk, Grain, Ranking, Strategy, TextStyle

Chunks = Iterable[str | Mapping[str, Any] | Chunk]
UNLIMITED = 2**31 - 1
"""The budget of `filter_context`, which drops for relevance only."""


def build_context(
    query: str,
    retrieved_chunks: Chunks,
    strategy: str | Strategy = "auto",
    token_budget: int = 8192,
    *,
    scores: Sequence[float] | None = None,
    top_k: int | None = None,
    min_score: float | None = None,
    min_grounding: float = 0.10,
    text_style: TextStyle = "plain",
    injection: Injection = "flag",
    grain: Grain = "sentence",
    tokenizer: str | Callable[[str], int] = "auto",
    language: str = "auto",
    synonyms: Sequence[Sequence[str]] = (),
) -> Context:
    """A context chosen from chunks that were retrieved elsewhere.

    Args:
        query: the question.
        retrieved_chunks: strings, mappings with `text` (and `id`, `source`, `score`, `metadata`, …), or `Chunk`s, in
            order of relevance.
        strategy: a strategy by name, or a callable `(query, hits, budget) -> Selection`.
        token_budget: hard cap on the tokens of `text()`.
        scores: the retriever's scores, higher is better; by default the chunks' own `score` keys, if all have one.
        top_k: keep at most this many chunks.
        min_score: drop chunks whose score (`Decision.score`, not the retriever's own) is lower.
        min_grounding: from which grounding a chunk counts as evidence, 0 to 1.
        text_style: the style to keep the budget for.
        injection: `flag`, `drop` or `off`: what becomes of passages that seem to give orders to the model.
        grain: keep single sentences, or whole chunks only (cut where one does not fit).
        tokenizer: what counts the tokens.
        language: stemming and stopwords.
        synonyms: groups of words and phrases that mean the same: a question with one looks for the others, too.

    Raises:
        OptionError: a value is not allowed.
        InputError: a chunk is of another type, an id is given twice, or scores are too few, too many or no numbers.
        EmptyTextError: there is no chunk with text.
    """
    options = DocumentOptions(
        token_budget=token_budget, strategy=strategy, top_k=top_k, min_score=min_score, min_grounding=min_grounding,
        text_style=text_style, injection=injection, grain=grain, tokenizer=tokenizer, language=language,
        synonyms=synonyms,
    )  # fmt: skip
    checked_string(query, "query")
    items = checked_items(retrieved_chunks)
    scores = _own_scores(items) if scores is None else scores
    if scores is not None:
        scores = _checked_scores(checked_items(scores, "scores"), len(items))
    return _choose(query, items, scores, options)


def filter_context(
    query: str, chunks: Chunks, strategy: str | Strategy = "auto", **options: Unpack[RetrievedKeywords]
) -> Context:
    """`build_context` without a budget: what is dropped is dropped for its relevance or as a duplicate.

    Raises:
        OptionError: a budget is given, or `build_context` raises it.
    """
    _check_absent("filter_context", options, "token_budget", "build_context keeps one")
    return build_context(query, chunks, strategy, UNLIMITED, **options)


def analyze_context(
    query: str,
    chunks: Chunks,
    strategy: str | Strategy = "auto",
    token_budget: int = 8192,
    **options: Unpack[RetrievedKeywords],
) -> DecisionReport:
    """The report that `build_context` would give. The chunks are not changed."""
    return build_context(query, chunks, strategy, token_budget, **options).report


def context_economics(
    query: str, chunks: Chunks, *, token_budget: int = UNLIMITED, **options: Unpack[RetrievedKeywords]
) -> dict[str, float]:
    """What sending the chunks as they are would buy: shares from 0 to 1, and tokens.

    Keys: `evidence_density`, `distractor_ratio`, `redundancy`, `retained_evidence_ratio`, `estimated_waste_tokens`,
    `total_tokens`, `budget_utilization`; `DecisionReport` says what they mean.

    Raises:
        OptionError: a strategy is given, or `build_context` raises it.
    """
    _check_absent("context_economics", options, "strategy", "analyze_context tells of what a strategy keeps")
    report = build_context(query, chunks, "raw_topk", token_budget, **options).report
    return {
        "evidence_density": report.evidence_density,
        "distractor_ratio": report.distractor_ratio,
        "redundancy": report.redundancy,
        "retained_evidence_ratio": report.retained_evidence_ratio,
        "estimated_waste_tokens": report.estimated_waste_tokens,
        "total_tokens": report.total_tokens,
        "budget_utilization": report.token_utilization,
    }


def grounding_score(query: str, text: str, *, language: str = "english") -> float:
    """Share of the query's distinct content words that the text holds, 0 to 1. 0 for a query without content words."""
    query, text = checked_string(query, "query"), checked_string(text, "text")
    analyzer = analyzer_for(checked_string(language, "language"), (text, query))
    wanted = set(analyzer.terms(query))
    return len(wanted & set(analyzer.terms(text))) / len(wanted) if wanted else 0.0


def link_strength(a: str, b: str, *, language: str = "english") -> float:
    """How much two texts share: Jaccard similarity of their content words, 0 to 1."""
    a, b = checked_string(a, "a"), checked_string(b, "b")
    analyzer = analyzer_for(checked_string(language, "language"), (a, b))
    one, other = set(analyzer.terms(a)), set(analyzer.terms(b))
    return len(one & other) / len(one | other) if one | other else 0.0


def _check_absent(function: str, options: Mapping[str, Any], name: str, instead: str) -> None:
    if name in options:
        raise OptionError(f"{name}={options[name]!r} is no option of {function}: {instead}")


def _choose(query: str, items: Sequence[Any], scores: Sequence[float] | None, options: DocumentOptions) -> Context:
    chunks = to_chunks(items)
    kept = [place for place, chunk in enumerate(chunks) if chunk.text.strip()]
    snapshot = index_chunks(chunks, options)
    synonyms = synonyms_of(snapshot, options)
    costs = TokenCosts(snapshot, CachedCounter(*resolve_counter(options.tokenizer)))
    given = None if scores is None else [scores[place] for place in kept]

    def find(bridge: bool, *_: object) -> Ranking:  # all of the caller's chunks are candidates
        in_order = options.strategy == "raw_topk"
        return retrieval.rank_given(
            snapshot, query, costs=costs, scores=given, bridge=bridge, keep_order=in_order, synonyms=synonyms
        )

    return observed(partial(answer, snapshot, find, options, costs.count))


def _own_scores(items: Sequence[Any]) -> list[Any] | None:
    """The items' `score` values, if every one has one."""
    scores = [item["score"] for item in items if isinstance(item, Mapping) and item.get("score") is not None]
    return scores if items and len(scores) == len(items) else None


def _checked_scores(scores: Sequence[Any], n_chunks: int) -> list[float]:
    if len(scores) != n_chunks:
        raise InputError(f"{len(scores)} scores were given for {n_chunks} chunks")
    checked: list[float] = []
    for number, score in enumerate(scores):
        try:
            checked.append(float(score))
        except (TypeError, ValueError, OverflowError):
            checked.append(math.nan)
        if math.isnan(checked[-1]):
            raise InputError(f"the score of chunk {number} is {score!r}, not a number")
    return checked
