"""The form *corpus*: questions over one shared collection, with relevant documents and sometimes marked evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from secondhop.errors import InputError, SourceNotFoundError
from secondhop.evaluation.files import answers_of, half, read_rows, refuse_twice
from secondhop.evaluation.items import Doc, Item, Row
from secondhop.evaluation.text import one_line

_FORMATS = {"codebase": "code"}
"""Collections whose texts have no file names that would tell the format."""
_SUFFIXES = {"cosqa": ".py"}
"""Collections in one programming language."""


def corpus_items(rows: Sequence[Row], path: Path, base: Path, split: str) -> list[Item]:
    """The questions of a half that have evidence, or relevant documents where nothing is marked.

    Raises:
        SourceNotFoundError: the collection that they name is not there.
        InputError: they name several, or a document that is not in it, or two of its documents have the same id.
    """
    name, *others = dict.fromkeys(Path(row["corpus"]).name for row in rows)
    if others:
        raise InputError(f"{path}: questions of one set are of one corpus, not of {', '.join([name, *others])}")
    places = (base / "corpora" / name, path.parent / name, path.parent.parent / "corpora" / name)
    file = next((place for place in places if place.exists() and place != path), None)
    if file is None:
        raise SourceNotFoundError(places[0], f"the corpus of {path} does not exist")
    spans = any(row.get("evidence") for row in rows)
    entries = read_rows(file)
    refuse_twice((entry["id"] for entry in entries), file)
    place = {entry["id"]: number for number, entry in enumerate(entries)}
    documents = tuple(_corpus_doc(entry, file.stem, titled=not spans) for entry in entries)
    for row in rows:
        for key in (*(e["doc_id"] for e in row.get("evidence") or ()), *row["gold_doc_ids"]):
            if key not in place:
                raise InputError(f"{path}: question {row['id']!r} is of the document {key!r}, which is not in {file}")
    items = []
    for row in rows:
        evidence = tuple((place[e["doc_id"]], one_line(e["text"])) for e in row.get("evidence") or ())
        relevant = tuple(place[doc] for doc in row["gold_doc_ids"])
        if split in ("all", half(row["id"])) and (evidence if spans else relevant):
            items.append(
                Item(
                    row["id"],
                    row["question"],
                    answers_of(row),
                    documents,
                    evidence,
                    evidence,
                    relevant,
                    kind=file.stem,
                )
            )
    return items


def _corpus_doc(entry: Row, corpus: str, *, titled: bool) -> Doc:
    title, text = entry.get("title") or "", entry["text"]
    suffix = _SUFFIXES.get(corpus)
    source = f"{entry['id']}{suffix}" if suffix else ""
    return Doc(title, f"{title}\n\n{text}".strip() if titled else text, source, _FORMATS.get(corpus))
