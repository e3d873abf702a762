"""LangChain documents to chunks, and chosen passages to LangChain documents. Inputs are never changed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from numbers import Integral, Real
from typing import Any, Literal

from langchain_core.documents import Document
from secondhop import Context
from secondhop.errors import InputError
from secondhop.inputs import checked_callback, checked_items, metadata_filter
from secondhop.loading.formats import format_by_name
from secondhop.reporting.context import cited_metadata
from secondhop.text.invisible import visible
from secondhop.text.pieces import across, are_joined, as_spans, shown_span
from secondhop.text.prompt import cited, joined, label
from secondhop.types import Chunk, Citation, Passage, Span, Uncited

Order = Literal["relevance", "reading"]
"""`relevance`: best first, as LangChain's retrievers do; `reading`: as the passages stand in their sources."""

Filter = Mapping[str, Any] | Callable[[Document], bool]
"""Which documents may be found: a mapping says which values their metadata must have, each one or a list of those allowed."""

UNNAMED = "document"
"""What citations say of a document without a source."""
_ORIGIN = "langchain_secondhop.origin"
_HEADINGS = ("heading", *(f"Header {level}" for level in range(6, 0, -1)))
"""Metadata keys of headings, the nearest one first: ours, and those that LangChain's splitters of Markdown and HTML use."""
_MOST_DIGITS = 9
"""Longer numbers are no pages, and an index does not hold them."""
_VERBATIM = frozenset({"markdown", "code"})
"""Formats whose structure is worth finding in a document's text; others (HTML, CSV) are what a loader read already."""


@dataclass(frozen=True, slots=True)
class _Origin(Uncited):
    """Where a chunk's text comes from; travels in the chunk's metadata and is taken out again."""

    id: str | None
    """Id of the LangChain document."""
    text: str = field(repr=False)
    """Its text."""
    is_file: bool = False
    """Whether the core cut the text into chunks, rather than taking it as one."""

    @property
    def skipped(self) -> int:
        """Characters before the indexed text begins: a byte order mark, where the core read the text as a file."""
        return len(self.text) - len(self.text.removeprefix("\ufeff")) if self.is_file else 0


def listed(documents: Iterable[Document]) -> list[Document]:
    """Documents as a list; what is no document, such as a pair with a score, is refused by its place."""
    found = checked_items(documents, "documents")
    for place, each in enumerate(found):
        if not isinstance(each, Document):
            raise InputError(f"documents[{place}]={each!r:.80} is not a Document of LangChain")
    return found


