"""Results for people (a rich table) and for machines (JSON)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

SHOWN = ("full", "ev", "wr80", "hop2", "ans", "pages", "documents", "ndcg10", "recall10", "mrr")
"""Metrics that tables show, where a run has them; as percent."""
PLAIN = ("tokens", "run_words", "open_runs", "ms")
"""Columns that stand beside every figure: tokens used, words per run, share of runs that open at an unresolved
pronoun (percent), milliseconds per query."""
_SIGNALS = ("auroc_answerable", "precision_at_95_recall", "auroc_evidence_kept")


def columns(summary: Sequence[Mapping[str, Any]]) -> list[str]:
    """The metrics that any entry has, in the order of tables."""
    return [name for name in (*SHOWN, *PLAIN) if any(name in entry["metrics"] for entry in summary)]


def cell(entry: Mapping[str, Any], name: str, *, versus: str | None = None) -> str:
    """One figure: its mean, and the paired difference to `versus` with its interval where there is one."""
    value = entry["metrics"].get(name)
    if value is None or value["mean"] is None:
        return "–"
    if name in PLAIN and name != "open_runs":
        return f"{value['mean']:.1f}" if name == "ms" else f"{value['mean']:.0f}"
    text = f"{100 * value['mean']:.1f}"
    gap = entry.get("versus", {}).get(name) if versus == name else None
    if gap is None or gap["mean"] is None:
        return text
    return f"{text} ({100 * gap['mean']:+.1f} [{100 * gap['low']:+.1f}, {100 * gap['high']:+.1f}])"


def rows_of(results: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Head and body of the table, as text; the first metric carries the difference to the baseline."""
    summary = results["summary"]
    names = columns(summary)
    lead = names[0] if names else None
    signals = [name for name in _SIGNALS if any(name in entry for entry in summary)]
    head = ["set", "mode", "budget", "system", "n", *names, *signals]
    body = []
    for entry in sorted(summary, key=lambda entry: (entry["dataset"], entry["mode"], entry["budget"])):
        start = [entry["dataset"], entry["mode"], str(entry["budget"]), entry["system"], str(entry["n"])]
        numbers = [cell(entry, name, versus=lead) for name in names]
        body.append([*start, *numbers, *(f"{entry[name]:.2f}" if name in entry else "–" for name in signals)])
    return head, body


def caption(results: Mapping[str, Any]) -> str:
    """What the figures are: tokenizer, baseline, date."""
    baseline = f"; differences to {results['baseline']} with 95 % intervals" if results["baseline"] else ""
    return f"percent, except tokens, run_words and ms; budgets in {results['tokenizer']}{baseline}; {results['date']}"


def make_table(results: Mapping[str, Any]) -> Table:
    """A rich table of a run."""
    head, body = rows_of(results)
    table = Table(caption=caption(results), caption_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="left" if place in (0, 1, 3) else "right", no_wrap=place < 5)
    last = None
    for row in body:
        if last is not None and row[:3] != last:
            table.add_section()
        table.add_row(*row)
        last = row[:3]
    return table


def write_json(results: Mapping[str, Any], path: str | Path) -> None:
    """Write a run as JSON: keys in a fixed order, one line per question."""
    head = {key: value for key, value in results.items() if key != "rows"}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in results["rows"])
    body = json.dumps(head, ensure_ascii=False, allow_nan=False, indent=1).removesuffix("\n}")
    Path(path).write_text(f'{body},\n "rows": [\n{lines}\n]\n}}\n', encoding="utf-8")
