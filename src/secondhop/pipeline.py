"""The stages in order: chunk → index for documents, retrieve → select → expand → report for a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop import chunking, indexing, loading, retrieval, selection
from secondhop.errors import OptionError
from secondhop.options import ContextOptions, DocumentOptions
from secondhop.reporting import Context, make_report
from secondhop.selection.auto import is_passthrough
from secondhop.text.analysis import split_forms
from secondhop.text.counting import CachedCounter
from secondhop.text.prompt import rendered
from secondhop.types import (
    Budget,
    Chunk,
    Decision,
    Ranking,
    Section,
    Selection,
    SourceText,
    Strategy,
)

if TYPE_CHECKING:
    from secondhop.types import Bools

Find = Callable[[bool, int, "Bools | None"], Ranking]
"""Retrieves candidates: whether to cross the bridge, how many at most, and from which chunks ([C], None for all)."""

_WIDER = 16
"""How many times more candidates are looked at when no sentence of the best ones fits the budget."""


def index_sources(sources: Sequence[SourceText], options: DocumentOptions) -> indexing.Snapshot:
    """A snapshot of the texts, chunked."""
    return _indexed(sources, chunking.chunk_tables(sources, options.chunk_size), options)


def index_chunks(chunks: Sequence[Chunk], options: DocumentOptions) -> indexing.Snapshot:
    """A snapshot in which each of the caller's chunks is one chunk. Blank ones are left out."""
    given = tuple(chunk for chunk in chunks if chunk.text.strip())
    sources = [SourceText(chunk.source, chunk.text, _sections(chunk), chunk.metadata) for chunk in given]
    return _indexed(sources, chunking.whole_tables(sources), options, given)


def _indexed(
    sources: Sequence[SourceText],
    tables: Iterable[chunking.CutTable],
    options: DocumentOptions,
    given: tuple[Chunk, ...] | None = None,
) -> indexing.Snapshot:
    segment = indexing.build_segment(sources, tables, language=options.language, char_ngrams=options.char_ngrams)
    return indexing.Snapshot.of(segment, scoring_of(options), given)


def answer(
    snapshot: indexing.Snapshot,
    find: Find,
    options: ContextOptions,
    count_tokens: CachedCounter,
    filtered: Callable[[], Bools | None] = lambda: None,
) -> Context:
    """The context for one question.

    Args:
        snapshot: the index.
        find: retrieves candidates from it for the question.
        options: budget, strategy and the rest.
        count_tokens: counts what the budget is in.
        filtered: says which chunks may be found and shown. It may be the user's code, so it is timed with the rest.
    """
    began = perf_counter()
    allowed = filtered()
    budget = Budget(
        options.token_budget, count_tokens, options.text_style, options.top_k, options.grain, options.min_grounding
    )
    name, _, bridge = _strategy(options.strategy)
    hits = find(bridge, options.n_candidates, allowed)
    retrieved = perf_counter()
    hits, chosen, chooser = _selected(snapshot, find, hits, options, budget, allowed)
    selected = perf_counter()
    passages = tuple(sorted(chosen.passages, key=attrgetter("order")))
    text, total_tokens = chosen._rendered or rendered(passages, budget)
    report = make_report(
        hits,
        chosen,
        budget,
        total_tokens=total_tokens,
        n_chunks=len(snapshot),
        shut_out=allowed is not None and not allowed.any(),
        requested_strategy=name,
        strategy=chooser,
        tokenizer=count_tokens.name,
        count_words=partial(_count_words, snapshot, frozenset(hits.query.terms)),
        timings={
            "retrieve": 1e3 * (retrieved - began),
            **hits.timings,
            "select": 1e3 * (selected - retrieved),
            "total": 1e3 * (perf_counter() - began),
        },
    )
    if report.total_tokens > budget.max_tokens:
        raise OptionError(f"strategy {name} returned {report.total_tokens} tokens for a budget of {budget.max_tokens}")
    places = {passage.order: place for place, passage in enumerate(passages)}
    by_value = tuple([places[passage.order] for passage in chosen.passages])
    return Context(passages, report, budget, by_value, text)


def _selected(
    snapshot: indexing.Snapshot,
    find: Find,
    hits: Ranking,
    options: ContextOptions,
    budget: Budget,
    allowed: Bools | None,
) -> tuple[Ranking, Selection, str]:
    """All hits that were looked at, what is shown, and the name of the strategy that chose it.

    Where planted instructions are to be left out it is chosen again without them: what they said may stand elsewhere.
    """
    name, strategy, bridge = _strategy(options.strategy)
    suspects = partial(indexing.suspects_among, snapshot)
    left_out: dict[int, Decision] = {}
    wider = False
    while True:
        some = selection.part(hits, np.array([hit.ordinal not in left_out for hit in hits])) if left_out else hits
        chosen = _choose(name, strategy, some, budget, options.min_score)
        if not chosen.passages and not wider and hits.n_matching > len(hits):
            # The best do not fit; a shorter one may.
            hits, wider = find(bridge, _WIDER * options.n_candidates, allowed), True
            continue
        chooser = name
        if strategy is selection.STRATEGIES["auto"] and not is_passthrough(chosen):
            chooser = "reasoning_preserving"
        extras = _heads(some, chosen, budget, allowed) if some.heads else []
        if options.neighbors or options.include_heading or options.chunk_overlap:
            extras += _extras(snapshot, chosen, options, allowed)
        if extras:
            chosen = selection.expand(chosen, [extra for extra in extras if extra.order not in left_out], budget)
        planted = {} if options.injection == "off" else selection.find_planted(chosen, suspects)
        if options.injection != "drop" or not planted:
            return hits, selection.mark_planted(_with_left_out(chosen, left_out, hits), planted), chooser
        left_out |= selection.drop_planted(chosen, planted, budget)


