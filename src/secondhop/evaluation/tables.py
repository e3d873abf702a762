"""Results for people (a rich table) and for machines (JSON)."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

SHOWN = ("full", "ev", "wr80", "hop2", "ans", "page_hit", "documents", "ndcg10", "recall5", "recall10", "mrr")
"""Metrics that tables show, where a run has them; as percent."""
PLAIN = ("tokens", "run_words", "open_runs", "ms")
"""Columns that stand beside every figure: tokens used, words per run, share of runs that open at an unresolved
pronoun (percent), milliseconds per query."""
_SIGNALS = ("auroc_answerable", "precision_at_95_recall", "auroc_evidence_kept")


def columns(summary: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures that any entry has, in the order of tables."""
    there = {name for entry in summary for name in (*entry, *entry["metrics"])}
    return [name for name in (*SHOWN, *PLAIN, *_SIGNALS) if name in there]


def cell(entry: Mapping[str, Any], name: str, *, versus: str | None = None) -> str:
    """One figure: its mean, and the paired difference to `versus` with its interval where there is one."""
    if name in _SIGNALS:
        return f"{entry[name]:.2f}" if name in entry else "–"
    value = entry["metrics"].get(name)
    if value is None or value["mean"] is None:
        return "–"
    if name in PLAIN and name != "open_runs":
        return f"{value['mean']:.1f}" if name == "ms" else f"{value['mean']:.0f}"
    text = f"{100 * value['mean']:.1f}"
    gap = difference(entry, name) if versus == name else ""
    return f"{text} ({gap})" if gap else text


def rows_of(results: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Head and body of the table, as text; the first metric carries the difference to the baseline."""
    summary = results["summary"]
    names = columns(summary)
    lead = names[0] if names else None
    head = ["set", "mode", "budget", "system", "n", *names]
    body = []
    for entry in sorted(summary, key=lambda entry: (entry["dataset"], entry["mode"], entry["budget"])):
        start = [entry["dataset"], entry["mode"], str(entry["budget"]), entry["system"], str(entry["n"])]
        body.append([*start, *(cell(entry, name, versus=lead) for name in names)])
    return head, body


def caption(results: Mapping[str, Any]) -> str:
    """What the figures are: tokenizer, baseline, date; and where systems failed."""
    errors, asked = Counter[str](), Counter[str]()
    for entry in results["summary"]:
        errors[entry["system"]] += entry["errors"]
        asked[entry["system"]] += entry["n"]
    failed = [f"{system} {count} of {asked[system]}" for system, count in errors.items() if count]
    failures = f"; errors, scored as empty contexts: {', '.join(failed)}" if failed else ""
    baseline = (
        f"; paired differences to {results['baseline']} with 95 % intervals, ▲ ▼ where they exclude 0"
        if results["baseline"]
        else ""
    )
    return f"percent, except tokens, run_words and ms; budgets in {results['tokenizer']}{baseline}{failures}; {results['date']}"


def print_tables(console: Console, results: Mapping[str, Any]) -> None:
    """The tables, then what their figures are. A table may be wider than the console: no figure is cut."""
    for table in _make_tables(results):
        anything = console.options.update(max_width=sys.maxsize)
        table.width = Measurement.get(console, anything, table).maximum
        console.print(table, soft_wrap=True)
        console.print()
    console.print(caption(results), markup=False, soft_wrap=True)


def _make_tables(results: Mapping[str, Any]) -> Iterator[Table]:
    """One rich table for each set, mode and budget; a row for each system."""
    groups: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
    for entry in results["summary"]:
        groups.setdefault((entry["dataset"], entry["mode"], entry["budget"]), []).append(entry)
    for (dataset, mode, budget), entries in groups.items():
        names = columns(entries)
        lead = names[0] if any("versus" in entry for entry in entries) else None
        title = f"{dataset}, {mode} documents, {budget} {results['tokenizer']}, n={entries[0]['n']}"
        # Not as strings, in which a console may take what stands in brackets for markup.
        table = Table(title=Text(title, "table.title"), title_justify="left", show_edge=False)
        table.add_column("system", overflow="fold")
        for name in [*names[:1], *(["difference"] if lead else []), *names[1:]]:
            table.add_column(name.replace("_", " "), justify="right")
        for entry in entries:
            figures = [cell(entry, name) + mark(entry, name) for name in names]
            gap = [difference(entry, lead)] if lead else []
            table.add_row(Text(entry["system"]), *figures[:1], *gap, *figures[1:])
        yield table


def difference(entry: Mapping[str, Any], name: str) -> str:
    """The paired difference to the baseline with its interval, in points."""
    gap = entry.get("versus", {}).get(name)
    if gap is None or gap["mean"] is None:
        return ""
    return f"{100 * gap['mean']:+.1f} [{100 * gap['low']:+.1f}, {100 * gap['high']:+.1f}]"


def mark(entry: Mapping[str, Any], name: str) -> str:
    """An arrow if the 95 % interval of the difference to the baseline excludes 0."""
    gap = entry.get("versus", {}).get(name)
    if gap is None or gap["mean"] is None or gap["low"] <= 0 <= gap["high"]:
        return ""
    return " ▲" if gap["mean"] > 0 else " ▼"


def json_text(results: Mapping[str, Any]) -> str:
    """A run as JSON: keys in a fixed order, one line per question."""
    head = {key: value for key, value in results.items() if key != "rows"}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in results["rows"])
    body = json.dumps(head, ensure_ascii=False, allow_nan=False, indent=1).removesuffix("\n}")
    return f'{body},\n "rows": [\n{lines}\n]\n}}\n'
