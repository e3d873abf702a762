"""Inside what others build: compression retrievers, pipelines, ensembles, graphs."""

from typing import TypedDict

import pytest
from harbour import FILLER, MAIL, QUESTION, TEXTS, Recorder, documents, reached
from langchain_classic.retrievers import ContextualCompressionRetriever, EnsembleRetriever
from langchain_classic.retrievers.document_compressors import DocumentCompressorPipeline
from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_text_splitters import CharacterTextSplitter

from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, format_context


class State(TypedDict):
    question: str
    context: str


def base(query):
    return documents()


def below(recorder, name, parent):
    ((parent_id, _),) = recorder.named(parent)
    return all(run["parent"] == parent_id for _, run in recorder.named(name)) and bool(recorder.named(name))


async def both(runnable, given, config=None):
    return [runnable.invoke(given, config), await runnable.ainvoke(given, config)]


async def test_in_a_contextual_compression_retriever():
    compressor = SecondhopCompressor(token_budget=85, trace="full")
    retriever = ContextualCompressionRetriever(base_compressor=compressor, base_retriever=RunnableLambda(base))
    expected = compressor.compress_documents(documents(), QUESTION)
    assert await both(retriever, QUESTION) == [expected, expected]
    recorder = Recorder()
    retriever.invoke(QUESTION, {"callbacks": [recorder]})
    assert below(recorder, "SecondhopCompressor", "ContextualCompressionRetriever")
    assert below(recorder, "decision_report", "SecondhopCompressor")


async def test_in_a_compressor_pipeline():
    splitter = CharacterTextSplitter(chunk_size=60, chunk_overlap=0, separator=". ")
    pipeline = DocumentCompressorPipeline(transformers=[splitter, SecondhopCompressor(token_budget=40, trace="full")])
    retriever = ContextualCompressionRetriever(base_compressor=pipeline, base_retriever=RunnableLambda(base))
    recorder = Recorder()
    first, second = await both(retriever, QUESTION, {"callbacks": [recorder]})
    assert first == second
    assert first
    assert len(recorder.named("decision_report")) == 2


async def test_in_an_ensemble_the_best_counts_as_the_best():
    ours = SecondhopRetriever.from_texts(TEXTS)
    other = RunnableLambda(lambda query: [Document(page_content=MAIL), Document(page_content=TEXTS[3])])
    ensemble = EnsembleRetriever(retrievers=[ours, other], weights=[0.5, 0.5])
    first, second = await both(ensemble, QUESTION)
    assert [d.page_content for d in first] == [d.page_content for d in second]
    assert first[0].page_content == MAIL


async def test_over_an_ensemble():
    ensemble = EnsembleRetriever(retrievers=[SecondhopRetriever.from_documents(documents()), RunnableLambda(base)])
    retriever = SecondhopRetriever(base_retriever=ensemble, token_budget=85)
    first, second = await both(retriever, QUESTION)
    assert first == second
    assert reached(first)


def test_an_ensemble_finds_copies_of_documents_that_come_whole():
    given = [Document(page_content=f"Log {n}. " + " ".join([*TEXTS, *FILLER]), id=str(n)) for n in range(40)]
    ours = SecondhopRetriever.from_documents(given, k=40, grain="chunk", chunk_size=1000, token_budget=100_000)
    found = EnsembleRetriever(retrievers=[ours, RunnableLambda(lambda _: given)]).invoke(QUESTION)
    assert len(ours.invoke(QUESTION)) == 40
    assert sum(len(document.page_content) for document in given) > 5 * 8192
    assert {document.page_content for document in found} == {document.page_content for document in given}


async def test_in_a_graph_the_report_hangs_below_the_retriever():
    langgraph = pytest.importorskip("langgraph.graph")
    retriever = SecondhopRetriever.from_texts(TEXTS, token_budget=85, trace="full")

    def retrieve(state: State, config: RunnableConfig) -> dict[str, str]:
        return {"context": format_context.invoke(retriever.invoke(state["question"], config), config)}

    async def aretrieve(state: State, config: RunnableConfig) -> dict[str, str]:
        return {"context": await format_context.ainvoke(await retriever.ainvoke(state["question"], config), config)}

    graph = langgraph.StateGraph(State)
    graph.add_node("retrieve", RunnableLambda(retrieve, aretrieve))
    graph.add_edge(langgraph.START, "retrieve")
    graph.add_edge("retrieve", langgraph.END)
    app = graph.compile()
    expected = (retriever | format_context).invoke(QUESTION)
    for asynchronous in (False, True):
        recorder = Recorder()
        given, config = {"question": QUESTION}, {"callbacks": [recorder]}
        found = await app.ainvoke(given, config) if asynchronous else app.invoke(given, config)
        assert found["context"] == expected
        assert below(recorder, "decision_report", "SecondhopRetriever")
