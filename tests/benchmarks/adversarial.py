"""Share of planted instructions that are flagged, false alarms on benign texts, and fences that a document breaks.

    python tests/benchmarks/adversarial.py DATA            DATA/dev/adversarial/injections.jsonl is read
    python tests/benchmarks/adversarial.py DATA --show     and what was missed, and what was flagged wrongly, of half A
    python tests/benchmarks/adversarial.py DATA --corpora  and the passages of DATA/corpora and DATA/dev that are flagged

Each text is indexed as a document of its own. It counts as flagged if one of its chunks is. When the detector was last
extended, only half A of the attacks was looked at; half B is told apart by a hash of what was planted. To keep it so,
`--show` shows half A alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

from secondhop import Document
from secondhop.text.injection.hygiene import planted_instructions, text_marks, worth_trying

_FENCE = re.compile(r"<passage \d+ ([0-9a-f]+) ")
_MOST_PASSAGES = 2_500
KINDS = (
    "override", "impersonation", "address", "exfiltration", "markup", "active", "encoded", "hidden", "action", "reply",
    "task",
)  # fmt: skip

Row = dict[str, Any]


def main(data: Path, show: bool, corpora: bool) -> None:
    rows = [json.loads(line) for line in (data / "dev/adversarial/injections.jsonl").open(encoding="utf-8")]
    found: list[tuple[Row, set[str]]] = []
    broken, characters, seconds = 0, 0, 0.0
    for row in rows:
        document = Document.from_text(row["text"])
        began = process_time()
        kinds = {kind for chunk in document.chunks for kind in planted_instructions(chunk.text)}
        seconds += process_time() - began
        characters += len(row["text"])
        found.append((row, kinds))
        broken += fences_broken(document, row["text"])
        if show and half(row) == "A" and bool(kinds) == is_benign(row):
            print(f"{row['label']} {row['id']} {sorted(kinds)}: {planted(row)[:300]!r}")
    by_source(found)
    by_half(found)
    by_kinds(found)
    print(f"fences broken: {broken} of {len(rows)}")
    print(f"detector: {characters / seconds / 1e6:.1f} MB/s")
    if corpora:
        for name, passages in passages_of(data):
            of_corpus(name, list(islice(passages, _MOST_PASSAGES)))


def is_benign(row: Row) -> bool:
    return row["label"] == "benign"


def planted(row: Row) -> str:
    start, end = row["injected_span"] or (0, len(row["text"]))
    return row["text"][start:end]


def half(row: Row) -> str:
    """A or B: the same attack in several documents, and a document with and without one, are in the same half."""
    key = row["group"] if is_benign(row) else " ".join(planted(row).lower().split())
    return "AB"[blake2b(key.encode()).digest()[0] & 1]


def by_source(found: list[tuple[Row, set[str]]]) -> None:
    flagged: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row, kinds in found:
        flagged[row["label"], row["source"].split(" ")[0]].append(bool(kinds))
    for (label, source), values in sorted(flagged.items()):
        print(f"{label:20} {source:30} {share(values)}")


def by_half(found: list[tuple[Row, set[str]]]) -> None:
    for label, wanted in (("injections and attacks", False), ("benign", True)):
        of_label = [(row, bool(kinds)) for row, kinds in found if is_benign(row) == wanted]
        for name in ("A", "B"):
            print(f"{label}, half {name}: {share([flagged for row, flagged in of_label if half(row) == name])}")
        print(f"{label}: {share([flagged for _, flagged in of_label])}")


def by_kinds(found: list[tuple[Row, set[str]]]) -> None:
    """What a user gets who heeds some kinds only, from the surest on."""
    print("kinds heeded, from the first to        attacks flagged   benign flagged")
    for n, kind in enumerate(KINDS, 1):
        heeded = set(KINDS[:n])
        attacks, benign = (
            [bool(kinds & heeded) for row, kinds in found if is_benign(row) == wanted] for wanted in (False, True)
        )
        print(f"{kind:38} {sum(attacks) / len(attacks):15.1%}  {sum(benign) / len(benign):15.1%}")


def of_corpus(name: str, passages: list[str]) -> None:
    kinds = [planted_instructions(passage) for passage in passages]
    read = [worth_trying(text_marks(passage)) > 0 for passage in passages]
    most = Counter(kind for of_passage in kinds for kind in of_passage).most_common(3)
    print(f"{name:22} {share(list(map(bool, kinds)))}, {sum(read) / len(read):5.1%} read  {dict(most)}")


def passages_of(data: Path) -> Iterator[tuple[str, Iterator[str]]]:
    """Chunks of each benign collection."""
    for path in sorted((data / "corpora").glob("*.jsonl")):
        yield path.stem, chunks_of(json.loads(line)["text"] for line in path.open(encoding="utf-8"))
    hotpot = (json.loads(line) for line in (data / "dev/hotpotqa.jsonl").open(encoding="utf-8"))
    yield "hotpotqa", chunks_of(passage["text"] for row in hotpot for passage in row["passages"])
    yield "cuad", chunks_of(path.read_text("utf-8") for path in sorted((data / "dev/cuad/docs").glob("*.txt")))
    agreements = (json.loads(line)["text"] for line in (data / "dev/contractnli/docs.jsonl").open(encoding="utf-8"))
    yield "contractnli", chunks_of(agreements)
    filings = (Document.from_file(path) for path in sorted((data / "dev/financebench/pdfs").glob("*.pdf")))
    yield "financebench", (chunk.text for document in filings for chunk in document.chunks)


def chunks_of(texts: Iterator[str]) -> Iterator[str]:
    return (chunk.text for text in texts if text.strip() for chunk in Document.from_text(text).chunks)


def share(values: list[bool]) -> str:
    return f"{sum(values):4} of {len(values):4} flagged: {sum(values) / len(values):6.1%}"


def fences_broken(document: Document, text: str) -> int:
    """How many passages hold their own closing marker before their end, in the worst case: all of the text is shown."""
    shown = document.context(text[:2000], budget=100_000, text_style="fenced").text()
    return sum(shown.count(f"</passage {digest}>") != 1 for digest in _FENCE.findall(shown))


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--show" in sys.argv, "--corpora" in sys.argv)
