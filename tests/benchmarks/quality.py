"""Every figure of the comparison in one command: contexts, ranked retrieval, passages, confidence, ours beside its peers.

    make bench-quality DATA=path
    python tests/benchmarks/quality.py DATA [--split B] [--tokens] [--only SET ...] [--kind KIND ...] [--ours] [--write]

DATA holds `dev/` and `corpora/`. Without `--write` the tables are printed and nothing is stored; with it they go to
docs/benchmarks/, docs/findings/comparison.md and the table of the README. `--tokens` counts budgets in o200k_base
instead of words, by the vocabulary that LlamaIndex ships, and writes docs/findings/comparison_tokens.md.
"""

import argparse
import json
import multiprocessing
import os
import time
from dataclasses import replace
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import numpy as np
import quality_pages
from quality_passages import ContextOrder, over_all_passages
from quality_plan import CONTEXT_ORDER, EQUAL, JOBS, MINE, OURS, OVER, TOKEN_BUDGETS, Kind

from secondhop.evaluation.metrics import auroc, bootstrap
from secondhop.evaluation.named import make_system
from secondhop.evaluation.runner import rank, run
from secondhop.evaluation.summary import abstention, versions
from secondhop.evaluation.unanswerable import load_asked
from secondhop.text.tokens import resolve_counter

ROOT = Path(__file__).resolve().parents[2]
SCORES = ("wr80", "full", "page_hit")
SHOWN = (*SCORES, "ev", "hop2", "ans", "tokens", "run_words", "open_runs", "ms")
RANKED = ("ndcg10", "recall5", "recall10", "mrr")


def dataset_of(job, arguments):
    """The questions of a job."""
    options = {
        "mode": job.mode, "root": arguments.data, "split": "all" if job.whole else arguments.split,
        "limit": arguments.limit,
    }  # fmt: skip
    dataset = load_asked(job.dataset, job.unanswerable or None, **options)
    if job.kind == "passages":
        return over_all_passages(dataset, arguments.data)
    if job.kind == "tripled":
        items = tuple(replace(item, documents=item.documents * 3, group=f"{item.group}-3") for item in dataset.items)
        return replace(dataset, items=items)
    return dataset


def measure(task):
    """What a job found: one entry for each system and budget, and our confidences beside the outcome."""
    job, arguments = task
    start = time.perf_counter()
    names = [name for name in job.systems if name in (*MINE, CONTEXT_ORDER) or not arguments.ours]
    systems = [ContextOrder(name) if name == CONTEXT_ORDER else make_system(name) for name in names]
    dataset = dataset_of(job, arguments)
    if job.kind in ("rank", "passages"):
        rows, metrics = rank(systems, dataset), RANKED
    else:
        counter, _ = resolve_counter(arguments.tokenizer)
        rows, metrics = run(systems, [dataset], job.budgets, counter), SHOWN
    cells = {}
    for row in rows:
        cells.setdefault((row["budget"], row["system"]), []).append(row)
    entries = [entry(job, budget, system, found, metrics, cells) for (budget, system), found in cells.items()]
    ours = [row for row in rows if row["system"] == OURS and job.kind == "context"]
    sure = [(row["confidence"], row["full"]) for row in ours if row.get("confidence") is not None and "full" in row]
    return job, entries, [pair for pair in sure if not np.isnan(pair[1])], time.perf_counter() - start


def entry(job, budget, system, rows, metrics, cells):
    """Means with intervals of one cell; ours also with its paired differences, and over a peer those to that peer."""
    found = {
        "kind": job.kind, "set": job.dataset, "mode": job.mode, "unanswerable": job.unanswerable, "budget": budget,
        "system": system, "n": len(rows), "errors": sum("error" in row for row in rows),
        **{name: interval(column(rows, name)) for name in metrics},
    }  # fmt: skip
    if job.kind in ("context", "abstain"):
        found |= {name: round(value, 4) for name, value in abstention(rows).items()}
    others = [other for place, other in cells if place == budget and other != system]
    if system in OVER:
        others = [OVER[system]]
    elif system != (CONTEXT_ORDER if job.kind == "passages" else OURS):
        others = []
    if others and job.kind in ("context", "rank", "passages"):
        found["versus"] = {
            other: {
                name: interval(column(rows, name), column(cells[budget, other], name))
                for name in ((*SCORES, "ev") if job.kind == "context" else ("ndcg10", "recall5"))
            }
            for other in others
        }
    return {key: value for key, value in found.items() if value is not None}


def column(rows, name):
    return [float(row.get(name, np.nan)) for row in rows]