def _strategy(strategy: str | Callable[..., Any]) -> tuple[str, Strategy, bool]:
    """Name, function, and whether it wants hits from the bridge."""
    if callable(strategy):
        name = getattr(strategy, "__name__", type(strategy).__name__)
        if selection.STRATEGIES.get(name, strategy) is not strategy:  # the user's own, called as one of ours
            name = f"{strategy.__module__}.{name}"
        return name, strategy, True
    return strategy, selection.STRATEGIES[strategy], strategy in selection.BRIDGED


def _choose(name: str, strategy: Strategy, ranked: Ranking, budget: Budget, min_score: float | None) -> Selection:
    """What the strategy chooses."""
    hits = ranked if min_score is None else selection.part(ranked, ranked.scores >= min_score)
    chosen = strategy(hits.query, hits, budget)
    if selection.STRATEGIES.get(name) is not strategy:
        chosen = selection.checked(name, chosen, hits, budget)
    if min_score is None or len(hits) == len(ranked):
        return chosen
    return selection.with_refused(chosen, ranked, min_score)


def _with_left_out(chosen: Selection, left_out: Mapping[int, Decision], hits: Ranking) -> Selection:
    """The selection with the decisions on what was left out, each in its place."""
    if not left_out:
        return chosen
    decided = {decision.chunk_id: decision for decision in (*chosen.decisions, *left_out.values())}
    in_order = [decided.pop(hit.chunk.id) for hit in hits]
    return replace(chosen, decisions=(*in_order, *decided.values()))


def _heads(hits: Ranking, chosen: Selection, budget: Budget, allowed: Bools | None) -> list[selection.Extra]:
    """The headers of the tables and the signatures of the definitions that parts are kept of, as far as they may be shown."""
    of_chunk = {hit.ordinal: hits.heads[place] for place, hit in enumerate(hits) if place in hits.heads}
    shown = {passage.order for passage in chosen.passages}
    extras: list[selection.Extra] = []
    for passage in chosen.passages:
        head = of_chunk.get(passage.order)
        if head is None or (allowed is not None and not allowed[head.order]):
            continue
        if head.order not in shown and budget.top_k is not None and len(shown) >= budget.top_k:
            continue
        shown.add(head.order)
        extras.append(selection.Extra(head.chunk, head.order, "heading", passage.chunk.id, head.spans[0]))
    return extras


def _extras(
    snapshot: indexing.Snapshot, chosen: Selection, options: ContextOptions, allowed: Bools | None
) -> list[selection.Extra]:
    """Allowed headings, neighbours and adjoining sentences of the kept chunks, most valuable chunk first."""
    extras: list[selection.Extra] = []
    for passage in chosen.passages:
        kept, place = passage.chunk.id, passage.order
        if options.include_heading and (opening := snapshot.section_opening(place)) is not None:
            extras.append(selection.Extra(snapshot.chunk(opening), opening, "heading", kept))
        for near in snapshot.neighbors(place, options.neighbors):
            extras.append(selection.Extra(snapshot.chunk(near), near, "neighbor", kept))
        for near in snapshot.neighbors(place, 1) if options.chunk_overlap else ():
            span = snapshot.edge(near, options.chunk_overlap, at_end=near < place)
            extras.append(selection.Extra(snapshot.chunk(near), near, "neighbor", kept, span))
    return extras if allowed is None else [extra for extra in extras if allowed[extra.order]]


def _count_words(snapshot: indexing.Snapshot, terms: frozenset[str], text: str) -> tuple[int, int]:
    """Words of a text, and how many of them are query terms."""
    forms, analyzer = split_forms(text), snapshot.lexicon.analyzer
    return len(forms), sum(not terms.isdisjoint(analyzer.analyze(form).terms) for form in forms)


def _sections(chunk: Chunk) -> tuple[Section, ...]:
    section = Section(0, len(chunk.text), chunk.page, chunk.heading_path, chunk.kind)
    return (
        (section, *loading.inner_sections(chunk.text, section, is_piece=True)) if chunk.kind == "prose" else (section,)
    )


def synonyms_of(snapshot: indexing.Snapshot, options: DocumentOptions) -> retrieval.Synonyms | None:
    """What else words of a question mean."""
    return retrieval.Synonyms(options.synonyms, snapshot.lexicon.analyzer) if options.synonyms else None


def scoring_of(options: DocumentOptions) -> indexing.BM25:
    """How words are weighed."""
    return indexing.BM25(variant=options.bm25_variant, k1=options.bm25_k1, b=options.bm25_b)


def limits_of(options: DocumentOptions) -> loading.Limits:
    """What parsing one file may take."""
    return loading.Limits(options.max_seconds, options.max_memory_mb)
