"""Evaluation sets in one shape: questions with their documents and the evidence that a context must hold.

Three forms are read: *passages* (each question brings its paragraphs), *corpus* (questions over one shared collection)
and *documents* (questions about one document each). Sets go by name under a data root, or by path.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path

from secondhop.errors import InputError, OptionError, SourceNotFoundError
from secondhop.evaluation.corpus import corpus_items
from secondhop.evaluation.documents import document_items
from secondhop.evaluation.items import Dataset, Doc, Item, Mode
from secondhop.evaluation.passages import passage_items
from secondhop.evaluation.rows import read_rows, refuse_twice
from secondhop.options import as_path

ALIASES = {
    "hotpot": "hotpotqa",
    "2wiki": "2wikimultihopqa",
    "cnli": "contractnli",
    "cuadnl": "cuad-natural",
    "chunking": "chunking_eval",
    "code": "codebase",
}
"""Short names, for those whose sets do not have them already."""
SPLITS = ("A", "B", "all")


def _data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """The folder with the sets: the argument, or the environment variable SECONDHOP_EVAL_DATA."""
    chosen = root if root is not None else os.environ.get("SECONDHOP_EVAL_DATA")
    if not chosen:
        raise OptionError("no evaluation data: pass the data folder or set SECONDHOP_EVAL_DATA")
    if not Path(chosen).is_dir():
        raise SourceNotFoundError(chosen, "the evaluation data folder does not exist")
    return Path(chosen)


def load(
    name: str | os.PathLike[str],
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
        OptionError: there is no such set or half, or it has no questions.
        LoadError: a file cannot be read.
        InputError: a file is of none of the three forms, or an id is there twice.
    """
    if split not in SPLITS:
        raise OptionError.choice("split", split, SPLITS)
    name, path, base = _locate(as_path(name), root, part)
    items, shared = _items(path, base, split, unanswerable=unanswerable, natural=name.endswith("-natural"))
    refuse_twice((item.id for item in items), path)
    for item in items:
        if not isinstance(item.question, str):
            raise InputError(f"{path}: the question of {item.id!r} is {item.question!r}, which is no text")
    if limit is not None and len(items) > limit:
        items = random.Random(3).sample(items, limit)
    if not items:
        raise OptionError(f"dataset={name!r} has no questions in part {part!r}, split {split!r}")
    # Questions over a shared collection have no documents of their own.
    mode = "pooled" if shared else mode
    documents = () if mode == "own" else items[0].documents if shared else pool(items)
    return Dataset(name, mode, tuple(items), documents)


def _items(path: Path, base: Path, split: str, *, unanswerable: bool, natural: bool) -> tuple[list[Item], bool]:
    """The questions, and whether they share one collection."""
    if path.is_dir():
        return document_items(path, base, split, unanswerable=unanswerable, natural=natural), False
    rows = read_rows(path)
    if not rows or "passages" in rows[0]:
        return passage_items(rows, path, split), False
    return corpus_items(rows, path, base, split), True


def pool(items: Iterable[Item]) -> tuple[Doc, ...]:
    """The distinct documents of all items, shuffled.

    Unshuffled, those of one question stand side by side, and chunks that cross them leak.
    """
    documents = list({(doc.title, doc.text): doc for item in items for doc in item.documents}.values())
    random.Random(7).shuffle(documents)
    return tuple(documents)


def _locate(given: Path, root: str | os.PathLike[str] | None, part: str) -> tuple[str, Path, Path]:
    """The set's name, its file or folder, and the folder with all sets."""
    name = str(given)
    if _is_set(given) or (given.suffix == ".jsonl" and given.exists()):
        return name, given, given.parent.parent
    try:
        base = _data_root(root)
    except OptionError as error:
        raise OptionError(f"dataset={name!r} is no JSONL file, no folder with questions.jsonl, and {error}") from None
    for known in dict.fromkeys((name, ALIASES.get(name, name))):
        file, folder = base / part / f"{known}.jsonl", base / part / known
        if file.exists():
            return known, file, base
        for place in (folder, base / part / known.removesuffix("-natural")):
            if _is_set(place):
                return known, place, base
    files = [path.stem for path in (base / part).glob("*.jsonl")]
    folders = [path.parent.name for path in (base / part).glob("*/questions.jsonl")]
    if not files and not folders:
        raise SourceNotFoundError(base / part, "there are no evaluation sets in it")
    raise OptionError.choice("dataset", name, sorted({*files, *folders}))


def _is_set(folder: Path) -> bool:
    return (folder / "questions.jsonl").exists()
