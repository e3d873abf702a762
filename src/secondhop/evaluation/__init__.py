"""Measures contexts against evidence: sets, systems, runs, tables, and golden sets with a baseline.

`run_eval` compares systems on public or own sets; `run_golden` guards a user's own questions against regressions. Both
are what `secondhop eval` calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import index
from pathlib import Path
from typing import Any, Literal, get_args

from rich.console import Console

from secondhop.errors import OptionError
from secondhop.evaluation.datasets import load
from secondhop.evaluation.files import as_output, to_bytes
from secondhop.evaluation.golden import run_golden
from secondhop.evaluation.html import write_html
from secondhop.evaluation.items import Dataset, Mode
from secondhop.evaluation.runner import run
from secondhop.evaluation.summary import results
from secondhop.evaluation.systems import System, make_system
from secondhop.evaluation.tables import json_text, print_tables
from secondhop.evaluation.unanswerable import off_topic, with_unanswerable, without_evidence
from secondhop.text.tokens import resolve_counter
from secondhop.types import TokenCounter

__all__ = ["run_eval", "run_golden"]


def run_eval(
    datasets: Sequence[str | Path],
    *,
    systems: Sequence[str | System] = ("secondhop",),
    budgets: Sequence[int] = (512, 1024),
    data: str | Path | None = None,
    part: str = "dev",
    split: str = "all",
    mode: Literal["own", "pooled", "both"] = "own",
    tokenizer: str | TokenCounter = "auto",
    unanswerable: str | None = None,
    limit: int | None = None,
    baseline: str | None = None,
    json_path: str | Path | None = None,
    html_path: str | Path | None = None,
    console: Console | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Compare systems on evaluation sets; returns the results as `summary.results` describes them.

    Args:
        datasets: names under the data root, or paths; see `datasets.load`.
        systems: names such as `secondhop`, `secondhop:strategy=raw_topk`, `langchain:128`, or `System` objects, each of
            another name.
        budgets: caps in tokens of `tokenizer`, the same counter for every system.
        data: the data root; None for SECONDHOP_EVAL_DATA.
        part: the subfolder of the root with the questions.
        split: `A`, `B` or `all`.
        mode: each question over its own documents, all over one pooled index, or both.
        tokenizer: see `text.tokens.resolve_counter`.
        unanswerable: also ask what the documents do not answer, to measure `report.confidence`: `marked` for the set's
            own such questions, `removed` for its questions with the gold documents taken away, or the name of another
            set, whose questions are asked of this one's documents.
        limit: at most this many questions per set, the same ones on every run.
        baseline: the system that differences are taken to; the first one unless given.
        json_path: where to write everything as JSON.
        html_path: where to write the page with the plots.
        console: where to print the tables; None prints nothing.
        progress: called with a line for each set.
    """
    for option, given in (("datasets", datasets), ("systems", systems)):
        if isinstance(given, (str, Path)):
            raise OptionError(f"{option} is one {type(given).__name__}; give a list of {option}")
    caps = _whole(budgets)
    if not datasets or not systems or not caps or min(caps) < 1:
        raise OptionError("an evaluation needs at least one dataset, one system and one budget of at least 1 token")
    if mode not in (*get_args(Mode), "both"):
        raise OptionError.choice("mode", mode, (*get_args(Mode), "both"))
    if limit is not None and limit < 1:
        raise OptionError(f"limit={limit} is not a positive number of questions")
    counter, name = resolve_counter(tokenizer)
    chosen = [make_system(system) if isinstance(system, str) else system for system in systems]
    names = [system.name for system in chosen]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise OptionError(f"there is more than one system of the name {', '.join(repeated)}; rows go by their names")
    if baseline is not None and baseline not in names:
        raise OptionError.choice("baseline", baseline, names)
    json_file = None if json_path is None else as_output(json_path)
    html_file = None if html_path is None else as_output(html_path)
    modes: tuple[Mode, ...] = ("own", "pooled") if mode == "both" else (mode,)
    # A shared collection is pooled whatever was asked for; it is measured once.
    sets = {}
    for dataset in datasets:
        for way in modes:
            loaded = _load(dataset, unanswerable, mode=way, root=data, part=part, split=split, limit=limit)
            sets[loaded.name, loaded.mode] = loaded
    rows = run(chosen, sets.values(), caps, counter, progress=progress)
    found = results(rows, baseline=baseline if baseline is not None or len(chosen) < 2 else names[0], tokenizer=name)
    if json_file is not None:
        json_file.write_bytes(to_bytes(json_text(found)))
    if html_file is not None:
        write_html(found, html_file)
    if console is not None:
        print_tables(console, found)
    return found


def _whole(budgets: Iterable[int]) -> list[int]:
    try:
        return list(dict.fromkeys(map(index, budgets)))
    except TypeError as error:
        raise OptionError(f"budgets={budgets!r} are not all whole numbers") from error


def _load(name: str | Path, unanswerable: str | None, **options: Any) -> Dataset:
    dataset = load(name, unanswerable=unanswerable == "marked", **options)
    if unanswerable == "removed":
        if dataset.mode == "pooled":
            raise OptionError("unanswerable='removed' needs questions with documents of their own: mode='own'")
        dataset = with_unanswerable(dataset, without_evidence(dataset))
    elif unanswerable not in (None, "marked"):
        dataset = with_unanswerable(dataset, off_topic(dataset, load(unanswerable, **options)))
    if unanswerable is not None and all(item.answerable for item in dataset.items):
        raise OptionError(f"unanswerable={unanswerable!r} adds no question to {dataset.name!r}")
    return dataset
