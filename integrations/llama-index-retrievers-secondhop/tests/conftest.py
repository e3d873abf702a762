"""Nodes of a small harbour, and large made-up collections."""

import random

import pytest
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

QUESTION = "Who repairs the engine of the ship that carries the night mail?"
TEXTS = [
    "The night mail is carried by the Aurora Vellamo. It sails at ten each evening. The crew is paid weekly.",
    "The cafe sells soup and bread. The soup is hot until eight. Tea costs two crowns.",
    "The Aurora Vellamo goes to Brannock & Daughters for gearbox and diesel. They live in Port Ellery.",
    "Night mail bags are counted aboard by the mate. The mate signs for them twice.",
    "The school rotation carries pupils from Grey Holm. It runs on school days only.",
    "Rain fell all week. The meadow flooded. Nobody went out.",
]


@pytest.fixture
def nodes():
    return [
        TextNode(
            text=text,
            id_=f"node-{number}",
            metadata={"file_name": "handbook.md", "part": number},
            start_char_idx=100,
            end_char_idx=100 + len(text),
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id="handbook")},
        )
        for number, text in enumerate(TEXTS)
    ]


def name(number):
    """A made-up word that stands for a number: letters only, so that no other word shares a part of it."""
    return "zq" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def many(n):
    """Nodes of random words; node i alone holds `name(i)`."""
    draw = random.Random(7)
    words = [f"w{name(number)}" for number in range(3000)]
    return [
        TextNode(text=" ".join([name(number), *draw.choices(words, k=60)]) + ".", id_=f"n{number}")
        for number in range(n)
    ]
