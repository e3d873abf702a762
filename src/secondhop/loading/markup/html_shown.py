"""What of a page a reader sees: elements that are hidden, and those that only lead elsewhere, are none of its text."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

# fmt: off
DROPPED = frozenset({
    "head", "script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "audio",
    "video", "select", "textarea", "dialog",
})
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "button", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "input", "ins", "kbd", "label", "mark", "meter", "nobr", "output", "progress", "q", "rb", "rp", "rt",
    "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})
# fmt: on
BOILERPLATE = frozenset({"nav", "footer"})
_BESIDE = frozenset({"header", "aside"})
"""What is navigation as well, if most of it is in links, buttons and labels or there is a field to search in, and no heading."""
_BOILERPLATE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar"})
_NAVIGATION = frozenset({"navheader", "navfooter", "docnav"})
"""Classes of DocBook's and Publican's bars of links to the pages around."""
_OF_LINKS = re.compile(
    r"(?:^|(?<!has)(?<!with)(?<!no)[ _-])"
    r"(?:nav|navbar|navigation|menu|menubar|breadcrumbs?|pager|pagination|banner|footer|sidebar)(?:$|[ _-])",
    re.IGNORECASE,
)
"""Words in classes and ids of navigation, if most of the text is in links and none of it is a heading."""
_OF_HEADINGS = re.compile(
    r"(?:^|[ _-])toc(?:$|[ _-])|(?:^| )(?:contents|table-of-contents|tableofcontents)(?:$| )", re.IGNORECASE
)
"""Classes and ids of a page's own table of contents, if most of its text is in links into the page."""
_LISTS = frozenset({"ul", "ol", "dl", "li", "dd"})
_WORD = re.compile(r"\b[^\W\d]\w*")
_PERMALINK = re.compile("[¶§#🔗↩\ue000-\uf8ff]\ufe0e?")
"""What a heading's link to itself shows, some as a letter of a font of their own, and a note's link back."""
_OF_LINE_NUMBERS = re.compile(
    r"(?:^| )(?:line-?numbers?|lineno|linenos|linenodiv|sourcelineno|listing_lines|lnt?|(?:rouge-)?gutter)(?:$| )",
    re.IGNORECASE,
)
"""Classes of the numbers beside lines of code."""
_LINE_NUMBERS = re.compile(r"[\d\s]*")
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_BOXES = frozenset({"note", "tip", "hint", "important", "caution", "warning", "danger", "admonition", "author"})
"""Classes of boxes in a section: their titles head no section, and the tables that draw them hold no data."""
HEADINGS = {f"h{level}": level for level in range(1, 7)}
ANY_HEADING = ", ".join(HEADINGS)
_MOST_ALTERNATIVES = 20


def is_shown(node: Any, dropped: frozenset[str]) -> bool:
    """Whether an element is text of the page.

    Args:
        node: the element.
        dropped: tags that are none: `DROPPED`, and `BOILERPLATE` where navigation is to be left out too.
    """
    if node.tag in dropped:
        return False
    if node.tag in _BESIDE and dropped >= BOILERPLATE and node.css_first(ANY_HEADING) is None:
        searches = node.css_first("input[type='search']") is not None
        return not (searches or _is_of_links(node, "a[href], button, label"))
    attributes = node.attributes
    if not attributes:
        return True
    is_styled_away = _HIDDEN_STYLE.search(attributes.get("style") or "")
    if is_styled_away or ("hidden" in attributes and not _is_one_of_several(node)):
        return False
    if node.tag == "a" and (attributes.get("href") or "").startswith("#") and _PERMALINK.fullmatch(node.text().strip()):
        return False
    classes = attributes.get("class") or ""
    if classes and _OF_LINE_NUMBERS.search(classes) and _LINE_NUMBERS.fullmatch(node.text()):
        return False
    if not dropped >= BOILERPLATE:
        return True
    if (attributes.get("role") or "").lower() in _BOILERPLATE_ROLES:
        return False
    if is_inline(node.tag) or node.tag in HEADINGS:  # "Navigation" may be what a section is about
        return True
    name = attributes.get("id") or ""
    if not classes and not name:
        return True
    if not _NAVIGATION.isdisjoint(classes.lower().split()):
        return False
    if _OF_LINKS.search(names := f"{classes} {name}"):
        return node.css_first(ANY_HEADING) is not None or not _is_of_links(node, "a[href], button")
    return not (_OF_HEADINGS.search(names) and _is_of_links(node, "a[href^='#']"))


def _is_one_of_several(node: Any) -> bool:
    """Whether a hidden element is one of a few that are all of a line: a script shows the one for the reader's system."""
    around = node.parent
    if around is None or around.tag != "span":
        return False
    parts = list(islice(around.iter(include_text=True), _MOST_ALTERNATIVES + 1))
    return len(parts) <= _MOST_ALTERNATIVES and all(
        "hidden" in part.attributes if part.is_element_node else not (part.text_content or "").strip() for part in parts
    )


def own_contents(tree: Any) -> list[Any]:
    """The lists of links in a page that say again what its headings say."""
    lists = [
        node
        for node in tree.css("ul, ol, dl")
        if (around := node.parent) is not None
        and around.tag not in _LISTS
        and node.css_first("a[href*='#']") is not None
        and is_shown(around, DROPPED | BOILERPLATE)
    ]
    if not lists:
        return []
    headings = {_words(heading) for heading in tree.css(ANY_HEADING)}
    return [node for node in lists if _repeats(node, headings)]


def _repeats(node: Any, headings: set[str]) -> bool:
    """Whether a list holds hardly more than links, most of which read like headings."""
    links = node.css("a[href*='#']")
    repeated = sum(_words(link) in headings for link in links)
    return repeated > 1 and 5 * repeated >= 4 * len(links) and 10 * sum(map(_letters, links)) >= 9 * _letters(node)


def _words(node: Any) -> str:
    """The words of a heading or a link, without the numbers that one of them may lack."""
    return " ".join(_WORD.findall(node.text().lower()))


def is_box(node: Any) -> bool:
    """Whether an element is a note or a warning beside the text."""
    return node is not None and not _BOXES.isdisjoint((node.attributes.get("class") or "").lower().split())


def is_inline(tag: str) -> bool:
    """Whether an element goes on in a line.

    Those of other vocabularies, such as `ix:nonFraction` in reports, and of a page's own, such as `mjx-container`, do.
    """
    return tag in _INLINE or ":" in tag or "-" in tag


def _is_of_links(node: Any, links: str) -> bool:
    """Whether links of that kind hold at least half of the letters below a node."""
    in_links = sum(_letters(link) for link in node.css(links))
    return in_links > 0 and 2 * in_links >= _letters(node)


def _letters(node: Any) -> int:
    return sum(map(str.isalnum, node.text()))
