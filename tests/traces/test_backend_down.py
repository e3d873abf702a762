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
"""As docs/tracing.md recommends: seconds that an exporter waits for one answer."""
END_S = 60
"""What a program may take to end with a backend that never answers. Without the settings above it is more."""


def ask_while(sdk, state):
    """Figures of a program that asks while the backend is in a state; how long it took to end; its log lines."""
    with listening() as sink:
        command = [sys.executable, str(PROGRAMS / "wait.py"), sdk, sink.address, str(QUESTIONS)]
        program = subprocess.Popen(
            command, env=environment(**SHORT), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip
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


if __name__ == "__main__":
    for sdk in sys.argv[1:]:
        for state in ("up", "refused", "silent"):
            figures, ended, lines = ask_while(sdk, state)
            print(sdk, state, json.dumps(figures), f"end {ended:.1f} s", len(lines), *lines[:4], flush=True)
