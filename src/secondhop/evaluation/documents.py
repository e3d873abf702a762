"""The form *documents*: questions about one document each, contracts and filings, some without an answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from secondhop.errors import SourceNotFoundError
from secondhop.evaluation.files import is_pdf, pdf_pages, read_text
from secondhop.evaluation.items import Doc, Evidence, Item, Row
from secondhop.evaluation.metrics import word_recall
from secondhop.evaluation.rows import as_id, as_text, half, is_true, made_of, read_rows, refuse_twice
from secondhop.evaluation.text import one_line

SHORTEST_CONTRACT = 1500
"""Contracts of fewer words fit a context whole and say nothing about choosing."""


def document_items(folder: Path, base: Path, split: str, *, unanswerable: bool, natural: bool) -> list[Item]:
    """The questions of a half; those without an answer only if asked for.

    Raises:
        SourceNotFoundError: a document is not there.
        InputError: two documents have the same id.
    """
    sheet, questions = folder / "docs.jsonl", folder / "questions.jsonl"
    written = [row for row in read_rows(sheet) if "text" in row] if sheet.exists() else []
    documents = made_of(written, sheet, "document", lambda row: (as_id(row["id"]), as_text(row["text"])))
    refuse_twice((key for key, _ in documents), sheet)
    texts = dict(documents)

    def item(row: Row) -> Item | None:
        of, answerable = as_id(row["doc_id"]), is_true(row, "answerable", True)
        if split not in ("all", half(of)) or not (answerable or unanswerable):
            return None
        document = _document(row, folder, base, texts.get(of))
        contract = "cuad_question" in row
        if contract and len(document.text.split()) < SHORTEST_CONTRACT:
            return None
        evidence = tuple((0, one_line(e["text"])) for e in row["evidence"])
        return Item(
            as_id(row["id"]),
            row["cuad_question"] if contract and not natural else row["question"],
            (),
            (document,),
            evidence,
            evidence,
            pages=_pages(document, evidence),
            answerable=answerable,
            first_span=contract,
            group=of,
        )

    return [each for each in made_of(read_rows(questions), questions, "question", item) if each is not None]


def _document(row: Row, folder: Path, base: Path, text: str | None) -> Doc:
    if text is not None:
        return Doc(as_id(row["doc_id"]), text)
    name = row.get("file") or next((e["file"] for e in row["evidence"] if "file" in e), f"{row['doc_id']}.txt")
    path = next((place for place in (folder.parent / name, folder / name, base / name) if place.exists()), None)
    if path is None:
        raise SourceNotFoundError(folder / name, "the document of a question does not exist")
    if is_pdf(path):
        return Doc(path.name, "\n\n".join(pdf_pages(path)), path.name, path=path)
    return Doc(path.name, read_text(path))


def _pages(document: Doc, evidence: Sequence[Evidence]) -> tuple[int, ...]:
    """Pages found by their words, since the sheets do not agree on where to start counting."""
    if document.path is None:
        return ()
    found = set()
    for _, text in evidence:
        recall = [word_recall(text, page) for page in pdf_pages(document.path)]
        if recall and max(recall) >= 0.6:
            found.add(recall.index(max(recall)) + 1)
    return tuple(sorted(found))
