"""`secondhop inspect`: what was loaded from a file or folder, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from secondhop.cli.options import AsJson, HardLinks, Ignore, Persist, Source, load
from secondhop.cli.output import ANSWERED, print_found
from secondhop.document import Document


def inspect(
    path: Source,
    ignore: Ignore = None,
    hard_links: HardLinks = False,
    persist: Persist = False,
    as_json: AsJson = False,
) -> int:
    """What was loaded from PATH: sources, chunks, pages, language, warnings, and files left out with the reason."""
    found = describe(load(path, ignore=ignore, hard_links=hard_links, persist=persist))
    print_found(found, _lines(found), as_json)
    return ANSWERED


def describe(document: Document) -> dict[str, Any]:
    """What `inspect --json` prints."""
    chunks = document.chunks
    n_chunks = Counter(chunk.source for chunk in chunks)
    last_page: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for chunk in chunks:
        kinds.setdefault(chunk.source, chunk.kind)
        if chunk.page is not None:
            last_page[chunk.source] = max(chunk.page, last_page.get(chunk.source, 0))
    return {
        "n_sources": document.n_files,
        "n_chunks": document.n_chunks,
        "language": document.language,
        "sources": [
            {
                "source": source,
                "chunks": n_chunks[source],
                "pages": last_page.get(source),
                "kind": kinds.get(source),
                "characters": len(document.source_text(source)),
            }
            for source in document.sources
        ],
        "warnings": [{"source": source, "warning": warning} for source, warning in document.warnings],
        "skipped_files": [{"source": source, "reason": reason} for source, reason in document.skipped_files],
    }


def _lines(found: dict[str, Any]) -> Iterator[str]:
    sources = found["sources"]
    yield f"{_count(found['n_sources'], 'source')}, {_count(found['n_chunks'], 'chunk')}, language {found['language']}"
    yield ""
    yield "Sources:"
    width = max((len(entry["source"]) for entry in sources), default=0)
    for entry in sources:
        pages = f", {_count(entry['pages'], 'page')}" if entry["pages"] else ""
        size = f"{_count(entry['chunks'], 'chunk')}, {entry['characters']:,} characters{pages}"
        yield f"  {entry['source']:<{min(width, 48)}}  {entry['kind']}, {size}"
    for title, key, value in (("Warnings:", "warnings", "warning"), ("Not indexed:", "skipped_files", "reason")):
        if found[key]:
            yield ""
            yield title
            yield from (f"  {entry['source']}: {entry[value]}" for entry in found[key])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
