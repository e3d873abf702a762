"""secondhop for LlamaIndex: a retriever that follows the second hop, with the reasons."""

from llama_index.retrievers.secondhop.base import SecondhopRetriever

__all__ = ["SecondhopRetriever"]
