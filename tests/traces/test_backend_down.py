"""A backend that is down costs a question nothing: refusing connections, or taking them and never answering."""

import json
import subprocess
import sys
import threading
import time

import pytest
from asking import PATIENCE_S, PROGRAMS, environment, printed
from sink import listening

QUESTIONS = 150
SHORT = {"OTEL_EXPORTER_OTLP_TIMEOUT": "2", "LANGFUSE_TIMEOUT": "2"}
"""As docs/tracing.md recommends: seconds that an exporter waits for one answer. LangSmith's client is set in sdks.py."""
END_S = 60
"""What a program may take to end with a backend that never answers. Without the settings above it is more."""


def ask_while(sdk, state):
    """Figures of a program that asks while the backend is in a state; how long it took to end; its log lines."""
    command = [sys.executable, str(PROGRAMS / "wait.py"), sdk]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with (
        listening() as sink,
        subprocess.Popen([*command, sink.address, str(QUESTIONS)], env=environment(**SHORT), **pipes) as program,
    ):
        stopper = threading.Timer(PATIENCE_S, program.kill)
        stopper.start()
        errors = []
        reader = threading.Thread(target=lambda: errors.extend(program.stderr), daemon=True)
        reader.start()
        assert program.stdout.readline() == "READY\n", "".join(errors)
        sink.become(state)
        program.stdin.write("go\n")
        program.stdin.flush()
        line = program.stdout.readline()
        answered = time.monotonic()
        program.wait(PATIENCE_S)
        ended = time.monotonic() - answered
        stopper.cancel()
        reader.join(10)
    return printed(line, "FIGURES"), ended, [each for each in errors if each.startswith("LOG ")]


def ratio_to_up(sdk, state, figures, up):
    """How long questions take, compared with a backend that is up; measured again if the machine was busy meanwhile."""
    for _ in range(2):
        if figures["ratio"] <= 1.1 * up["ratio"]:
            break
        figures, up = ask_while(sdk, state)[0], ask_while(sdk, "up")[0]
    return figures["ratio"] / up["ratio"]


@pytest.fixture(scope="module", params=["langsmith", "langfuse", "openinference", "opentelemetry"])
def states(request):
    return request.param, {state: ask_while(request.param, state) for state in ("up", "refused", "silent")}


@pytest.mark.parametrize("state", ["refused", "silent"])
def test_questions_take_as_long_as_with_a_backend_that_is_up(states, state):
    sdk, measured = states
    assert measured[state][0]["worst_ms"] < 1000  # one wait for the network would be a second at least
    assert ratio_to_up(sdk, state, measured[state][0], measured["up"][0]) <= 1.1


@pytest.mark.parametrize("state", ["refused", "silent"])
def test_a_program_ends_soon_all_the_same(states, state):
    assert states[1][state][1] < END_S


@pytest.mark.parametrize("state", ["refused", "silent"])
def test_it_is_logged_by_the_batch_not_by_the_question_and_by_nothing_of_ours(states, state):
    lines = states[1][state][2]
    assert len(lines) <= QUESTIONS / 10
    assert not any("secondhop" in line.split()[1] for line in lines)


if __name__ == "__main__":
    for sdk in sys.argv[1:]:
        for state in ("up", "refused", "silent"):
            figures, ended, lines = ask_while(sdk, state)
            print(sdk, state, json.dumps(figures), f"end {ended:.1f} s, {len(lines)} log lines", flush=True)
