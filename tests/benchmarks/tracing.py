"""What the Decision Report in traces costs a question: with nobody listening, and with each SDK.

    .backends/venv/bin/python tests/benchmarks/tracing.py

Each SDK runs in a process of its own and sends to a sink on loopback. The same questions are asked in turn with the
report and without it, so that the machine's load falls out of the ratio; `added` is the time inside the one call that
tells handlers of the report. All are medians.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

HERE = Path(__file__).resolve().parent
TRACES = HERE.parent / "traces"
sys.path[:0] = [str(TRACES), str(TRACES / "programs")]

CANDIDATES = 200
CHUNKS = 3000
QUESTIONS = 300
WARM = 10
WORDS_PER_CHUNK = 8
SDKS = ("langsmith", "openinference", "langfuse")


def main() -> None:
    """Runs itself once for each SDK and prints a table."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(*sys.argv[1:])))
        return
    from asking import environment
    from sink import listening

    print(f"{CANDIDATES} candidates, {QUESTIONS} questions")
    print("| handler | without, ms | with, ms | added, ms | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for sdk in ("nobody", *SDKS):
        with listening() as sink:
            command = [sys.executable, __file__, sdk, sink.address]
            done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        print(
            f"| {sdk} | {figures['without_ms']:.2f} | {figures['with_ms']:.2f} | {figures['added_ms']:.3f} "
            f"| {figures['ratio']:.3f} |",
            flush=True,
        )


def measure(sdk: str, address: str) -> dict[str, float]:
    """Medians over questions that are asked with and without the report, the order changing."""
    from langchain_secondhop import retrievers
    from sdks import SDKS as SET_UP

    config: dict[str, Any] = {} if sdk == "nobody" else SET_UP[sdk](address)[0]
    emit, inside = retrievers.emit, 0.0

    def timed(*arguments: Any) -> None:
        nonlocal inside
        began = perf_counter()
        emit(*arguments)
        inside = 1e3 * (perf_counter() - began)

    retriever = _retriever("auto" if sdk == "nobody" else "full")
    draw = random.Random(3)
    added, times = [], {False: [], True: []}
    for number in range(QUESTIONS + WARM):
        question = " ".join(draw.choices(_WORDS, k=6))
        retriever.invoke(question, config)  # both of the pair find warm caches
        for telling in (True, False) if number % 2 else (False, True):
            retrievers.emit = timed if telling else _nothing
            began = perf_counter()
            retriever.invoke(question, config)
            times[telling].append(1e3 * (perf_counter() - began))
        added.append(inside)
    pairs = list(zip(times[False], times[True], strict=True))[WARM:]
    return {
        "without_ms": median(without for without, _ in pairs),
        "with_ms": median(telling for _, telling in pairs),
        "added_ms": median(added[WARM:]),
        "ratio": median(telling / without for without, telling in pairs),
    }


def _nothing(*_: Any) -> None:
    """In the place of all that is done for traces."""


_WORDS = [
    f"{first}{second}"
    for first in ("har", "led", "win", "cop", "lan")
    for second in ("bour", "ger", "ter", "per", "tern")
]


def _retriever(trace: str) -> Any:
    from langchain_secondhop import SecondhopRetriever

    draw = random.Random(7)
    texts = [" ".join(draw.choices(_WORDS, k=WORDS_PER_CHUNK)) + f" number{number}." for number in range(CHUNKS)]
    made = SecondhopRetriever.from_texts(
        texts, token_budget=200, tokenizer="words", candidate_k=CANDIDATES, candidate_pool=CANDIDATES, trace=trace
    )
    report = made.analyze(_WORDS[0])
    assert report is not None
    assert report.n_input_chunks >= CANDIDATES, report.n_input_chunks
    return made


if __name__ == "__main__":
    main()
