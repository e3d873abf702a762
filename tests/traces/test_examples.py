"""The examples send what they say, here to a sink instead of the backend."""

import subprocess
import sys
from pathlib import Path

from asking import PATIENCE_S, environment
from sink import listening
from spans import Trace, from_otlp

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_the_example_for_phoenix_sends_one_report():
    with listening() as sink:
        command = [sys.executable, str(EXAMPLES / "traces_phoenix.py"), sink.address]
        done = subprocess.run(
            command, env=environment(), capture_output=True, encoding="utf-8", timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        trace = Trace(tuple(from_otlp(sink.otlp_spans())))
    (report,) = trace.reports().values()
    assert trace.parent(report).name == "SecondhopRetriever"
    assert "Brannock & Daughters" in done.stdout
