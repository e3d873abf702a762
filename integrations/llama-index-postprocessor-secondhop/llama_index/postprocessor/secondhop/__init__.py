"""secondhop for LlamaIndex: node postprocessors that choose passages within an exact token budget, with the reasons."""

from llama_index.postprocessor.secondhop.base import SecondhopPostprocessor
from llama_index.postprocessor.secondhop.steps import (
    SecondhopBudgetPacker,
    SecondhopDeduplicator,
    SecondhopRelevanceFloor,
    SecondhopSentencePruner,
)
from llama_index.postprocessor.secondhop.tracing import (
    DecisionReportEvent,
    DecisionReportEventHandler,
    collect_reports,
)

__all__ = [
    "DecisionReportEvent",
    "DecisionReportEventHandler",
    "SecondhopBudgetPacker",
    "SecondhopDeduplicator",
    "SecondhopPostprocessor",
    "SecondhopRelevanceFloor",
    "SecondhopSentencePruner",
    "collect_reports",
]