def interval(values, other=None):
    """Mean and 95 % interval; None if nothing was measured."""
    found = bootstrap(values, other)
    return [round(value, 4) for value in (found.mean, found.low, found.high)] if found.n else None


def best_peer(found, metric):
    """The entry of the best peer at equal chunk size in the same cell as `found`; None if no peer was run."""
    gaps = {name: found["versus"][name].get(metric) for name in EQUAL if name in found.get("versus", {})}
    gaps = {name: gap for name, gap in gaps.items() if gap is not None}
    return min(gaps, key=lambda name: gaps[name][0]) if gaps else None


def everything(arguments):
    """All entries, and what is known about the run."""
    jobs = [job for job in JOBS if not arguments.only or job.dataset in arguments.only]
    jobs = [job for job in jobs if not arguments.kind or job.kind in arguments.kind]
    if arguments.tokens:
        jobs = [replace(job, budgets=TOKEN_BUDGETS) for job in jobs if job.kind == "context"]
    start = time.perf_counter()
    entries, sure, seconds = {}, [], {}
    # Forked, so that an edit to the package during the run cannot mix two versions of it.
    with multiprocessing.get_context("fork").Pool(arguments.jobs) as pool:
        for job, found, pairs, took in pool.imap_unordered(measure, [(job, arguments) for job in jobs]):
            entries[job] = found
            sure += pairs
            seconds[" ".join(filter(None, (job.kind, job.dataset, job.mode, job.unanswerable)))] = round(took, 1)
            print(f"{took:6.0f} s  {job.kind} {job.dataset} {job.mode} {job.unanswerable}", flush=True)
    ordered = [found for job in jobs for found in entries[job]]
    for found in ordered:
        if found["system"] == OURS and "versus" in found:
            found["best_peer"] = {name: peer for name in SCORES if (peer := best_peer(found, name)) is not None}
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "command": f"make bench-quality DATA=path{' TOKENS=1' if arguments.tokens else ''}",
        "versions": versions(), "tokenizer": resolve_counter(arguments.tokenizer)[1], "split": arguments.split,
        "limit": arguments.limit, "minutes": round((time.perf_counter() - start) / 60, 1), "seconds": seconds,
        "auroc_evidence_kept": round(auroc(*zip(*sure, strict=True)), 4) if sure else None, "n_evidence_kept": len(sure),
        "entries": ordered,
    }  # fmt: skip


def bring_vocabulary():
    """LlamaIndex ships the vocabulary of o200k_base: budgets in model tokens need no download."""
    llama_index = find_spec("llama_index.core")
    if llama_index is not None:
        folder = Path(llama_index.origin).parent / "_static" / "tiktoken_cache"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder))


def store(found, *, tokens):
    """Writes the results and the pages made from them."""
    name = "quality_tokens" if tokens else "quality"
    head = {key: value for key, value in found.items() if key != "entries"}
    lines = ",\n".join(json.dumps(entry, allow_nan=False) for entry in found["entries"])
    body = json.dumps(head, indent=1, allow_nan=False).removesuffix("\n}")
    (ROOT / f"docs/benchmarks/{name}.json").write_text(f'{body},\n "entries": [\n{lines}\n]\n}}\n', "utf-8")
    if tokens:
        (ROOT / "docs/findings/comparison_tokens.md").write_text(quality_pages.token_page(found), "utf-8")
        return
    (ROOT / "docs/findings/comparison.md").write_text(quality_pages.page(found), "utf-8")
    readme = ROOT / "README.md"
    readme.write_text(quality_pages.with_table(readme.read_text("utf-8"), found), "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--split", choices=("A", "B", "all"), default="B")
    parser.add_argument("--tokens", action="store_true", help=f"budgets {TOKEN_BUDGETS} in model tokens")
    parser.add_argument("--limit", type=int, help="at most this many questions per set")
    parser.add_argument("--only", nargs="+", metavar="SET", default=())
    parser.add_argument("--kind", nargs="+", choices=get_args(Kind), default=())
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--from", dest="stored", type=Path, help="make the pages from stored results; measure nothing")
    arguments = parser.parse_args()
    arguments.tokenizer = "o200k_base" if arguments.tokens else "words"
    if arguments.tokens:
        bring_vocabulary()
    if arguments.write and (arguments.only or arguments.kind or arguments.ours):
        parser.error("--write stores the whole comparison; leave --only, --kind and --ours out")
    found = json.loads(arguments.stored.read_text("utf-8")) if arguments.stored else everything(arguments)
    if arguments.write:
        store(found, tokens=arguments.tokens)
    print(quality_pages.token_page(found) if arguments.tokens else quality_pages.page(found))


if __name__ == "__main__":
    main()
