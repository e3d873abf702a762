"""Jupyter notebooks: markdown, code and text outputs in cell order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from secondhop.errors import CorruptFileError, MissingExtraError
from secondhop.loading.builder import TextBuilder, clean
from secondhop.loading.verbatim.markdown import plain_title
from secondhop.loading.verbatim.markdown_blocks import scan, without_files
from secondhop.loading.verbatim.outlined import Block, Heading
from secondhop.types import SourceText

_MAX_OUTPUT_CHARS = 20_000
_BARE_OBJECT = re.compile(r"<[\w.]+ (?:object|at 0x[0-9a-f]+)>", re.IGNORECASE)
"""What Python prints of an object that shows itself only otherwise."""
_TERMINAL_COLOUR = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")


def load(data: bytes, source: str) -> SourceText:
    """The cells in order: markdown with its headings, code verbatim, outputs that are text.

    Raises:
        CorruptFileError: not JSON, or not a notebook.
        NoTextError: all cells are empty.
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(source, f"not a notebook: its JSON cannot be read ({error})") from error
    cells = _cells(notebook)
    if cells is None:
        raise CorruptFileError(source, "not a notebook: its JSON has no cells")
    builder = TextBuilder()
    cut = unread = 0
    for cell in cells:
        kind = cell.get("cell_type")
        text = clean(_joined(cell.get("source", cell.get("input")))).strip("\n")
        if kind == "markdown":
            _write_markdown(without_files(text)[0], builder)
        elif kind == "heading":  # until format 4
            level = cell.get("level")
            builder.heading(level if isinstance(level, int) else 1, text)
        else:
            builder.write(text, kind="code" if kind == "code" else "prose")
        for output, shown in _outputs(cell):
            readable = _page(output) if shown == "html" else output
            unread += readable is None
            cut += len(readable or "") > _MAX_OUTPUT_CHARS
            builder.write((readable or "")[:_MAX_OUTPUT_CHARS], kind="code" if shown == "plain" else "prose")
    warnings = []
    if cut:
        warnings.append(f"{_count(cut)} cut after {_MAX_OUTPUT_CHARS} characters.")
    if unread:
        warnings.append(f"{_count(unread)} left out: HTML is read with pip install 'secondhop[office]'.")
    return builder.build(source, metadata=_metadata(notebook), warnings=warnings)


def _cells(notebook: Any) -> list[dict[str, Any]] | None:
    """The cells; in formats before 4 they stand in worksheets. None if this is no notebook."""
    if not isinstance(notebook, dict):
        return None
    found = notebook.get("cells")
    sheets = notebook.get("worksheets")
    if found is None and isinstance(sheets, list):
        lists: list[Any] = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        if not all(isinstance(cells, list) for cells in lists):
            return None
        found = [cell for cells in lists for cell in cells]
    return [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else None


def _joined(text: Any) -> str:
    """Multi-line strings are stored as one string or as a list of lines."""
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _write_markdown(text: str, builder: TextBuilder) -> None:
    """Start a section at each heading; tables and code are told from prose."""
    body = 0
    headings, blocks = scan(text)
    parts: list[Heading | Block] = [*headings, *blocks]
    for part in sorted(parts, key=attrgetter("start")):
        start = text.rfind("\n", 0, part.start) + 1  # of the line, where a list or quotation begins with the code
        builder.write(text[body:start].strip("\n"))
        if isinstance(part, Heading):
            builder.heading(part.level, plain_title(part.title))
        elif part.header_end is None:
            builder.code(text[start : part.end])
        else:
            builder.rows(text[start : part.end].split("\n"), header=0)
        body = part.end
    builder.write(text[body:].strip("\n"))


def _count(outputs: int) -> str:
    return "1 output was" if outputs == 1 else f"{outputs} outputs were"


def _outputs(cell: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Texts of the outputs of a code cell, each with what it is: `plain`, `markdown` (TeX, too) or `html`.

    Of the twins of one output the most readable one is given; images are left out.
    """
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        if output.get("output_type") in ("error", "pyerr"):
            text, shown = f"{output.get('ename')}: {output.get('evalue')}", "plain"
        else:
            text, shown = _readable(output)
        yield clean(_TERMINAL_COLOUR.sub("", text)).strip("\n"), shown


def _readable(output: dict[str, Any]) -> tuple[str, str]:
    bundle = output.get("data")
    if not isinstance(bundle, dict):  # a stream, or an output in formats before 4
        bundle = {"text/plain": output.get("text"), "text/html": output.get("html")}
    plain = _joined(bundle.get("text/plain"))
    markdown, html = _joined(bundle.get("text/markdown")), _joined(bundle.get("text/html"))
    if markdown.strip():
        return markdown, "markdown"
    if not plain.strip() or _BARE_OBJECT.fullmatch(plain.strip()):
        if html.strip():
            return html, "html"
        latex = _joined(bundle.get("text/latex"))
        if latex.strip():
            return latex, "markdown"
    return plain, "plain"


def _page(html: str) -> str | None:
    """The text of an output that is HTML, None where the extra that reads it is not installed."""
    try:
        from secondhop.loading.markup.html import write_page  # few notebooks need it
    except MissingExtraError:
        return None
    builder = TextBuilder()
    write_page(html, builder)
    return builder.build("").text if builder.length else ""


def _metadata(notebook: dict[str, Any]) -> dict[str, str]:
    """The language of the code cells, where the notebook names it."""
    metadata = notebook.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(entry, dict) and isinstance(entry.get(name), str):
            return {"language": entry[name]}
    return {}
