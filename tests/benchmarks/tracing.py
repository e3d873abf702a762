"""What the Decision Report in traces costs a question: with nobody listening, and with each SDK.

    .backends/venv/bin/python tests/benchmarks/tracing.py

Each SDK runs in a process of its own and sends to a sink on loopback. The same questions are asked in turn with the whole
report, with 50 of its decisions, with the summary, with an empty run that callbacks tell of, with a report made ready
before, and with nothing, so that the machine's load falls out of the differences. Times are processor time of the thread
that asks, inside the one call that tells handlers: all that a question waits for; medians, and for the whole report also
what a tenth of the questions stay below. `behind` is the processor time of all other threads for one whole report, from
the question to the end of a flush. The ratio is of the whole questions' times. A second table says which calls of the
SDKs take the time of the ready report, a third what a postprocessor of LlamaIndex costs with OpenInference, whose spans
have room for as many attributes as its own tracer provider gives them.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial, reduce, wraps
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time, thread_time
from typing import Any

HERE = Path(__file__).resolve().parent
TRACES = HERE.parent / "traces"
sys.path[:0] = [str(TRACES), str(TRACES / "programs")]

CANDIDATES = 200
CHUNKS = 3000
QUESTIONS = 150
WARM = 10
WORDS_PER_CHUNK = 8
SDKS = ("langsmith", "openinference", "langfuse")
COLUMNS = ("empty", "ready", "summary", "some", "whole", "tenth")
CALLS = {
    "langsmith": (
        "langsmith.client:Client._filter_for_sampling",
        "langsmith.client:Client._run_transform",
        "langsmith.client:Client._insert_runtime_env",
        "langsmith.client:serialize_run_dict",
        "langsmith.client:serialized_run_operation_to_multipart_parts_and_context",
        "langsmith.client:Client._compress_admitted",
    ),
    "openinference": (
        "openinference.instrumentation._tracers:OITracer.start_span",
        "langchain_secondhop.finished:set_attributes",
        "openinference.instrumentation._spans:OpenInferenceSpan.end",
    ),
    "langfuse": (
        "langfuse.langchain.CallbackHandler:LangchainCallbackHandler.on_chain_start",
        "langfuse.langchain.CallbackHandler:LangchainCallbackHandler.on_chain_end",
    ),
}
"""Calls, none of which makes another, that a run consists of."""
LLAMA_INDEX = (
    "llama_index.postprocessor.secondhop.tracing:trace_start",
    "llama_index.postprocessor.secondhop.tracing:trace_report",
    "secondhop.reporting.report:DecisionReport.to_dict",
)
"""What tells of the nodes before, what tells of those after and of the report, and a part of that."""


def main() -> None:
    """Runs itself for each SDK and prints two tables."""
    if "--llama-index" in sys.argv:
        print(json.dumps(measure_llama_index(sys.argv[1], sys.argv[2])))
        return
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], sys.argv[2], calls="--calls" in sys.argv)))
        return
    print(f"{CANDIDATES} candidates, {QUESTIONS} questions, milliseconds")
    titles = (
        "question",
        "empty run",
        "ready report",
        "summary",
        "50 decisions",
        "whole report",
        "tenth",
        "behind",
        "ratio",
    )
    print(f"| handler | {' | '.join(titles)} |")
    print(f"| --- | {' | '.join(['---:'] * len(titles))} |")
    for sdk in ("nobody", *SDKS):
        figures = _in_a_process(sdk)
        times = " | ".join(f"{figures[way]:.3f}" for way in COLUMNS)
        behind = f"{figures['behind']:.3f} | {figures['ratio']:.3f}"
        print(f"| {sdk} | {figures['question']:.2f} | {times} | {behind} |", flush=True)
    print("\n| handler | call, in a run that is handed a ready report | milliseconds |\n| --- | --- | ---: |")
    for sdk in SDKS:
        figures = _in_a_process(sdk, "--calls")
        for call in CALLS[sdk]:
            print(f"| {sdk} | `{call.partition(':')[2]}` | {figures[call]:.3f} |")
        print(f"| {sdk} | everything else | {figures['ready'] - sum(figures[call] for call in CALLS[sdk]):.3f} |")
    print("\n| LlamaIndex with OpenInference | milliseconds |\n| --- | ---: |")
    for call, milliseconds in _in_a_process("openinference", "--llama-index").items():
        print(f"| `{call.partition(':')[2]}` | {milliseconds:.3f} |")


def _in_a_process(sdk: str, *options: str) -> dict[str, float]:
    from asking import environment
    from sink import listening

    with listening() as sink:
        command = [sys.executable, __file__, sdk, sink.address, *options]
        done = subprocess.run(
            command,
            env=environment(OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT="10000"),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def measure(sdk: str, address: str, *, calls: bool) -> dict[str, float]:
    """Medians over questions that are asked in all ways, the order changing; those of calls alone, if asked for."""
    from langchain_secondhop import DecisionReportCallbackHandler, retrievers
    from sdks import SDKS as SET_UP

    options, flush = ({}, _nothing()) if sdk == "nobody" else SET_UP[sdk](address)
    backend = options.get("callbacks", [])
    told = [] if sdk == "nobody" else [DecisionReportCallbackHandler()]
    some = [] if sdk == "nobody" else [DecisionReportCallbackHandler(max_candidates=50)]
    in_full = partial(partial, retrievers.emit)
    ways: dict[str, tuple[Callable[..., Callable[[], Any]], list[Any]]] = {
        "nothing": (_nothing, []),
        "empty": (_empty_run, []),
        "ready": (_ready_run, []),
        "summary": (in_full, []),
        "some": (in_full, some),
        "whole": (in_full, told),
    }
    if calls:
        ways = {way: ways[way] for way in ("nothing", "ready")}
    within = [_TimedCall(call) for call in CALLS[sdk]] if calls else []
    retriever, draw = _retriever(), random.Random(3)
    inside: dict[str, list[float]] = {way: [] for way in ways}
    around: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(QUESTIONS + WARM):
        question = " ".join(draw.choices(_WORDS, k=6))
        retrievers.emit = _nothing
        retriever.invoke(question, {"callbacks": backend})  # every way finds warm caches
        for way in draw.sample(list(ways), len(ways)):
            emit, more = ways[way]
            retrievers.emit = _timed(emit, inside[way], within if way == "ready" else [])
            began = perf_counter()
            retriever.invoke(question, {"callbacks": [*backend, *more]})
            around[way].append(1e3 * (perf_counter() - began))
    last = list(ways)[-1]
    behind = {way: _behind(retriever, *ways[way], backend, flush, draw) for way in ("nothing", last)}
    ratios = [told / nothing for told, nothing in zip(around[last], around["nothing"], strict=True)]
    return {
        **{way: median(times[WARM:]) for way, times in inside.items()},
        **{call.name: median(call.times[WARM:]) for call in within},
        "tenth": quantiles(inside[last][WARM:], n=10)[0],
        "behind": behind[last] - behind["nothing"],
        "question": median(around["nothing"][WARM:]),
        "ratio": median(ratios[WARM:]),
    }


def measure_llama_index(sdk: str, address: str) -> dict[str, float]:
    """Medians over questions about as many nodes as there are candidates."""
    from llama_index.core.schema import NodeWithScore, TextNode
    from llama_index.postprocessor.secondhop import SecondhopPostprocessor
    from sdks import SDKS as SET_UP

    SET_UP[sdk](address)
    calls = [_TimedCall(call) for call in LLAMA_INDEX]
    draw = random.Random(7)
    texts = [_text(draw, number) for number in range(CANDIDATES)]
    nodes = [NodeWithScore(node=TextNode(text=text), score=1 / (1 + place)) for place, text in enumerate(texts)]
    postprocessor = SecondhopPostprocessor(token_budget=200, tokenizer="words")
    for _ in range(QUESTIONS + WARM):
        for call in calls:
            call.begin()
        postprocessor.postprocess_nodes(nodes, query_str=" ".join(draw.choices(_WORDS, k=6)))
        for call in calls:
            call.end()
    return {call.name: median(call.times[WARM:]) for call in calls}


def _behind(
    retriever: Any,
    emit: Callable[..., Callable[[], Any]],
    more: list[Any],
    backend: list[Any],
    flush: Callable[[], Any],
    draw: random.Random,
) -> float:
    """Milliseconds of processor time for one question that are not spent while it is answered."""
    from langchain_secondhop import retrievers

    retrievers.emit = lambda *arguments: emit(*arguments)()
    flush()
    asking, everything = 0.0, process_time()
    for _ in range(QUESTIONS):
        question = " ".join(draw.choices(_WORDS, k=6))
        began = thread_time()
        retriever.invoke(question, {"callbacks": [*backend, *more]})
        asking += thread_time() - began
    flush()
    return 1e3 * (process_time() - everything - asking) / QUESTIONS


class _TimedCall:
    """A function or method of an SDK, as `module:name`, that takes its own time from here on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.times: list[float] = []
        self._so_far = 0.0
        module, _, path = name.partition(":")
        *owners, attribute = path.split(".")
        owner = reduce(getattr, owners, import_module(module))
        called = getattr(owner, attribute)

        @wraps(called)
        def timed(*arguments: Any, **options: Any) -> Any:
            began = thread_time()
            try:
                return called(*arguments, **options)
            finally:
                self._so_far += 1e3 * (thread_time() - began)

        setattr(owner, attribute, timed)

    def begin(self) -> None:
        self._so_far = 0.0

    def end(self) -> None:
        self.times.append(self._so_far)


