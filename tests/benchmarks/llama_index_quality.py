"""A LlamaIndex query engine with its own BM25 retriever and with secondhop's parts, at the same token budget.

    python tests/benchmarks/llama_index_quality.py DATA [--questions 150] [--budgets 300 600] [--write]

DATA holds dev/hotpotqa.jsonl. The model is LlamaIndex's MockLLM, which answers with its prompt, so that what is scored
is what was sent, node metadata included. LlamaIndex has no token budget: its nodes are taken in order while they fit,
and the first that does not is cut at a word. Needs the peers' environment (`make bench-quality` makes it).
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(path) for path in sorted((ROOT / "integrations").glob("llama-index-*"))]

from llama_index.core import PromptTemplate  # noqa: E402
from llama_index.core.base.base_retriever import BaseRetriever  # noqa: E402
from llama_index.core.llms import MockLLM  # noqa: E402
from llama_index.core.postprocessor.types import BaseNodePostprocessor  # noqa: E402
from llama_index.core.query_engine import RetrieverQueryEngine  # noqa: E402
from llama_index.core.response_synthesizers import get_response_synthesizer  # noqa: E402
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode  # noqa: E402
from llama_index.core.utils import get_tokenizer  # noqa: E402
from llama_index.postprocessor.secondhop import SecondhopPostprocessor  # noqa: E402
from llama_index.retrievers.bm25 import BM25Retriever  # noqa: E402
from llama_index.retrievers.secondhop import SecondhopRetriever  # noqa: E402
from pages import between, table  # noqa: E402

from secondhop.evaluation import datasets, metrics  # noqa: E402
from secondhop.evaluation.items import Dataset, Doc  # noqa: E402

SYSTEMS = ("LlamaIndex BM25Retriever", "+ SecondhopPostprocessor", "SecondhopRetriever")
MEASURES = {"full": "all evidence", "hop2": "second hop", "ans": "answer"}
FOUND = {"own": 10, "pooled": 20}
"""How many nodes LlamaIndex's retriever returns: all of a question's own, or 20 of the pool."""
MARKS = ("<!-- evidence: made by tests/benchmarks/llama_index_quality.py -->", "<!-- end of evidence -->")
PAGE = ROOT / "docs" / "llama_index.md"


def count(text: str) -> int:
    return len(get_tokenizer()(text))


class FirstThatFit(BaseNodePostprocessor):
    """Nodes in the retriever's order while they fit; the first that does not is cut at a word."""

    token_budget: int

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        kept: list[NodeWithScore] = []
        for item in nodes:
            words = item.node.get_content().split(" ")
            low, high = 0, len(words)
            while low < high:
                middle = (low + high + 1) // 2
                fits = count(_prompt([*kept, _first(item, words[:middle])])) <= self.token_budget
                low, high = (middle, high) if fits else (low, middle - 1)
            if low:
                kept.append(_first(item, words[:low]))
            if low < len(words):
                break
        return kept


def _first(item: NodeWithScore, words: Sequence[str]) -> NodeWithScore:
    return NodeWithScore(node=item.node.model_copy(update={"text": " ".join(words)}), score=item.score)


def _prompt(nodes: Sequence[NodeWithScore]) -> str:
    return "\n\n".join(item.node.get_content(MetadataMode.LLM) for item in nodes)


def nodes_of(documents: Sequence[Doc]) -> list[TextNode]:
    return [
        TextNode(text=document.text, id_=f"{place}", metadata={"title": document.title})
        for place, document in enumerate(documents)
    ]


@dataclass
class Row:
    mode: str
    budget: int
    system: str
    scores: list[dict[str, float]]


def run(data: Dataset, budgets: Sequence[int]) -> list[Row]:
    rows = {(budget, system): Row(data.mode, budget, system, []) for budget in budgets for system in SYSTEMS}
    shared = nodes_of(data.documents) if data.mode == "pooled" else []
    theirs = _bm25(shared, data.mode) if shared else None
    ours = {budget: SecondhopRetriever(shared, token_budget=budget) for budget in budgets} if shared else {}
    for item in data.items:
        own = nodes_of(item.documents) if data.mode == "own" else shared
        bm25 = theirs or _bm25(own, data.mode)
        for budget in budgets:
            second = ours.get(budget) or SecondhopRetriever(own, token_budget=budget)
            engines: dict[str, tuple[BaseRetriever, list[BaseNodePostprocessor]]] = {
                SYSTEMS[0]: (bm25, [FirstThatFit(token_budget=budget)]),
                SYSTEMS[1]: (bm25, [SecondhopPostprocessor(token_budget=budget)]),
                SYSTEMS[2]: (second, []),
            }
            for system, (retriever, postprocessors) in engines.items():
                sent = ask(retriever, postprocessors, item.question)
                assert count(sent) <= budget, (system, count(sent), budget)
                rows[budget, system].scores.append(metrics.evidence_scores(item, sent))
    return list(rows.values())


def ask(retriever: BaseRetriever, postprocessors: list[BaseNodePostprocessor], question: str) -> str:
    synthesizer = get_response_synthesizer(llm=MockLLM(), text_qa_template=PromptTemplate("{context_str}"))
    return str(RetrieverQueryEngine(retriever, synthesizer, node_postprocessors=postprocessors).query(question))


def _bm25(nodes: list[TextNode], mode: str) -> BM25Retriever:
    return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(FOUND[mode], len(nodes)))


def evidence(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        cells = []
        for measure in MEASURES:
            found = metrics.bootstrap([scores.get(measure, metrics.NAN) for scores in row.scores])
            cells.append(f"{100 * found.mean:.1f} ({100 * found.low:.1f}–{100 * found.high:.1f})")
        documents = "the question's own" if row.mode == "own" else "those of all questions"
        lines.append([documents, str(row.budget), row.system, *cells])
    return table(["Documents", "Tokens", "Query engine", *MEASURES.values()], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--budgets", type=int, nargs="+", default=[300, 600])
    parser.add_argument("--write", action="store_true", help="put the table into docs/llama_index.md")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for mode in ("own", "pooled"):
        data = datasets.load("hotpotqa", root=options.data, mode=mode, limit=options.questions)
        rows += run(data, options.budgets)
    names = ("llama-index-core", "llama-index-retrievers-bm25")
    shown = (
        f"{evidence(rows)}\n\n{options.questions} questions of HotpotQA (dev), tokens by `Settings.tokenizer`; percent of "
        f"questions, with 95 % bootstrap intervals. {', '.join(f'{name} {version(name)}' for name in names)}."
    )
    sys.stdout.write(shown + "\n")
    if options.write:
        PAGE.write_text(between(PAGE.read_text("utf-8"), *MARKS, shown), "utf-8")


if __name__ == "__main__":
    main()
