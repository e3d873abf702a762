"""Evaluation sets of all three forms, in small, and a system that shows its documents whole."""

import json
from dataclasses import replace

import pytest

from secondhop.evaluation.systems import Answer, fill

ADA = "Ada Lovelace wrote the first program. She worked with Charles Babbage."
BABBAGE = "Charles Babbage designed the Analytical Engine. He was born in London."
NOISE = "Bread rises when yeast ferments the sugars of the flour."


def passages(number):
    return {
        "id": f"q{number}",
        "question": "Where was the man born with whom Ada Lovelace worked?",
        "answer": "London",
        "type": "bridge",
        "passages": [
            {
                "id": "a",
                "title": "Ada",
                "text": ADA,
                "is_gold": True,
                "sentence_spans": [[0, 37], [38, 70]],
                "gold_sentences": [1],
            },
            {
                "id": "b",
                "title": "Babbage",
                "text": BABBAGE,
                "is_gold": True,
                "sentence_spans": [[0, 47], [48, 70]],
                "gold_sentences": [1],
            },
            {
                "id": "c",
                "title": f"Noise {number}",
                "text": NOISE,
                "is_gold": False,
                "sentence_spans": [],
                "gold_sentences": [],
            },
        ],
    }


@pytest.fixture
def data(tmp_path):
    """All three forms, in small."""

    def write(path, rows):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    write(tmp_path / "dev/pairs.jsonl", [passages(number) for number in range(6)])
    write(
        tmp_path / "corpora/shelf.jsonl",
        [{"id": "x", "title": "Ada", "text": ADA}, {"id": "y", "title": "Bread", "text": NOISE}],
    )
    write(
        tmp_path / "dev/shelf.jsonl",
        [
            {
                "id": "s1",
                "question": "What makes bread rise?",
                "answer": None,
                "gold_doc_ids": ["y"],
                "corpus": "shared/shelf.jsonl",
            }
        ],
    )
    write(tmp_path / "dev/nda/docs.jsonl", [{"id": "d1", "text": ADA + "\n" + BABBAGE}])
    asked = {"doc_id": "d1", "question": "Who designed the Analytical Engine?", "category": "who"}
    gold = [{"start": 0, "end": 47, "text": "Charles  Babbage designed the\nAnalytical Engine."}]
    write(
        tmp_path / "dev/nda/questions.jsonl",
        [
            {**asked, "id": "n1", "answerable": True, "evidence": gold},
            {**asked, "id": "n2", "answerable": False, "evidence": []},
        ],
    )
    return tmp_path


class Whole:
    """Shows its documents whole, in order, as far as they fit."""

    def __init__(self, name="whole", fails=False):
        self.name, self.fails = name, fails

    def build(self, documents):
        self.documents = documents
        return self

    def context(self, question, budget, count_tokens):
        if self.fails:
            raise ValueError("cannot")
        kept = fill(
            [(doc.text, number, None) for number, doc in enumerate(self.documents)], budget, count_tokens, skip=True
        )
        return replace(Answer.of(kept, 0.0), confidence=len(kept) / 3)

    def ranked(self, question, top_k):
        return list(range(len(self.documents)))[:top_k]


@pytest.fixture
def whole():
    """Makes such a system."""
    return Whole
