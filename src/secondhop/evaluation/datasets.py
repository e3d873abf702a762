"""Evaluation sets in one shape: questions with their documents and the evidence that a context must hold.

Three forms are read: *passages* (each question brings its paragraphs), *corpus* (questions over one shared collection)
and *documents* (questions about one document each). Sets go by name under a data root, or by path.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from secondhop.errors import OptionError, SourceNotFoundError
from secondhop.evaluation.text import holds, one_line

Mode = Literal["own", "pooled"]
Row = dict[str, Any]

ALIASES = {
    "hotpot": "hotpotqa",
    "2wiki": "2wikimultihopqa",
    "cnli": "contractnli",
    "cuadnl": "cuad-natural",
    "chunking": "chunking_eval",
    "code": "codebase",
}
SHORTEST_CONTRACT = 1500
"""Contracts of fewer words fit a context whole and say nothing about choosing."""
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Doc:
    """One document to search."""

    title: str
    text: str
    source: str = ""
    """A file name whose suffix tells the format, if that matters."""
    path: Path | None = None
    """The file itself, for systems that read files; `text` is then what a plain reader gets from it."""


Evidence = tuple[int, str]
"""A text that must be kept, after the number of the document (in `Item.documents`) that holds it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question."""

    id: str
    question: str
    answer: str
    documents: tuple[Doc, ...]
    evidence: tuple[Evidence, ...] = ()
    """The marked evidence: sentences, clauses or whole passages."""
    support: tuple[Evidence, ...] = ()
    """The smallest texts that must survive verbatim: the evidence, or the sentence with each hop's answer."""
    relevant: tuple[int, ...] = ()
    """Relevant documents, for ranked retrieval."""
    pages: tuple[int, ...] = ()
    """Pages that hold the evidence, from 1."""
    hops: int = 1
    answerable: bool = True
    first_span: bool = False
    """Word recall is measured on the first evidence text alone."""
    kind: str = ""
    group: str = ""
    """Items of one group share their documents, and so an index."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions, and the documents of the pooled index."""

    name: str
    mode: Mode
    items: tuple[Item, ...]
    documents: tuple[Doc, ...] = ()
    """What all questions search in mode `pooled`; empty in mode `own`."""

    @property
    def ranked(self) -> bool:
        """True for sets with relevant documents but no marked evidence."""
        return bool(self.items) and not any(item.evidence or item.pages for item in self.items)


def data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """The folder with the sets: the argument, or the environment variable SECONDHOP_EVAL_DATA."""
    chosen = root if root is not None else os.environ.get("SECONDHOP_EVAL_DATA")
    if not chosen:
        raise OptionError("no evaluation data: pass the data folder or set SECONDHOP_EVAL_DATA")
    if not Path(chosen).is_dir():
        raise SourceNotFoundError(chosen, "the evaluation data folder does not exist")
    return Path(chosen)


def half(key: str) -> str:
    """Which half a question is in: "A" (to choose by) or "B" (to confirm), by a digest of its key."""
    return "AB"[int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % 2]


def load(
    name: str,
    *,
    mode: Mode = "own",
    root: str | os.PathLike[str] | None = None,
    part: str = "dev",
    split: str = "all",
    unanswerable: bool = False,
    limit: int | None = None,
) -> Dataset:
    """Load a set.

    Args:
        name: a set under the data root (`hotpotqa`, `cuad`, `cuad-natural`, ...), or the path of a JSONL file or of a
            folder with `questions.jsonl`.
        mode: `own`: each question over its own documents; `pooled`: one index over the documents of all questions.
        root: the data folder; None for SECONDHOP_EVAL_DATA.
        part: the subfolder of the root with the questions.
        split: `A`, `B` or `all`; contracts go by document, other questions by their own id.
        unanswerable: keep questions without an answer in the documents.
        limit: at most this many questions, a sample that is the same on every run.
    """
    name = ALIASES.get(name, name)
    path, base = _locate(name, root, part)
    if path.is_dir():
        items = _documents(path, base, split, unanswerable, natural=name.endswith("-natural"))
    else:
        rows = read_rows(path)
        passages = bool(rows) and "passages" in rows[0]
        items = _passages(rows, split) if passages else _corpus(rows, path, base, split)
    if limit is not None and len(items) > limit:
        items = random.Random(3).sample(items, limit)
    if not items:
        raise OptionError(f"dataset={name!r} has no questions in part {part!r}, split {split!r}")
    shared = items[0].group == "corpus"
    # Questions over a shared collection have no documents of their own.
    mode = "pooled" if shared else mode
    documents = () if mode == "own" else items[0].documents if shared else pool(items)
    return Dataset(name, mode, tuple(items), documents)


