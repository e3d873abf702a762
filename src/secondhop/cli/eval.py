"""`secondhop eval`: evidence kept per token on evaluation sets, or a user's own golden set against a baseline."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from secondhop.cli.options import as_path
from secondhop.cli.output import ANSWERED, print_json, standard_output
from secondhop.errors import OptionError
from secondhop.evaluation import run_eval, run_golden
from secondhop.evaluation.files import as_output, to_bytes
from secondhop.evaluation.golden import GoldenRun, describe
from secondhop.evaluation.tables import print_tables
from secondhop.text.tokens import TOKENIZERS

REGRESSED = 1
GOLDEN_BUDGET = 2048

Targets = Annotated[
    list[str],
    typer.Argument(metavar="DATASET...", help="Sets by name or path; with --golden: the file or folder to ask."),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Where the sets are. [SECONDHOP_EVAL_DATA]", parser=as_path),
]
Systems = Annotated[
    list[str] | None,
    typer.Option("--system", metavar="NAME", help="What to measure; may be repeated.", show_default="secondhop"),
]
Budgets = Annotated[
    list[int] | None,
    typer.Option(
        "--budget",
        metavar="N",
        help="Cap in tokens; may be repeated.",
        show_default=f"512 and 1024; golden: {GOLDEN_BUDGET}",
    ),
]
ModeName = Annotated[
    str, typer.Option("--mode", metavar="MODE", help="own (each question over its own documents), pooled, or both.")
]
Split = Annotated[str, typer.Option("--split", metavar="HALF", help="A, B or all questions.")]
Counter = Annotated[
    str,
    typer.Option("--tokenizer", metavar="T", help=f"What counts tokens, for every system: {', '.join(TOKENIZERS)}."),
]
Unanswerable = Annotated[
    str | None,
    typer.Option(
        "--unanswerable",
        metavar="WAY",
        help="Also ask what cannot be answered: marked, removed (gold documents), or another set's questions.",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most N questions per set.")]
BaselineName = Annotated[
    str | None,
    typer.Option("--baseline", metavar="NAME", help="Take differences to this system.", show_default="the first"),
]
JsonTo = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write everything as JSON; - prints it.")]
HtmlTo = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots.", parser=as_path)]
Golden = Annotated[
    Path | None,
    typer.Option("--golden", metavar="JSONL", help="Your questions and expected texts.", parser=as_path),
]
Store = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="The golden set's stored baseline.", parser=as_path)
]
Update = Annotated[bool, typer.Option("--update", help="Store this run as the baseline.")]
Tolerance = Annotated[int, typer.Option("--tolerance", metavar="N", help="Questions that may be lost.")]


def eval(
    targets: Targets,
    data: Data = None,
    system: Systems = None,
    budget: Budgets = None,
    mode: ModeName = "own",
    split: Split = "all",
    tokenizer: Counter = "auto",
    unanswerable: Unanswerable = None,
    limit: Limit = None,
    baseline: BaselineName = None,
    json_to: JsonTo = None,
    html: HtmlTo = None,
    golden: Golden = None,
    store: Store = None,
    update: Update = False,
    tolerance: Tolerance = 0,
) -> int:
    """Measure contexts on evaluation sets, beside other systems; or check a golden set against its baseline."""
    if golden is not None:
        of_sets = {
            "--data": data, "--system": system, "--mode": mode != "own", "--split": split != "all", "--limit": limit,
            "--unanswerable": unanswerable, "--baseline": baseline, "--html": html,
        }  # fmt: skip
        _refuse("--golden", of_sets)
        return _golden(golden, targets, budget, tokenizer, store, update, tolerance, json_to)
    _refuse("DATASET", {"--store": store, "--update": update, "--tolerance": tolerance}, "--golden")
    found = run_eval(
        targets,
        systems=system or ("secondhop",),
        budgets=budget or (512, 1024),
        data=data,
        split=split,
        mode=mode,  # type: ignore[arg-type]  # the library tells of a wrong one
        tokenizer=tokenizer,
        unanswerable=unanswerable,
        limit=limit,
        baseline=baseline,
        json_path=None if json_to in (None, "-") else json_to,
        html_path=html,
        progress=_say if sys.stderr.isatty() else None,
    )
    if json_to == "-":
        print_json(found)
        return ANSWERED
    with standard_output() as console:
        print_tables(console, found)
    return ANSWERED


def _golden(
    golden: Path,
    targets: list[str],
    budget: list[int] | None,
    tokenizer: str,
    store: Path | None,
    update: bool,
    tolerance: int,
    json_to: str | None,
) -> int:
    if len(targets) != 1 or len(budget or ()) > 1:
        raise OptionError("--golden takes one file or folder to ask, and one --budget")
    cap = budget[0] if budget else GOLDEN_BUDGET
    json_file = None if json_to in (None, "-") else as_output(json_to, golden, store)
    found = run_golden(
        golden, targets[0], baseline=store, budget=cap, tolerance=tolerance, update=update, tokenizer=tokenizer
    )
    if json_to == "-":
        print_json(_as_json(found))
    else:
        if json_file is not None:
            json_file.write_bytes(to_bytes(json.dumps(_as_json(found), ensure_ascii=False, indent=2) + "\n"))
        with standard_output() as console:
            console.print(describe(found), soft_wrap=True)
    return REGRESSED if found.regressed else ANSWERED


def _as_json(found: GoldenRun) -> dict[str, Any]:
    verdict = None if found.verdict is None else asdict(found.verdict)
    if verdict is not None and not verdict["change"]["n"]:
        verdict["change"] = None  # no question was compared, and JSON has no NaN
    return {
        "regressed": found.regressed,
        "stored": found.stored,
        "verdict": verdict,
        "scores": found.scores,
        "nowhere": found.nowhere,
    }


def _refuse(used: str, options: dict[str, Any], needs: str = "DATASET") -> None:
    wrong = [name for name, value in options.items() if value]
    if wrong:
        raise OptionError(f"{', '.join(wrong)} cannot go with {used}; it is for {needs}")


def _say(line: str) -> None:
    print(line, file=sys.stderr)
