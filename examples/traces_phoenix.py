"""A question's trace in Phoenix, on this machine:

    pip install langchain-secondhop arize-phoenix openinference-instrumentation-langchain opentelemetry-exporter-otlp-proto-http
    python examples/traces_phoenix.py

Starts Phoenix, asks, prints where to look, and ends Phoenix when you press Enter. With an address it asks only.
"""

import sys
import tempfile
from pathlib import Path

from langchain_secondhop import DecisionReportCallbackHandler, SecondhopRetriever, format_context
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from traces_backends import phoenix

DATA = Path(__file__).parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"


def ask(address: str) -> None:
    provider = TracerProvider(resource=Resource({"openinference.project.name": "harbour"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
    LangChainInstrumentor().instrument(tracer_provider=provider)

    retriever = SecondhopRetriever.from_folder(DATA, token_budget=400)
    chain = retriever | format_context
    print(chain.invoke(QUESTION, {"callbacks": [DecisionReportCallbackHandler()]}))
    provider.shutdown()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ask(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder, phoenix(Path(folder), port=6006) as address:
            ask(address)
            input(f"\nThe trace is at {address}, project harbour. Enter ends the server. ")
