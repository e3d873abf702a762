"""A run as one HTML page: a plot per set (budget on x, evidence on y, one line per system) and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log2
from pathlib import Path
from typing import Any

from secondhop.evaluation.files import to_bytes
from secondhop.evaluation.tables import SHOWN, caption, rows_of

TITLE = "Evidence kept per token"
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 460, 280, 44, 36, 12
# Paul Tol's "bright" scheme and two more: told apart with colour-blind eyes and in print.
COLORS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#555555", "#EE7733", "#004488", "#99DDFF")
_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem;color:#222;background:#fff}
figure{display:inline-block;margin:0 1rem 1.5rem 0}figcaption{font-weight:600}
table{border-collapse:collapse;font-size:12px;display:block;overflow-x:auto}
td,th{padding:.15rem .5rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}
td:nth-child(-n+4),th:nth-child(-n+4){text-align:left}
.key span{display:inline-block;margin-right:1.2rem}.key i{
display:inline-block;width:1.4rem;height:3px;margin-right:.4rem;vertical-align:middle}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}td,th{border-color:#444}svg text{fill:#ccc}}
"""


def _make_page(results: Mapping[str, Any]) -> str:
    """The page as text. It loads nothing from anywhere."""
    summary = results["summary"]
    systems = list(dict.fromkeys(entry["system"] for entry in summary))
    color = {system: COLORS[place % len(COLORS)] for place, system in enumerate(systems)}
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for entry in summary:
        groups.setdefault((entry["dataset"], entry["mode"]), []).append(entry)
    figures = "".join(_figure(f"{name}, {mode}", entries, color) for (name, mode), entries in groups.items())
    key = "".join(f'<span><i style="background:{color[system]}"></i>{escape(system)}</span>' for system in systems)
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{TITLE}</title><style>{_STYLE}</style>'
        f'<h1>{TITLE}</h1><p class="key">{key}</p>{figures}<p>{escape(caption(results))}. {escape(versions)}.</p>'
        f"{_table(results)}</html>\n"
    )


def write_html(results: Mapping[str, Any], path: str | Path) -> None:
    """Write the page to a file."""
    Path(path).write_bytes(to_bytes(_make_page(results)))


def _table(results: Mapping[str, Any]) -> str:
    head, body = rows_of(results)
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>" for row in body)
    return f"<table><tr>{top}</tr>{lines}</table>"


def _figure(title: str, entries: Sequence[Mapping[str, Any]], color: Mapping[str, str]) -> str:
    metric = next((name for name in SHOWN if any(_mean(entry, name) is not None for entry in entries)), None)
    if metric is None:
        return ""
    budgets = sorted({entry["budget"] for entry in entries})
    shapes = [_axes(budgets)]
    for system in dict.fromkeys(entry["system"] for entry in entries):
        mine = sorted((entry for entry in entries if entry["system"] == system), key=lambda entry: entry["budget"])
        points = [
            (_x(entry["budget"], budgets), _y(mean), entry)
            for entry in mine
            if (mean := _mean(entry, metric)) is not None
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        shapes.append(f'<polyline points="{line}" fill="none" stroke="{color[system]}" stroke-width="2"/>')
        shapes += [_point(x, y, entry, metric, color[system]) for x, y, entry in points]
    drawing = "".join(shapes)
    svg = f'<svg width="{WIDTH}" height="{HEIGHT}" role="img">{drawing}</svg>'
    return f"<figure><figcaption>{escape(title)}: {metric}</figcaption>{svg}</figure>"


def _point(x: float, y: float, entry: Mapping[str, Any], metric: str, color: str) -> str:
    value = entry["metrics"][metric]
    label = f"{entry['system']} at {entry['budget']}: {100 * value['mean']:.1f} [{100 * value['low']:.1f}, {100 * value['high']:.1f}]"
    whisker = (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(value["low"]):.1f}" y2="{_y(value["high"]):.1f}" stroke="{color}"/>'
    )
    return f'{whisker}<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"><title>{escape(label)}</title></circle>'


def _axes(budgets: Sequence[int]) -> str:
    shapes = []
    for percent in range(0, 101, 20):
        y = _y(percent / 100)
        shapes.append(
            f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#888" stroke-opacity=".3"/>'
        )
        shapes.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" font-size="11" text-anchor="end">{percent}</text>')
    for budget in budgets:
        x = _x(budget, budgets)
        shapes.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" font-size="11" text-anchor="middle">{budget}</text>'
        )
    return "".join(shapes)


def _x(budget: int, budgets: Sequence[int]) -> float:
    low, high = log2(budgets[0]), log2(budgets[-1])
    share = (log2(budget) - low) / (high - low) if high > low else 0.5
    return LEFT + 20 + share * (WIDTH - LEFT - 50)


def _y(value: float) -> float:
    return HEIGHT - BOTTOM - value * (HEIGHT - BOTTOM - TOP)


def _mean(entry: Mapping[str, Any], metric: str) -> float | None:
    mean: float | None = entry["metrics"].get(metric, {}).get("mean")
    return mean
