"""The text of an element of a page, and what stands for those of its parts that are drawn rather than written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from secondhop.loading.builder import one_line, raised
from secondhop.loading.markup.html_shown import is_inline, is_shown

QUOTES = "”“"
"""What a browser shows at the end and at the start of a quotation."""
_APART = frozenset({"button", "label"})
"""What is drawn apart from what stands before it in the line."""
_REPLACED = frozenset({"br", "img", "input", "math", "ruby", "sup"})
_REPLACED_INSIDE = _REPLACED - {"ruby", "sup"}
"""The same for what is set above the line, or has something there, itself."""
_READINGS = frozenset({"rp", "rt"})
_OF_FORMULAS = re.compile("math|latex", re.IGNORECASE)
"""Classes of pictures of formulas, whose alternative text is the formula in TeX."""


def text_of(root: Any, dropped: frozenset[str], *, inside: bool = False) -> str:
    """The text below a node with its whitespace as it stands, blocks apart.

    Args:
        root: the node.
        dropped: tags that are none of the page's text.
        inside: whether the node is one that `replaced` is about.
    """
    pieces: list[str] = []

    def enter(element: Any) -> bool:
        if not is_shown(element, dropped):
            return False
        if element.tag in _REPLACED_INSIDE if inside else is_replaced(element):
            pieces.append(replaced(element, dropped))
            return False
        return True

    for node, entering in walk(root, enter):
        if node.is_text_node:
            pieces.append(node.text_content or "")
        elif node.tag == "q":
            pieces.append(QUOTES[entering])
        elif entering and (gap := gap_before(node)):
            pieces.append(gap)
        elif not (is_inline(node.tag) or node.mem_id == root.mem_id or (pieces and pieces[-1].endswith("\n"))):
            pieces.append("\n")
    return "".join(pieces)


def is_replaced(node: Any) -> bool:
    """Whether an element is one that `replaced` is about."""
    return node.tag in _REPLACED or _is_note(node)


def replaced(node: Any, dropped: frozenset[str]) -> str:
    """What stands for a line's end, a tick, a formula or a picture of one, and what is set above the line.

    The reading of a word stands behind it, once for all of its characters; dots that stress them are none. The mark of
    a note, a link into a page, stands in brackets, apart from the word or number before it.
    """
    if node.tag == "br":
        return "\n"
    if node.tag == "math":
        return _formula(node)
    if node.tag == "input":  # the tick of a list of tasks; other boxes may be parts of a menu
        attributes = node.attributes
        is_task = attributes.get("type") == "checkbox" and "disabled" in attributes
        return ("☒ " if "checked" in attributes else "☐ ") if is_task else ""
    if node.tag == "img":
        words = node.attributes.get("alt") or ""
        is_formula = words.startswith("$") or _OF_FORMULAS.search(node.attributes.get("class") or "")
        return one_line(words) if is_formula else ""
    if node.tag == "ruby":
        word = one_line(text_of(node, dropped | _READINGS, inside=True))
        reading = one_line("".join(text_of(part, dropped, inside=True) for part in node.css("rt")))
        return f"{word}({reading})" if any(map(str.isalnum, reading)) else word
    text = text_of(node, dropped, inside=True)
    mark = text.strip()
    if node.tag == "a":
        return f"[{mark.strip('[]')}]"
    link = node.parent if node.parent is not None and node.parent.tag == "a" else node.css_first("a")
    is_note = mark[:1].isalnum() and link is not None and "#" in (link.attributes.get("href") or "")
    return f"[{mark}]" if is_note else raised(text)


def _is_note(node: Any) -> bool:
    """Whether a link says that it is the mark of a note, which style sheets raise."""
    if node.tag != "a":
        return False
    kinds = (node.attributes.get("role"), node.attributes.get("epub:type"))
    return "doc-noteref" in kinds or "noteref" in kinds


def _formula(math: Any) -> str:
    """A formula in TeX where the page has that, too; else its signs, apart: a fraction is no number of its digits."""
    tex = math.css_first("annotation[encoding='application/x-tex']")
    if tex is not None:
        return one_line(tex.text())
    for annotation in math.css("annotation, annotation-xml"):
        annotation.decompose()
    return one_line(math.text(separator=" "))


def gap_before(node: Any) -> str:
    """What sets an element apart from what stands before it in the line."""
    if node.tag in _APART:
        return " "
    is_further = node.tag == "span" == node.parent.tag and node.prev is not None and "hidden" in node.attributes
    return " / " if is_further else ""


def walk(root: Any, enter: Callable[[Any], bool]) -> Iterator[tuple[Any, bool]]:
    """Nodes from a root down in document order, without recursion: pages nest thousands deep.

    Text nodes come once; elements that `enter` accepts come twice, with whether they are being entered.
    """
    node = root
    while True:
        if node.is_text_node:
            yield node, True
        elif node.is_element_node and enter(node):
            yield node, True
            if node.child is not None:
                node = node.child
                continue
            yield node, False
        while node.next is None or node.mem_id == root.mem_id:
            if node.mem_id == root.mem_id:
                return
            node = node.parent
            yield node, False
        node = node.next
