"""The form *corpus*: questions over one shared collection, with relevant documents and sometimes marked evidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from secondhop.errors import InputError, SourceNotFoundError
from secondhop.evaluation.items import Doc, Item, Row
from secondhop.evaluation.rows import answers_of, as_id, as_text, half, made_of, read_rows, refuse_twice
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
    name, *others = dict.fromkeys(made_of(rows, path, "question", lambda row: Path(row["corpus"]).name))
    if others:
        raise InputError(f"{path}: questions of one set are of one corpus, not of {', '.join([name, *others])}")
    places = (base / "corpora" / name, path.parent / name)
    file = next((place for place in places if place.exists() and place != path), None)
    if file is None:
        raise SourceNotFoundError(places[0], f"the corpus of {path} does not exist")
    spans, entries = any(row.get("evidence") for row in rows), read_rows(file)
    keys = made_of(entries, file, "document", lambda entry: as_id(entry["id"]))
    refuse_twice(keys, file)
    place = {key: number for number, key in enumerate(keys)}
    documents = tuple(made_of(entries, file, "document", partial(_corpus_doc, corpus=file.stem, titled=not spans)))

    def item(row: Row) -> Item:
        key = as_id(row["id"])
        marked = [(as_id(each["doc_id"]), one_line(each["text"])) for each in row.get("evidence") or ()]
        gold = [as_id(each) for each in row["gold_doc_ids"]]
        for each in (*(named for named, _ in marked), *gold):
            if each not in place:
                raise InputError(f"{path}: question {key!r} is of the document {each!r}, which is not in {file}")
        evidence = tuple((place[named], text) for named, text in marked)
        relevant = tuple(place[each] for each in gold)
        return Item(key, row["question"], answers_of(row), documents, evidence, evidence, relevant)

    items = made_of(rows, path, "question", item)
    return [each for each in items if split in ("all", half(each.id)) and (each.evidence if spans else each.relevant)]


def _corpus_doc(entry: Row, *, corpus: str, titled: bool) -> Doc:
    title, text = entry.get("title") or "", as_text(entry["text"])
    suffix = _SUFFIXES.get(corpus)
    source = f"{entry['id']}{suffix}" if suffix else ""
    return Doc(title, f"{title}\n\n{text}".strip() if titled else text, source, _FORMATS.get(corpus))
