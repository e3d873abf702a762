"""Markdown: a section for each heading, with code blocks and tables as sections inside it.

The headed sections tile the text. Each begins at its heading's line; what stands before the first heading, and front
matter, are sections without a heading. A table's `heading_span` is its header row with the row of dashes, so that a
part of the table can be shown under it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.markdown_blocks import scan, without_files
from secondhop.loading.verbatim.outlined import MAX_TITLE, outlined, shortened
from secondhop.types import SourceText

_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n?|\n)(?P<yaml>(?:#|[\w\"'-][^:\r\n]*:).*?)^(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)"
    r"|\+\+\+[ \t]*(?:\r\n?|\n)(?P<toml>.*?)^\+\+\+[ \t]*(?:\r\n?|\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(?:\"([^\"\r\n]*)\"|'([^'\r\n]*)'|([^\r\n]*))", re.MULTILINE)
_HEADING_ID = re.compile(r"\s*\{#[^{}]*\}\s*$")
_INLINE = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|!?\[(?P<label>[^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
    r"|<(?P<link>[a-z][a-z0-9+.-]*:[^<>\s]*)>"
    r"|<br\b(?P<break>)[^<>]*>|</?[A-Za-z][^<>]*>|<!--.*?-->"
    r"|(?P<stars>\*+|~~+)(?=\S)|(?<=\S)(?:\*+|~~+)"
    r"|(?<!\w)_+(?=\w)|(?<=[\w.!?)])_+(?!\w)"
    r"|(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);)"
)


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, but for files in it, cut at its headings; `title` of front matter becomes metadata."""
    text, warnings = decode(data, source)
    text, n_files = without_files(text)
    if n_files:
        warnings.append(f"Left out {n_files} {'files' if n_files > 1 else 'file'} embedded in links, such as pictures.")
    front_matter = _FRONT_MATTER.match(text)
    metadata: Mapping[str, str] = {}
    body = 0
    if front_matter is not None:
        body = front_matter.end()
        metadata = _metadata(front_matter.group())
    found, blocks = scan(text, body)
    headings = [replace(heading, title=plain_title(heading.title)) for heading in found]
    sections = outlined(text, headings, blocks, body)
    return SourceText(source, text, tuple(sections), metadata, tuple(warnings))


def plain_title(markup: str) -> str:
    """Reduce a heading to the words that a reader sees."""
    title = _HEADING_ID.sub("", markup[: 4 * MAX_TITLE])
    title = _INLINE.sub(_visible, title)
    if "](" in title or "][" in title:  # a link around an image
        title = _INLINE.sub(_visible, title)
    return shortened(title)


def _visible(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups["code"] is not None:
        return str(groups["code"])
    if groups["label"] is not None:
        return _INLINE.sub(_visible, groups["label"])
    if groups["entity"] is not None:
        return html.unescape(groups["entity"])
    if groups["break"] is not None:
        return " "
    return groups["escaped"] or groups["link"] or ""


def _metadata(front_matter: str) -> dict[str, str]:
    title = _TITLE.search(front_matter)
    words = "" if title is None else next(group for group in title.groups() if group is not None).strip()
    return {"title": words} if words else {}
