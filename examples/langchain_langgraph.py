"""A graph that retrieves and then answers. The node passes `config` on, so that traces and reports nest below it."""

from pathlib import Path
from typing import TypedDict

from langchain_core.language_models import FakeListChatModel
from langchain_core.runnables import RunnableConfig
from langchain_secondhop import SecondhopRetriever, collect_reports, format_context
from langgraph.graph import END, START, StateGraph

DATA = Path(__file__).resolve().parent / "data"
context_for = SecondhopRetriever.from_folder(DATA, token_budget=400) | format_context
model = FakeListChatModel(responses=["Brannock & Daughters, Port Ellery [3]."])


class State(TypedDict, total=False):
    question: str
    context: str
    answer: str


def retrieve(state: State, config: RunnableConfig) -> State:
    return {"context": context_for.invoke(state["question"], config)}


def answer(state: State, config: RunnableConfig) -> State:
    return {"answer": model.invoke(f"{state['context']}\n\n{state['question']}", config).text}


graph = StateGraph(State)
graph.add_node("retrieve", retrieve)
graph.add_node("answer", answer)
graph.add_edge(START, "retrieve")
graph.add_edge("retrieve", "answer")
graph.add_edge("answer", END)

with collect_reports() as collected:
    result = graph.compile().invoke({"question": "Who repairs the engine of the ship that carries the night mail?"})

print(result["answer"])
print()
print(result["context"])
print()
print(collected.last["removed"])