def to_texts(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Documents as texts that secondhop cuts into chunks and indexes."""
    seen: set[str] = set()
    texts = []
    for document in listed(documents):
        given = document.id if document.id not in seen else None
        seen |= {given} if given is not None else set()
        found = format_by_name(_source(document.metadata))
        place = _cited_place(document.metadata)
        (heading,) = place.pop("heading_path", (None,))
        texts.append(
            {
                "text": document.page_content,
                "source": label(Chunk("", **place), line=False),
                "heading": heading,
                "format": found if found in _VERBATIM else "text",
                "metadata": {**document.metadata, _ORIGIN: _Origin(given, document.page_content, is_file=True)},
            }
        )
    return texts


def to_chunks(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Documents with text as chunks, one to one, with distinct ids that are the same on every call."""
    documents = listed(documents)
    chunks = []
    taken = {document.id for document in documents}
    copies: dict[str, int] = {}
    for document in documents:
        if not document.page_content.strip():
            continue
        metadata = document.metadata
        known = distinct = document.id if document.id is not None else _digest(document)
        number = copies.get(known, 0)
        while number and (distinct := f"{known}-{number + 1}") in taken:
            number += 1
        copies[known] = number + 1
        taken.add(distinct)
        origin = {**metadata, _ORIGIN: _Origin(distinct, document.page_content)}
        chunks.append({"text": document.page_content, "id": distinct, "metadata": origin, **_cited_place(metadata)})
    return chunks


def to_documents(context: Context, order: Order) -> list[Document]:
    """The passages of a context as new documents."""
    pairs = list(zip(context.passages, context.citations, strict=True))
    if order == "relevance":
        pairs.sort(key=lambda pair: -pair[0].score)  # stable: equal scores stay in reading order
    return [_to_document(passage, citation) for passage, citation in pairs]


def cite(metadata: Mapping[str, Any]) -> str:
    """Where a document comes from: its `citation` if it has one, else its source, page and heading."""
    given = metadata.get("citation")
    return given if isinstance(given, str) and given else label(Chunk("", **_place(metadata)), line=False)


def matching(filter: Filter | None) -> Callable[[Chunk], bool] | None:
    """A filter of documents as one of the chunks of an index."""
    if filter is None:
        return None
    if isinstance(filter, Mapping):
        holds = metadata_filter(filter)
        return lambda chunk: holds(_metadata(chunk))
    if not callable(filter):
        raise InputError(f"filter={filter!r} is neither a mapping nor a callable")
    checked_callback(filter, "filter")

    def passes(chunk: Chunk) -> bool:
        return bool(filter(Document(chunk.text, metadata=_metadata(chunk), id=_id(chunk, chunk.metadata.get(_ORIGIN)))))

    return passes


def _metadata(chunk: Chunk) -> dict[str, Any]:
    """The metadata of the document that a chunk is of; of a file, what is known of it and of the chunk's place."""
    if _ORIGIN in chunk.metadata:
        metadata = {key: value for key, value in chunk.metadata.items() if key != _ORIGIN}
    else:
        place = {"source": chunk.source} | ({"page": chunk.page} if chunk.page is not None else {})
        metadata = cited_metadata(chunk) | place
    if chunk.heading:
        metadata.setdefault("heading", chunk.heading)
    return metadata


def _to_document(passage: Passage, citation: Citation) -> Document:
    chunk = passage.chunk
    origin = chunk.metadata.get(_ORIGIN)
    metadata = copy.deepcopy(_metadata(chunk))
    text = citation["text"]
    spans = [shown_span(*each, chunk.kind) for each in zip(passage.spans, passage.pieces, strict=True)]
    if origin is not None:
        text, spans = _in_source(text, spans, chunk, origin)
        if "relevance_score" in metadata:
            metadata["base_relevance_score"] = metadata["relevance_score"]
    metadata |= {
        "start_index": spans[0][0],
        "end_index": spans[-1][1],
        "spans": [list(span) for span in spans],
        "relevance_score": float(passage.score),
        "role": passage.role,
        "citation": cited(chunk),
    }
    return Document(page_content=visible(text), metadata=metadata, id=_id(chunk, origin))


def _id(chunk: Chunk, origin: _Origin | None) -> str:
    """The document's own id where the chunk is all of it; else that id with the chunk's place, or the chunk's own."""
    if origin is None or origin.id is None:
        return chunk.id
    return origin.id if len(chunk.text.strip()) >= len(origin.text.strip()) else f"{origin.id}#{chunk.start}"


def _in_source(text: str, spans: Sequence[Span], chunk: Chunk, origin: _Origin) -> tuple[str, list[Span]]:
    """What is shown of a document, and where that stands in the source that the document itself was cut from.

    Args:
        text: the passage's text.
        spans: where it stands in the document's text.
        chunk: the passage's chunk.
        origin: the document.

    Returns:
        The text, without gap marks of an earlier step at the ends of its parts, and spans of the source.
    """
    pieces = as_spans(chunk.metadata.get("spans")) if "citation" in chunk.metadata else []
    if not pieces:
        base = origin.skipped + max(_whole(chunk.metadata.get("start_index")) or 0, 0)
        return text, [(base + start, base + end) for start, end in spans]
    is_as_shown = are_joined(pieces, origin.text)
    cuts = [cut for span in spans if is_as_shown and (cut := list(across(span, pieces)))]
    if not cuts:  # hidden characters were left out of its text, or only a mark is kept: as near as can be told
        return text, pieces
    parts = [origin.text[cut[0][0][0] : cut[-1][0][1]] for cut in cuts]
    return joined(parts, chunk.kind), [place for cut in cuts for _, place in cut]


def _cited_place(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """`_place`; a citation of ours is shown as it is, and the budget has to count what is shown."""
    return {"source": cite(metadata)} if metadata.get("citation") else _place(metadata)


def _place(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Source, page and heading of a document, those that it has."""
    page = _page(metadata)
    place: dict[str, Any] = {"source": _source(metadata)}
    if page is not None:
        place["page"] = page
    for heading in map(metadata.get, _HEADINGS):
        if isinstance(heading, str) and heading:
            place["heading_path"] = (heading,)
            break
    return place


def _source(metadata: Mapping[str, Any]) -> str:
    return next((str(metadata[key]) for key in ("source", "title") if metadata.get(key)), UNNAMED)


def _page(metadata: Mapping[str, Any]) -> int | None:
    """The page as people count. A bare `page` is not used: LangChain's loaders count it from 0, others from 1."""
    for key in ("page_label", "page_number"):
        value = metadata.get(key)
        whole = _whole(value)
        digits = str(value if whole is None else whole)
        if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS:
            return int(digits)
    return None


def _whole(value: object) -> int | None:
    """A whole number, of whatever type the store gives it back: 12, 12.0, `numpy.int64(12)`; None for all else."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real) and (number := float(value)).is_integer():
        return int(number)
    return None


def _digest(document: Document) -> str:
    """An id for a document that has none: 16 hexadecimal digits of its place and text."""
    metadata = document.metadata
    parts = (str(metadata.get("source")), str(metadata.get("start_index")), document.page_content)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
