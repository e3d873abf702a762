"""The Decision Report as data: a line for the log, the reason for each passage, strategies side by side."""

import json
from pathlib import Path

import secondhop

DATA = Path(__file__).resolve().parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"

document = secondhop.Document.from_folder(DATA)
report = document.context(QUESTION, budget=400).report

# One line for a log. The question is in it as a hash.
print(json.dumps(report.to_log()))

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