def pool(items: Iterable[Item]) -> tuple[Doc, ...]:
    """The distinct documents of all items, shuffled.

    Unshuffled, those of one question stand side by side, and chunks that cross them leak.
    """
    seen = dict.fromkeys((doc.title, doc.text) for item in items for doc in item.documents)
    first = {(doc.title, doc.text): doc for item in items for doc in item.documents}
    keys = list(seen)
    random.Random(7).shuffle(keys)
    return tuple(first[key] for key in keys)


def without_evidence(dataset: Dataset) -> Dataset:
    """The same questions with the documents that hold their evidence taken away: none can be answered."""
    items = []
    for item in dataset.items:
        gold = {doc for doc, _ in item.evidence}
        left = tuple(doc for number, doc in enumerate(item.documents) if number not in gold)
        if left:
            items.append(
                replace(
                    item,
                    id=f"{item.id}-removed",
                    documents=left,
                    evidence=(),
                    support=(),
                    answerable=False,
                    group=f"{item.group}-removed",
                )
            )
    return replace(dataset, mode="own", items=tuple(items), documents=())


@lru_cache(maxsize=16)
def read_rows(path: Path) -> tuple[Row, ...]:
    """The objects of a JSONL file; blank lines are skipped."""
    with path.open(encoding="utf-8") as file:
        return tuple(json.loads(line) for line in file if line.strip())


def _locate(name: str, root: str | os.PathLike[str] | None, part: str) -> tuple[Path, Path]:
    direct = Path(name)
    if direct.exists() and (direct.suffix == ".jsonl" or (direct / "questions.jsonl").exists()):
        return direct, direct.parent.parent
    base = data_root(root)
    for candidate in (base / part / f"{name}.jsonl", base / part / name.removesuffix("-natural")):
        if candidate.exists():
            return candidate, base
    names = sorted(path.stem for path in (base / part).glob("*.jsonl"))
    raise OptionError.choice("dataset", name, [*names, "cuad", "cuad-natural", "contractnli", "financebench"])


def _passages(rows: Sequence[Row], split: str) -> list[Item]:
    items = []
    for row in rows:
        if split not in ("all", half(row["id"])):
            continue
        documents, evidence = [], []
        for number, passage in enumerate(row["passages"]):
            documents.append(Doc(passage.get("title") or "", passage["text"].strip()))
            evidence += [(number, text) for text in _gold_texts(passage)]
        support = _hop_sentences(row, documents) if "hops" in row else evidence
        if evidence:
            items.append(
                Item(
                    row["id"],
                    row["question"],
                    _answer(row),
                    tuple(documents),
                    tuple(evidence),
                    tuple(support),
                    hops=len(row.get("hops", ())) or len({doc for doc, _ in evidence}),
                    kind=row.get("type") or "",
                    group=row["id"],
                )
            )
    return items


def _gold_texts(passage: Row) -> list[str]:
    if "sentence_spans" not in passage:
        return [passage["text"].strip()] if passage.get("is_gold") else []
    sentences = [passage["text"][start:end].strip() for start, end in passage["sentence_spans"]]
    return [sentences[k] for k in passage["gold_sentences"] if k < len(sentences) and sentences[k]]


def _hop_sentences(row: Row, documents: Sequence[Doc]) -> list[Evidence]:
    """For each hop, the first sentence of its passage that holds the hop's answer."""
    place = {passage["id"]: number for number, passage in enumerate(row["passages"])}
    found = []
    for hop in row["hops"]:
        number = place.get(hop.get("gold_passage"))
        if number is None:
            continue
        sentences = (text for text in _SENTENCE.split(documents[number].text) if text.strip())
        sentence = next((text for text in sentences if holds(text, hop["answer"])), None)
        if sentence is not None:
            found.append((number, sentence))
    return found


