"""Traces read back, replayed from answers that real servers on this machine gave; no server and no network is needed.

    pytest tests/traces/test_recorded.py --record-mode=rewrite      records anew, with the servers that are installed

Beside the recordings lie the versions of the servers that gave the answers, and the reports that the API returned.
"""

import json
import re
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import pytest
import readback
import traces_backends
from asking import ask, until
from questions import question
from spans import REPORT, Trace, report_of

FOLDER = Path(__file__).parent / "cassettes"
SERVERS = {"phoenix": ("arize-phoenix", "openinference"), "mlflow": ("mlflow", "mlflow")}
READ = {"phoenix": readback.phoenix_spans, "mlflow": readback.mlflow_spans}
MACHINE = re.compile(r'("(?:mlflow\.(?:source|user|artifact)[^"]*|artifact_location|user)"\s*:\s*)"[^"]*"')
"""Who ran it, from where, at which commit, and where MLflow keeps files."""


@pytest.fixture(scope="session", params=SERVERS)
def backend(request, tmp_path_factory):
    """Its name, where to ask it, and the reports of the API."""
    name = request.param
    beside = FOLDER / f"{name}.json"
    if request.config.getoption("--record-mode") != "rewrite":
        yield name, f"http://{name}.invalid", json.loads(beside.read_text("utf-8"))["reports"]
        return
    distribution, sdk = SERVERS[name]
    with ExitStack() as stack:
        address = stack.enter_context(getattr(traces_backends, name)(tmp_path_factory.mktemp(name)))
        reports = ask(sdk, address, "langchain_once")
        until(lambda: READ[name](address), lambda spans: any(span.name == REPORT for span in spans))
        told = {"server": f"{distribution} {version(distribution)}", "reports": reports}
        beside.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        yield name, address, reports


@pytest.fixture(scope="module")
def vcr_config():
    return {
        "match_on": ["method", "path", "query"],
        "before_record_request": _without_address,
        "before_record_response": _without_machine,
        "decode_compressed_response": True,
    }


def _without_address(request):
    request.uri = re.sub(r"^http://127\.0\.0\.1:\d+", "http://backend.invalid", request.uri)
    request.headers = {}
    return request


def _without_machine(response):
    text = response["body"]["string"].decode()
    response["body"]["string"] = MACHINE.sub(r'\1"-"', text).encode()
    response["headers"] = {"Content-Type": ["application/json"]}
    return response


@pytest.mark.vcr
def test_the_report_in_a_recorded_trace_is_the_one_that_the_api_returned(backend):
    name, address, reports = backend
    trace = Trace(tuple(READ[name](address)))
    span = trace.reports()[question("invoke")]
    assert report_of(span) == reports["invoke"]
    assert trace.parent(span).kind == "RETRIEVER"


@pytest.mark.parametrize("name", SERVERS)
def test_recordings_say_which_server_answered_and_nothing_of_the_machine(name):
    told = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert re.fullmatch(rf"{SERVERS[name][0]} [\d.]+", told["server"])
    for path in FOLDER.rglob("*.yaml"):
        text = path.read_text("utf-8")
        assert not re.search(r"127\.0\.0\.1|localhost|\.py\b|/(?:home|tmp|root|usr|var)/", text), path
