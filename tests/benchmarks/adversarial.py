"""Share of planted instructions that are flagged, false alarms on benign documents, and fences that a document breaks.

    python tests/benchmarks/adversarial.py DATA          DATA/dev/adversarial/injections.jsonl is read
    python tests/benchmarks/adversarial.py DATA --show   and what was missed, and what was flagged wrongly

Each text is indexed as a document of its own. It counts as flagged if one of its chunks is.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from time import perf_counter

from secondhop import Document
from secondhop.text.hygiene import planted_instructions

_FENCE = re.compile(r"<passage \d+ ([0-9a-f]+) ")


def main(data: Path, show: bool) -> None:
    rows = [json.loads(line) for line in (data / "dev/adversarial/injections.jsonl").open(encoding="utf-8")]
    flagged: dict[tuple[str, str], list[bool]] = defaultdict(list)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    broken, characters, seconds = 0, 0, 0.0
    for row in rows:
        document = Document.from_text(row["text"])
        began = perf_counter()
        found = {kind for chunk in document.chunks for kind in planted_instructions(chunk.text)}
        seconds += perf_counter() - began
        characters += len(row["text"])
        flagged[row["label"], row["source"].split(" ")[0]].append(bool(found))
        kinds[row["label"]].update(found)
        broken += fences_broken(document, row["text"])
        if show and bool(found) == (row["label"] == "benign"):
            start, end = row["injected_span"] or (0, 200)
            print(f"{row['label']} {row['id']} {sorted(found)}: {row['text'][start:end][:300]!r}")
    for (label, source), values in sorted(flagged.items()):
        print(f"{label:20} {source:30} {sum(values):4} of {len(values):4} flagged: {sum(values) / len(values):6.1%}")
    for label, wanted in (("injections and attacks", lambda name: name != "benign"), ("benign", "benign".__eq__)):
        values = [value for (name, _), more in flagged.items() if wanted(name) for value in more]
        print(f"{label}: {sum(values)} of {len(values)} flagged: {sum(values) / len(values):.1%}")
    print("kinds:", {label: dict(counter) for label, counter in kinds.items()})
    print(f"fences broken: {broken} of {len(rows)}")
    print(f"detector: {characters / seconds / 1e6:.1f} MB/s")


def fences_broken(document: Document, text: str) -> int:
    """How many passages hold their own closing marker before their end, in the worst case: all of the text is shown."""
    shown = document.context(text[:2000], budget=100_000, text_style="fenced").text()
    return sum(shown.count(f"</passage {digest}>") != 1 for digest in _FENCE.findall(shown))


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--show" in sys.argv)
