"""Measures contexts against evidence: sets, systems, runs, tables, and golden sets with a baseline.

`run_eval` compares systems on public or own sets; `run_golden` guards a user's own questions against regressions. Both
are what `secondhop eval` calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from rich.console import Console

from secondhop.errors import OptionError
from secondhop.evaluation.files import as_output, to_bytes
from secondhop.evaluation.golden import run_golden
from secondhop.evaluation.html import write_html
from secondhop.evaluation.items import Dataset, Mode
from secondhop.evaluation.named import make_system
from secondhop.evaluation.runner import run
from secondhop.evaluation.summary import results
from secondhop.evaluation.systems import System
from secondhop.evaluation.tables import json_text, print_tables
from secondhop.evaluation.unanswerable import load_asked
from secondhop.inputs import checked_items, checked_number
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

    Raises:
        OptionError: a value is not allowed, or a set or system is not known.
        InputError: datasets, systems or budgets are no list, or a set is of none of the forms.
        LoadError: a file of a set cannot be read.
    """
    names, caps, measured = checked_items(datasets, "datasets"), _caps(budgets), _systems(systems)
    if not names or not measured or not caps:
        raise OptionError("an evaluation needs at least one dataset, one system and one budget")
    limit = None if limit is None else checked_number(limit, "limit", least=1)
    versus = _versus(baseline, measured)
    counter, counter_name = resolve_counter(tokenizer)
    json_file = None if json_path is None else as_output(json_path, html_path, *names)
    html_file = None if html_path is None else as_output(html_path, *names)
    sets = _sets(names, mode, unanswerable, root=data, part=part, split=split, limit=limit)
    rows = run(measured, sets, caps, counter, progress=progress)
    found = results(rows, baseline=versus, tokenizer=counter_name)
    if json_file is not None:
        json_file.write_bytes(to_bytes(json_text(found)))
    if html_file is not None:
        write_html(found, html_file)
    if console is not None:
        print_tables(console, found)
    return found


def _caps(budgets: Iterable[int]) -> list[int]:
    """The budgets, each once."""
    return list(dict.fromkeys(checked_number(each, "budget", least=1) for each in checked_items(budgets, "budgets")))


def _systems(systems: Iterable[str | System]) -> list[System]:
    """The systems, those that are given by name made; each has another name."""
    made = [make_system(each) if isinstance(each, str) else each for each in checked_items(systems, "systems")]
    for system in made:
        if not isinstance(system, System) or not isinstance(system.name, str):
            raise OptionError(f"systems: {system!r} is neither a name nor a System with one")
    for name, count in Counter(system.name for system in made).items():
        if count > 1:
            raise OptionError(f"there is more than one system of the name {name}; rows go by their names")
    return made


def _versus(baseline: str | None, systems: Sequence[System]) -> str | None:
    """The system that differences are taken to: the first of several unless given."""
    names = [system.name for system in systems]
    if baseline is None:
        return names[0] if len(names) > 1 else None
    if baseline not in names:
        raise OptionError.choice("baseline", baseline, names)
    return baseline


def _sets(names: Iterable[str | Path], mode: str, unanswerable: str | None, **options: Any) -> list[Dataset]:
    """The sets in the modes asked for. A shared collection is pooled whatever was; it is there once."""
    known = get_args(Mode)
    if mode not in (*known, "both"):
        raise OptionError.choice("mode", mode, (*known, "both"))
    ways = known if mode == "both" else (mode,)
    sets = [load_asked(name, unanswerable, mode=way, **options) for name in names for way in ways]
    return list({(dataset.name, dataset.mode): dataset for dataset in sets}.values())
