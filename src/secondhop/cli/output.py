"""What the commands print, and the codes they exit with."""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from secondhop.reporting import Context, DecisionReport
from secondhop.text.lines import as_line

ANSWERED = 0
NOTHING_FOUND = 1
USAGE = 2
UNREADABLE = 3
INTERRUPTED = 130
READER_GONE = 141

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Continued lines of the report stand under where its values begin.
_HANGING = re.compile(r"(?:\w[\w ]*:\s+|\s+(?:#\d+|–)\s+[\d,]+ tokens\s+)")
_TITLE = re.compile(r"(?:Decision Report|Kept \(.*|Dropped \(.*)$")


def fail(error: object, code: int) -> int:
    """Says what went wrong, in one line, and returns the exit code."""
    say("error", error)
    return code


def say(kind: str, what: object) -> None:
    """One line on standard error."""
    line = " ".join(str(what).split())
    print(f"{kind}: {visible(line) if sys.stderr.isatty() else line}", file=sys.stderr)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output and nothing else."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    with standard_output():
        print(json.dumps(value, ensure_ascii=not utf8, indent=2))


def print_context(context: Context) -> None:
    """The prompt text, the citations, the report."""
    with standard_output() as console:
        text = context.text()
        if text:
            _print(console, text + "\n")
        for citation in context.citations:
            console.print(Text(_visible(console, as_line(_where(citation))), style="cyan"), soft_wrap=True)
        if context.citations:
            console.print()
        _print_report(console, context.report)


def print_report(report: DecisionReport) -> None:
    """The report alone."""
    with standard_output() as console:
        _print_report(console, report)


def print_found(found: Mapping[str, Any], lines: Iterable[str], as_json: bool) -> None:
    """What a command has found, as JSON; or as lines: those that continue nothing and end in a colon are titles."""
    if as_json:
        print_json(found)
        return
    with standard_output() as console:
        for line in lines:
            title = line.endswith(":") and not line.startswith(" ")
            console.print(Text(_visible(console, as_line(line)), style="bold" if title else ""), soft_wrap=True)


class PlainConsole(Console):
    """A console that shows text as it is. Where the reader has gone it says so, as `print` does; rich would exit."""

    def __init__(self) -> None:
        super().__init__(highlight=False, markup=False, emoji=False)
        if self.width < 1:  # COLUMNS=0, of a shell without a terminal; rich would print nothing
            self.width = 80

    def on_broken_pipe(self) -> None:
        """Is called by rich while it handles a `BrokenPipeError`."""
        raise BrokenPipeError


@contextmanager
def standard_output() -> Iterator[Console]:
    """A console on standard output: no colour unless it is a terminal, and quiet if the reader has gone."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield PlainConsole()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(READER_GONE) from None


def _print(console: Console, text: str) -> None:
    # Not through rich: it would expand tabs and cut white space at line ends. Lines end as the system's do.
    print(_visible(console, text.replace("\r\n", "\n").replace("\r", "\n")), file=console.file)


def _print_report(console: Console, report: DecisionReport) -> None:
    for line in str(report).splitlines():
        style = "bold" if _TITLE.match(line) else "yellow" if line.startswith("Warning:") else ""
        for part in _wrapped(_visible(console, line), console.width):
            console.print(Text(part, style=style), soft_wrap=True)


def _wrapped(line: str, width: int) -> list[str]:
    hanging = _HANGING.match(line)
    indent = " " * (min(hanging.end(), width // 2) if hanging else 2)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [line]


def _where(citation: Mapping[str, Any]) -> str:
    parts = [citation["marker"], citation["source"]]
    if citation["page"] is not None:
        parts.append(f"page {citation['page']}")
    if citation["line"] is not None:
        lines = citation["line"], citation["line_end"]
        parts.append(f"line {lines[0]}" if lines[0] == lines[1] else f"lines {lines[0]}–{lines[1]}")
    return "  ".join(parts + ([" > ".join(citation["heading_path"])] if citation["heading_path"] else []))


def visible(text: str) -> str:
    """Text for a terminal, which documents and their names must not steer: control characters are shown as U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


def _visible(console: Console, text: str) -> str:
    return visible(text) if console.is_terminal else text
