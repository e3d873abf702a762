"""What comes back from a parser process: a loaded text or an error, as the header and body of a frame.

It is checked like any foreign data: the process that sent it may have been taken over by a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secondhop import errors
from secondhop.errors import LoadError, MissingExtraError, SecondhopError
from secondhop.loading.registered import check_section
from secondhop.types import Section, SourceText


def pack(loaded: SourceText) -> tuple[dict[str, Any], bytes]:
    """A loaded text as header and body."""
    sections = [
        [each.start, each.end, each.page, each.heading_path, each.kind, each.heading_span, each.is_byline]
        for each in loaded.sections
    ]
    header = {
        "sections": sections,
        "metadata": dict(loaded.metadata),
        "warnings": loaded.warnings,
        "format": loaded.format,
    }
    return header, loaded.text.encode()


def unpack(header: Mapping[str, Any], body: bytes, source: str) -> SourceText:
    """The loaded text that a parser process sent.

    Raises:
        SecondhopError: the one that the process reported.
        ValueError: the answer is malformed.
    """
    if "error" in header:
        raise _error(header, source)
    text = body.decode()
    try:
        sections = tuple(_section(values, len(text)) for values in header["sections"])
        warnings = tuple(str(warning) for warning in header["warnings"])
        return SourceText(source, text, sections, dict(header["metadata"]), warnings, str(header["format"]))
    except (TypeError, KeyError) as error:
        raise ValueError("the answer is malformed") from error


def pack_error(error: SecondhopError) -> dict[str, Any]:
    """An error as a header."""
    if isinstance(error, MissingExtraError):
        return {"error": "MissingExtraError", "module": error.module, "extra": error.extra}
    if isinstance(error, LoadError):
        return {"error": type(error).__name__, "reason": error.reason}
    return {"error": "LoadError", "reason": str(error)}


def _error(header: Mapping[str, Any], source: str) -> SecondhopError:
    name, reason = str(header["error"]), str(header.get("reason", ""))
    if name == "MissingExtraError":
        return MissingExtraError(str(header.get("module")), str(header.get("extra")))
    kind = getattr(errors, name, LoadError)
    return kind(source, reason) if isinstance(kind, type) and issubclass(kind, LoadError) else LoadError(source, reason)


def _section(values: Any, length: int) -> Section:
    start, end, page, path, kind, heading_span, is_byline = values
    heading = None if heading_span is None else tuple(heading_span)
    section = Section(start, end, page, tuple(map(str, path)), kind, heading, bool(is_byline))
    check_section(section, length)
    return section
