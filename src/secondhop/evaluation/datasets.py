"""Evaluation sets in one shape: questions with their documents and the evidence that a context must hold.

Three forms are read: *passages* (each question brings its paragraphs), *corpus* (questions over one shared collection)
and *documents* (questions about one document each). Sets go by name under a data root, or by path.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from secondhop.errors import InputError, OptionError, SourceNotFoundError
from secondhop.evaluation.corpus import corpus_items
from secondhop.evaluation.documents import document_items
from secondhop.evaluation.files import half, read_rows
from secondhop.evaluation.items import Dataset, Doc, Item, Mode
from secondhop.evaluation.passages import passage_items

__all__ = ["ALIASES", "data_root", "half", "load", "pool"]

ALIASES = {
    "hotpot": "hotpotqa",
    "2wiki": "2wikimultihopqa",
    "cnli": "contractnli",
    "cuadnl": "cuad-natural",
    "chunking": "chunking_eval",
    "code": "codebase",
}


def data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """The folder with the sets: the argument, or the environment variable SECONDHOP_EVAL_DATA."""
    chosen = root if root is not None else os.environ.get("SECONDHOP_EVAL_DATA")
    if not chosen:
        raise OptionError("no evaluation data: pass the data folder or set SECONDHOP_EVAL_DATA")
    if not Path(chosen).is_dir():
        raise SourceNotFoundError(chosen, "the evaluation data folder does not exist")
    return Path(chosen)


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

    Raises:
        OptionError: there is no such set, or it has no questions.
        LoadError: a file cannot be read.
        InputError: a file is of none of the three forms, or an id is there twice.
    """
    name = ALIASES.get(name, name)
    path, base = _locate(name, root, part)
    try:
        items = _items(path, base, split, unanswerable=unanswerable, natural=name.endswith("-natural"))
    except (KeyError, TypeError, AttributeError) as error:
        cause = f"{error} is missing" if isinstance(error, KeyError) else error
        raise InputError(f"{path} is of none of the forms of evaluation sets: {cause}") from error
    for key, count in Counter(item.id for item in items).items():
        if count > 1:  # rows are compared by id, so one question would stand for both
            raise InputError(f"{path}: the id {key!r} is there twice")
    if limit is not None and len(items) > limit:
        items = random.Random(3).sample(items, limit)
    if not items:
        raise OptionError(f"dataset={name!r} has no questions in part {part!r}, split {split!r}")
    shared = items[0].group == "corpus"
    # Questions over a shared collection have no documents of their own.
    mode = "pooled" if shared else mode
    documents = () if mode == "own" else items[0].documents if shared else pool(items)
    return Dataset(name, mode, tuple(items), documents)


def _items(path: Path, base: Path, split: str, *, unanswerable: bool, natural: bool) -> list[Item]:
    if path.is_dir():
        return document_items(path, base, split, unanswerable=unanswerable, natural=natural)
    rows = read_rows(path)
    if not rows or "passages" in rows[0]:
        return passage_items(rows, split)
    return corpus_items(rows, path, base, split)


def pool(items: Iterable[Item]) -> tuple[Doc, ...]:
    """The distinct documents of all items, shuffled.

    Unshuffled, those of one question stand side by side, and chunks that cross them leak.
    """
    documents = list({(doc.title, doc.text): doc for item in items for doc in item.documents}.values())
    random.Random(7).shuffle(documents)
    return tuple(documents)


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
