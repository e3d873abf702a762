"""A question with its documents and the evidence that a context must hold, and a set of such questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Mode = Literal["own", "pooled"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doc:
    """One document to search."""

    title: str
    text: str
    source: str = ""
    """A file name whose suffix tells the format, if that matters."""
    format: str | None = None
    """The format to read the text as, where no file name tells it."""
    path: Path | None = None
    """The file itself, for systems that read files; `text` is then what a plain reader gets from it."""


Evidence = tuple[int, str]
"""A text that must be kept, after the number of the document (in `Item.documents`) that holds it."""


Answers = tuple[tuple[str, ...], ...]
"""The parts of an answer, all of which must be there, each in any one of its spellings."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question."""

    id: str
    question: str
    answers: Answers
    """What the context must hold; empty where no text says it."""
    documents: tuple[Doc, ...]
    evidence: tuple[Evidence, ...] = ()
    """The marked evidence: sentences, clauses or whole passages."""
    support: tuple[Evidence, ...] = ()
    """The smallest texts that must survive verbatim: the evidence, or the sentence with each hop's answer."""
    relevant: tuple[int, ...] = ()
    """Relevant documents, for ranked retrieval."""
    pages: tuple[int, ...] = ()
    """Pages that hold the evidence, from 1; only where there is one document."""
    answerable: bool = True
    first_span: bool = False
    """Word recall is measured on the first evidence text alone."""
    group: str = ""
    """Items of one group share their documents, and so an index."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions, and the documents of the pooled index."""

    name: str
    mode: Mode
    items: tuple[Item, ...]
    documents: tuple[Doc, ...] = ()
    """What all questions search in mode `pooled`; empty in mode `own`."""

    @property
    def ranked(self) -> bool:
        """True for sets with relevant documents but no marked evidence."""
        return bool(self.items) and not any(item.evidence or item.pages for item in self.items)
