"""Runs that are handed over in one call are those that callbacks would have told of."""

import logging
from uuid import UUID

import pytest
import secondhop
from harbour import QUESTION, TEXTS, Recorder
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.langchain import LangChainTracer
from langsmith import Client, run_trees, tracing_context

from langchain_secondhop import DecisionReportCallbackHandler, SecondhopRetriever, tracing

RETRIEVER = SecondhopRetriever(index=secondhop.Document.from_texts(TEXTS), token_budget=60, trace="full")
OF_CALLBACKS_ALONE = {"attachments", "dangerously_allow_filesystem"}
"""Empty, and said by LangSmith's model of a run only."""


class Recording(Client):
    """LangSmith's client, but nothing is sent."""

    def __init__(self, **options):
        super().__init__(api_key="none", api_url="http://127.0.0.1:9", auto_batch_tracing=False, **options)
        self.created = []

    def create_run(self, name, inputs, run_type, **fields):
        project = {"session_name": fields.pop("project_name", None) or fields.pop("session_name", None)}
        self.created.append({"name": name, "inputs": inputs, "run_type": run_type, **fields, **project})

    def update_run(self, run_id, **fields):
        """Tracers of langchain-core 1.0 send a run in two pieces."""
        (created,) = [run for run in self.created if run["id"] == run_id]
        created.update({name: value for name, value in fields.items() if value is not None and name in created})
        created["outputs"], created["end_time"] = fields["outputs"], fields["end_time"]


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request):
    """What asks a runnable, in both ways."""

    async def ask(runnable, config):
        return await runnable.ainvoke(QUESTION, config) if request.param else runnable.invoke(QUESTION, config)

    return ask


def comparable(run, parent):
    """Without what differs from one run to the next; that is checked here."""
    (began, begins), (ended, ends) = [(event["name"], event["time"]) for event in run["events"]]
    assert (began, begins, ended, ends) == ("start", run["start_time"], "end", run["end_time"])
    assert run["dotted_order"] == f"{parent['dotted_order']}.{begins:%Y%m%dT%H%M%S%fZ}{run['id']}"
    assert (run["parent_run_id"], run["trace_id"]) == (parent["id"], parent["trace_id"])
    assert isinstance(run["id"], UUID)
    changing = {"id", "parent_run_id", "trace_id", "dotted_order", "start_time", "end_time", "events"}
    fields = {name: value for name, value in run.items() if name not in changing | OF_CALLBACKS_ALONE}
    extra = {name: value for name, value in run["extra"].items() if name != "defers_inputs"}
    return {**fields, "extra": extra, "tags": sorted(run["tags"])}


async def nested(ask, runnable, monkeypatch, *, by_callbacks):
    client = Recording()
    config = {
        "callbacks": [LangChainTracer(client=client, project_name="pier", tags=["quay"])],
        "metadata": {"thread_id": "7", "tenant": "acme"},
        "tags": ["deck", "bow"],
    }
    with monkeypatch.context() as patched:
        if by_callbacks:
            patched.setattr(tracing, "taker", lambda handler: None)
        await ask(runnable, config)
    by_name = {run["name"]: run for run in client.created}
    assert [run["name"] for run in client.created].count("decision_report") == 1
    return comparable(by_name["decision_report"], by_name["SecondhopRetriever"])


@pytest.mark.parametrize("runnable", [RETRIEVER, RunnableLambda(lambda text: text) | RETRIEVER], ids=["bare", "chain"])
async def test_langsmith_gets_the_run_that_callbacks_give(ask, runnable, monkeypatch):
    with tracing_context(metadata={"region": "north", "tenant": "another"}):
        ours = await nested(ask, runnable, monkeypatch, by_callbacks=False)
        theirs = await nested(ask, runnable, monkeypatch, by_callbacks=True)
    assert ours == theirs
    assert ours["outputs"] == RETRIEVER.analyze(QUESTION).to_dict()


async def test_all_handlers_know_the_run_by_one_id(ask):
    client, recorder = Recording(), Recorder()
    await ask(RETRIEVER, {"callbacks": [LangChainTracer(client=client), recorder]})
    ((run_id, _),) = [(run_id, run) for run_id, run in recorder.runs.items() if run["name"] == "decision_report"]
    assert [run["id"] for run in client.created if run["name"] == "decision_report"] == [run_id]


async def test_what_a_client_does_to_a_report_is_not_seen_by_others(ask):
    class Masking(Recording):
        def create_run(self, name, inputs, run_type, **fields):
            (fields.get("outputs") or {}).clear()

    handler = DecisionReportCallbackHandler()
    await ask(RETRIEVER, {"callbacks": [LangChainTracer(client=Masking()), handler]})
    assert handler.last == RETRIEVER.analyze(QUESTION).to_dict()


async def test_a_client_that_cannot_send_is_not_asked_twice(ask, caplog):
    class Down(Recording):
        asked = 0

        def create_run(self, name, *arguments, **fields):
            if name == "decision_report":
                self.asked += 1
                raise ConnectionError("the backend is down")

    client = Down()
    with caplog.at_level(logging.ERROR):
        assert await ask(RETRIEVER, {"callbacks": [LangChainTracer(client=client)]})
    assert client.asked == 1


@pytest.mark.skipif(not hasattr(run_trees, "WriteReplica"), reason="an older client names them in another way")
async def test_a_run_that_goes_to_several_projects_is_told_by_callbacks(ask):
    client = Recording()
    with tracing_context(replicas=[{"project_name": "pier"}, {"project_name": "quay"}]):
        await ask(RETRIEVER, {"callbacks": [LangChainTracer(client=client)]})
    reports = [run for run in client.created if run["name"] == "decision_report"]
    assert sorted(run["session_name"] for run in reports) == ["pier", "quay"]
