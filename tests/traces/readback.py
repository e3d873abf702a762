"""Traces read back from the real servers, over their own HTTP interfaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from spans import Span, from_mlflow, from_phoenix

PROJECT = "harbour"
_PATIENCE_S = 60


def phoenix_spans(address: str) -> list[Span]:
    """All spans of the project."""
    spans, cursor = [], None
    while True:
        query = {"limit": 500, **({"cursor": cursor} if cursor else {})}
        try:
            page = _get(f"{address}/v1/projects/{PROJECT}/spans?{urlencode(query)}")
        except HTTPError as error:
            if error.code == 404:  # no span was taken in yet, so there is no project
                return []
            raise
        spans += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            return from_phoenix(spans)


def phoenix_filtered(address: str, condition: str) -> list[str]:
    """Names of the spans that Phoenix finds by a filter condition, as its search field takes them."""
    query = """query ($filter: String!) {
        projects { edges { node { name spans(first: 500, filterCondition: $filter) { edges { node { name } } } } } }
    }"""
    answer = _post(f"{address}/graphql", {"query": query, "variables": {"filter": condition}})
    projects = [edge["node"] for edge in answer["data"]["projects"]["edges"]]
    (ours,) = [project for project in projects if project["name"] == PROJECT]
    return [edge["node"]["name"] for edge in ours["spans"]["edges"]]


def mlflow_spans(address: str) -> list[Span]:
    """All spans of the experiment."""
    return [span for trace_id in mlflow_traces(address) for span in _mlflow_trace(address, trace_id)]


def mlflow_traces(address: str, condition: str = "") -> list[str]:
    """Ids of the traces that MLflow finds by a filter, as its search field takes them."""
    experiment = _get(f"{address}/api/2.0/mlflow/experiments/get-by-name?experiment_name={PROJECT}")["experiment"]
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment["experiment_id"]}}
    asked = {"locations": [place], "max_results": 500, **({"filter": condition} if condition else {})}
    found = _post(f"{address}/api/3.0/mlflow/traces/search", asked)
    return [trace["trace_id"] for trace in found.get("traces", [])]


def _mlflow_trace(address: str, trace_id: str) -> Iterator[Span]:
    artifact = _get(f"{address}/ajax-api/3.0/mlflow/get-trace-artifact?request_id={quote(trace_id)}")
    yield from from_mlflow(artifact["spans"])


def _get(url: str) -> Any:
    with urlopen(url, timeout=_PATIENCE_S) as answer:
        return json.load(answer)


def _post(url: str, body: Any) -> Any:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=_PATIENCE_S) as answer:
        return json.load(answer)
