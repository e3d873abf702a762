"""Files, bytes and strings to `SourceText`: one format per module, imported when a file of that format is met.

A format module has `load(data, source) -> SourceText`, and raises only errors of `errors.py`. To add one: write the
module in the folder of its kind, and give it a line in `formats.FORMATS`.

`parsing.py` parses in this process, `pool.py` in children with limits, `ingest.py` a whole folder of files, on which
`report.py` reports.
"""

from __future__ import annotations

import os

from secondhop.loading.encodings import printable
from secondhop.loading.folder import FolderFile, FolderListing, walk_folder
from secondhop.loading.formats import FORMATS, register_loader
from secondhop.loading.ingest import Ingested, content_digest, load_files
from secondhop.loading.parsing import MAX_BYTES, Parse, load_text, parse
from secondhop.loading.pool import IsolationMode, Limits, ParserPool, shared_parse
from secondhop.loading.reading import read_file
from secondhop.loading.report import FileReport, IngestReport, file_report, reasons_of
from secondhop.loading.verbatim.inner_blocks import inner_sections
from secondhop.types import SourceText

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "FileReport",
    "FolderFile",
    "FolderListing",
    "IngestReport",
    "Ingested",
    "IsolationMode",
    "Limits",
    "ParserPool",
    "content_digest",
    "file_report",
    "inner_sections",
    "load_file",
    "load_files",
    "load_text",
    "parse",
    "read_file",
    "reasons_of",
    "register_loader",
    "shared_parse",
    "walk_folder",
]


def load_file(
    path: str | os.PathLike[str],
    *,
    source: str | None = None,
    format: str | None = None,
    password: str | None = None,
    parse: Parse = parse,
) -> SourceText:
    """Load a file. `source` is what citations call it: the path as given, unless said otherwise.

    `parse` says where it is parsed: in this process, or in a `ParserPool`.
    """
    name = os.fspath(path)
    label = printable(name) if source is None else source
    data = read_file(name, label, MAX_BYTES)
    return parse(data, label, name=printable(name), format=format, password=password)
