"""Sets handbook.txt as examples/data/handbook.pdf: several pages, headings, an outline. Standard library only.

    python examples/handbook/make_pdf.py [target.pdf]

The same text gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "data" / "handbook.pdf"
TITLE = "Harbour Lights Cooperative: Operations Handbook"
WIDTH, HEIGHT, MARGIN = 595, 842, 72

# Advance widths of Helvetica for the characters from blank to tilde, in thousandths of the font size.
WIDTHS = [
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
]


class Style(NamedTuple):
    """How a paragraph is set."""

    font: str
    size: float
    leading: float
    before: float


STYLES = {0: Style("F1", 11, 15, 7), 1: Style("F2", 17, 22, 26), 2: Style("F2", 12.5, 17, 13)}


class Line(NamedTuple):
    """One line of type, and which heading it begins, if any."""

    text: str
    style: Style
    before: float
    level: int
    heading: str | None


def wrap(text: str, size: float, width: float) -> Iterator[str]:
    """Lines that are no wider than `width` points."""
    line, used = "", 0.0
    for word in text.split():
        advance = sum(WIDTHS[ord(character) - 32] for character in word) * size / 1000
        if line and used + advance > width:
            yield line
            line, used = "", 0.0
        line += word + " "
        used += advance + WIDTHS[0] * size / 1000
    yield line


def lines(source: str) -> Iterator[Line]:
    """The paragraphs of the source as lines of type."""
    for paragraph in source.strip().split("\n\n"):
        level = len(paragraph) - len(paragraph.lstrip("#"))
        text, style = paragraph[level:].strip(), STYLES[level]
        for number, line in enumerate(wrap(text, style.size, WIDTH - 2 * MARGIN)):
            first = number == 0
            yield Line(line.rstrip(), style, style.before if first else 0, level, text if level and first else None)


def pages(source: str) -> Iterator[list[tuple[float, Line]]]:
    """Lines with their heights above the foot of the page. A chapter begins a page; a heading never ends one."""
    page: list[tuple[float, Line]] = []
    y = float(HEIGHT - MARGIN)
    for line in lines(source):
        room = 60 if line.level else 0
        if page and (line.level == 1 or y - line.before - line.style.leading - room < MARGIN):
            yield page
            page, y = [], float(HEIGHT - MARGIN)
        y -= (line.before if page else 0) + line.style.leading
        page.append((y, line))
    yield page


def string(text: str) -> str:
    """A PDF string literal."""
    return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


def content(page: list[tuple[float, Line]], number: int, of: int) -> bytes:
    """The drawing operators of a page, with a footer."""
    shown = [
        f"BT /{line.style.font} {line.style.size} Tf {MARGIN} {y:.1f} Td {string(line.text)} Tj ET" for y, line in page
    ]
    shown.append(f"BT /F1 8 Tf {MARGIN} 40 Td {string(f'{TITLE}, page {number} of {of}')} Tj ET")
    return "\n".join(shown).encode("ascii")


def make_pdf(source: str) -> bytes:
    """The whole file."""
    laid_out = list(pages(source))
    headings = [
        (line.level, line.heading, number, y + line.style.leading)
        for number, page in enumerate(laid_out)
        for y, line in page
        if line.heading is not None
    ]
    # Objects: 1 catalog, 2 page tree, 3 and 4 fonts, 5 information, 6 outline, then pages, contents, outline items.
    first_page, first_content = 7, 7 + len(laid_out)
    first_item = first_content + len(laid_out)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R /PageMode /UseOutlines /Lang (en-GB) >>",
        f"<< /Type /Pages /Count {len(laid_out)} /Kids [{' '.join(f'{first_page + n} 0 R' for n in range(len(laid_out)))}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title {string(TITLE)} /Author (Harbour Lights Cooperative) >>".encode(),
        outline_root(headings, first_item),
    ]
    for number in range(len(laid_out)):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first_content + number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
    for number, page in enumerate(laid_out, 1):
        data = content(page, number, len(laid_out))
        objects.append(f"<< /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream")
    objects += outline_items(headings, first_item, first_page)
    return assemble(objects)


def outline_root(headings: list[tuple[int, str, int, float]], first: int) -> bytes:
    """The head of the outline, which knows its first and last chapter."""
    chapters = [number for number, heading in enumerate(headings) if heading[0] == 1]
    return f"<< /Type /Outlines /First {first + chapters[0]} 0 R /Last {first + chapters[-1]} 0 R /Count {len(chapters)} >>".encode()


def outline_items(headings: list[tuple[int, str, int, float]], first: int, first_page: int) -> list[bytes]:
    """One object for each heading: chapters, and sections below them."""
    parent_of: list[int | None] = []
    for number, heading in enumerate(headings):
        parent_of.append(None if heading[0] == 1 else max(n for n in range(number) if headings[n][0] == 1))
    items = []
    for number, (_, title, page, y) in enumerate(headings):
        siblings = [n for n in range(len(headings)) if parent_of[n] == parent_of[number]]
        children = [n for n in range(len(headings)) if parent_of[n] == number]
        at = siblings.index(number)
        parent = parent_of[number]
        links = [f"/Parent {6 if parent is None else first + parent} 0 R"]
        links += [f"/Prev {first + siblings[at - 1]} 0 R"] if at else []
        links += [f"/Next {first + siblings[at + 1]} 0 R"] if at + 1 < len(siblings) else []
        if children:
            links.append(f"/First {first + children[0]} 0 R /Last {first + children[-1]} 0 R /Count -{len(children)}")
        items.append(
            f"<< /Title {string(title)} {' '.join(links)} /Dest [{first_page + page} 0 R /XYZ {MARGIN} {y:.1f} 0] >>".encode()
        )
    return items


def assemble(objects: list[bytes]) -> bytes:
    """Objects with their numbers, the table of their places, and the trailer."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_bytes(make_pdf((HERE / "handbook.txt").read_text("utf-8")))
