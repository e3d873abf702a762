"""XML of manuals (DocBook, DITA, Mallard) and of drawings: the text that a reader sees, sections by title."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from secondhop.loading.builder import TextBuilder, clean, one_line

# fmt: off
_SECTIONS = frozenset({
    "set", "book", "part", "chapter", "appendix", "preface", "article", "section", "sect1", "sect2", "sect3", "sect4", "sect5",
    "simplesect", "refentry", "refsection", "refsect1", "refsect2", "refsect3", "refsynopsisdiv", "glossary", "glossdiv",
    "qandadiv", "topic", "concept", "task", "reference", "troubleshooting", "page",
})
_LINES = frozenset({
    "p", "para", "simpara", "title", "subtitle", "term", "dt", "glossterm", "cmd", "desc", "shortdesc", "caption", "refname",
    "refpurpose", "member", "attribution",
})
_LISTS = frozenset({
    "itemizedlist", "orderedlist", "variablelist", "simplelist", "procedure", "list", "steps", "substeps", "steps-unordered",
    "terms", "tree", "ul", "ol", "dl", "sl", "choices",
})
_NUMBERED = frozenset({"orderedlist", "procedure", "steps", "substeps", "ol"})
_ITEMS = frozenset({"listitem", "item", "li", "sli", "step", "substep", "choice", "member"})
_MEANINGS = frozenset({"listitem", "dd", "glossdef"})
_CODE = frozenset({"programlisting", "screen", "literallayout", "codeblock", "pre", "msgblock", "synopsis"})
_TABLES = frozenset({"table", "informaltable", "simpletable"})
_ROWS = frozenset({"row", "tr", "strow", "sthead"})
_CELLS = frozenset({"entry", "td", "th", "stentry"})
_BLOCKS = _LISTS | _CODE | _TABLES | {
    "p", "para", "simpara", "note", "tip", "hint", "important", "caution", "warning", "blockquote", "example", "informalexample",
    "figure", "informalfigure", "fig", "mediaobject",
}
"""What starts on a new line even where it stands inside one."""
_LEFT_OUT = frozenset({
    "indexterm", "prolog", "comment", "remark", "draft-comment", "related-links", "refmeta", "links", "metadata", "mediaobject",
    "inlinemediaobject", "media", "image",
})
_PARTED = {"guiseq": " → ", "menuchoice": " → ", "menucascade": " → ", "keyseq": "+", "keycombo": "+"}
"""What stands between the parts of a choice in menus, and between keys that are pressed together."""
# fmt: on
_PARAGRAPHS = frozenset({"p", "para", "simpara"})
_LINKED = ("xref", "linkend", "href")
"""What a link without words of its own leads to."""
DRAWING = "svg"
_ROOTS = _SECTIONS | {DRAWING}
_MAX_DEPTH = 200


class _OtherError(Exception):
    """The document is of another kind, or no text to be read in this way."""


def parsed(code: bytes) -> Element | None:
    """The elements by their local names, if it is a drawing or a section with paragraphs or a summary; else None.

    No entity is expanded or fetched: its name stands for it, as in `&product;`.
    """
    parser = expat.ParserCreate("utf-8")
    builder = TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        tag = tag.rpartition(":")[2]
        if depth > _MAX_DEPTH or (depth == 1 and tag not in _ROOTS):
            raise _OtherError
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition(":")[2])

    def other(markup: str) -> None:
        if depth and markup.startswith("&"):
            builder.data(markup[1:-1])

    def declare(_name: str, _is_parameter: bool, value: str | None, *_: object) -> None:
        if value is not None and "&" in value:
            raise _OtherError

    parser.UseForeignDTD(True)  # entities may be declared elsewhere
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.DefaultHandler = builder.data, other
    parser.EntityDeclHandler = declare
    try:
        parser.Parse(code, True)
    except (expat.ExpatError, _OtherError):
        return None
    root = builder.close()
    is_manual = root.find("info/desc") is not None or any(each.tag in _PARAGRAPHS for each in root.iter())
    return root if root.tag == DRAWING or is_manual else None


class DocumentWriter:
    """Writes what it finds below a root, a block of text at a time."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._line: list[str] = []
        self._mark = ""
        self._items = 0
        self._summary: list[str] = []

    def write(self, root: Element) -> None:
        """Write the text below a section or a part of one."""
        self._walk(root, 1, in_line=False)
        self._flush()
        self._summarize()

    def _walk(self, node: Element, level: int, *, in_line: bool) -> None:
        in_line = node.tag in _LINES or _is_mixed(node) or (in_line and node.tag not in _BLOCKS)
        self._line.append(node.text or "")
        items = 0
        for child in node:
            items += child.tag in _ITEMS
            if child.tag not in _LEFT_OUT:
                self._enter(node, child, level, items, in_line=in_line)
            self._line.append(child.tail or "")

    def _enter(self, node: Element, child: Element, level: int, items: int, *, in_line: bool) -> None:
        tag = child.tag
        if in_line and tag not in _BLOCKS:
            if _BLOCKS.isdisjoint(each.tag for each in child.iter()):
                self._line.append(_words(child))
            else:
                self._walk(child, level, in_line=True)
            return
        self._flush()
        if tag.endswith("info") and node.tag in _SECTIONS:
            self._about(child, level)
        elif tag == "title" and node.tag in _SECTIONS:
            self._head(child, level)
        elif tag in _CODE or (tag == "code" and not in_line):
            self._builder.code(clean("".join(child.itertext())).strip("\n"))
        elif tag in _TABLES:
            self._table(child)
        elif tag in _PARTED:
            self._builder.write(one_line(_words(child)))
        else:
            self._block(node, child, level, items)

    def _block(self, node: Element, child: Element, level: int, items: int) -> None:
        is_item = child.tag in _ITEMS and node.tag in _LISTS
        if is_item:
            self._mark = f"{items}. " if node.tag in _NUMBERED else "- "
        elif child.tag in _MEANINGS:
            self._mark = ": "
        self._items += is_item
        self._walk(child, level + (child.tag in _SECTIONS), in_line=False)
        self._flush()
        self._items -= is_item
        if is_item:
            self._mark = ""

    def _about(self, node: Element, level: int) -> None:
        """The title and the summary of a section; what says for which links a title is, is no heading."""
        for part in node:
            if part.tag == "title" and "type" not in part.attrib:
                self._head(part, level)
            elif part.tag in ("desc", "abstract", "shortdesc"):
                self._summary.append(one_line(_words(part)))

    def _head(self, title: Element, level: int) -> None:
        self._builder.heading(level, _words(title))
        self._summarize()

    def _summarize(self) -> None:
        for text in self._summary:
            self._builder.write(text)
        self._summary = []

    def _table(self, table: Element) -> None:
        for title in table.findall("title"):
            self._builder.write(one_line(_words(title)))
        rows = (row for row in table.iter() if row.tag in _ROWS)
        self._builder.table([[_words(cell) for cell in row if cell.tag in _CELLS] for row in rows])

    def _flush(self) -> None:
        text = one_line("".join(self._line))
        self._line = []
        if text:
            within = self._items or self._mark == ": "
            self._builder.write(self._mark + text, gap="\n" if within else "\n\n")
            self._mark = ""


def write_labels(drawing: Element, builder: TextBuilder) -> None:
    """Write what a drawing says, a line for each of its labels."""
    for label in drawing.iter():
        if label.tag in ("text", "flowRoot"):
            builder.write(one_line("".join(label.itertext())), gap="\n")


def _words(node: Element) -> str:
    """The words of an element, as they stand in a line."""
    if not (node.text or len(node)):
        return next((node.attrib[name] for name in _LINKED if name in node.attrib), "")
    if node.tag in _PARTED:
        parts = (node.text or "", *(_words(child) for child in node))
        return _PARTED[node.tag].join(part for part in parts if part.strip())
    pieces = [node.text or ""]
    for child in node:
        if child.tag not in _LEFT_OUT:
            pieces += (" " * (child.tag in _BLOCKS), _words(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _is_mixed(node: Element) -> bool:
    """Whether there is text between the elements inside; in sections it is but names of entities."""
    return node.tag not in _SECTIONS and bool(
        (node.text or "").strip() or any((child.tail or "").strip() for child in node)
    )
