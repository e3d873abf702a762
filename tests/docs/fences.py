"""Runs the code of a Markdown page and compares what it prints with what the page says it prints."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from secondhop import cli

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ("python", "console")
TAGS = (*RUN, "text")


@dataclass(frozen=True)
class Fence:
    tag: str
    body: str
    start: int
    end: int
    output: tuple[int, int] | None
    """Where the body of the text fence that follows at once stands, if there is one."""


def fences(page: str) -> Iterator[Fence]:
    """The fences of a page. A `text` fence right behind a `python` fence is what that prints."""
    found = list(FENCE.finditer(page))
    for number, match in enumerate(found):
        behind = found[number + 1] if number + 1 < len(found) else None
        output = None
        if (
            match[1] == "python"
            and behind is not None
            and behind[1] == "text"
            and not page[match.end() : behind.start()].strip()
        ):
            output = behind.span(2)
        yield Fence(match[1], match[2], match.start(2), match.end(2), output)


def run_page(page: str) -> list[tuple[str, str, tuple[int, int]]]:
    """Runs a page from top to bottom in one namespace: (shown, printed, place in the page) for each output shown."""
    namespace: dict[str, Any] = {"__name__": "__docs__"}
    results = []
    for fence in fences(page):
        if fence.tag == "python":
            printed = _run_python(fence, page, namespace)
            if fence.output is not None:
                results.append((page[slice(*fence.output)], printed, fence.output))
            elif "#>" in fence.body:
                shown = re.findall(r"^#> ?(.*)$", fence.body, re.MULTILINE)
                results.append(("\n".join(shown) + "\n", printed, (fence.start, fence.start)))
            elif printed:
                raise AssertionError(f"this prints, but the page does not show what:\n{fence.body}\n{printed}")
        elif fence.tag == "console":
            results += _run_console(fence)
    return results


def updated(page: str) -> str:
    """The page with what its code really prints. `#>` lines are left alone."""
    for _, printed, (start, end) in reversed(run_page(page)):
        if start < end:
            page = page[:start] + printed + page[end:]
    return page


def _run_python(fence: Fence, page: str, namespace: dict[str, Any]) -> str:
    line = page[: fence.start].count("\n")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile("\n" * line + fence.body, "page", "exec", dont_inherit=True), namespace)
    return _trimmed(out.getvalue())


def _run_console(fence: Fence) -> Iterator[tuple[str, str, tuple[int, int]]]:
    commands = list(re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", fence.body, re.MULTILINE))
    assert commands, f"no command in:\n{fence.body}"
    for command in commands:
        program, *arguments = shlex.split(command[1])
        assert program == "secondhop", f"only secondhop can be run: {command[1]}"
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = cli.main(arguments)
        if command[2]:
            yield command[2], _trimmed(out.getvalue()), (fence.start + command.start(2), fence.start + command.end(2))
        else:
            assert code == 0, f"exit code {code}: {command[1]}\n{out.getvalue()}"


def _trimmed(text: str) -> str:
    """Without white space at line ends, which Markdown cannot show."""
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n") + "\n" if text.strip() else ""
