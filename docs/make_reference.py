"""Writes docs/reference.md from the docstrings of the public names.

python docs/make_reference.py            write it
python docs/make_reference.py --check    exit with 1 if it is out of date
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import secondhop

TARGET = Path(__file__).resolve().parent / "reference.md"
GROUPS = {
    "Documents and contexts": ("Document", "Context", "Citation"),
    "Chunks from another retriever": (
        *(
            "build_context",
            "filter_context",
            "analyze_context",
            "context_economics",
            "grounding_score",
            "link_strength",
        ),
    ),
    "Options": ("ContextOptions", "DocumentOptions", "FolderOptions"),
    "Report": ("DecisionReport", "ReportWarning", "Decision", "Reason", "report_to_dict"),
    "What strategies see": ("Chunk", "Query", "Hit", "Ranking", "Passage", "Selection", "Budget", "TokenCounter"),
    "Folders that change": ("Refresh", "watch", "FolderWatch", "WatchEvent"),
    "Formats of your own": ("register_loader", "SourceText", "Section"),
    "Traces": ("instrument", "uninstrument"),
}
INTERNAL = {"Refresh.of"}
_SECTIONS = {"Args:": "Arguments:"}
_TEMPLATE = (
    "# Reference\n\nEvery public name of `secondhop`, from its docstring. The [guides](index.md) say how they are used. Made by "
    "`docs/make_reference.py`; do not edit by hand.\n"
)


def reference() -> str:
    """The whole page."""
    parts = [_TEMPLATE]
    listed = {name for names in GROUPS.values() for name in names}
    errors = tuple(name for name in secondhop.__all__ if name.endswith("Error"))
    rest = tuple(name for name in secondhop.__all__ if name not in {*listed, *errors, "__version__"})
    for title, names in {**GROUPS, "Errors": errors, **({"Other": rest} if rest else {})}.items():
        parts.append(f"## {title}\n")
        for name in names:
            parts += _entry(name, getattr(secondhop, name))
    return "\n".join(parts)


def _entry(name: str, value: Any) -> Iterator[str]:
    yield f"### {name}\n"
    if not inspect.isclass(value):
        if inspect.isfunction(value):
            yield _code(_signature(name, value))
        yield (
            _doc(value)
            if inspect.isfunction(value)
            else "A callable: the tokens of a text as the user's model counts them.\n"
        )
        return
    yield _doc(value)
    rows = list(_fields(value))
    if issubclass(value, BaseModel) and value.__base__.__name__ in secondhop.__all__:
        yield f"All of `{value.__base__.__name__}`, and:\n"
    if rows:
        yield "\n".join(f"- `{field}`{f': {text}' if text else ''}" for field, text in rows) + "\n"
    for member, function in _methods(value):
        kind = f"{name}.{member}"
        if kind in INTERNAL:
            continue
        yield f"#### {kind}\n"
        target = function.fget if isinstance(function, property) else getattr(function, "__func__", function)
        if not isinstance(function, property):
            yield _code(_signature(kind, target))
        yield _doc(target)


def _methods(value: type) -> Iterator[tuple[str, Any]]:
    if issubclass(value, (BaseModel, Exception, Enum)):
        return
    for name, member in vars(value).items():
        if not name.startswith("_") and (
            isinstance(member, (property, classmethod, staticmethod)) or inspect.isfunction(member)
        ):
            yield name, member


def _fields(value: type) -> Iterator[tuple[str, str]]:
    """Fields in order, with the string that stands below each in the source."""
    docs = _field_docs(value)
    if issubclass(value, Enum):
        yield from ((member.value, docs.get(name, "")) for name, member in value.__members__.items())
    elif issubclass(value, BaseModel):
        for name in value.__annotations__:
            yield f"{name} = {value.model_fields[name].default!r}", docs.get(name, "")
    elif dataclasses.is_dataclass(value):
        yield from (
            (field.name, docs.get(field.name, ""))
            for field in dataclasses.fields(value)
            if not field.name.startswith("_")
        )
    else:
        yield from docs.items()


def _field_docs(value: type) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(value.__mro__):
        if not base.__module__.startswith("secondhop"):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0].body  # type: ignore[attr-defined]
        for statement, below in zip(body, [*body[1:], None], strict=True):
            if isinstance(statement, ast.AnnAssign):
                target: Any = statement.target
            elif isinstance(statement, ast.Assign):
                target = statement.targets[0]
            else:
                continue
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(target, ast.Name):
                found[target.id] = " ".join(str(below.value.value).split())
    return {name: text for name, text in found.items() if not name.startswith("_")}


def _signature(name: str, function: Any) -> str:
    arguments = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(arguments, (ast.FunctionDef, ast.AsyncFunctionDef))
    arguments.decorator_list, arguments.body = [], []
    if arguments.args.args and arguments.args.args[0].arg in ("self", "cls"):
        del arguments.args.args[0]
    parts = [re.sub(r"^(\w+: .*?)=", r"\1 = ", part) for part in _split(ast.unparse(arguments.args)) if part]
    result = f" -> {ast.unparse(arguments.returns)}" if arguments.returns else ""
    text = f"{name}({', '.join(parts)}){result}"
    if len(text) <= 110:
        return text
    lines = ",\n".join(f"    {part}" for part in parts)
    return f"{name}(\n{lines},\n){result}"


def _split(arguments: str) -> list[str]:
    """Arguments at their top-level commas."""
    parts, depth, last = [], 0, 0
    for at, character in enumerate(arguments):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(arguments[last:at].strip())
            last = at + 1
    return [*parts, arguments[last:].strip()]


def _doc(value: Any) -> str:
    """A docstring as Markdown: paragraphs as they are, its sections (`Args:`, `Raises:`) as lists."""
    shown = []
    for block in inspect.cleandoc(value.__doc__ or "").split("\n\n"):
        head, _, body = block.partition("\n")
        if not (head.endswith(":") and body.startswith(" ")):
            shown.append(" ".join(block.split()))
            continue
        items = re.sub(r"\n\s+", " ", re.sub(r"^ {4}(?! )", "\0", body, flags=re.MULTILINE)).split("\0")[1:]
        lines = (re.sub(r"^(\S+):\s+", r"- `\1`: ", " ".join(item.split())) for item in items)
        shown.append("\n".join([f"{_SECTIONS.get(head, head)}\n", *lines]))
    return "\n\n".join(shown) + "\n"


def _code(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    page = reference()
    if "--check" in sys.argv:
        sys.exit("docs/reference.md is out of date: run make docs" if TARGET.read_text("utf-8") != page else 0)
    TARGET.write_text(page, "utf-8")
