"""Collects what the stages returned into a report. Nothing is decided here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from secondhop.reporting.confidence import LOW_CONFIDENCE, confidence
from secondhop.reporting.economics import economics
from secondhop.reporting.report import DecisionReport, ReportWarning
from secondhop.reporting.shown import shown_sentences
from secondhop.text.invisible import count_invisible, hides
from secondhop.types import Budget, Ranking, Reason, Selection, TextStyle

if TYPE_CHECKING:
    from secondhop.types import Bools, Query

_MOST_LABELS = 5
_LEFT_OUT = {Reason.DROPPED_LOW_SCORE, Reason.DROPPED_INJECTION}
"""Why candidates are not shown that a strategy never chose between."""


def make_report(
    hits: Ranking,
    selection: Selection,
    budget: Budget,
    *,
    total_tokens: int,
    n_chunks: int,
    shut_out: bool,
    requested_strategy: str,
    strategy: str,
    tokenizer: str,
    count_words: Callable[[str], tuple[int, int]],
    timings: Mapping[str, float],
) -> DecisionReport:
    """The report on one selection; `shut_out` where a filter lets in no chunk at all."""
    decisions = selection.decisions
    kept = [decision for decision in decisions if decision.fate == "kept"]
    candidates = {hit.chunk.id for hit in hits.hits}
    shown = shown_sentences(hits, selection)
    figures = economics(hits, selection, shown, budget.min_grounding, count_words)
    sure = confidence(hits, selection, shown, n_chunks)
    shown_whole = strategy == "auto" and not {decision.reason for decision in decisions} & _LEFT_OUT
    return DecisionReport(
        query=hits.query.text,
        requested_strategy=requested_strategy,
        strategy=strategy,
        auto_decision="not_auto" if requested_strategy != "auto" else "passthrough" if shown_whole else "intervene",
        token_budget=budget.max_tokens,
        tokenizer=tokenizer,
        text_style=_style_name(budget.style),
        total_tokens=total_tokens,
        overhead_tokens=total_tokens - sum([decision.tokens for decision in kept]),
        input_tokens=int(hits.tokens.sum()),
        n_chunks=n_chunks,
        n_matching_chunks=hits.n_matching,
        n_input_chunks=len(hits),
        n_selected=len(kept),
        n_expanded=sum([decision.chunk_id not in candidates for decision in decisions]),
        removed_total=len(decisions) - len(kept),
        removed=dict(
            sorted(Counter([decision.reason.value for decision in decisions if decision.fate == "dropped"]).items())
        ),
        retained_evidence_ratio=figures.retained_evidence_ratio,
        second_hop_rescue_count=sum([decision.role == "second_hop" for decision in kept]),
        evidence_density=figures.evidence_density,
        distractor_ratio=figures.distractor_ratio,
        input_distractor_ratio=figures.input_distractor_ratio,
        redundancy=figures.redundancy,
        token_utilization=total_tokens / budget.max_tokens,
        # Parts may count more than the whole, as with a tokenizer that puts marks around any text.
        estimated_waste_tokens=min(figures.estimated_waste_tokens, total_tokens),
        confidence=sure,
        low_confidence_retrieval=sure < LOW_CONFIDENCE,
        matched_terms=hits.query.terms,
        unmatched_terms=hits.query.unmatched,
        misspelt_terms=hits.query.misspelt,
        warnings=(*_warnings(hits, selection, shown, sure, budget, shut_out), *_hygiene(selection, budget)),
        decisions=decisions,
        timings=timings,
    )


def _style_name(style: TextStyle) -> str:
    return style if isinstance(style, str) else getattr(style, "__name__", type(style).__name__)


def _warnings(
    hits: Ranking, selection: Selection, shown: Bools, sure: float, budget: Budget, shut_out: bool
) -> list[ReportWarning]:
    query = hits.query
    if not query.text.strip():
        return [ReportWarning("empty_query", "the question is empty", "ask for something")]
    if shut_out:
        return [
            ReportWarning(
                "no_lexical_match",
                "the filter lets no passage in",
                "compare with what citations and their metadata hold; values must be equal",
            )
        ]
    if not len(hits) and query.terms:  # words that the index holds, in no chunk that may be considered
        return [
            ReportWarning(
                "no_lexical_match",
                "no passage that the filter lets in shares a content word with the question",
                "use words of these documents, or a wider filter",
            )
        ]
    if not len(hits):
        words = ", ".join(query.unmatched) or "none but stopwords"
        return [
            ReportWarning(
                "no_lexical_match",
                f"no passage shares a content word with the question ({words})",
                "use words of the documents",
            )
        ]
    warnings = _of_words(query)
    refused = {decision.reason for decision in selection.decisions} if not selection.passages else set()
    if Reason.DROPPED_BUDGET in refused and Reason.DROPPED_INJECTION not in refused:
        warnings.append(
            ReportWarning(
                "budget_too_small", f"no sentence with evidence fits {budget.max_tokens} tokens", "raise the budget"
            )
        )
    elif refused:
        reasons = ", ".join(sorted(reason.value for reason in refused))
        warnings.append(
            ReportWarning(
                "all_dropped",
                f"every candidate is left out ({reasons})",
                "`decisions` says of each why, with its figures; change the option that names",
            )
        )
    if sure < LOW_CONFIDENCE:
        warnings.append(
            ReportWarning(
                "low_confidence",
                f"the context is unlikely to hold all that the question asks for ({sure:.2f})",
                "check whether the documents answer this at all" + ", or raise the budget" * (not shown.all()),
            )
        )
    return warnings


def _of_words(query: Query) -> list[ReportWarning]:
    """Words of the question that the documents lack."""
    warnings = []
    if query.misspelt:
        words = ", ".join(f"{written} as {meant}" for written, meant in query.misspelt.items())
        warnings.append(
            ReportWarning(
                "misspelt_terms",
                f"these words occur nowhere in the documents, and are read as others: {words}",
                "mend their spelling, or quote what is meant as it is written",
            )
        )
    if query.unmatched:
        words = ", ".join(query.unmatched)
        warnings.append(
            ReportWarning(
                "unmatched_terms",
                f"these words occur nowhere in the documents: {words}",
                "use words of the documents, or drop these",
            )
        )
    return warnings


def _hygiene(selection: Selection, budget: Budget) -> list[ReportWarning]:
    """What the documents try on the model: orders, and characters that nobody sees."""
    warnings = []
    planted = [decision for decision in selection.decisions if "injection" in decision.detail]
    if planted:
        kinds = sorted({kind for decision in planted for kind in decision.detail["injection"]})
        labels = "; ".join(decision.label for decision in planted[:_MOST_LABELS]) + "; …" * (
            len(planted) > _MOST_LABELS
        )
        fence = "fence passages with text_style='fenced', or " * (budget.style != "fenced")
        is_left_out = planted[0].reason is Reason.DROPPED_INJECTION  # then all of them are
        advice = "they are left out" if is_left_out else f"{fence}leave such passages out with injection='drop'"
        warnings.append(
            ReportWarning(
                "planted_instructions",
                f"{len(planted)} passages seem to give orders to the model ({', '.join(kinds)}): {labels}",
                f"read them; {advice}",
            )
        )
    invisible = 0
    if any(map(hides, [passage.chunk.text for passage in selection.passages])):
        invisible = sum(count_invisible(piece) for passage in selection.passages for piece in passage.pieces)
    if invisible:
        warnings.append(
            ReportWarning(
                "hidden_characters",
                f"{invisible} characters that nobody sees were left out of the text",
                "look at these passages in their sources; citations have them as they are",
            )
        )
    return warnings
