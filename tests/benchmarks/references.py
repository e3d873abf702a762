"""Parts of contracts that are referred to by number: shown beside what refers to them, and when a question names them.

    python tests/benchmarks/references.py DATA [--split A]

Questions are made from the contracts of CUAD and ContractNLI, at most six of a kind from each. "Referred to": eight words
of a sentence that refers to a part of another chunk ("subject to Section 9.4"), its numbers left out; is the opening of
that part shown? "Named": "What does Section 9.4 say?". An opening is the first sentence of a part and, where the part
goes on, the next one. Prints percent at budgets in estimated tokens.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from secondhop.document import Document
from secondhop.evaluation.datasets import load
from secondhop.evaluation.text import holds
from secondhop.retrieval.named.referred import MOST_OPENINGS, _end_of_part, _holders, _openings
from secondhop.text.references import references

SETS = ("cuad", "contractnli")
KINDS = ("referred to", "named")
SYSTEMS = ("auto", "raw_topk")
BUDGETS = (128, 256, 512, 1024)
AT_MOST = 6
WORDS = 8
LONGEST = 5
"""Letters below which a word is left out of a question."""


def parts(document: Document) -> Iterator[tuple[str, str, str]]:
    """Of each part that some other chunk refers to: its name, the sentence that does, and its opening."""
    snapshot, text = document._snapshot, document.source_text(document.sources[0])
    spans = np.stack((snapshot.sentence_start, snapshot.sentence_end), axis=1).tolist()
    for ordinal in range(len(snapshot)):
        chunk = snapshot.chunk(ordinal)
        for reference in references(chunk.text):
            openings = _openings(snapshot, (reference,), _holders(snapshot, reference, ordinal)).tolist()
            if not 0 < len(openings) <= MOST_OPENINGS:
                continue
            place = chunk.start + reference.start
            sentence = next(text[start:end] for start, end in spans if start <= place < end)
            first = openings[0]
            there = int(np.searchsorted(snapshot.chunk_sentences, first, side="right"))
            end = _end_of_part(snapshot, first, min(first + 2, int(snapshot.chunk_sentences[there])))
            yield str(reference), sentence, text[spans[first][0] : spans[end - 1][1]]


def questions(document: Document, kind: str, draw: random.Random) -> list[tuple[str, str]]:
    """Questions and openings, drawn."""
    made = []
    for name, sentence, opening in dict.fromkeys(parts(document)):
        words = [word for word in sentence.split() if word.isalpha() and len(word) >= LONGEST]
        if kind == "named":
            made.append((f"What does {name} say?", opening))
        elif len(words) >= WORDS:
            made.append((f"What about {' '.join(draw.sample(words, WORDS))}?", opening))
    draw.shuffle(made)
    return made[:AT_MOST]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="A")
    given = parser.parse_args()
    print("| contracts | part | questions | system |", " | ".join(map(str, BUDGETS)), "|")
    print("| --- | --- | ---: | --- |", " | ".join(["---:"] * len(BUDGETS)), "|")
    for name in SETS:
        texts = {
            doc.text
            for item in load(name, mode="own", root=given.data, split=given.split).items
            for doc in item.documents
        }
        documents = [Document.from_text(text) for text in sorted(texts)]
        for kind in KINDS:
            draw = random.Random(0)
            asked = [(document, *pair) for document in documents for pair in questions(document, kind, draw)]
            for system in SYSTEMS:
                shown = [
                    np.mean([
                        holds(document.context(question, budget, strategy=system).text(), opening)
                        for document, question, opening in asked
                    ])
                    for budget in BUDGETS
                ]  # fmt: skip
                print(
                    f"| {name} | {kind} | {len(asked)} | {system} |", " | ".join(f"{100 * x:.0f}" for x in shown), "|"
                )


if __name__ == "__main__":
    main()
