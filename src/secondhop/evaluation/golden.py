"""Golden sets: a user's own questions over their own files, with the texts that contexts must hold.

One JSON object a line: `{"id": ..., "question": ..., "expected": [texts], "source": ...}`; `id` and `source` may be
left out. `source` narrows the question to the file of that name. A run scores each question's `full` (1 if every
expected text is in the context) and `ev` (the share that is) and is compared with a stored baseline.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from secondhop.document import Document
from secondhop.errors import InputError, OptionError, SourceNotFoundError
from secondhop.evaluation.files import as_output, read_utf8, to_bytes
from secondhop.evaluation.items import Item, Row
from secondhop.evaluation.metrics import Interval, bootstrap, evidence_scores
from secondhop.evaluation.rows import read_rows, refuse_twice
from secondhop.evaluation.text import normalized
from secondhop.inputs import checked_number
from secondhop.options import DocumentOptions, FolderOptions, as_path, merge
from secondhop.replacing import replacing

Scores = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Question:
    """A line of a golden set."""

    id: str
    text: str
    expected: tuple[str, ...]
    source: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run compares with its baseline."""

    change: Interval
    """Paired difference of `ev`, this run minus the baseline, with its 95 % interval."""
    lost: tuple[str, ...]
    """Questions whose expected texts were all there in the baseline and are not any more."""
    gained: tuple[str, ...]
    new: tuple[str, ...]
    """Questions that the baseline does not have; they cannot regress."""
    gone: tuple[str, ...]
    """Questions of the baseline that were not asked; what has become of them cannot be told."""
    regressed: bool
    """True if more questions were lost than tolerated, or the whole interval of `change` lies below 0."""


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """The scores of a run, and how they compare."""

    scores: Scores
    verdict: Verdict | None
    """None if there was no baseline to compare with."""
    stored: bool
    """Whether the scores are the new baseline."""
    nowhere: tuple[str, ...] = ()
    """Questions with an expected text that is nowhere in what they ask, so that no context can hold it."""

    @property
    def regressed(self) -> bool:
        """Whether there was a baseline, and the run fell below it."""
        return self.verdict is not None and self.verdict.regressed


def run_golden(
    golden: str | Path,
    files: str | Path,
    *,
    baseline: str | Path | None = None,
    budget: int = 2048,
    tolerance: int = 0,
    update: bool = False,
    console: Console | None = None,
    **options: Any,
) -> GoldenRun:
    """Score a golden set, and compare it with a stored baseline.

    Args:
        golden: JSONL with `question`, `expected` and optionally `id`, `source`.
        files: the file or folder to ask.
        baseline: the stored baseline; written if it does not exist yet. None compares with nothing.
        budget: tokens of each context.
        tolerance: how many questions may go from fully answered to not.
        update: store this run as the new baseline, whatever it shows. A file that is no baseline is not replaced.
        console: where to print the outcome; None prints nothing.
        **options: document options.

    Raises:
        OptionError: a value is not allowed.
        InputError: the golden set or the baseline is none.
        LoadError: a file cannot be read.
    """
    tolerance = checked_number(tolerance, "tolerance", least=0)
    if baseline is None and (update or tolerance):
        raise OptionError(f"{'update' if update else 'tolerance'} needs a baseline")
    questions = _read_golden(golden)
    place = None if baseline is None else as_output(baseline)
    # Read even if it is to be replaced, so that no other file is.
    before = _read_baseline(place) if place is not None and place.exists() else None
    scores, nowhere = _score_golden(questions, files, budget=budget, **options)
    stored = place is not None and (update or before is None)
    if place is not None and stored:
        _write_baseline(scores, place)
    verdict = None if stored or before is None else compare(scores, before, tolerance=tolerance)
    found = GoldenRun(scores, verdict, stored, nowhere)
    if console is not None:
        console.print(describe(found), markup=False)
    return found


def describe(found: GoldenRun) -> str:
    """The outcome in a few lines."""
    scores, verdict = found.scores, found.verdict
    complete = sum(score["full"] == 1.0 for score in scores.values())
    lines = [f"{complete} of {len(scores)} questions have all their expected texts"]
    if found.stored:
        lines.append("stored as the baseline")
    nowhere = [f"expected, but nowhere in the documents: {key}" for key in found.nowhere]
    if verdict is None:
        incomplete = [f"incomplete: {key}" for key, score in scores.items() if score["full"] < 1.0]
        return "\n".join([*lines, *incomplete, *nowhere])
    change = verdict.change
    lines += [
        f"{'REGRESSED' if verdict.regressed else 'holds'}: {len(verdict.lost)} lost, {len(verdict.gained)} gained, "
        f"{len(verdict.new)} new" + (f", {len(verdict.gone)} of the baseline not asked" if verdict.gone else ""),
        f"evidence kept: {100 * change.mean:+.1f} points [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"
        if change.n
        else "nothing was compared: the baseline has none of these questions",
    ]
    return "\n".join([*lines, *(f"lost: {question}" for question in verdict.lost), *nowhere])


