"""LangChain chains, end to end: its BM25 retriever, ours, and our compressor over its; into docs/langchain.md.

    make bench-integrations DATA=path
    python tests/benchmarks/langchain_quality.py DATA [--limit N] [--write]

DATA holds `dev/hotpotqa.jsonl`. Each chain is `retriever | format | prompt | model` with a fake chat model that keeps the
prompt it was sent, and the evidence is looked for in that prompt. Every chain has the same token budget for what stands
between question and instructions. Both settings: each question over its own ten paragraphs, and over all paragraphs.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, format_context
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pages import between, table

from secondhop.evaluation.datasets import load
from secondhop.evaluation.metrics import bootstrap, evidence_scores
from secondhop.text.tokens import resolve_counter

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (("own", (400,)), ("pooled", (512, 1024)))
FOUND = 40
"""How many chunks BM25Retriever returns, for the budget or the compressor to choose from."""
METRICS = {"full": "all evidence", "ev": "evidence", "ans": "answer"}
COMMAND = "make bench-integrations DATA=path"
BEGIN, END = "<!-- quality: made by make bench-integrations -->", "<!-- end of quality -->"
PROMPT = ChatPromptTemplate.from_template("Answer from the context.\n\nContext:\n{context}\n\nQuestion: {question}")
BASE = "BM25Retriever, as many as fit"
OVER = "SecondhopCompressor over BM25Retriever"
OURS = "SecondhopRetriever"


@dataclass
class Sent:
    """A chain, and the prompts that its model was sent."""

    retriever: object
    formatter: object

    def __post_init__(self):
        self.prompts = []
        keep = RunnableLambda(lambda prompt: self.prompts.append(prompt.to_string()) or prompt)
        head = {"context": self.retriever | self.formatter, "question": RunnablePassthrough()}
        self.chain = head | PROMPT | keep | FakeListChatModel(responses=["…"])

    def ask(self, question):
        """The context in the prompt that the model was sent."""
        self.chain.invoke(question)
        return self.prompts.pop().split("Context:\n", 1)[1].rsplit("\n\nQuestion: ", 1)[0]


def fitting(budget, count):
    """Documents to text, best first, those that do not fit left out: what chains without a budget write by hand."""

    def fill(documents):
        kept = []
        for document in documents:
            if count("\n\n".join([*kept, document.page_content])) <= budget:
                kept.append(document.page_content)
        return "\n\n".join(kept)

    return RunnableLambda(fill)


def chains(documents, budget, tokenizer, count):
    """The chains that are compared, by name, over one set of documents."""
    texts = [Document(page_content=doc.text, metadata={"source": doc.title}) for doc in documents]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(texts)
    theirs = BM25Retriever.from_documents(chunks, k=FOUND)
    compressor = SecondhopCompressor(token_budget=budget, tokenizer=tokenizer).as_runnable()
    over = {"query": RunnablePassthrough(), "documents": theirs} | compressor
    ours = SecondhopRetriever.from_documents(texts, token_budget=budget, tokenizer=tokenizer)
    return {
        BASE: Sent(theirs, fitting(budget, count)),
        OVER: Sent(over, format_context),
        OURS: Sent(ours, format_context),
    }


def measure(dataset, budget, tokenizer):
    """Rows by chain: one for each question."""
    count, _ = resolve_counter(tokenizer)
    rows = {}
    shared = chains(dataset.documents, budget, tokenizer, count) if dataset.mode == "pooled" else None
    for item in dataset.items:
        for name, chain in (shared or chains(item.documents, budget, tokenizer, count)).items():
            text = chain.ask(item.question)
            row = evidence_scores(item, text) | {"tokens": count(text)}
            assert row["tokens"] <= budget, (name, row["tokens"])
            rows.setdefault(name, []).append(row)
    return rows


def column(rows, metric):
    return [row.get(metric, np.nan) for row in rows]


def evidence(found, tokenizer, n):
    """The page's table."""
    lines = []
    for (mode, budget), rows in found.items():
        where = f"{'its own ten' if mode == 'own' else 'all'}, {budget}"
        for name, mine in rows.items():
            cells = [cell(column(mine, metric), None) for metric in METRICS]
            lines.append([where, name, *cells, f"{np.mean(column(mine, 'tokens')):.0f}"])
        for name in (OVER, OURS):
            gaps = [cell(column(rows[name], metric), column(rows[BASE], metric)) for metric in METRICS]
            lines.append([where, f"*{name}, gained*", *gaps, ""])
    made = table(["Documents, budget", "Chain", *METRICS.values(), "tokens"], lines)
    return f"{made}\n\n{n} questions of HotpotQA (dev); tokens counted by `{tokenizer}`. Made by `{COMMAND}`."


def cell(values, other):
    found = bootstrap(values, other)
    sign = "+" if other is not None else ""
    return f"{100 * found.mean:{sign}.1f} [{100 * found.low:{sign}.1f}, {100 * found.high:{sign}.1f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=200, help="how many questions")
    parser.add_argument("--tokenizer", default="estimate")
    parser.add_argument("--write", action="store_true", help="put the table into docs/langchain.md")
    arguments = parser.parse_args()
    found, n = {}, 0
    for mode, budgets in SETTINGS:
        dataset = load("hotpotqa", mode=mode, root=arguments.data, limit=arguments.limit)
        n = len(dataset.items)
        for budget in budgets:
            found[mode, budget] = measure(dataset, budget, arguments.tokenizer)
            print(f"{mode} {budget} done", file=sys.stderr, flush=True)
    text = evidence(found, arguments.tokenizer, n)
    print(text)
    if arguments.write:
        page = ROOT / "docs" / "langchain.md"
        page.write_text(between(page.read_text("utf-8"), BEGIN, END, text), "utf-8")


if __name__ == "__main__":
    main()
