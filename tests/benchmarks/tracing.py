"""What the Decision Report in traces costs a question: with nobody listening, and with each SDK.

    .backends/venv/bin/python tests/benchmarks/tracing.py

Each SDK runs in a process of its own and sends to a sink on loopback. The same questions are asked in turn with the
report and without it, so that the machine's load falls out; printed are medians of the differences.
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
QUESTIONS = 30
SDKS = ("langsmith", "openinference", "langfuse")


def main() -> None:
    """Runs itself once for each SDK and prints a table."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(*sys.argv[1:])))
        return
    from asking import environment
    from sink import listening

    print("| handler | without the report, ms | with it, ms | added, ms | ratio |")
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
    silent, telling = _retriever("off"), _retriever("auto" if sdk == "nobody" else "full")
    if sdk == "nobody":  # what is compared is the code as it is, and the code without any of ours for traces
        ours = retrievers.emit
        switch = {id(silent): lambda *_: None, id(telling): ours}
    else:
        switch = {id(silent): retrievers.emit, id(telling): retrievers.emit}
    draw = random.Random(3)
    times: dict[int, list[float]] = {id(silent): [], id(telling): []}
    for number in range(QUESTIONS + 10):
        question = " ".join(draw.choices(_WORDS, k=6))
        pair = [silent, telling] if number % 2 else [telling, silent]
        silent.invoke(question, config)  # both of the pair find warm caches
        for retriever in pair:
            retrievers.emit = switch[id(retriever)]
            began = perf_counter()
            retriever.invoke(question, config)
            if number >= 10:
                times[id(retriever)].append(1e3 * (perf_counter() - began))
    pairs = list(zip(times[id(silent)], times[id(telling)], strict=True))
    return {
        "without_ms": median(times[id(silent)]),
        "with_ms": median(times[id(telling)]),
        "added_ms": median(after - before for before, after in pairs),
        "ratio": median(after / before for before, after in pairs),
    }


_WORDS = [f"{first}{second}" for first in ("har", "led", "win", "cop", "lan") for second in ("bour", "ger", "ter", "per", "tern")]


def _retriever(trace: str) -> Any:
    from langchain_secondhop import SecondhopRetriever

    draw = random.Random(7)
    texts = [" ".join(draw.choices(_WORDS, k=30)) + f" number{number}." for number in range(CHUNKS)]
    made = SecondhopRetriever.from_texts(
        texts, token_budget=1500, tokenizer="words", candidate_k=CANDIDATES, candidate_pool=CANDIDATES, trace=trace
    )
    report = made.analyze(_WORDS[0])
    assert report is not None
    assert report.n_input_chunks >= CANDIDATES, report.n_input_chunks
    return made


if __name__ == "__main__":
    main()
