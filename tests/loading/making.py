"""Small files of every format, made from words that a test knows."""

import csv
import io
import json
import random
import zipfile
from email.message import EmailMessage

WORDS = [
    "harbour", "engine", "ledger", "meadow", "signal", "copper", "winter", "journal", "bridge", "lantern",
    "market", "valley", "timber", "railway", "orchard", "captain", "archive", "furnace", "compass", "glacier",
    "parish", "quarry", "saddle", "tunnel", "velvet", "witness", "anchor", "barrel", "candle", "dragon",
]  # fmt: skip


def in_sections(loaded):
    """The sections of what was loaded: heading path, kind and text of each."""
    return [
        (section.heading_path, section.kind, loaded.text[section.start : section.end]) for section in loaded.sections
    ]


def facts(count, seed=1):
    """Sentences that differ from one another."""
    draw = random.Random(seed)
    return [
        f"Entry {number} of the {draw.choice(WORDS)} names {draw.choice(WORDS)} {draw.choice(WORDS)} and {draw.choice(WORDS)}."
        for number in range(count)
    ]


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def escaped(text):
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def drawn_pdf(pages, pictures=(), contents=None):
    """A PDF of pages with these (x, y, size, text) drawn in this order; pages in `pictures` show one grey picture.

    What a fifth value of 2 or 3 stands behind is set in bold letters, upright or slanted.
    """
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    objects.append(
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\n"
        "stream\nx\nendstream"
    )
    faces = enumerate(("Bold", "BoldItalic"), start=2)
    bold = " ".join(f"/F{number} << /Type /Font /Subtype /Type1 /BaseFont /Times-{face} >>" for number, face in faces)
    kids = []
    for number, items in enumerate(pages):
        stream = "".join(
            f"BT /F{font[0] if font else 1} {size} Tf {x} {y} Td ({escaped(text)}) Tj ET\n"
            for x, y, size, text, *font in items
        )
        stream += "q 600 0 0 700 0 0 cm /I1 Do Q\n" if number in pictures else ""
        objects.append((contents or {}).get(number) or f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R {bold} >>"
            f" /XObject << /I1 4 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode("latin-1")


def lines_pdf(pages):
    """A PDF with these lines on its pages, from the top."""
    return drawn_pdf([[(72, 740 - 14 * place, 11, line) for place, line in enumerate(lines)] for lines in pages])


def docx_of(paragraphs):
    import docx

    document = docx.Document()
    for number, text in enumerate(paragraphs):
        if number % 5 == 0:
            document.add_heading(f"Part {number // 5}", 1)
        document.add_paragraph(text)
    table = document.add_table(rows=2, cols=2)
    for row, values in zip(table.rows, (("Name", "Amount"), ("steel", "10")), strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pptx_of(slides):
    import pptx

    presentation = pptx.Presentation()
    for number, text in enumerate(slides):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = f"Slide {number}"
        slide.placeholders[1].text = text
        slide.notes_slide.notes_text_frame.text = f"Note {number}: {text}"
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def xlsx_of(sheets):
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return out.getvalue()


_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *((name, name) for name in ("office", "table", "text", "style", "presentation", "chart", "meta", "manifest")),
        ("draw", "drawing"), ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"),
    )
) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
)  # fmt: skip


def _part(root, inner):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{root} {_NAMESPACES}>{inner}</office:{root}>'


def open_document(body, kind="text", *, automatic="", styles="", masters="", meta="", parts=None):
    """An OpenDocument file: XML of what it shows, of its styles, and further parts."""
    element = {"graphics": "drawing"}.get(kind, kind)
    files = {
        "mimetype": _OPEN_DOCUMENT + kind,
        "META-INF/manifest.xml": f"<manifest:manifest {_NAMESPACES}/>",
        "content.xml": _part(
            "document-content",
            f"<office:automatic-styles>{automatic}</office:automatic-styles>"
            f"<office:body><office:{element}>{body}</office:{element}></office:body>",
        ),
        "styles.xml": _part(
            "document-styles",
            f"<office:styles>{styles}</office:styles><office:master-styles>{masters}</office:master-styles>",
        ),
        "meta.xml": _part("document-meta", f"<office:meta>{meta}</office:meta>"),
    }
    return zipped(files | (parts or {}))


def flat_document(body, kind="text", styles=""):
    """The same in one XML file."""
    inner = f"<office:styles>{styles}</office:styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
    return _part("document", inner).encode()


def open_rows(rows):
    """XML of the rows of a table."""

    def cell(value):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    return "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)


