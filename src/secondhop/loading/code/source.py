"""Source code, verbatim: a section for the whole file, and one for each definition inside the one around it.

A definition's section covers its decorators, attributes, annotations and modifiers; in all languages but Python also
the comments directly above it, without a blank line between. It begins at the start of its first line where nothing
but indentation stands before it. `heading_path` holds a label for each definition from the outermost to this one:

    Python      class Cart · def total                   (async or not)
    JS, TS      class Cart · method total · function sum · interface Item · type Props · enum Kind · namespace Shop
    Go          func Sum · func (Cart) Total · struct Cart · interface Item
    Rust        mod shop · struct Cart · enum Kind · union U · trait Item · impl Item for Cart · fn total · macro log
    Java        class Cart · interface Item · enum Kind · record Point · annotation Tag · method total
    C, C++      namespace shop · class Cart · struct s · union u · enum e · method total · function Cart::total

In JavaScript and TypeScript a function or class that is assigned to a name at the top level, in an object there or in a
class body counts as a definition, and a type alias where it describes an object. `.h` is read as C++, of which C
headers are nearly a subset, but with an `@interface` or `@protocol` as Objective-C; JavaScript that says `@flow` is
read as TSX, which has most of Flow's types. Components of Vue and Svelte have a section for each element and the
definitions of their scripts, read as TypeScript. In languages without a grammar here the lines that begin a definition
are told by their first words (`lines.py`).
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from time import thread_time
from typing import TYPE_CHECKING

import numpy as np

from secondhop.loading.code.labels import LANGUAGES, Definition, Language, end_of, label, wrappers_of
from secondhop.loading.code.lines import line_definitions
from secondhop.loading.code.python import python_definitions
from secondhop.loading.encodings import character_offsets, decode
from secondhop.types import Section, SourceText, Span

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, Query

_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_PYTHON = frozenset({".py", ".pyi"})
_COMPONENTS = frozenset({".vue", ".svelte"})
_JAVASCRIPT = frozenset({".js", ".jsx", ".mjs", ".cjs"})
_FLOW = "@flow"
_MAX_PRAGMA = 2000
"""Flow looks for its word in the first comment."""
_OBJECTIVE_C = re.compile(r"^@(?:interface|protocol)\b", re.MULTILINE)
_ELEMENT = re.compile(r"^<(template|script|style)\b[^>]*>", re.MULTILINE)
_NO_LINE_END = re.compile(r"[^\r\n]")
_HOLDS_METHODS = frozenset({"class", "struct", "union", "interface", "enum", "record"})
_INNER_DOC = (b"//!", b"/*!")  # in Rust these document what is around them
# Ten times what a slow machine needs. Only text that is no program takes longer: a megabyte of opening brackets.
_SECONDS = 2.0
_SECONDS_PER_BYTE = 10e-6
_MAX_UNCLOSED = 2000
_MAX_INDENT = 200
_MAX_HEADING = 200


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, with its definitions if there is a grammar for the suffix."""
    text, warnings = decode(data, source)
    sections = [Section(0, len(text), kind="code")]
    suffix = os.path.splitext(source)[1].lower()
    if suffix in _JAVASCRIPT and _FLOW in text[:_MAX_PRAGMA]:
        suffix = ".tsx"
    elif suffix == ".h" and _OBJECTIVE_C.search(text):
        suffix = ".m"
    language = _BY_SUFFIX.get(suffix)
    if language is None and suffix not in _COMPONENTS:
        sections += line_definitions(text, suffix or os.path.basename(source).lower())
    else:
        definitions = python_definitions(text) if suffix in _PYTHON else None
        if definitions is None:
            definitions = _of_component(text) if language is None else _parsed(text, language)
        if definitions is None:
            warnings.append("The code takes too long to parse; its definitions were left out.")
        else:
            sections += _nested(text, definitions)
    return SourceText(source, text, tuple(sections), warnings=tuple(warnings))


def _parsed(text: str, language: Language) -> list[Definition] | None:
    """The definitions that the grammar finds, outer ones first; None if the text is none of the language's programs."""
    code = text.encode()
    captures = _captures(code, language)
    return None if captures is None else _in_characters(code, _definitions(code, captures, language))


def _of_component(text: str) -> list[Definition] | None:
    """The elements of a component of Vue or Svelte, and the definitions in its scripts."""
    elements: list[Definition] = []
    scripts: list[str] = []
    position = 0
    while (opening := _ELEMENT.search(text, elements[-1].end if elements else 0)) is not None:
        start, kind, closing = opening.start(), opening[1], f"\n</{opening[1]}>"
        inner_end = text.find(closing, opening.end())
        inner_end, end = (len(text), len(text)) if inner_end == -1 else (inner_end, inner_end + len(closing))
        elements.append(Definition(start, end, start, kind, ""))
        if kind == "script":
            scripts += [_NO_LINE_END.sub(" ", text[position : opening.end()]), text[opening.end() : inner_end]]
            position = inner_end
    definitions = _parsed("".join(scripts), _BY_SUFFIX[".ts"])
    return None if definitions is None else sorted(elements + definitions, key=lambda each: (each.start, -each.end))


@cache
def _grammar(language: Language) -> tuple[Grammar, Query]:
    from tree_sitter import Language as Grammar
    from tree_sitter import Query

    grammar = Grammar(getattr(importlib.import_module(language.module), language.function)())
    return grammar, Query(grammar, language.query)


