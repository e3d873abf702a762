"""A backend that is down costs a question nothing: refusing connections, or taking them and never answering."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from asking import PATIENCE_S, PROGRAMS, environment, printed
from sink import listening

QUESTIONS = 100
SETTINGS = {
    "OTEL_EXPORTER_OTLP_TIMEOUT": "2",
    "LANGFUSE_TIMEOUT": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "1",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_ASYNC_TRACE_LOGGING_RETRY_TIMEOUT": "2",
    "MLFLOW_ASYNC_TRACE_LOGGING_MAX_QUEUE_SIZE": "20",
    "MLFLOW_CONFIGURE_LOGGING": "false",
    # Not for users: sends while questions are asked, not only at the end.
    "OTEL_BSP_SCHEDULE_DELAY": "200",
    "LANGFUSE_FLUSH_INTERVAL": "0.2",
    "TRACES_PROJECT": "down",
}
"""As docs/tracing.md recommends: seconds that an exporter waits for one answer. LangSmith's client is set in sdks.py."""
SDKS = ("langsmith", "langfuse", "openinference", "opentelemetry", "mlflow")
STATES = ("refused", "silent")
END_S = 60
"""What a program may take to end with a backend that never answers. Without the settings above it is more."""


@dataclass
class Program:
    """One program, from asking while its backend is up to its end with the backend as it was left."""

    up: dict
    down: dict
    end_s: float = 0.0
    errors: list = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def ratio(self):
        """How long questions take while the backend is down, compared with before."""
        return self.down["ratio"] / self.up["ratio"]

    def lines(self, kind):
        """What it logged: `LOG` all of it, `KEPT` what the filter lets through; by the names of loggers."""
        assert self.ended.wait(PATIENCE_S)
        return [line.split()[1] for line in self.errors if line.startswith(f"{kind} ")]


def ask_while(sdk, state, upstream=None):
    """A program that was asked while its backend is up and then in a state. It goes on to its end by itself."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with ExitStack() as stack:
        sink = stack.enter_context(listening(upstream))
        command = [sys.executable, str(PROGRAMS / "wait.py"), sdk, sink.address, str(QUESTIONS)]
        running = stack.enter_context(subprocess.Popen(command, env=environment(**SETTINGS), **pipes))
        stopper = threading.Timer(PATIENCE_S, running.kill)
        stack.callback(stopper.cancel)
        stopper.start()
        program = Program({}, {})
        reader = threading.Thread(target=lambda: program.errors.extend(running.stderr))
        reader.start()
        assert running.stdout.readline() == "READY\n", "".join(program.errors)
        program.up = _asked(running)
        sink.become(state)
        program.down = _asked(running)
        running.stdin.close()
        told = time.monotonic()
        left = stack.pop_all()  # the sink stays as it is until the program has ended

    def watch():
        with left:
            running.wait()
            program.end_s = time.monotonic() - told
            reader.join()
        program.ended.set()

    threading.Thread(target=watch).start()
    return program


def _asked(running):
    running.stdin.write("go\n")
    running.stdin.flush()
    return printed(running.stdout.readline(), "FIGURES")


@pytest.fixture(scope="module")
def program(servers):
    """Programs by SDK and state. Their ends are waited for when they are asked about, while others ask already."""
    made = {}

    def get(sdk, state, *, anew=False):
        if anew or (sdk, state) not in made:
            made[sdk, state] = ask_while(sdk, state, servers["mlflow"] if sdk == "mlflow" else None)
        return made[sdk, state]

    yield get
    for each in made.values():
        each.ended.wait(PATIENCE_S)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("sdk", SDKS)
def test_questions_take_as_long_as_with_a_backend_that_is_up(program, sdk, state):
    measured = program(sdk, state)
    for _ in range(2):  # measured again if the machine was busy meanwhile
        if measured.ratio <= 1.1:
            break
        measured = program(sdk, state, anew=True)
    assert measured.ratio <= 1.1
    assert measured.down["worst_ms"] < 1000  # one wait for the network would be a second at least


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("sdk", SDKS)
def test_a_program_ends_soon_all_the_same(program, sdk, state):
    assert program(sdk, state).ended.wait(PATIENCE_S)
    assert program(sdk, state).end_s < END_S


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("sdk", SDKS)
def test_sdks_log_it_batch_after_batch_and_one_line_of_that_passes_the_filter(program, sdk, state):
    assert len(program(sdk, state).lines("LOG")) >= 1
    assert len(program(sdk, state).lines("KEPT")) == 1
    assert not any(name.startswith("secondhop") for name in program(sdk, state).lines("LOG"))


if __name__ == "__main__":
    import tempfile
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
    import traces_backends

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for name in sys.argv[1:] or SDKS:
            server = stack.enter_context(traces_backends.mlflow(Path(folder))) if name == "mlflow" else None
            for state in STATES:
                measured = ask_while(name, state, server)
                lines = Counter(measured.lines("LOG"))
                figures = json.dumps({**measured.down, "ratio": measured.ratio})
                print(name, state, figures, f"end {measured.end_s:.1f} s,", dict(lines), flush=True)
