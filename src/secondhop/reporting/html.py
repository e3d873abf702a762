"""The report as an HTML fragment, for notebooks and trace viewers. No script, no external asset."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from secondhop.reporting.report import DecisionReport
from secondhop.reporting.text import why
from secondhop.text.lines import as_line
from secondhop.types import Decision

_STYLE = (
    ".secondhop{font:13px/1.45 system-ui,sans-serif;color:#1b1f24;background:#fff;padding:12px;max-width:960px}"
    ".secondhop h3{margin:0 0 6px}.secondhop table{border-collapse:collapse;width:100%;margin-top:8px}"
    ".secondhop td,.secondhop th{border-bottom:1px solid #e3e6ea;padding:3px 8px;text-align:left;vertical-align:top}"
    ".secondhop .kept{border-left:4px solid #1a7f37}.secondhop .dropped{border-left:4px solid #b6bcc4;color:#667}"
    ".secondhop .bar{background:#eceff2;height:8px}.secondhop .bar div{background:#1a7f37;height:8px}"
    ".secondhop .warning{background:#fff8dc;padding:4px 8px;margin-top:6px}"
)


def render_html(report: DecisionReport) -> str:
    """Summary, budget bar, warnings and one row for each decision."""
    warnings = "".join(
        f'<div class="warning">{_shown(w.message)}; {_shown(w.suggestion)}</div>' for w in report.warnings
    )
    labels = {decision.chunk_id: decision.label for decision in report.decisions}
    rows = "".join(_row(decision, labels) for decision in report.decisions)
    return (
        f"<style>{_STYLE}</style><div class='secondhop'><h3>Decision Report</h3>"
        f"<div><b>{_shown(report.query)}</b></div>"
        f"<div>{_shown(report.requested_strategy)} ({_shown(report.auto_decision)}): {report.n_selected} passages, "
        f"{report.total_tokens:,} of {report.token_budget:,} tokens, confidence {report.confidence:.2f}</div>"
        f"<div class='bar'><div style='width:{report.token_utilization:.1%}'></div></div>{warnings}"
        "<table><tr><th>fate</th><th>passage</th><th>rank</th><th>tokens</th><th>score</th><th>why</th></tr>"
        f"{rows}</table></div>"
    )


def _row(decision: Decision, labels: Mapping[str, str]) -> str:
    rank = "–" if decision.rank is None else str(decision.rank)
    return (
        f"<tr class='{decision.fate}'><td>{decision.fate}</td><td title='{_shown(decision.chunk_id)}'>{_shown(decision.label)}</td>"
        f"<td>{rank}</td><td>{decision.tokens}</td><td>{decision.score:.2f}</td><td>{_shown(why(decision, labels))}</td></tr>"
    )


def _shown(text: str) -> str:
    return escape(as_line(text))
