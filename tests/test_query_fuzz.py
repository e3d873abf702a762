"""No query raises, whatever is in it."""

import random
import sys

import pytest

from secondhop import Document

TEXTS = [
    "The night mail is carried by the Aurora Vellamo (SB 417). She leaves the outer quay at 22:40.",
    "def getUserName(user_id: int) -> str:\n    return users[user_id].name  # see issue #12\n",
    "Der Vertrag unterliegt dem deutschen Recht; die Frist beträgt 10.000 Tage, l'avocat n'est pas d'accord.",
    "Договор регулируется законом. Срок составляет тридцать дней.",
    "合同受中国法律管辖。東京都に行く。한국의 계약은 법을 따른다.",
    "สัญญานี้อยู่ภายใต้กฎหมายไทย ระยะเวลาสามสิบวัน",
    "هذا العقد يخضع إلى القانون في هذه الدولة؟ نعم.",
    "यह अनुबंध कानून के अधीन है। अवधि तीस दिन है।",
]
MARKS = list(
    "`'\"“”‘’()[]{}<>|\\/!?.,;:~^*+-=#@$%&_ \t\n\r\0\x1b\u200b\u202e\ufeff\u00ad\u0301\ud800\udfff\U000e0041😀👩‍👩‍👧"
)
SYNTAX = [
    "AND", "OR", "NOT", "TO", "NEAR/3", "field:", "*", "a*b", "\\", "0x1F", "1e999", "-1,000.50", "NaN", "''", '"',
]  # fmt: skip
RANGES = ((32, 127), (0xA0, 0x530), (0x590, 0x780), (0x900, 0xE80), (0x1000, 0x1200), (0x3040, 0x3100), (0x4E00, 0x4F00),
          (0xAC00, 0xAD00), (0xFF00, 0xFFF0), (0x1D400, 0x1D500), (0, 0x3000), (0, 0x110000))  # fmt: skip


def queries(n, seed):
    """Words of the documents, bits of syntax, and characters of all scripts, mixed."""
    chance = random.Random(seed)
    words = " ".join(TEXTS).split()

    def part():
        kind = chance.random()
        if kind < 0.35:
            return chance.choice(words)
        if kind < 0.55:
            return "".join(chance.choices(MARKS, k=chance.randint(1, 4)))
        if kind < 0.65:
            word = list(chance.choice(words))
            word[chance.randrange(len(word))] = chance.choice(MARKS)
            return "".join(word)
        if kind < 0.75:
            return chance.choice(SYNTAX)
        if kind < 0.76:
            return chance.choice(words) * chance.randint(1, 200)
        low, high = chance.choice(RANGES)
        return "".join(chr(chance.randrange(low, high)) for _ in range(chance.randint(1, 8)))

    for _ in range(n):
        yield chance.choice(["", " "]).join(part() for _ in range(chance.randint(0, 8)))


def ask_all(n, seed, report=lambda done: None):
    documents = [
        Document.from_texts(TEXTS),
        Document.from_texts(
            [{"text": TEXTS[0], "source": "a.md"}, {"text": TEXTS[1], "source": "b.py"}], language="french"
        ),
    ]
    for number, query in enumerate(queries(n, seed)):
        document = documents[number % 7 == 0]
        if number % 20:
            document.search(query, top_k=3)
        else:
            context = document.context(query, budget=60, text_style="numbered")
            assert context.report.total_tokens <= 60
            assert context.text() is not None
        if number % 50_000 == 0:
            report(number)


def test_three_thousand_queries_raise_nothing():
    ask_all(3_000, seed=1)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_a_million_queries_raise_nothing():
    ask_all(1_000_000, seed=2, report=lambda done: print(f"{done:,} queries", file=sys.stderr, flush=True))
