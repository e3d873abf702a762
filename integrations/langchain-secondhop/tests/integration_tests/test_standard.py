"""LangChain's own tests for retrievers, in five set-ups, none expected to fail."""

import secondhop
from harbour import documents
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests

from langchain_secondhop import SecondhopRetriever

TEXTS = [document.page_content for document in documents()]
QUERY = "Which ship carries the night mail, and who inspects the engine of the school boat?"


class Standard(RetrieversIntegrationTests):
    __test__ = False

    @property
    def retriever_constructor(self):
        return SecondhopRetriever

    @property
    def retriever_query_example(self):
        return QUERY


class TestOwnIndex(Standard):
    __test__ = True

    @property
    def retriever_constructor_params(self):
        return {"index": secondhop.Document.from_texts(TEXTS)}


class _FromDocuments(SecondhopRetriever):
    def __new__(cls, **options):
        return SecondhopRetriever.from_documents(documents(), **options)


class TestFromDocuments(Standard):
    __test__ = True

    @property
    def retriever_constructor(self):
        return _FromDocuments


class TestOverABaseRetriever(Standard):
    __test__ = True

    @property
    def retriever_constructor_params(self):
        store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
        store.add_documents([Document(page_content=text, id=str(n)) for n, text in enumerate(TEXTS)])
        return {"base_retriever": store.as_retriever(search_kwargs={"k": 5})}


class TestOverAnotherOfOurs(Standard):
    __test__ = True

    @property
    def retriever_constructor_params(self):
        return {"base_retriever": SecondhopRetriever.from_documents(documents())}


class TestHybrid(Standard):
    """Words and vectors, the vectors from one of LangChain's own embedders."""

    __test__ = True

    @property
    def retriever_constructor_params(self):
        model = DeterministicFakeEmbedding(size=16)
        return {"index": secondhop.Document.from_texts(TEXTS, retrieval="hybrid", model=model)}