def _read_golden(path: str | Path) -> list[_Question]:
    """The questions of a golden set.

    Raises:
        LoadError: the file cannot be read.
        InputError: a line is no JSON object, lacks `question` or `expected`, or has an id that is there twice; or
            there is no question at all.
    """
    questions = [_question(row, f"{path}, question {number}") for number, row in enumerate(read_rows(as_path(path)), 1)]
    if not questions:
        raise InputError(f"{path}: there is no question in it")
    refuse_twice((question.id for question in questions), path)
    return questions


def _question(row: Row, place: str) -> _Question:
    question, expected, source = row.get("question"), row.get("expected"), row.get("source")
    if not isinstance(question, str) or not question.strip() or not isinstance(expected, list) or not expected:
        raise InputError(f"{place}: needs `question` (text) and `expected` (a list of texts), neither of them empty")
    if not all(isinstance(text, str) and normalized(text) for text in expected):
        raise InputError(f"{place}: each text of `expected` must hold a word, or no context can hold it")
    if source is not None and not isinstance(source, str):
        raise InputError(f"{place}: source={source!r} is not the name of a file")
    key = question if row.get("id") is None else str(row["id"])
    return _Question(key, question, tuple(expected), source or None)


def _score_golden(
    questions: Sequence[_Question], files: str | Path, *, budget: int, **options: Any
) -> tuple[Scores, tuple[str, ...]]:
    """`full` and `ev` of each question over a file or folder, and those that expect what is nowhere in it.

    Args:
        questions: as `_read_golden` has them.
        files: the file or folder.
        budget: tokens of each context.
        **options: the document's.

    Raises:
        SourceNotFoundError: the file of a question is not there.
        InputError: one file is asked, and a question is of another.
    """
    path = as_path(files)
    if not path.exists():
        raise SourceNotFoundError(path, "the file or folder does not exist")
    for question in questions:
        _check_source(question, path)
    everything = Document.from_folder(path, **options) if path.is_dir() else Document.from_file(path, **options)
    given = merge(FolderOptions, options.pop("options", None), options).given if path.is_dir() else {}
    of_file = {name: value for name, value in given.items() if name in DocumentOptions.model_fields}
    alone: dict[str, Document] = {}
    words: dict[Document, str] = {}
    scores: Scores = {}
    nowhere = []
    for question in questions:
        source, document = question.source, everything
        if source is not None and path.is_dir():
            if source not in alone:
                alone[source] = Document.from_file(path / source, **of_file)
            document = alone[source]
        text = document.context(question.text, budget=budget).text()
        expected = tuple((0, part) for part in question.expected)
        found = evidence_scores(Item(question.id, question.text, (), (), expected, expected), text)
        scores[question.id] = {"full": found["full"], "ev": found["ev"]}
        if found["full"] < 1.0:
            if document not in words:
                words[document] = f" {normalized(' '.join(chunk.text for chunk in document.chunks))} "
            if not all(f" {normalized(part)} " in words[document] for part in question.expected):
                nowhere.append(question.id)
    return scores, tuple(nowhere)


def _check_source(question: _Question, path: Path) -> None:
    source = question.source
    if source is None:
        return
    if path.is_dir() and not (path / source).exists():
        raise SourceNotFoundError(path / source, f"the source of the question {question.id!r} does not exist")
    if not path.is_dir() and Path(source).name != path.name:
        raise InputError(f"the question {question.id!r} is of source={source!r}, and {path} is asked alone")


def compare(scores: Scores, baseline: Scores, *, tolerance: int = 0) -> Verdict:
    """Compare a run with a baseline; up to `tolerance` questions may go from fully answered to not."""
    both = [key for key in scores if key in baseline]
    change = bootstrap([scores[key]["ev"] for key in both], [baseline[key]["ev"] for key in both])
    lost = tuple(key for key in both if scores[key]["full"] < baseline[key]["full"])
    gained = tuple(key for key in both if scores[key]["full"] > baseline[key]["full"])
    new = tuple(key for key in scores if key not in baseline)
    gone = tuple(key for key in baseline if key not in scores)
    return Verdict(change, lost, gained, new, gone, len(lost) > tolerance or change.high < 0)


def _read_baseline(path: str | Path) -> Scores:
    """The scores of an earlier run.

    Raises:
        LoadError: the file cannot be read.
        InputError: the file is not such a baseline.
    """
    text = read_utf8(Path(path))
    try:
        stored = json.loads(text)
        version = stored["format"]
        scores = {key: {name: float(score[name]) for name in ("full", "ev")} for key, score in stored["scores"].items()}
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        cause = f"{error} is missing" if isinstance(error, KeyError) else error
        raise InputError(f"{path} is not a stored baseline: {cause}") from error
    if version != 1:
        raise InputError(f"{path}: baseline format {version!r} is not known; remove the file and store it anew")
    return scores


def _write_baseline(scores: Scores, path: str | Path) -> None:
    """Store the scores of this run to compare later ones with: all of them, or what was there stays."""
    body = to_bytes(json.dumps({"format": 1, "scores": scores}, indent=1, ensure_ascii=False) + "\n")
    with replacing(Path(os.path.realpath(path))) as file:
        file.write(body)
