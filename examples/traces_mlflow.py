"""A question's trace in MLflow, on this machine:

    pip install langchain langchain-secondhop mlflow
    python examples/traces_mlflow.py

Starts a tracking server, asks, prints where to look, and ends the server when you press Enter. With an address it asks only.
"""

import sys
import tempfile
from pathlib import Path

import mlflow
from langchain_secondhop import DecisionReportCallbackHandler, SecondhopRetriever, format_context
from traces_backends import mlflow as tracking_server

DATA = Path(__file__).parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"


def ask(address: str) -> None:
    mlflow.set_tracking_uri(address)
    mlflow.set_experiment("harbour")
    mlflow.langchain.autolog()

    retriever = SecondhopRetriever.from_folder(DATA, token_budget=400)
    chain = retriever | format_context
    print(chain.invoke(QUESTION, {"callbacks": [DecisionReportCallbackHandler()]}))
    mlflow.flush_trace_async_logging()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ask(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder, tracking_server(Path(folder), port=5000) as address:
            ask(address)
            input(f"\nThe trace is at {address}, experiment harbour. Enter ends the server. ")
