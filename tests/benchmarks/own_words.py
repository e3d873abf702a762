"""Questions in people's own words over whole manuals, licences, source code and translations: ours beside its peers.

    python tests/benchmarks/own_words_documents.py FOLDER     # fetches the documents
    make bench-words DOCUMENTS=FOLDER
    python tests/benchmarks/own_words.py FOLDER [--half B | --unseen | --compared] [--only SET ...] [--systems NAME ...] [--write]

`own_words/SET.jsonl` has the questions as golden sets have them, and in `file` the file (or files) that answer; they were
written by readers of the documents who had not seen this package. Manuals are asked as a folder; licences and PDF files,
as a reader has them in hand, one by one. Every system reads the same text of a file, the one that our loaders make of it
(PDF files: the frameworks get what a plain reader finds, page by page; redhop reads them itself). A question is answered
if all its expected texts stand in the context. Budgets are tokens of `o200k_base`. In brackets: ours minus the other on
the same questions, in points, with the 95 % interval. `--write` puts the table into docs/findings/own_words.md.

`--unseen` asks sets that were made when everything was chosen: nothing may ever be chosen with them. `--compared` asks
questions that name two things, with evidence of each (`own_words/compared`, docs/findings/compared.md).
"""

import argparse
import json
import multiprocessing
import sys
from pathlib import Path

from pages import between
from quality import bring_vocabulary

from secondhop import loading
from secondhop.errors import NoTextError
from secondhop.evaluation.items import Dataset, Doc, Item
from secondhop.evaluation.metrics import bootstrap
from secondhop.evaluation.named import make_system
from secondhop.evaluation.rows import half
from secondhop.evaluation.runner import run
from secondhop.evaluation.text import holds
from secondhop.text.tokens import resolve_counter

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE / "own_words"
PAGE = HERE.parents[1] / "docs" / "findings" / "own_words.md"
BEGIN, END = "<!-- {}: made by make bench-words -->", "<!-- end of {} -->"
BUDGETS = (150, 300, 600, 1200, 2400)
OURS, TOP_K = "secondhop", "secondhop:strategy=raw_topk"
SYSTEMS = (OURS, TOP_K, "bm25", "langchain:128", "llamaindex:128", "redhop:auto")
ALONE = ("licences", "manuals_pdf", "unseen_pdf")
"""Sets whose files are asked one by one."""
KINDS = {
    "one licence": ("licences",),
    "one PDF manual": ("manuals_pdf",),
    "HTML manuals": ("handbook_en", "sqlite", "postgres", "apache"),
    "reST and AsciiDoc": ("python", "git", "kernel"),
    "source code": ("code",),
    "German, French, Spanish, Italian, Russian": (
        "handbook_de",
        "handbook_fr",
        "handbook_es",
        "handbook_it",
        "handbook_ru",
    ),
    "Japanese, Chinese": ("handbook_ja", "handbook_zh"),
}
UNSEEN = {
    "one PDF manual": ("unseen_pdf",),
    "HTML manuals": ("gimp", "postfix"),
    "Markdown, plain text": ("anarchism", "history"),
    "source code": ("node",),
    "German, French": ("gimp_de", "gimp_fr"),
}

COMPARED = {"questions that compare": tuple(path.stem for path in sorted((QUESTIONS / "compared").iterdir()))}


def read_document(path: Path, source: str) -> Doc | None:
    """A file with the text that all systems read; None if there is none in it."""
    try:
        return Doc(source, loading.load_file(path).text, source, path=path)
    except NoTextError:
        return None


def dataset_of(name: str, folder: Path, part: str, questions: Path = QUESTIONS) -> Dataset:
    """The questions of a set, over the files of the folder of that name."""
    rows = [json.loads(line) for line in (questions / f"{name}.jsonl").read_text("utf-8").splitlines()]
    rows = [row for row in rows if part in ("all", half(row["id"]))]
    base = folder / name
    files = sorted(str(path.relative_to(base)) for path in base.rglob("*") if path.is_file())
    read = {file: read_document(base / file, file) for file in files}
    documents = {file: doc for file, doc in read.items() if doc is not None}
    place = {file: number for number, file in enumerate(documents)}
    alone = name in ALONE
    items = []
    for row in rows:
        answering = [row["file"]] if isinstance(row["file"], str) else row["file"]
        evidence = []
        for text in row["expected"]:
            holder = next((file for file in answering if holds(documents[file].text, text)), None)
            if holder is not None:
                evidence.append((0 if alone else place[holder], text))
        if len(evidence) < len(row["expected"]):
            print(f"left out: {row['id']}, whose expected text is not in {', '.join(answering)}", file=sys.stderr)
            continue
        own, group = ((documents[answering[0]],), answering[0]) if alone else ((), "")
        items.append(Item(row["id"], row["question"], (), own, tuple(evidence), tuple(evidence), group=group))
    return Dataset(name, "own" if alone else "pooled", tuple(items), () if alone else tuple(documents.values()))


