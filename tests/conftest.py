"""Small documents that many tests ask: a contract, and one larger text of each kind."""

import csv
import io
import json
import random
import sys
from functools import cache

import pytest

import secondhop

CONTRACT = """# Master Services Agreement

This agreement is between Northwind Trading Ltd and the customer.

## 1. Term

The agreement starts on 1 March 2024 and runs for three years. Either party may extend it by notice.

## 9.1 Governing Law

This agreement is governed by the laws of England and Wales. The courts of London decide every dispute.

## 9.2 Liability

The vendor's liability is capped at $10,000 per claim. Indirect damages are excluded.

## Annex

Northwind Trading Ltd was founded in Leeds in 1987 by Ada Marsh.
"""


@pytest.fixture(autouse=True)
def _built_in_formats_only():
    """Takes back the loaders that a test registers."""
    yield
    formats = sys.modules.get("secondhop.loading.formats")
    if formats is not None:
        for name in [name for name, entry in formats._FORMATS.items() if entry.registered is not None]:
            del formats._FORMATS[name]
            for table in (formats._BY_SUFFIX, formats._BY_NAME):
                for key in [key for key, owner in table.items() if owner == name]:
                    del table[key]


_WORDS = [
    "harbour", "engine", "ledger", "meadow", "signal", "copper", "winter", "journal",
    "bridge", "lantern", "market", "valley", "timber", "railway", "orchard", "captain",
    "archive", "furnace", "compass", "glacier", "parish", "quarry", "saddle", "tunnel",
    "velvet", "witness", "anchor", "barrel", "candle", "dragon", "ferry", "garden",
    "hammer", "island", "jacket", "kettle", "letter", "mirror", "needle", "ocean",
    "pepper", "quilt", "rocket", "silver", "temple",
]  # fmt: skip
_HAN = "合同法律管辖期限付款责任客户公司协议通知终止赔偿保密数据服务费用日期北京上海审计报告"
SHAPES = ("prose", "code", "csv", "json", "chinese")


def prose(n_words: int = 12_000) -> str:
    """Paragraphs of plain English sentences."""
    draw = random.Random(7)
    paragraphs, total = [], 0
    while total < n_words:
        sentences = []
        for _ in range(draw.randint(1, 6)):
            words = draw.choices(_WORDS, k=draw.randint(4, 22))
            total += len(words)
            sentences.append(" ".join(words).capitalize() + draw.choice(".!?"))
        paragraphs.append(" ".join(sentences))
    return "\n\n".join(paragraphs) + "\n"


def code(n_functions: int = 400) -> str:
    """Python functions, some of them longer than a chunk."""
    draw = random.Random(8)
    parts = ["import math\n"]
    for number in range(n_functions):
        word, other = draw.choices(_WORDS, k=2)
        lines = [f"    {other}_{step} = {word}.load({step}) + math.sqrt({step})" for step in range(draw.randint(1, 12))]
        parts.append(f"def read_{word}_{number}({word}):\n" + "\n".join(lines) + f"\n    return {other}_0\n")
    return "\n\n".join(parts)


def table(n_rows: int = 2_500) -> str:
    """A CSV table whose notes hold commas, quotes and line ends."""
    draw = random.Random(9)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "amount", "note"])
    for number in range(n_rows):
        note = f'{draw.choice(_WORDS)}, "{draw.choice(_WORDS)}"' + ("\nsecond line" if number % 50 == 0 else "")
        writer.writerow([number, draw.choice(_WORDS), draw.randint(1, 10**6), note])
    return out.getvalue()


def minified_json(n_records: int = 900) -> str:
    """One line without a blank."""
    draw = random.Random(10)
    records = [{"id": n, "name": draw.choice(_WORDS), "tags": draw.choices(_WORDS, k=3)} for n in range(n_records)]
    return json.dumps(records, separators=(",", ":"))


def chinese(n_sentences: int = 700) -> str:
    """Sentences of Han characters, without blanks."""
    draw = random.Random(11)
    return "".join(
        "".join(draw.choices(_HAN, k=draw.randint(5, 40))) + draw.choice("。！？") for _ in range(n_sentences)
    )


_MAKERS = {"prose": prose, "code": code, "csv": table, "json": minified_json, "chinese": chinese}
_NAMES = {"prose": "prose.txt", "code": "tool.py", "csv": "rows.csv", "json": "data.json", "chinese": "chinese.txt"}


@cache
def _large(shape: str, tokenizer: str, overlap: int = 0) -> secondhop.Document:
    return secondhop.Document.from_text(
        _MAKERS[shape](), source=_NAMES[shape], tokenizer=tokenizer, candidate_k=200, chunk_overlap=overlap
    )


@pytest.fixture(scope="session")
def contract_text():
    return CONTRACT


@pytest.fixture(scope="session")
def contract():
    """The contract as a document that counts words, so that numbers can be checked by hand."""
    return secondhop.Document.from_text(CONTRACT, source="contract.md", tokenizer="words")


@pytest.fixture(scope="session")
def large():
    """`large(shape, tokenizer, overlap=0)`: a document of more than 10,000 tokens; shapes are prose, code, csv, json, chinese."""
    return _large


@pytest.fixture(scope="session")
def small_pdf():
    """The bytes of a PDF with two pages of text."""
    pages = (
        "The lighthouse was built in 1811. Its keeper was Robert Hale.",
        "Robert Hale was born in Arbroath. He kept a diary for forty years.",
    )
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 2 /Kids [4 0 R 6 0 R] >>"]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, text in enumerate(pages):
        stream = f"BT /F1 11 Tf 72 700 Td ({text}) Tj ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    data, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    entries = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root 1 0 R >>"
    return f"{data}{table}\nstartxref\n{len(data)}\n%%EOF\n".encode()
