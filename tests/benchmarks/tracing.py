"""What the Decision Report in traces costs a question: with nobody listening, and with each SDK.

    .backends/venv/bin/python tests/benchmarks/tracing.py

Each SDK runs in a process of its own and sends to a sink on loopback. The same questions are asked in turn with the whole
report, with 50 of its decisions, with the summary, with an empty run in the report's place and with nothing, so that the
machine's load falls out of the differences. Times are processor time of the thread that asks, inside the one call that
tells handlers: all that a question waits for. The ratio is of the whole questions' times. All are medians.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
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

    print(f"{CANDIDATES} candidates, {QUESTIONS} questions, milliseconds")
    print("| handler | question | empty run | summary | 50 decisions | whole report | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for sdk in ("nobody", *SDKS):
        with listening() as sink:
            command = [sys.executable, __file__, sdk, sink.address]
            done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        times = " | ".join(f"{figures[way]:.3f}" for way in ("empty", "summary", "some", "whole"))
        print(f"| {sdk} | {figures['question']:.2f} | {times} | {figures['ratio']:.3f} |", flush=True)


def measure(sdk: str, address: str) -> dict[str, float]:
    """Medians over questions that are asked in all ways, the order changing."""
    from langchain_secondhop import DecisionReportCallbackHandler, retrievers
    from sdks import SDKS as SET_UP

    backend = [] if sdk == "nobody" else SET_UP[sdk](address)[0].get("callbacks", [])
    told = [] if sdk == "nobody" else [DecisionReportCallbackHandler()]
    some = [] if sdk == "nobody" else [DecisionReportCallbackHandler(max_candidates=50)]
    ways: dict[str, tuple[Callable[..., None], list[Any]]] = {
        "nothing": (_nothing, []),
        "empty": (_empty_run, []),
        "summary": (retrievers.emit, []),
        "some": (retrievers.emit, some),
        "whole": (retrievers.emit, told),
    }
    retriever, draw = _retriever(), random.Random(3)
    inside: dict[str, list[float]] = {way: [] for way in ways}
    around: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(QUESTIONS + WARM):
        question = " ".join(draw.choices(_WORDS, k=6))
        retriever.invoke(question, {"callbacks": backend})  # every way finds warm caches
        for way in draw.sample(list(ways), len(ways)):
            emit, more = ways[way]
            retrievers.emit = _timed(emit, inside[way])
            began = perf_counter()
            retriever.invoke(question, {"callbacks": [*backend, *more]})
            around[way].append(1e3 * (perf_counter() - began))
    ratios = [whole / nothing for whole, nothing in zip(around["whole"], around["nothing"], strict=True)]
    return {
        **{way: median(times[WARM:]) for way, times in inside.items()},
        "question": median(around["nothing"][WARM:]),
        "ratio": median(ratios[WARM:]),
    }


def _timed(emit: Callable[..., None], times: list[float]) -> Callable[..., None]:
    def timed(*arguments: Any) -> None:
        began = thread_time()
        emit(*arguments)
        times.append(1e3 * (thread_time() - began))

    return timed


def _nothing(*_: Any) -> None:
    """In the place of all that is done for traces."""


def _empty_run(report: Any, documents: Any, run: Any, trace: Any) -> None:
    """What any run below the retriever's costs, whoever makes it."""
    run.get_child().on_chain_start(None, {}, name="decision_report").on_chain_end({})


_WORDS = [
    f"{first}{second}"
    for first in ("har", "led", "win", "cop", "lan")
    for second in ("bour", "ger", "ter", "per", "tern")
]


def _retriever() -> Any:
    from langchain_secondhop import SecondhopRetriever

    draw = random.Random(7)
    texts = [" ".join(draw.choices(_WORDS, k=WORDS_PER_CHUNK)) + f" number{number}." for number in range(CHUNKS)]
    made = SecondhopRetriever.from_texts(
        texts, token_budget=200, tokenizer="words", candidate_k=CANDIDATES, candidate_pool=CANDIDATES
    )
    report = made.analyze(_WORDS[0])
    assert report is not None
    assert report.n_input_chunks >= CANDIDATES, report.n_input_chunks
    return made


if __name__ == "__main__":
    main()