def ods_of(sheets):
    tables = (f'<table:table table:name="{name}">{open_rows(rows)}</table:table>' for name, rows in sheets.items())
    return open_document("".join(tables), "spreadsheet")


def odt_of(paragraphs):
    body = "".join(
        f'<text:h text:outline-level="1">Part {number}</text:h><text:p>{text}</text:p>'
        for number, text in enumerate(paragraphs)
    )
    return open_document(f"{body}<table:table>{open_rows([('Name', 'Amount'), ('steel', '10')])}</table:table>")


def odp_of(slides):
    def frame(kind, text):
        box = f"<draw:text-box><text:p>{text}</text:p></draw:text-box>"
        return f'<draw:frame presentation:class="{kind}">{box}</draw:frame>'

    pages = "".join(
        f"<draw:page>{frame('title', f'Slide {number}')}{frame('outline', text)}"
        f"<presentation:notes>{frame('notes', f'Note {number}: {text}')}</presentation:notes></draw:page>"
        for number, text in enumerate(slides)
    )
    return open_document(pages, "presentation")


def html_page(paragraphs, title="Page"):
    body = "".join(f"<h2>Part {number}</h2><p>{text}</p>\n" for number, text in enumerate(paragraphs))
    return f"<html><head><title>{title}</title></head><body><nav>Menu</nav>{body}</body></html>"


def epub_of(chapters):
    items = "".join(
        f'<item id="c{n}" href="c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Book</dc:title><dc:creator>Ada</dc:creator></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    pages = {f"OEBPS/c {n}.xhtml": html_page(texts, f"Chapter {n}") for n, texts in enumerate(chapters)}
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OEBPS/book.opf": package, **pages}
    )


def rtf_of(paragraphs):
    body = "".join(rf"\pard\outlinelevel0 Part {n}\par\pard {text}\par" + "\n" for n, text in enumerate(paragraphs))
    return rf"{{\rtf1\ansi{{\fonttbl{{\f0 Times;}}}}{body}}}".encode()


def eml_of(paragraphs, subject="Minutes"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ada@example.org", "bob@example.org", subject
    message.set_content("\n\n".join(paragraphs))
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()


def notebook_of(paragraphs):
    cells = [{"cell_type": "markdown", "source": [f"## Part {n}\n", "\n", text]} for n, text in enumerate(paragraphs)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()


def csv_of(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def verbatim(paragraphs):
    """One text for each format that is kept as it stands, by file name."""
    parts = list(enumerate(paragraphs))
    ruby = "".join(f"# {text}\ndef entry_{n}\n  {n}\nend\n\n" for n, text in parts)
    python = "".join(f"def entry_{n}():\n    '''{text}'''\n    return {n}\n\n\n" for n, text in parts)
    return {
        "a.txt": "\n\n".join(paragraphs),
        "a.md": "".join(f"## Part {n}\n\n{text}\n\n" for n, text in parts),
        "a.rst": "".join(f"Part {n}\n-------\n\n{text}\n\n" for n, text in parts),
        "a.adoc": "= Title\n\n" + "".join(f"== Part {n}\n\n{text}\n\n" for n, text in parts),
        "a.org": "".join(f"* Part {n}\n{text}\n\n" for n, text in parts),
        "a.tex": "".join(f"\\section{{Part {n}}}\n{text}\n\n" for n, text in parts),
        "a.log": "".join(f"2024-01-01 00:00:{n % 60:02} INFO {text}\n" for n, text in parts),
        "a.sql": "".join(f"-- {text}\nCREATE TABLE entry_{n} (id int);\n\n" for n, text in parts),
        "a.py": python,
        "a.rb": ruby,
        "a.json": json.dumps([{"id": n, "text": text} for n, text in parts], indent=1),
        "a.ndjson": "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in parts),
        "a.csv": csv_of([("id", "text"), *parts]).decode(),
        "a.tsv": "id\ttext\n" + "".join(f"{n}\t{text}\n" for n, text in parts),
        "a.yaml": "".join(f"entry_{n}:\n  text: '{text}'\n" for n, text in parts),
        "a.toml": "".join(f"[entry_{n}]\ntext = '{text}'\n\n" for n, text in parts),
        "a.ini": "".join(f"[entry_{n}]\ntext = {text}\n\n" for n, text in parts),
        "a.xml": "<list>\n"
        + "".join(f'<entry id="{n}">\n<p>{text}</p>\n</entry>\n' for n, text in parts)
        + "</list>\n",
    }
