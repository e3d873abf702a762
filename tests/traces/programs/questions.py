"""The same questions to the same texts in every way that a program can ask them, and the reports that the API returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

MAIL = "The night mail is carried by the Aurora Vellamo. The ship leaves the outer quay at ten. Mail bags are counted twice."
YARD = "The Aurora Vellamo goes to Brannock & Daughters for gearbox and diesel. Their account is Zanzibarquartz."
TEXTS = [
    MAIL,
    "The school boat brings pupils from Grey Holm. No freight may be loaded beside pupils.",
    "Every engine is inspected in May. What fails is sealed by the mate.",
    "Lost property is kept at the ticket office for thirty days.",
    YARD,
]
BUDGET = 45
"""Too small for everything, so that something is dropped."""
CANARIES = ("Zanzibarquartz", "Vellamo", "Brannock", "Quixotewhisper", "pupils", "gearbox")
"""Words of the passages, and one of the questions, that must not leave where masking is on."""

Report = dict[str, Any]
Reports = Callable[[], dict[str, Report]]
"""Called when everything is sent, so that asking for the reports is not part of the traces."""


def question(mode: str) -> str:
    """One for each mode, so that each report in a trace can be told apart."""
    return f"Who repairs the engine of the ship that carries the night mail, quixotewhisper {mode}?"


# ── LangChain ────────────────────────────────────────────────────────────────────────────────────────────────────────


def langchain_retriever(**fields: Any) -> Any:
    from langchain_core.documents import Document
    from langchain_secondhop import SecondhopRetriever

    documents = [
        Document(page_content=text, id=f"doc-{number}", metadata={"source": f"notes-{number}.txt"})
        for number, text in enumerate(TEXTS)
    ]
    return SecondhopRetriever.from_documents(documents, token_budget=BUDGET + 15, trace="full", **fields)


def langchain_chain(retriever: Any) -> Any:
    from langchain_core.language_models import FakeListChatModel
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnablePassthrough
    from langchain_secondhop import format_context

    prompt = ChatPromptTemplate.from_template("{context}\n\n{question}")
    head = {"context": retriever | format_context, "question": RunnablePassthrough()}
    return head | prompt | FakeListChatModel(responses=["The yard [2]."]) | StrOutputParser()


def langgraph_graph(retriever: Any) -> Any:
    from langchain_core.runnables import RunnableConfig, RunnableLambda
    from langgraph.graph import END, START, StateGraph
    from typing_extensions import TypedDict

    class State(TypedDict, total=False):
        question: str
        context: str

    def retrieve(state: State, config: RunnableConfig) -> State:
        return {"context": str(len(retriever.invoke(state["question"], config)))}

    async def aretrieve(state: State, config: RunnableConfig) -> State:
        return {"context": str(len(await retriever.ainvoke(state["question"], config)))}

    graph = StateGraph(State)
    graph.add_node("lookup", RunnableLambda(retrieve, aretrieve))
    graph.add_edge(START, "lookup")
    graph.add_edge("lookup", END)
    return graph.compile()


def ask_langchain(config: dict[str, Any]) -> Reports:
    """Asks in all of LangChain's ways. Keys of the reports are modes; they are what `analyze` returns."""
    retriever = langchain_retriever()
    chain, graph = langchain_chain(retriever), langgraph_graph(retriever)

    async def asynchronously() -> None:
        await retriever.ainvoke(question("ainvoke"), config)
        await chain.ainvoke(question("alcel"), config)
        await graph.ainvoke({"question": question("alanggraph")}, config)

    retriever.invoke(question("invoke"), config)
    chain.invoke(question("lcel"), config)
    graph.invoke({"question": question("langgraph")}, config)
    asyncio.run(asynchronously())
    modes = ("invoke", "ainvoke", "lcel", "alcel", "langgraph", "alanggraph")
    return lambda: {mode: retriever.analyze(question(mode)).to_dict() for mode in modes}


def ask_langchain_once(config: dict[str, Any]) -> Reports:
    """One question, for recordings."""
    retriever = langchain_retriever()
    retriever.invoke(question("invoke"), config)
    return lambda: {"invoke": retriever.analyze(question("invoke")).to_dict()}


def ask_langchain_at_once(config: dict[str, Any], count: int = 40) -> Reports:
    """`count` questions at once, over threads and over the event loop."""
    metadata = {"tenant": "acme"}
    config = {**config, "metadata": metadata, "max_concurrency": 16}
    retriever = langchain_retriever(metadata={"team": "deck"})
    threads = [f"thread{number}" for number in range(count)]
    tasks = [f"task{number}" for number in range(count)]
    retriever.batch([question(mode) for mode in threads], config)
    asyncio.run(retriever.abatch([question(mode) for mode in tasks], config))
    assert metadata == {"tenant": "acme"}
    assert retriever.metadata == {"team": "deck"}
    return lambda: {mode: retriever.analyze(question(mode)).to_dict() for mode in threads + tasks}


# ── LlamaIndex ───────────────────────────────────────────────────────────────────────────────────────────────────────


def llama_index_engines() -> dict[str, Any]:
    """A query engine with the retriever, and one with the postprocessor behind a vector index."""
    from llama_index.core import Settings, VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.schema import TextNode
    from llama_index.postprocessor.secondhop import SecondhopPostprocessor
    from llama_index.retrievers.secondhop import SecondhopRetriever

    Settings.llm, Settings.embed_model = MockLLM(max_tokens=8), MockEmbedding(embed_dim=4)
    Settings.tokenizer = str.split  # needs no vocabulary
    nodes = [
        TextNode(id_=f"node-{number}", text=text, metadata={"file_name": f"notes-{number}.txt"})
        for number, text in enumerate(TEXTS)
    ]
    postprocessor = SecondhopPostprocessor(token_budget=BUDGET)
    return {
        "postprocessor": VectorStoreIndex(nodes).as_query_engine(
            similarity_top_k=5, node_postprocessors=[postprocessor]
        ),
        "retriever": RetrieverQueryEngine.from_args(SecondhopRetriever(nodes, token_budget=BUDGET)),
    }


def ask_llama_index() -> Reports:
    """Asks query engines, sync and async. The reports are what `collect_reports` gets for the same questions."""
    from llama_index.postprocessor.secondhop import collect_reports

    reports: dict[str, Report] = {}
    for name, engine in llama_index_engines().items():
        with collect_reports() as collected:
            engine.query(question(f"{name}query"))
        reports[f"{name}query"] = collected.last

        async def asynchronously(engine: Any = engine, mode: str = f"{name}aquery") -> None:
            with collect_reports() as collected:
                await engine.aquery(question(mode))
            reports[mode] = collected.last

        asyncio.run(asynchronously())
    return lambda: reports


def ask_llama_index_at_once(count: int = 40) -> Reports:
    """`count` questions at once over the event loop."""
    from llama_index.postprocessor.secondhop import collect_reports

    reports: dict[str, Report] = {}

    async def ask(engine: Any, mode: str) -> None:
        with collect_reports() as collected:
            await engine.aquery(question(mode))
        reports[mode] = collected.last

    async def all_of_them() -> None:
        engine = llama_index_engines()["postprocessor"]
        await asyncio.gather(*(ask(engine, f"query{number}") for number in range(count)))

    asyncio.run(all_of_them())
    return lambda: reports