def _corpus(rows: Sequence[Row], path: Path, base: Path, split: str) -> list[Item]:
    name = Path(rows[0]["corpus"]).name
    places = (base / "corpora" / name, path.parent / name, path.parent.parent / "corpora" / name)
    file = next((place for place in places if place.exists() and place != path), None)
    if file is None:
        raise SourceNotFoundError(places[0], f"the corpus of {path} does not exist")
    spans = any(row.get("evidence") for row in rows)
    entries = read_rows(file)
    place = {entry["id"]: number for number, entry in enumerate(entries)}
    documents = tuple(_corpus_doc(entry, file.stem, titled=not spans) for entry in entries)
    items = []
    for row in rows:
        evidence = tuple(
            (place[e["doc_id"]], one_line(e["text"])) for e in row.get("evidence") or () if e["doc_id"] in place
        )
        relevant = tuple(place[doc] for doc in row["gold_doc_ids"] if doc in place)
        if split in ("all", half(row["id"])) and (evidence if spans else relevant):
            items.append(
                Item(
                    row["id"],
                    row["question"],
                    _answer(row),
                    documents,
                    evidence,
                    evidence,
                    relevant,
                    kind=file.stem,
                    group="corpus",
                )
            )
    return items


def _corpus_doc(entry: Row, corpus: str, *, titled: bool) -> Doc:
    title, text = entry.get("title") or "", entry["text"]
    suffix = (
        ".py"
        if corpus == "cosqa"
        else ""
        if corpus != "codebase"
        else ".rs"
        if re.search(r"\bfn \w+|\bimpl\b", text)
        else ".cpp"
    )
    return Doc(title, f"{title}\n\n{text}".strip() if titled else text, f"{entry['id']}{suffix}")


def _documents(folder: Path, base: Path, split: str, unanswerable: bool, *, natural: bool) -> list[Item]:
    texts = (
        {row["id"]: row["text"] for row in read_rows(folder / "docs.jsonl") if "text" in row}
        if (folder / "docs.jsonl").exists()
        else {}
    )
    items = []
    for row in read_rows(folder / "questions.jsonl"):
        answerable = bool(row.get("answerable", True))
        if split not in ("all", half(row["doc_id"])) or not (answerable or unanswerable):
            continue
        document = _document(row, folder, base, texts.get(row["doc_id"]))
        contract = "cuad_question" in row
        if contract and len(document.text.split()) < SHORTEST_CONTRACT:
            continue
        question = row["cuad_question"] if contract and not natural else row["question"]
        evidence = tuple((0, one_line(e["text"])) for e in row["evidence"])
        items.append(
            Item(
                row["id"],
                question,
                "",
                (document,),
                evidence,
                evidence,
                pages=_pages(document, evidence),
                answerable=answerable,
                first_span=contract,
                kind=row.get("category") or "",
                group=row["doc_id"],
            )
        )
    return items


def _document(row: Row, folder: Path, base: Path, text: str | None) -> Doc:
    if text is not None:
        return Doc(row["doc_id"], text)
    name = row.get("file") or next((e["file"] for e in row["evidence"]), f"{row['doc_id']}.txt")
    path = next((place for place in (folder.parent / name, folder / name, base / name) if place.exists()), None)
    if path is None:
        raise SourceNotFoundError(folder / name, "the document of a question does not exist")
    if path.suffix == ".pdf":
        return Doc(path.name, "\n\n".join(pdf_pages(path)), path.name, path)
    return Doc(path.name, _read(path))


@lru_cache(maxsize=512)
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=64)
def pdf_pages(path: Path) -> tuple[str, ...]:
    """The text of each page, as a plain reader gets it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return tuple(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)
    finally:
        document.close()


def _pages(document: Doc, evidence: Sequence[Evidence]) -> tuple[int, ...]:
    """Pages found by their words, since the sheets do not agree on where to start counting."""
    from secondhop.evaluation.metrics import word_recall

    if document.path is None:
        return ()
    found = set()
    for _, text in evidence:
        recall = [word_recall(text, page) for page in pdf_pages(document.path)]
        if recall and max(recall) >= 0.6:
            found.add(recall.index(max(recall)) + 1)
    return tuple(sorted(found))


def _answer(row: Row) -> str:
    answer = row.get("answer")
    return answer if isinstance(answer, str) else ""
