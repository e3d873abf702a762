"""Every citation, opened again in its source at its page, sheet, slide, chapter or line, holds its text."""

import io
import json
import re
import zipfile
from email import message_from_bytes, policy

import docx
import making
import pptx
import pypdf
import pytest
import python_calamine

from secondhop import Document

FACTS = making.facts(60)
SHEETS = {
    name: [("Number", "Text"), *((str(n), text) for n, text in enumerate(making.facts(30, seed)))]
    for seed, name in ((2, "North"), (3, "South"))
}
VERBATIM = making.verbatim(FACTS)


def words(text):
    """The text without what loaders add for their reader: list marks, cell separators, gaps between sentences."""
    return re.sub(r"[\s|]+|^- ", " ", text).strip()


def citations(data, source):
    """What the document cites for questions about several facts, and all its chunks in the same form."""
    document = Document.from_bytes(data, source=source, chunk_size=60)
    asked = [
        citation
        for number in (0, 7, 23, 41, 59)
        for citation in document.context(f"What does entry {number} name?", budget=300).citations
    ]
    assert asked
    chunks = [
        {
            "page": chunk.page,
            "line": chunk.line,
            "line_end": chunk.line_end,
            "text": chunk.text,
            "heading": chunk.heading,
        }
        for chunk in document.chunks
    ]
    return [*asked, *chunks]


def pieces(citation):
    return [words(piece) for piece in re.split(r"\s…\s", citation["text"])]


@pytest.mark.parametrize("name", VERBATIM)
def test_lines_of_a_text_hold_what_is_cited_from_them(name):
    text = VERBATIM[name]
    lines = text.split("\n")
    for citation in citations(text.encode(), name):
        cited = words("\n".join(lines[citation["line"] - 1 : citation["line_end"]]))
        assert all(piece in cited for piece in pieces(citation))


def pdf_pages():
    pages = [["Harbour report", *FACTS[at : at + 6], f"Page {at // 6 + 1} of 10"] for at in range(0, 60, 6)]
    data = making.lines_pdf(pages)
    return data, [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def slides():
    data = making.pptx_of(FACTS)
    shown = []
    for slide in pptx.Presentation(io.BytesIO(data)).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        shown.append("\n".join([*texts, slide.notes_slide.notes_text_frame.text]))
    return data, shown


def open_slides():
    """Slides as their XML has them, page by page."""
    data = making.odp_of(FACTS)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pages = archive.read("content.xml").decode().split("<draw:page>")[1:]
    return data, [re.sub(r"<[^>]*>", " ", page) for page in pages]


def sheets(make):
    data = make(SHEETS)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return data, ["\n".join(" ".join(map(str, row)) for row in sheet) for sheet in rows]


def chapters():
    parts = [FACTS[at : at + 10] for at in range(0, 60, 10)]
    return making.epub_of(parts), [
        "\n".join(f"Part {number} {text}" for number, text in enumerate(part)) for part in parts
    ]


PAGED = {
    "a.pdf": pdf_pages,
    "a.pptx": slides,
    "a.odp": open_slides,
    "a.xlsx": lambda: sheets(making.xlsx_of),
    "a.ods": lambda: sheets(making.ods_of),
    "a.epub": chapters,
}


@pytest.mark.parametrize("name", PAGED)
def test_the_page_sheet_slide_or_chapter_holds_what_is_cited_from_it(name):
    data, pages = PAGED[name]()
    for citation in citations(data, name):
        page = words(pages[citation["page"] - 1])
        assert all(piece in page for piece in pieces(citation))


def word_text():
    data = making.docx_of(FACTS)
    document = docx.Document(io.BytesIO(data))
    rows = [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return data, "\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows])


def open_text():
    data = making.odt_of(FACTS)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return data, re.sub(r"<[^>]*>", " ", archive.read("content.xml").decode())


def mail_text():
    data = making.eml_of(FACTS)
    message = message_from_bytes(data, policy=policy.default)
    head = "\n".join(f"{name}: {message[name]}" for name in ("From", "To"))
    return data, f"{message['Subject']}\n{head}\n{message.get_body().get_content()}\nAttachments: plan.pdf"


def notebook_text():
    data = making.notebook_of(FACTS)
    text = "\n".join("".join(cell["source"]) for cell in json.loads(data)["cells"])
    return data, text.replace("## ", "")


def subtitle_text():
    cues = [(f"00:{n:02}:00,000 --> 00:{n:02}:05,000", text) for n, text in enumerate(FACTS)]
    return (
        "\n\n".join(f"{times}\n{text}" for times, text in cues).encode(),
        "\n".join(f"[{times.partition(',')[0]}] {text}" for times, text in cues),
    )


def html_text():
    page = making.html_page(FACTS)
    return page.encode(), re.sub(r"<[^>]*>", " ", page)


def rtf_text():
    return making.rtf_of(FACTS), "\n".join(f"Part {number}\n{text}" for number, text in enumerate(FACTS))


FLAT = {
    "a.docx": word_text,
    "a.odt": open_text,
    "a.eml": mail_text,
    "a.ipynb": notebook_text,
    "a.srt": subtitle_text,
    "a.html": html_text,
    "a.rtf": rtf_text,
}


@pytest.mark.parametrize("name", FLAT)
def test_a_format_without_pages_holds_what_is_cited_under_its_heading(name):
    data, text = FLAT[name]()
    whole = words(text)
    for citation in citations(data, name):
        assert all(piece in whole for piece in pieces(citation))
        assert citation["heading"] is None or words(citation["heading"]) in whole


def test_every_built_in_loader_is_checked_here():
    from secondhop.loading import FORMATS
    from secondhop.loading.formats import format_by_name

    checked = {format_by_name(name) for name in (*VERBATIM, *PAGED, *FLAT)}
    assert {name for name, entry in FORMATS.items() if entry.registered is None} == {*checked, "text"}