def measure(task):
    """All rows of one set."""
    name, arguments = task
    counter, _ = resolve_counter(arguments.tokenizer)
    return run(
        [make_system(system) for system in arguments.systems],
        [
            dataset_of(
                name, arguments.folder, arguments.half, QUESTIONS / "compared" if arguments.compared else QUESTIONS
            )
        ],
        arguments.budgets,
        counter,
    )


def everything(arguments):
    """All rows of all sets."""
    bring_vocabulary()
    with multiprocessing.get_context("fork").Pool(arguments.jobs) as pool:
        tasks = [(name, arguments) for name in arguments.only]
        return [row for found in pool.imap(measure, tasks, chunksize=1) for row in found]


def lines(rows, kinds, systems, budgets):
    """The table: percent answered by kind of document, system and budget; ours with differences to each system."""
    full = {(row["dataset"], row["system"], row["budget"], row["id"]): row["full"] for row in rows}
    yield f"| Documents (questions) | System | {' | '.join(map(str, budgets))} |"
    yield f"| --- | --- | {' | '.join(['---:'] * len(budgets))} |"
    measured = {row["dataset"] for row in rows}
    kinds = {kind: [name for name in names if name in measured] for kind, names in kinds.items()}
    kinds = {kind: names for kind, names in kinds.items() if names} | {"**all**": sorted(measured)}
    for kind, names in kinds.items():
        ids = sorted({(row["dataset"], row["id"]) for row in rows if row["dataset"] in names})
        column = {
            (system, budget): [full[name, system, budget, key] for name, key in ids]
            for system in systems
            for budget in budgets
        }
        for system in systems:
            cells = []
            for budget in budgets:
                share = f"{100 * sum(column[system, budget]) / len(ids):.0f}"
                if system != systems[0]:
                    gap = bootstrap(column[systems[0], budget], column[system, budget])
                    share += f" ({100 * gap.mean:+.1f} [{100 * gap.low:+.1f}, {100 * gap.high:+.1f}])"
                cells.append(share)
            label = f"{kind} ({len(ids)})" if system == systems[0] else ""
            yield f"| {label} | {system} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", default="all", choices=("A", "B", "all"))
    parser.add_argument("--unseen", action="store_true", help="the sets with which nothing was chosen")
    parser.add_argument("--compared", action="store_true", help="questions that name two things, with evidence of each")
    parser.add_argument("--only", nargs="+", metavar="SET")
    parser.add_argument("--systems", nargs="+", default=SYSTEMS)
    parser.add_argument("--budgets", nargs="+", type=int, default=BUDGETS)
    parser.add_argument("--tokenizer", default="o200k_base")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows", type=Path, help="store the rows here, for looking at single questions")
    parser.add_argument("--from", dest="stored", type=Path, help="make the table from stored rows; measure nothing")
    parser.add_argument("--write", action="store_true", help="into docs/findings/own_words.md")
    arguments = parser.parse_args()
    if arguments.compared and arguments.write:
        parser.error("--compared has no table to write")
    kinds = UNSEEN if arguments.unseen else COMPARED if arguments.compared else KINDS
    arguments.only = arguments.only or [name for names in kinds.values() for name in names]
    rows = json.loads(arguments.stored.read_text("utf-8")) if arguments.stored else everything(arguments)
    if arguments.rows:
        arguments.rows.write_text(json.dumps(rows), "utf-8")
    table = "\n".join(lines(rows, kinds, list(arguments.systems), list(arguments.budgets)))
    print(table)
    if arguments.write:
        name = "unseen" if arguments.unseen else "table"
        PAGE.write_text(between(PAGE.read_text("utf-8"), BEGIN.format(name), END.format(name), table), "utf-8")


if __name__ == "__main__":
    main()
