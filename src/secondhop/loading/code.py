"""Source code, verbatim: a section for the whole file, and one for each definition inside the one around it.

A definition's section covers its decorators, attributes, annotations and modifiers; in all languages but Python also
the comments directly above it, without a blank line between. It begins at the start of its first line where nothing
but indentation stands before it. `heading_path` holds a label for each definition from the outermost to this one:

    Python      class Cart · def total                   (async or not)
    JS, TS      class Cart · method total · function sum · interface Item · enum Kind · namespace Shop
    Go          func Sum · func (Cart) Total · struct Cart · interface Item
    Rust        mod shop · struct Cart · enum Kind · union U · trait Item · impl Item for Cart · fn total · macro log
    Java        class Cart · interface Item · enum Kind · record Point · annotation Tag · method total
    C, C++      namespace shop · class Cart · struct s · union u · enum e · method total · function Cart::total

In JavaScript and TypeScript a function or class that is assigned to a name at the top level or in a class body counts
as a definition. `.h` is read as C++, of which C headers are nearly a subset. Languages without a grammar here give the
one section for the file.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from secondhop.loading.code_labels import LANGUAGES, Language, label
from secondhop.loading.encodings import decode
from secondhop.loading.formats import FORMATS
from secondhop.types import Section, SourceText

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, Query

SUFFIXES = FORMATS["code"].suffixes

_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_INNER_DOC = (b"//!", b"/*!")  # Rust: documents what is around it


@dataclass(frozen=True, slots=True)
class _Definition:
    """A definition in byte offsets."""

    start: int
    end: int
    name_at: int
    """Where the name stands, which tells the line to show."""
    label: str


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, with its definitions if there is a grammar for the suffix."""
    text, warnings = decode(data, source)
    sections = [Section(0, len(text), kind="code")]
    language = _BY_SUFFIX.get(os.path.splitext(source)[1].lower())
    if language is not None:
        encoded = text.encode()
        definitions = _definitions(encoded, language)
        to_character = _character_offsets(encoded, definitions)
        sections.extend(_sections(text, definitions, to_character))
    return SourceText(source, text, tuple(sections), warnings=tuple(warnings))


@lru_cache(maxsize=None)
def _grammar(language: Language) -> tuple[Grammar, Query]:
    from tree_sitter import Language as Grammar
    from tree_sitter import Query

    grammar = Grammar(getattr(importlib.import_module(language.module), language.function)())
    return grammar, Query(grammar, language.query)


def _definitions(code: bytes, language: Language) -> list[_Definition]:
    """Find the definitions, outer ones first."""
    from tree_sitter import Parser, QueryCursor

    grammar, query = _grammar(language)
    captures = QueryCursor(query).captures(Parser(grammar).parse(code).root_node)
    leading = _by_last_row(captures.get("leading", []), code)
    found = []
    for node in captures.get("definition", []):
        labelled = label(node, language)
        if labelled is None:
            continue
        name, name_at, whole = labelled
        start = _with_leading(whole, leading)
        end = whole.end_byte + 1 if code[whole.end_byte : whole.end_byte + 1] == b";" else whole.end_byte
        found.append(_Definition(start, end, name_at, name))
    return sorted(found, key=lambda definition: (definition.start, -definition.end, definition.name_at))
