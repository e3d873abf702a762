"""`secondhop analyze`: the Decision Report for a question, without the text."""

from __future__ import annotations

from secondhop.cli.options import (
    AsJson,
    BudgetTokens,
    HardLinks,
    Heading,
    Ignore,
    Neighbors,
    Persist,
    Question,
    Source,
    StrategyName,
    Style,
    Tokenizer,
    TopK,
    load,
)
from secondhop.cli.output import ANSWERED, NOTHING_FOUND, print_json, print_report


def analyze(
    path: Source,
    question: Question,
    budget: BudgetTokens = None,
    strategy: StrategyName = None,
    text_style: Style = None,
    neighbors: Neighbors = None,
    include_heading: Heading = False,
    top_k: TopK = None,
    tokenizer: Tokenizer = None,
    ignore: Ignore = None,
    hard_links: HardLinks = False,
    persist: Persist = False,
    as_json: AsJson = False,
) -> int:
    """What `ask` would keep and drop for QUESTION, and why: the Decision Report alone."""
    document = load(path, tokenizer=tokenizer, ignore=ignore, hard_links=hard_links, persist=persist)
    report = document.analyze(
        question,
        budget=budget,
        strategy=strategy,
        text_style=text_style,  # type: ignore[arg-type]  # the library tells of a wrong one
        neighbors=neighbors,
        include_heading=include_heading or None,
        top_k=top_k,
    )
    if as_json:
        print_json({"report": report.to_dict()})
    else:
        print_report(report)
    return ANSWERED if report.n_selected else NOTHING_FOUND
