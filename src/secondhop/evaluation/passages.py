"""The form *passages*: each question brings its paragraphs, with sentences or whole paragraphs marked as evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.evaluation.files import answers_of, half
from secondhop.evaluation.items import Doc, Evidence, Item, Row
from secondhop.evaluation.text import holds

_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")


def passage_items(rows: Sequence[Row], split: str) -> list[Item]:
    """The questions of a half that have evidence."""
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
                    answers_of(row),
                    tuple(documents),
                    tuple(evidence),
                    tuple(support),
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
