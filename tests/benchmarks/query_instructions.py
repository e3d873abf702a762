"""Processor instructions of a question, which other work on the machine does not change.

    python tests/benchmarks/query_instructions.py CORPUS SIZE SYSTEM      # system: secondhop or redhop

CORPUS is what speed_corpora.py made, SIZE one of its texts. Needs valgrind. Prints millions of instructions a question:
over questions whose passages are met for the first time, and over the same questions asked again.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from speed_cases import ask_fully, document_class

FIRST, LAST = 5, 105


def main(corpus, size, system):
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder, "counts")
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={counts}"]
        command = [*valgrind, sys.executable, "-W", "ignore", __file__, corpus, size, system, "inside"]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        subprocess.run(command, env=environment, check=True, capture_output=True)
        asked = [sum(map(int, re.findall(r"^totals: (\d+)", path.read_text("latin-1"), re.MULTILINE)))
                 for path in (counts.with_suffix(".1"), counts)]  # fmt: skip
    for label, instructions in zip(("first", "again"), asked, strict=True):
        print(f"{system} {size} {label}: {instructions / (LAST - FIRST) / 1e6:.1f} million instructions a question")


def control(*arguments):
    subprocess.run(["callgrind_control", *arguments, str(os.getpid())], check=True, stdout=subprocess.DEVNULL)


def inside(corpus, size, system):
    """What runs under valgrind."""
    queries = json.loads(Path(corpus, "queries.json").read_text())
    document = document_class(system).from_text(Path(corpus, f"text_{size}.txt").read_text())
    for query in queries[:FIRST]:
        ask_fully(document, query)
    for end in (["-d"], []):
        control("-i", "on")
        for query in queries[FIRST:LAST]:
            ask_fully(document, query)
        control("-i", "off")
        if end:
            control(*end)


if __name__ == "__main__":
    (inside if sys.argv[4:] else main)(*sys.argv[1:4])
