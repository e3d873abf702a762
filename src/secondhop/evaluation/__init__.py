"""Measures contexts against evidence: sets, systems, runs, tables, and golden sets with a baseline.

`run_eval` compares systems on public or own sets; `run_golden` guards a user's own questions against regressions. Both
return an exit code and are what the command line calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from secondhop.errors import OptionError
from secondhop.evaluation.datasets import load
from secondhop.evaluation.golden import Verdict, compare, read_baseline, read_golden, score_golden, write_baseline
from secondhop.evaluation.html import write_html
from secondhop.evaluation.runner import results, run
from secondhop.evaluation.systems import System, make_system
from secondhop.evaluation.tables import make_table, write_json
from secondhop.text.tokens import resolve_counter
from secondhop.types import TokenCounter

__all__ = ["run_eval", "run_golden"]


def run_eval(
    datasets: Sequence[str],
    *,
    systems: Sequence[str | System] = ("secondhop",),
    budgets: Sequence[int] = (512, 1024),
    data: str | Path | None = None,
    part: str = "dev",
    split: str = "all",
    mode: Literal["own", "pooled", "both"] = "own",
    tokenizer: str | TokenCounter = "auto",
    unanswerable: bool = False,
    limit: int | None = None,
    baseline: str | None = None,
    json_path: str | Path | None = None,
    html_path: str | Path | None = None,
    console: Console | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Compare systems on evaluation sets; returns the results as `runner.results` describes them.

    Args:
        datasets: names under the data root, or paths; see `datasets.load`.
        systems: names such as `secondhop`, `secondhop:strategy=raw_topk`, `langchain:128`, or `System` objects.
        budgets: caps in tokens of `tokenizer`, the same counter for every system.
        data: the data root; None for SECONDHOP_EVAL_DATA.
        part: the subfolder of the root with the questions.
        split: `A`, `B` or `all`.
        mode: each question over its own documents, all over one pooled index, or both.
        tokenizer: see `text.tokens.resolve_counter`.
        unanswerable: also ask what the documents do not answer, to measure `report.confidence`.
        limit: at most this many questions per set, the same ones on every run.
        baseline: the system that differences are taken to; the first one unless given.
        json_path: where to write everything as JSON.
        html_path: where to write the page with the plots.
        console: where to print the table; None prints nothing.
        progress: called with a line for each set and system.
    """
    if not datasets or not systems or not budgets or min(budgets) < 1:
        raise OptionError("an evaluation needs at least one dataset, one system and one budget of at least 1 token")
    counter, name = resolve_counter(tokenizer)
    chosen = [make_system(system) if isinstance(system, str) else system for system in systems]
    names = [system.name for system in chosen]
    if baseline is not None and baseline not in names:
        raise OptionError.choice("baseline", baseline, names)
    modes: tuple[Literal["own", "pooled"], ...] = ("own", "pooled") if mode == "both" else (mode,)
    # A shared collection is pooled whatever was asked for; it is measured once.
    sets = {}
    for dataset in datasets:
        for way in modes:
            loaded = load(dataset, mode=way, root=data, part=part, split=split, unanswerable=unanswerable, limit=limit)
            sets[loaded.name, loaded.mode] = loaded
    rows = run(chosen, sets.values(), budgets, counter, progress=progress)
    found = results(rows, baseline=baseline if baseline is not None or len(chosen) < 2 else names[0], tokenizer=name)
    if json_path is not None:
        write_json(found, json_path)
    if html_path is not None:
        write_html(found, html_path)
    if console is not None:
        console.print(make_table(found))
    return found


def run_golden(
    golden: str | Path,
    files: str | Path,
    *,
    baseline: str | Path,
    budget: int = 2048,
    tolerance: int = 0,
    update: bool = False,
    console: Console | None = None,
    **options: Any,
) -> int:
    """Check a golden set against a stored baseline: 0 if it holds, 1 if it regressed.

    Args:
        golden: JSONL with `question`, `expected` and optionally `id`, `source`; see `golden`.
        files: the file or folder to ask.
        baseline: the stored baseline; written if it does not exist yet.
        budget: tokens of each context.
        tolerance: how many questions may go from fully answered to not.
        update: store this run as the new baseline, whatever it shows.
        console: where to print the outcome; None prints nothing.
        **options: document options.
    """
    scores = score_golden(read_golden(golden), files, budget=budget, **options)
    if update or not Path(baseline).exists():
        write_baseline(scores, baseline)
        if console is not None:
            console.print(f"baseline of {len(scores)} questions written to {baseline}")
        return 0
    verdict = compare(scores, read_baseline(baseline), tolerance=tolerance)
    if console is not None:
        console.print(describe(verdict, len(scores)), markup=False)
    return int(verdict.regressed)


def describe(verdict: Verdict, n: int) -> str:
    """The verdict in a few lines."""
    change = verdict.change
    lines = [
        f"{'REGRESSED' if verdict.regressed else 'holds'}: {n} questions, {len(verdict.lost)} lost, "
        f"{len(verdict.gained)} gained, {len(verdict.new)} new",
        f"evidence kept: {100 * change.mean:+.1f} points [{100 * change.low:+.1f}, {100 * change.high:+.1f}]",
    ]
    return "\n".join([*lines, *(f"lost: {question}" for question in verdict.lost)])
