"""The form *passages*: each question brings its paragraphs, with sentences or whole paragraphs marked as evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from secondhop.evaluation.items import Doc, Evidence, Item, Row
from secondhop.evaluation.rows import answers_of, as_id, half, is_true, made_of
from secondhop.evaluation.text import holds

_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")


def passage_items(rows: Sequence[Row], path: Path, split: str) -> list[Item]:
    """The questions of a half that have evidence."""
    items = made_of(rows, path, "question", _item)
    return [item for item in items if item.evidence and split in ("all", half(item.id))]


def _item(row: Row) -> Item:
    key, documents, evidence = as_id(row["id"]), [], []
    for number, passage in enumerate(row["passages"]):
        documents.append(Doc(passage.get("title") or "", passage["text"].strip()))
        evidence += [(number, text) for text in _gold_texts(passage)]
    support = _hop_sentences(row, documents) if "hops" in row else evidence
    return Item(
        key,
        row["question"],
        answers_of(row),
        tuple(documents),
        tuple(evidence),
        tuple(support),
        group=key,
    )


def _gold_texts(passage: Row) -> list[str]:
    if "sentence_spans" not in passage:
        return [passage["text"].strip()] if is_true(passage, "is_gold") else []
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
