"""6. Decisions to a Decision Report, and passages to a Context with citations."""

from __future__ import annotations

from secondhop.reporting.context import Context
from secondhop.reporting.report import SCHEMA_VERSION, DecisionReport, ReportWarning, report_to_dict
from secondhop.reporting.summary import make_report

__all__ = [
    "SCHEMA_VERSION",
    "Context",
    "DecisionReport",
    "ReportWarning",
    "make_report",
    "report_to_dict",
]