def _timed(
    emit: Callable[..., Callable[[], Any]], times: list[float], within: Sequence[_TimedCall]
) -> Callable[..., None]:
    def timed(*arguments: Any) -> None:
        tell = emit(*arguments)
        for call in within:
            call.begin()
        began = thread_time()
        tell()
        times.append(1e3 * (thread_time() - began))
        for call in within:
            call.end()

    return timed


def _nothing(*_: Any) -> Callable[[], None]:
    """In the place of all that is done for traces."""
    return lambda: None


def _empty_run(report: Any, documents: Any, run: Any, trace: Any) -> Callable[[], Any]:
    """What any run below the retriever's costs, whoever makes it."""
    return lambda: run.get_child().on_chain_start(None, {}, name="decision_report").on_chain_end({})


def _ready_run(report: Any, documents: Any, run: Any, trace: Any) -> Callable[[], Any]:
    """What it costs to hand over what somebody else has made: the floor of every way to show a report."""
    from langchain_secondhop import tracing
    from langchain_secondhop.emission import Emission

    emission = Emission(report, documents, run.handlers)
    assert emission.text  # made, and the dict with it
    return lambda: tracing.tell_run(run, emission)


_WORDS = [
    f"{first}{second}"
    for first in ("har", "led", "win", "cop", "lan")
    for second in ("bour", "ger", "ter", "per", "tern")
]


def _retriever() -> Any:
    from langchain_secondhop import SecondhopRetriever

    draw = random.Random(7)
    texts = [_text(draw, number) for number in range(CHUNKS)]
    made = SecondhopRetriever.from_texts(texts, token_budget=200, tokenizer="words", candidate_k=CANDIDATES)
    report = made.analyze(_WORDS[0])
    assert report is not None
    assert report.n_input_chunks >= CANDIDATES, report.n_input_chunks
    return made


def _text(draw: random.Random, number: int) -> str:
    return " ".join(draw.choices(_WORDS, k=WORDS_PER_CHUNK)) + f" number{number}."


if __name__ == "__main__":
    main()
