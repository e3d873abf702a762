"""The Decision Report as data: what to log, what to alert on, how to compare strategies."""

import json
from pathlib import Path

import secondhop

DATA = Path(__file__).resolve().parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"

document = secondhop.Document.from_folder(DATA)
report = document.context(QUESTION, budget=400).report

# Every candidate has exactly one decision, and the totals add up.
assert report.n_selected + report.removed_total == report.n_input_chunks + report.n_expanded == len(report.decisions)
assert report.total_tokens == report.overhead_tokens + sum(d.tokens for d in report.decisions if d.fate == "kept")
assert report.total_tokens <= report.token_budget

# One line for a log.
fields = (
    "auto_decision n_input_chunks n_selected total_tokens retained_evidence_ratio second_hop_rescue_count confidence"
)
print(json.dumps({name: getattr(report, name) for name in fields.split()}))

# Why each kept passage is there.
for decision in report.decisions:
    if decision.fate == "kept":
        print(f"{decision.role:<10} {decision.tokens:>4} tokens  {decision.label}  {dict(decision.detail)}")

# The same question under each strategy. `analyze` gives the report without the text.
for strategy in ("auto", "distractor_filtered", "max_density", "redundancy_pruned", "raw_topk"):
    report = document.analyze(QUESTION, budget=400, strategy=strategy)
    sources = sorted({decision.label.split(" ")[0] for decision in report.decisions if decision.fate == "kept"})
    print(f"{strategy:<20} {report.n_selected} passages, {report.total_tokens} tokens, from {', '.join(sources)}")

# A question that the documents cannot answer says so.
for warning in document.analyze("What does a helicopter licence cost?").warnings:
    print(f"{warning.code}: {warning.message}")
