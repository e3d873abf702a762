"""Our choice from the chunks that vectors find, beside their own order filled up to the budget.

    python tests/benchmarks/over_vectors.py DATA [--half B] [--limit N]

Needs the peers' environment and the model of semantic.py (MiniLM). Chunks are LangChain's, of 128 words; the 40 nearest by
cosine are what a vector store would return. Differences are with secondhop minus without, in points, with the 95 % interval.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pages import table
from semantic_sets import embedder

from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Doc
from secondhop.evaluation.metrics import bootstrap
from secondhop.evaluation.ours import Over
from secondhop.evaluation.peers import CANDIDATES, EQUAL_CHUNK, Filled
from secondhop.evaluation.runner import run
from secondhop.evaluation.systems import Piece
from secondhop.text.tokens import count_words

SETS = {
    ("hotpotqa", "own"): (256, 400),
    ("cuad-natural", "own"): (512, 1024),
    ("contractnli", "own"): (256, 512),
    ("chunking_eval", "pooled"): (256, 512),
    ("codebase", "pooled"): (512, 1024),
}
MEASURES = {"full": "all evidence verbatim", "wr80": "words ≥ 0.8"}


class Vectors:
    """Chunks by the cosine between their vectors and the question's."""

    name = "vectors:128"

    def __init__(self, model: Any) -> None:
        self._model = model
        self._last: tuple[Sequence[Doc], Filled] | None = None

    def build(self, documents: Sequence[Doc]) -> Filled:
        """Split and embed the documents; those of the last call are not embedded again."""
        if self._last is None or self._last[0] is not documents:
            self._last = documents, self._built(documents)
        return self._last[1]

    def _built(self, documents: Sequence[Doc]) -> Filled:
        split = RecursiveCharacterTextSplitter(chunk_size=EQUAL_CHUNK, chunk_overlap=0, length_function=count_words)
        pieces: list[Piece] = [
            (text, number, None) for number, doc in enumerate(documents) for text in split.split_text(doc.text)
        ]
        vectors = self._model.embed([text for text, _, _ in pieces], "document")

        def found(question: str) -> list[Piece]:
            scores = vectors @ self._model.embed([question], "query")[0]
            return [pieces[place] for place in (-scores).argsort(kind="stable")[:CANDIDATES]]

        return Filled(found, skip=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", default="B", choices=("A", "B", "all"))
    parser.add_argument("--limit", type=int, help="at most this many questions of a set")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vectors = Vectors(embedder(Path(folder) / "model"))
        systems = (vectors, Over(vectors))
        lines = []
        for (name, mode), budgets in SETS.items():
            dataset = load(name, mode=mode, root=arguments.data, split=arguments.half, limit=arguments.limit)
            rows = run(systems, [dataset], budgets, count_words)
            for budget in budgets:
                for measure, title in MEASURES.items():
                    without, over = (
                        [
                            row.get(measure, np.nan)
                            for row in rows
                            if (row["system"], row["budget"]) == (system.name, budget)
                        ]
                        for system in systems
                    )
                    gap = bootstrap(over, without)
                    means = [f"{100 * np.nanmean(values):.1f}" for values in (without, over)]
                    gained = f"{100 * gap.mean:+.1f} [{100 * gap.low:+.1f}, {100 * gap.high:+.1f}]"
                    lines.append([f"{name} {mode} {budget}", str(len(over)), title, *means, gained])
    print(table(["set", "n", "measure", "vectors", "+ secondhop", "gained"], lines))


if __name__ == "__main__":
    main()
