"""`secondhop ask`, the context for a question, and `secondhop analyze`, its Decision Report without the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from secondhop.cli.output import ANSWERED, NOTHING_FOUND, print_context, print_json, print_report, say
from secondhop.loading import reasons_of
from secondhop.reporting import Context


def _command(
    name: str, help: str, to_json: Callable[[Context], dict[str, Any]], show: Callable[[Context], None]
) -> Callable[..., int]:
    """A command that finds the context for a question: what it is called, and what it prints of that."""

    def command(
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
        document = load(path, tokenizer=tokenizer, ignore=ignore, hard_links=hard_links, persist=persist)
        if unread := document.ingest_report.unread:
            what = "1 file" if len(unread) == 1 else f"{len(unread)} files"
            say("warning", f"{what} could not be read: {reasons_of(unread)}; `secondhop inspect` lists them")
        context = document.context(
            question,
            budget=budget,
            strategy=strategy,
            text_style=text_style,  # type: ignore[arg-type]  # the library tells of a wrong one
            neighbors=neighbors,
            include_heading=include_heading or None,
            top_k=top_k,
        )
        if as_json:
            print_json(to_json(context))
        else:
            show(context)
        return ANSWERED if len(context) else NOTHING_FOUND

    command.__name__, command.__doc__ = name, help
    return command


ask = _command(
    "ask",
    "The passages of PATH that answer QUESTION, cited, and the Decision Report.",
    Context.to_dict,
    print_context,
)
analyze = _command(
    "analyze",
    "What `ask` would keep and drop for QUESTION, and why: the Decision Report alone.",
    lambda context: {"report": context.report.to_dict()},
    lambda context: print_report(context.report),
)