def _captures(code: bytes, language: Language) -> dict[str, list[Node]] | None:
    """Parse, and run the query; None if the text is no program but would take for ever."""
    from tree_sitter import Parser, QueryCursor

    if _is_hopeless(code):
        return None
    grammar, query = _grammar(language)
    deadline = thread_time() + _SECONDS + _SECONDS_PER_BYTE * len(code)

    def is_late(*_: object) -> bool:
        return thread_time() > deadline

    # The parser never lets go of what it is given: of bytes all would stay in memory, of views the shells.
    whole, views = memoryview(code), dict[int, memoryview]()
    try:
        tree = Parser(grammar).parse(lambda start, _: views.setdefault(start, whole[start:]), progress_callback=is_late)
    except ValueError:
        return None
    finally:
        for view in views.values():
            view.release()
    if tree is None:
        return None
    # Without callbacks: a query cursor that is given some crashes the process on ordinary files.
    captures = QueryCursor(query).captures(tree.root_node)
    return None if is_late() else captures


def _is_hopeless(code: bytes) -> bool:
    """Whether thousands of blocks stand in one another, or brackets open in one statement: it would take minutes, or gigabytes."""
    if code.count(b"{") > _MAX_UNCLOSED:
        signs = np.frombuffer(code, np.uint8)
        depth = ((signs == ord("{")).astype(np.int8) - (signs == ord("}"))).cumsum(dtype=np.int32)
        if depth.max() > _MAX_UNCLOSED:
            return True
    return any(
        code.count(opening) > _MAX_UNCLOSED
        and any(part.count(opening) - part.count(closing) > _MAX_UNCLOSED for part in re.split(b"[;{}]", code))
        for opening, closing in ((b"<", b">"), (b"(", b")"), (b"[", b"]"))
    )


def _definitions(code: bytes, captures: Mapping[str, list[Node]], language: Language) -> list[Definition]:
    """Find the definitions, outer ones first."""
    leading = _by_last_row(captures.get("leading", []), code)
    wrappers = wrappers_of(captures.get("wrapper", []))
    found = {}
    for node in captures.get("definition", []):
        labelled = label(code, node, wrappers.get(node.id), language.kinds)
        if labelled is None:
            continue
        kind, name, name_at = labelled
        whole = node
        while whole.id in wrappers:
            whole = wrappers[whole.id]
        start = _with_leading(whole, leading, code)
        end = end_of(whole)
        end += code[end : end + 1] in (b";", b",")
        found[node.id] = Definition(start, end, name_at, kind, name)
    return sorted(found.values(), key=lambda definition: (definition.start, -definition.end, definition.name_at))


def _by_last_row(nodes: Iterable[Node], code: bytes) -> dict[int, tuple[int, int, int]]:
    """Comments and attributes that begin a line, with those behind them in it: start, first row and end, by last row."""
    by_row: dict[int, tuple[int, int, int]] = {}
    for node in sorted(nodes, key=lambda node: node.start_byte):
        start, row, column = node.start_byte, node.start_point.row, node.start_point.column
        before = by_row.get(row)
        if before is not None and before[2] <= start and not code[before[2] : start].strip():
            start, row = before[:2]
        elif column > _MAX_INDENT or code[start - column : start].strip() or code.startswith(_INNER_DOC, start):
            continue
        # Some comments take their line break with them.
        by_row[node.end_point.row - (node.end_point.column == 0)] = start, row, node.end_byte
    return by_row


def _with_leading(node: Node, leading: Mapping[int, tuple[int, int, int]], code: bytes) -> int:
    """Where the definition begins with the comments and attributes directly above it."""
    start, row = node.start_byte, node.start_point.row
    while True:
        for candidate in (leading.get(row), leading.get(row - 1)):
            if candidate is not None and candidate[0] < start and not code[candidate[2] : start].strip():
                start, row, _ = candidate
                break
        else:
            return start


def _in_characters(code: bytes, definitions: list[Definition]) -> list[Definition]:
    """Convert byte offsets to character offsets."""
    if code.isascii():
        return definitions
    offsets = (at for found in definitions for at in (found.start, found.end, found.name_at))
    characters = character_offsets(code, offsets)
    return [
        replace(found, start=characters[found.start], end=characters[found.end], name_at=characters[found.name_at])
        for found in definitions
    ]


def _nested(text: str, definitions: list[Definition]) -> list[Section]:
    """Make a section of each definition, under the labels of those around it."""
    sections: list[Section] = []
    around: list[tuple[int, str, tuple[str, ...]]] = []
    for found in definitions:
        start = found.start
        while around and around[-1][0] <= found.name_at:
            start = max(start, around.pop()[0])  # in text that is no program, comments may belong to two of them
        end, outer, path = around[-1] if around else (len(text), "", ())
        end = min(end, found.end)
        kind = "method" if found.kind == "function" and outer in _HOLDS_METHODS else found.kind
        path = (*path, f"{kind} {found.name}".strip())
        around.append((end, found.kind, path))
        start = _line_start(text, start)
        heading_span = _heading(text, start, found.name_at, end)
        sections.append(Section(start, end, heading_path=path, kind="code", heading_span=heading_span))
    return sections


def _line_start(text: str, start: int) -> int:
    """Take in the indentation of the first line."""
    position = start
    while position and text[position - 1] in " \t":
        position -= 1
    return position if position == 0 or text[position - 1] in "\r\n" else start


def _heading(text: str, start: int, name_at: int, end: int) -> Span:
    """Find the line with the name, without its indentation."""
    first = max(start, text.rfind("\n", start, name_at) + 1)
    last = text.find("\n", name_at, min(end, name_at + _MAX_HEADING))
    line = text[first : min(end, name_at + _MAX_HEADING) if last == -1 else last]
    first += len(line) - len(line.lstrip())
    return first, first + len(line.strip())
