"""Arguments that several commands share, and how they become a document and a question."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column

from secondhop.cli.output import USAGE, say, visible
from secondhop.document import Document
from secondhop.errors import LoadError, OptionError
from secondhop.options import STRATEGY_NAMES
from secondhop.persistence import made_with
from secondhop.text.tokens import TOKENIZERS

_STANDARD_INPUT = Path("-")
PATIENCE_S = 1.0
"""A progress bar appears when reading takes longer than this."""


def needs_command(context: typer.Context) -> None:
    """Shows the help where no command was given."""
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(USAGE)


def as_path(value: str | Path) -> Path:
    """A path that was given on the command line."""
    if value == "":  # of a variable that is not set; as a path it would be the current folder
        raise typer.BadParameter("is empty; the current folder is '.'")
    return Path(value)


Source = Annotated[
    Path,
    typer.Argument(
        metavar="PATH", help="A file or a folder, or - for standard input.", show_default=False, parser=as_path
    ),
]
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="Any text.", show_default=False)]
BudgetTokens = Annotated[
    int | None,
    typer.Option("--budget", metavar="N", help="Hard cap on the tokens of the text.", show_default="8192"),
]
StrategyName = Annotated[
    str | None, typer.Option("--strategy", metavar="S", help=f"One of: {', '.join(STRATEGY_NAMES)}.")
]
Style = Annotated[
    str | None, typer.Option("--text-style", metavar="STYLE", help="plain, numbered (with citation markers) or fenced.")
]
Neighbors = Annotated[
    int | None, typer.Option("--neighbors", metavar="N", help="Also show N chunks around each kept one.")
]
Heading = Annotated[bool, typer.Option("--include-heading", help="Also show the opening of each kept chunk's section.")]
TopK = Annotated[int | None, typer.Option("--top-k", metavar="N", help="At most N passages.")]
Tokenizer = Annotated[
    str | None,
    typer.Option("--tokenizer", metavar="T", help=f"One of: {', '.join(TOKENIZERS)}.", show_default="auto"),
]
Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="GLOB", help="Leave out these files; may be repeated.")
]
HardLinks = Annotated[
    bool, typer.Option("--hard-links", help="Also read files with further names (hard links) outside the folder.")
]
Persist = Annotated[bool, typer.Option("--persist", help="Keep the index in PATH/.secondhop for the next time.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def load(
    path: Path,
    *,
    tokenizer: str | None = None,
    ignore: list[str] | None = None,
    hard_links: bool = False,
    persist: bool = False,
) -> Document:
    """The document at `path`, with a progress bar if it takes long and somebody is looking."""
    keywords: dict[str, Any] = {} if tokenizer is None else {"tokenizer": tokenizer}
    if path.is_dir():
        if persist:  # an index that a program has made stays as it is
            keywords |= made_with(path)
        if ignore:
            keywords["ignore"] = ignore
        if hard_links:
            keywords["hard_links"] = True
        with ProgressBar() as bar:
            document = Document.from_folder(path, persist=persist, progress=bar, **keywords)
        for note in document.ingest_report.notes:  # such as that nothing could be kept
            say("warning", note)
        return document
    for name, value in (("--ignore", ignore), ("--hard-links", hard_links), ("--persist", persist)):
        if value:
            raise OptionError(f"{name} is for folders, and {path} is not one")
    if path == _STANDARD_INPUT and not path.exists():
        if sys.stdin is None:
            raise LoadError("stdin", "is closed")
        return Document.from_bytes(sys.stdin.buffer.read(), "stdin", **keywords)
    return Document.from_file(path, **keywords)


class ProgressBar:
    """A progress bar on standard error; nothing if that is no terminal, or if reading is quick."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._began = time.monotonic()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, done: int, total: int, source: str) -> None:
        """Shows how far reading has come."""
        if self._progress is None:
            if not sys.stderr.isatty() or time.monotonic() - self._began < PATIENCE_S:
                return
            columns = (
                TextColumn("Reading"),
                BarColumn(),
                MofNCompleteColumn(),
                # What the others leave: a long name must not push them out.
                TextColumn("{task.fields[source]}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
            )
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True, expand=True)
            self._progress.start()
            self._progress.add_task("", total=total, source="")
        self._progress.update(self._progress.task_ids[0], completed=done, source=visible(source).replace("\n", " "))
