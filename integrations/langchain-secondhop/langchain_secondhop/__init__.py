"""secondhop for LangChain: retrieval and compression within an exact token budget, with the reasons.

from langchain_secondhop import SecondhopRetriever, format_context

retriever = SecondhopRetriever.from_folder("./docs", token_budget=1500)
chain = {"context": retriever | format_context, "question": RunnablePassthrough()} | prompt | model
"""

from langchain_secondhop.callbacks import DECISION_REPORT_EVENT, DecisionReportCallbackHandler, collect_reports
from langchain_secondhop.document_compressors import SecondhopCompressor
from langchain_secondhop.formatting import format_context
from langchain_secondhop.retrievers import SecondhopRetriever

__version__ = "0.1.0"

__all__ = [
    "DECISION_REPORT_EVENT",
    "DecisionReportCallbackHandler",
    "SecondhopCompressor",
    "SecondhopRetriever",
    "__version__",
    "collect_reports",
    "format_context",
]
