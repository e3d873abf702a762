"""Speed beside other systems: one run, every system in fresh processes, in turn; ratios of medians.

    make bench-speed CORPUS=folder            # a folder that speed_corpora.py made
    python tests/benchmarks/speed.py CORPUS [--sizes 1000,10000] [--cases text,search] [--rounds 3] [--write]

Figures in seconds and milliseconds of CPU time unless they say wall; a ratio is ours over the peer's, with the lowest
and highest of the rounds beside it. With `--write` they go to docs/benchmarks/speed.json and speed.md.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs" / "benchmarks"
LONGEST_S = 3_000
SMALLEST_OF_SLOW = 100_000
"""From this size on the systems that score every chunk in Python are left out."""
SLOW = ("rank-bm25", "langchain")
WHOLE = ("secondhop", "redhop")
ENGINES = ("secondhop", "bm25s", "tantivy", "llama-index", "rank-bm25", "langchain")
PACKAGES = {"secondhop": "secondhop", "redhop": "redhop", "bm25s": "bm25s", "tantivy": "tantivy", "rank-bm25": "rank-bm25",
            "langchain": "langchain-community", "llama-index": "llama-index-retrievers-bm25"}  # fmt: skip


def plan(options):
    """(case, size, systems) of everything to be measured."""
    sizes = options.sizes.split(",")
    for case in options.cases.split(","):
        if case in ("text", "search"):
            for size in sizes:
                systems = WHOLE if case == "text" else ENGINES
                yield case, size, [one for one in systems if one not in SLOW or int(size) < SMALLEST_OF_SLOW]
        elif case == "small":
            yield case, "20000", WHOLE
        else:
            for folder in ("docs", "code") if case == "folder" else ("docs",):
                if (options.corpus / folder).is_dir():
                    yield case, folder, WHOLE


def measured(case, system, corpus, size):
    command = [sys.executable, "-W", "ignore", HERE / "speed_cases.py", case, system, corpus, size]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if done.returncode:
        print(f"  {system}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {}
    return json.loads(done.stdout.splitlines()[-1])


def run(options):
    results = []
    for case, size, systems in plan(options):
        rounds = {system: [] for system in systems}
        for _ in range(options.rounds):
            for system in systems:
                rounds[system].append(measured(case, system, options.corpus, size))
        found = {system: medians(rounds[system]) for system in systems}
        entry = {"case": case, "size": size, "systems": found, "rounds": rounds}
        results.append(entry)
        print(table(entry), flush=True)
    return results


def medians(rounds):
    names = {name for one in rounds for name in one}
    return {name: statistics.median(one[name] for one in rounds if name in one) for name in sorted(names)}


def ratios(entry, system, name):
    """Ours over the system's, of the medians, and the lowest and highest of the rounds; None if one is missing."""
    pairs = [
        (ours[name], theirs[name])
        for ours, theirs in zip(entry["rounds"]["secondhop"], entry["rounds"][system], strict=True)
        if theirs.get(name)
    ]
    if not pairs:
        return None
    each = sorted(ours / theirs for ours, theirs in pairs)
    middle = statistics.median(ours for ours, _ in pairs) / statistics.median(theirs for _, theirs in pairs)
    return middle, each[0], each[-1]


def table(entry):
    """A Markdown table: a line for each system, its figures, and for the peers ours over theirs."""
    names = sorted({name for found in entry["systems"].values() for name in found} - {"chunks"})
    lines = [f"\n### {entry['case']}, {entry['size']}\n", f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for system, found in entry["systems"].items():
        cells = []
        for name in names:
            ratio = ratios(entry, system, name) if system != "secondhop" else None
            beside = "" if ratio is None else f" ({ratio[0]:.2f}×; {ratio[1]:.2f}–{ratio[2]:.2f})"
            cells.append(f"{found[name]:.3g}{beside}" if name in found else "–")
        lines.append(f"| {system} | {' | '.join(cells)} |")
    return "\n".join(lines)


def exponents(results):
    """How fast a figure grows with the size: the slope of its logarithm over that of the size, for each system."""
    lines = []
    for case, name in (
        ("text", "first_cpu"),
        ("text", "context_p50"),
        ("search", "build_cpu"),
        ("search", "search_p50"),
    ):
        points = [(int(e["size"]), e["systems"]) for e in results if e["case"] == case]
        for system in sorted({system for _, systems in points for system in systems}):
            xy = [
                (math.log(size), math.log(found[system][name]))
                for size, found in points
                if name in found.get(system, {})
            ]
            if len(xy) > 1:
                slope = statistics.linear_regression(*zip(*xy, strict=True)).slope
                lines.append(f"| {case} {name} | {system} | {slope:.2f} |")
    return "\n### Growth\n\n| figure | system | exponent |\n|---|---|---:|\n" + "\n".join(lines) if lines else ""


def write(results, options):
    versions = {system: version(package) for system, package in PACKAGES.items() if _has(package)}
    stamp = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    about = {"date": stamp, "python": platform.python_version(), "cores": os.cpu_count(), "versions": versions}
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "speed.json").write_text(json.dumps({"about": about, "results": results}, indent=1) + "\n")
    head = (
        f"# Speed\n\nMade by `make bench-speed CORPUS=folder` on {stamp}: {options.rounds} rounds, Python "
        f"{about['python']}, {about['cores']} cores, "
        + ", ".join(f"{system} {number}" for system, number in versions.items())
        + ".\n\nCPU seconds (`first_cpu`, `build_cpu`, …) and CPU milliseconds a query (`…_p50`, `…_p95`); in brackets "
        "secondhop's figure over the peer's: of the medians; lowest to highest of the rounds.\n"
    )
    (DOCS / "speed.md").write_text(head + "\n".join(map(table, results)) + "\n" + exponents(results) + "\n")


def _has(package):
    try:
        return bool(version(package))
    except ImportError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--cases", default="small,text,search,folder,reload")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="store the tables in docs/benchmarks/")
    options = parser.parse_args()
    results = run(options)
    print(exponents(results))
    if options.write:
        write(results, options)


if __name__ == "__main__":
    main()
