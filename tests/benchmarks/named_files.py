"""Questions that name the file that answers, or a wrong one: the questions in people's own words over folders of manuals.

    python tests/benchmarks/own_words_documents.py FOLDER     # fetches the documents
    python tests/benchmarks/named_files.py FOLDER [--half B]

Each question is asked as it is, with the name of the file that answers ("… in tutorial.html?"), with its path ("According
to howto/auth.html, …") and with the path of another file, drawn. Prints the percent answered at budgets in estimated
tokens, ours and top-k over the same chunks.
"""

import argparse
import json
import random
from pathlib import Path

from secondhop.document import Document
from secondhop.evaluation.rows import half
from secondhop.evaluation.text import holds

QUESTIONS = Path(__file__).resolve().parent / "own_words"
SETS = ("apache", "git", "code", "python")
SYSTEMS = ("auto", "raw_topk")
BUDGETS = (150, 300, 600)


def asked(question: str, file: str, other: str) -> dict[str, str]:
    """The question in all ways."""
    bare = question.rstrip("?. ")
    return {
        "as it is": question,
        "in FILE": f"{bare} in {Path(file).name}?",
        "according to PATH": f"According to {file}, {bare}?",
        "see WRONG": f"{bare}, see {other}",
    }


def main() -> None:
    """Asks and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("A", "B", "all"), default="B")
    arguments = parser.parse_args()
    draw = random.Random(1)
    answered: dict[tuple[str, str, int], list[bool]] = {}
    for name in SETS:
        document = Document.from_folder(arguments.folder / name)
        for line in (QUESTIONS / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            file = row["file"] if isinstance(row["file"], str) else row["file"][0]
            other = draw.choice(sorted({*document.sources} - {file}))
            if arguments.half not in ("all", half(row["id"])):
                continue
            for way, question in asked(row["question"], file, other).items():
                for system in SYSTEMS:
                    for budget in BUDGETS:
                        text = document.context(question, budget, strategy=system).text()
                        found = all(holds(text, expected) for expected in row["expected"])
                        answered.setdefault((way, system, budget), []).append(found)
    for way, system in dict.fromkeys((way, system) for way, system, _ in answered):
        shares = [answered[way, system, budget] for budget in BUDGETS]
        percent = " / ".join(f"{100 * sum(each) / len(each):.1f}" for each in shares)
        print(f"{way:18} {system:9} {percent}  (n={len(shares[0])})")


if __name__ == "__main__":
    main()
