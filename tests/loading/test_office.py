import datetime
import zipfile
from copy import deepcopy
from io import BytesIO

import docx
import pptx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from making import in_sections, odp_of, odt_of, zipped
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml as parse_slide_xml
from pptx.oxml.ns import nsdecls as slide_nsdecls
from pptx.oxml.ns import qn

from secondhop.errors import (
    CorruptFileError,
    FileTooLargeError,
    LoadError,
    NoTextError,
    PasswordRequiredError,
    UnsupportedFormatError,
)
from secondhop.loading import parse
from secondhop.loading.office import docx as word
from secondhop.loading.office import opendocument, spreadsheet
from secondhop.loading.office import pptx as slides

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def saved(document):
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def headings(loaded):
    return [loaded.text[slice(*section.heading_span)] if section.heading_span else None for section in loaded.sections]


def word_document():
    document = docx.Document()
    document.core_properties.title = "Supply Agreement"
    document.core_properties.author = "Ada"
    document.add_heading("Supply Agreement", 0)
    document.add_paragraph("Between A and B.")
    document.add_heading("Prices", 1)
    document.add_paragraph("Steel", style="List Bullet")
    document.add_paragraph("Copper", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    for row, values in zip(table.rows, [("Item", "Price"), ("Steel", "10"), ("Copper", "20")], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("Prices are net.")
    document.add_heading("Discounts", 2)
    document.add_paragraph("None.")
    return document


def test_word_keeps_numbers_above_the_line_and_in_fractions_apart():
    document = docx.Document()
    document.add_paragraph("Sales of 1,234").add_run("2").font.superscript = True
    paragraph = document.add_paragraph("The 4")
    paragraph.add_run("th").font.superscript = True
    paragraph.add_run(" of 10")
    paragraph.add_run("−6").font.superscript = True
    math = nsdecls("m")
    formula = (
        f"<m:oMath {math}><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>3</m:t></m:r></m:sup></m:sSup>"
        "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    document.add_paragraph("Of ")._p.append(parse_xml(formula))
    assert word.load(saved(document), "a.docx").text == "Sales of 1,234²\n\nThe 4th of 10⁻⁶\n\nOf 10³1/2"


def test_word_reads_signs_of_symbol_fonts_and_large_first_letters():
    document = docx.Document()
    run = document.add_paragraph("Dose ").add_run()
    for font, code in (
        ("Symbol", "F0B3"),
        ("Symbol", "6D"),
        ("Wingdings", "F0FE"),
        ("Webdings", "F061"),
        ("Symbol", ""),
    ):
        run._r.append(parse_xml(f'<w:sym {nsdecls("w")} w:font="{font}" w:char="{code}"/>'))
    initial = document.add_paragraph("D")
    initial._p.get_or_add_pPr().append(parse_xml(f'<w:framePr {nsdecls("w")} w:dropCap="drop" w:lines="3"/>'))
    document.add_paragraph("rop caps begin a chapter.")
    document.element.body.append(parse_xml(initial._p.xml))
    assert word.load(saved(document), "a.docx").text == "Dose ≥μ☑\n\nDrop caps begin a chapter.\n\nD"


def test_word_reads_signs_that_were_typed_in_a_symbol_font():
    document = docx.Document()
    paragraph = document.add_paragraph("Dose ")
    for font, text in (("Symbol", "\uf0b3 5 \uf06d"), ("Calibri", "g \uf0b3"), ("Wingdings", "\uf0fe\uf001")):
        paragraph.add_run(text).font.name = font
    assert word.load(saved(document), "a.docx").text == "Dose ≥ 5 μg \uf0b3☑\uf001"


def test_word_shows_the_reading_of_a_word_behind_it():
    document = docx.Document()
    ruby = "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>かんじ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby>"
    paragraph = document.add_paragraph("この")
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{ruby}</w:r>"))
    paragraph.add_run("は")
    assert word.load(saved(document), "a.docx").text == "この漢字(かんじ)は"


def test_word_headings_lists_and_tables_become_sections_in_reading_order():
    loaded = word.load(saved(word_document()), "a.docx")
    title = "Supply Agreement"
    assert in_sections(loaded) == [
        ((title,), "prose", "Supply Agreement\n\nBetween A and B."),
        ((title, "Prices"), "prose", "Prices\n- Steel\n- Copper"),
        ((title, "Prices"), "table", "Item | Price\nSteel | 10\nCopper | 20"),
        ((title, "Prices"), "prose", "Prices are net."),
        ((title, "Prices", "Discounts"), "prose", "Discounts\n\nNone."),
    ]
    assert headings(loaded) == [title, "Prices", "Item | Price", "Prices", "Discounts"]
    assert loaded.metadata == {"title": title, "author": "Ada"}


def test_word_heading_levels_come_from_outline_levels_and_inherited_styles():
    document = docx.Document()
    local = document.styles.add_style("Klausel", 1)
    local.base_style = document.styles["Heading 2"]
    document.add_heading("Erster Teil", 1)
    document.add_paragraph("Haftung", style="Klausel")
    document.add_paragraph("Text.")
    direct = document.add_paragraph("Anhang")
    direct._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
    document.add_paragraph("Liste.")
    loaded = word.load(saved(document), "a.docx")
    assert [path for path, _, _ in in_sections(loaded)] == [
        ("Erster Teil",),
        ("Erster Teil", "Haftung"),
        ("Anhang",),
    ]


def paragraph_xml(inner):
    return parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>")


def test_word_insertions_controls_and_text_boxes_are_read_and_deletions_are_not():
    document = docx.Document()
    body = document.element.body
    run = "<w:r><w:t>{}</w:t></w:r>"
    body.insert(
        0, paragraph_xml(f"<w:ins>{run.format('kept')}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>")
    )
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run.format('in a control')}</w:p></w:sdtContent></w:sdt>"
    body.insert(1, parse_xml(control))
    box = f"<w:txbxContent><w:p>{run.format('in a box')}</w:p></w:txbxContent>"
    body.insert(2, paragraph_xml(f"<w:r><w:pict>{box}</w:pict></w:r>{run.format('around')}"))
    assert word.load(saved(document), "a.docx").text == "kept\n\nin a control\n\naround\n\nin a box"


def test_word_hidden_text_is_left_out_and_text_at_a_tab_stop_stands_apart():
    document = docx.Document()
    document.add_paragraph("Fees").add_run(" are secret").font.hidden = True
    document.add_paragraph("Left").add_run()._r.append(parse_xml(f"<w:ptab {nsdecls('w')} w:alignment='right'/>"))
    document.paragraphs[1].add_run("Right").font.hidden = False
    assert word.load(saved(document), "a.docx").text == "Fees\n\nLeft\tRight"


def test_word_parts_are_found_by_their_relations():
    with zipfile.ZipFile(BytesIO(saved(word_document()))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    renamed = {
        name.replace("word/document.xml", "word/document2.xml").replace("word/styles.xml", "word/styles2.xml"): content
        for name, content in files.items()
    }
    relations = {"_rels/.rels": b"document.xml", "word/_rels/document.xml.rels": b"styles.xml"}
    for name, target in relations.items():
        moved = renamed.pop(name).replace(target, target.replace(b".", b"2."))
        renamed[name.replace("document.xml", "document2.xml")] = moved
    expected = word.load(zipped(files), "a.docx")
    loaded = word.load(zipped(renamed), "a.docx")
    assert (loaded.text, loaded.sections) == (expected.text, expected.sections)


def test_word_cells_that_span_columns_leave_the_others_in_place():
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for number, cell in enumerate(table._cells):
        cell.text = str(number)
    table.cell(1, 1).text = ""
    table.cell(1, 0).merge(table.cell(1, 1))
    last = table.rows[2]._tr
    last.remove(last.tc_lst[0])
    last.get_or_add_trPr().append(parse_xml(f"<w:gridBefore {nsdecls('w')} w:val='1'/>"))
    assert word.load(saved(document), "a.docx").text == "0 | 1 | 2\n3 |  | 5\n | 7 | 8"


def test_word_cells_that_span_rows_stand_in_each_row():
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, values in zip(table.rows, [("Region", "Sales"), ("North", "1"), ("", "2")], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    assert word.load(saved(document), "a.docx").text == "Region | Sales\nNorth | 1\nNorth | 2"


@pytest.mark.parametrize("wide", [True, False])
def test_word_tables_of_one_row_or_column_hold_headings_and_paragraphs(wide):
    document = docx.Document()
    table = document.add_table(rows=1 if wide else 2, cols=2 if wide else 1)
    for cell, name in zip(table._cells, ("Fees", "Terms"), strict=True):
        cell.paragraphs[0].style = "Heading 1"
        cell.paragraphs[0].text = name
        cell.add_paragraph(f"{name} are due.")
        cell.add_paragraph("Monthly.")
    assert in_sections(word.load(saved(document), "a.docx")) == [
        (("Fees",), "prose", "Fees\n\nFees are due.\n\nMonthly."),
        (("Terms",), "prose", "Terms\n\nTerms are due.\n\nMonthly."),
    ]


def test_a_word_table_of_one_column_with_a_name_is_one():
    document = docx.Document()
    table = document.add_table(rows=2, cols=1)
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for cell, lines in zip(table._cells, (["Function"], ["lower(text)", "In small letters."]), strict=True):
        cell.text = "\n".join(lines)
    assert word.load(saved(document), "a.docx").text == "Function\nlower(text) In small letters."


@pytest.mark.parametrize(
    ("n_repeated", "header"), [(0, " | Summer"), (1, " | Summer"), (2, "Car | Fare"), (4, " | Summer")]
)
def test_all_rows_that_word_repeats_on_each_page_are_the_header(n_repeated, header):
    document = docx.Document()
    table = document.add_table(rows=4, cols=2)
    for cell, text in zip(table._cells, ("", "Summer", "Car", "Fare", "short", "9", "long", "12"), strict=True):
        cell.text = text
    for row in table.rows[:n_repeated]:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    source = word.load(saved(document), "a.docx")
    assert source.text[slice(*source.sections[0].heading_span)] == header


def test_the_header_of_a_word_table_without_values_is_its_last_row_that_is_not_empty():
    document = docx.Document()
    table = document.add_table(rows=4, cols=2)
    for cell, text in zip(table._cells, ("", "Summer", "Car", "Fare"), strict=False):
        cell.text = text
    for row in table.rows[:3]:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    source = word.load(saved(document), "a.docx")
    assert source.text[slice(*source.sections[0].heading_span)] == "Car | Fare"


def test_word_boxes_and_lists_of_old_forms_show_what_was_chosen():
    field = "<w:r><w:fldChar w:fldCharType='begin'><w:ffData>{}</w:ffData></w:fldChar></w:r><w:r><w:t> {}; </w:t></w:r>"
    listed = "<w:ddList>{}<w:listEntry w:val='Oil'/><w:listEntry w:val='Gas'/></w:ddList>"
    fields = [
        ("<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>", "rent"),
        ("<w:checkBox><w:default w:val='1'/><w:checked w:val='0'/></w:checkBox>", "buy"),
        ("<w:checkBox><w:default w:val='1'/></w:checkBox>", "insured"),
        (listed.format("<w:result w:val='1'/>"), "heating"),
        (listed.format(""), "cooking"),
        (listed.format("<w:result w:val='2'/>"), "none"),
    ]
    document = docx.Document()
    document.element.body.insert(0, paragraph_xml("".join(field.format(*each) for each in fields)))
    expected = "☒ rent; ☐ buy; ☒ insured; Gas heating; Oil cooking;  none;"
    assert word.load(saved(document), "a.docx").text == expected


def test_word_files_inserted_whole_are_warned_about():
    document = docx.Document()
    document.add_paragraph("Intro.")
    document.element.body.insert(1, parse_xml(f"<w:altChunk {nsdecls('w', 'r')} r:id='rId9'/>"))
    assert word.load(saved(document), "a.docx").warnings == ("Left out 1 file inserted whole (altChunk).",)


def test_word_charts_diagrams_objects_and_comments_that_are_not_read_are_warned_about():
    document = word_document()
    paragraph = document.add_paragraph("Shown")._p
    for name, number in (("chart", 1), ("relIds", 2), ("OLEObject", 1)):
        for _ in range(number):
            paragraph.append(parse_xml(f"<w:r {nsdecls('w')}><w:drawing><{name} xmlns='urn:x'/></w:drawing></w:r>"))
    paragraph.append(parse_xml(f"<w:r {nsdecls('w')}><w:commentReference w:id='0'/></w:r>"))
    assert word.load(saved(document), "a.docx").warnings == (
        "Left out 1 chart.",
        "Left out 2 diagrams.",
        "Left out 1 embedded object.",
        "Left out 1 comment.",
    )


DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"


@pytest.mark.parametrize(
    ("frame", "xml", "shown"),
    [
        (
            f"<d:chart xmlns:d='{CHART}' {nsdecls('r')} r:id='rId99'/>",
            f"<d:chartSpace xmlns:d='{CHART}'><d:ser><d:tx><d:v>Ferries</d:v></d:tx>"
            "<d:cat><d:pt idx='0'><d:v>May</d:v></d:pt></d:cat><d:val><d:pt idx='0'><d:v>4.2999999999999998</d:v></d:pt></d:val></d:ser>"
            "<d:ser><d:val><d:pt idx='0'><d:v>7</d:v></d:pt></d:val></d:ser></d:chartSpace>",
            "Ferries: May = 4.3\n7",
        ),
        (
            f"<d:relIds xmlns:d='{DIAGRAM}' {nsdecls('r')} r:dm='rId99'/>",
            f"<d:dataModel xmlns:d='{DIAGRAM}' {nsdecls('a')}><a:p><a:r><a:t>Pilot</a:t></a:r><a:br/>"
            "<a:r><a:rPr baseline='0'/><a:t>4 m</a:t></a:r><a:r><a:rPr baseline='30%'/><a:t>2</a:t></a:r></a:p><a:p/></d:dataModel>",
            "Pilot\n4 m²",
        ),
    ],
    ids=["chart", "diagram"],
)
def test_word_charts_and_diagrams_stand_where_they_are_drawn(frame, xml, shown):
    document = docx.Document()
    document.add_paragraph("Shown:")._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:drawing>{frame}</w:drawing></w:r>"))
    data = saved(document)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    relation = f'<Relationship Id="rId99" Type="{RELATIONS}/drawn" Target="drawn/one.xml"/></Relationships>'
    relations = files["word/_rels/document.xml.rels"].decode().replace("</Relationships>", relation)
    files |= {"word/_rels/document.xml.rels": relations, "word/drawn/one.xml": xml}
    loaded = word.load(zipped(files), "a.docx")
    assert loaded.text == f"Shown:\n{shown}"
    assert loaded.warnings == ()
    assert len(word.load(zipped(files | {"word/drawn/one.xml": "broken"}), "a.docx").warnings) == 1
    twice = files["word/document.xml"].decode().replace("</w:drawing>", f"</w:drawing><w:drawing>{frame}</w:drawing>")
    assert word.load(zipped(files | {"word/document.xml": twice}), "a.docx").text == loaded.text


def test_word_art_of_old_word_is_read():
    document = docx.Document()
    art = "<w:r {}><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textpath string='DRAFT'/></v:shape></w:pict></w:r>"
    document.add_paragraph("Fees")._p.append(parse_xml(art.format(nsdecls("w"))))
    assert word.load(saved(document), "a.docx").text == "Fees DRAFT"


def note(kind, note_id, text, attributes=""):
    return f"<w:{kind} w:id='{note_id}' {attributes}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>"


def test_word_notes_stand_at_the_end_behind_the_marks_that_refer_to_them():
    document = word_document()
    runs = (
        "<w:r><w:t>Rent</w:t></w:r><w:r><w:footnoteReference w:id='7'/></w:r>"
        "<w:del><w:r><w:footnoteReference w:id='9'/></w:r></w:del>"
        "<w:r><w:t> and fuel</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"
        "<w:r><w:endnoteReference w:id='2'/></w:r>"
        "<w:r><w:footnoteReference w:customMarkFollows='1' w:id='3'/><w:t>*</w:t></w:r>"
    )
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"))
    data = BytesIO(saved(document))
    footnotes = (
        note("footnote", 0, "-", "w:type='separator'")
        + note("footnote", 2, "Net of tax.")
        + note("footnote", 3, "* Estimated.")
        + note("footnote", 7, "Per month.")
    )
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("word/footnotes.xml", f"<w:footnotes {nsdecls('w')}>{footnotes}</w:footnotes>")
        archive.writestr(
            "word/endnotes.xml", f"<w:endnotes {nsdecls('w')}>{note('endnote', 2, 'Audited.')}</w:endnotes>"
        )
    loaded = word.load(data.getvalue(), "a.docx")
    assert loaded.text.startswith("Rent[1] and fuel[2][i]*\n")
    assert in_sections(loaded)[-2:] == [
        (("Footnotes",), "prose", "Footnotes\n\n[2] Net of tax.\n* Estimated.\n[1] Per month."),
        (("Endnotes",), "prose", "Endnotes\n\n[i] Audited."),
    ]


def test_word_paragraphs_in_a_style_for_code_are_lines_of_it():
    document = docx.Document()
    style = document.styles.add_style("HTML Preformatted", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("Run this:")
    for line in ("def f(x):", "    return x", "", "print(f(1))"):
        document.add_paragraph(line, style)
    document.add_paragraph("It prints 1.")
    loaded = word.load(saved(document), "a.docx")
    code = "def f(x):\n    return x\n\nprint(f(1))"
    assert loaded.text == f"Run this:\n\n{code}\n\nIt prints 1."
    assert [loaded.text[s.start : s.end] for s in loaded.sections if s.kind == "code"] == [code]


def test_word_tables_of_contents_are_left_out():
    document = docx.Document()
    document.add_paragraph("Contents", "TOC Heading")
    document.add_paragraph("Fees\t7", document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH))
    document.add_heading("Fees", 1)
    assert word.load(saved(document), "a.docx").text == "Fees"


def test_word_notes_are_numbered_as_the_document_says():
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}><w:r><w:endnoteReference w:id='2'/></w:r></w:p>"))
    form = f"<w:endnotePr {nsdecls('w')}><w:numFmt w:val='decimal'/></w:endnotePr>"
    document.element.body.sectPr.insert(0, parse_xml(form))
    data = BytesIO(saved(document))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(
            "word/endnotes.xml", f"<w:endnotes {nsdecls('w')}>{note('endnote', 2, 'Audited.')}</w:endnotes>"
        )
    assert word.load(data.getvalue(), "a.docx").text == "[1]\n\nEndnotes\n\n[1] Audited."


def test_a_word_document_with_a_document_type_is_refused():
    bomb = (
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>text &b;</w:t></w:r></w:p></w:body></w:document>"
    )
    with pytest.raises(CorruptFileError, match="document type"):
        word.load(zipped({"word/document.xml": bomb}), "a.docx")


@pytest.mark.parametrize("loader", [word, slides, spreadsheet])
def test_encrypted_office_files_ask_for_the_password_to_be_removed(loader):
    with pytest.raises(PasswordRequiredError, match="encrypted"):
        loader.load(OLE + bytes(100) + "EncryptedPackage".encode("utf-16-le"), "locked")


@pytest.mark.parametrize(
    ("loader", "stream", "suffix"), [(word, "WordDocument", "docx"), (slides, "PowerPoint Document", "pptx")]
)
def test_old_binary_formats_are_named_as_such_however_they_are_met(loader, stream, suffix):
    data = OLE + bytes(600) + stream.encode("utf-16-le")
    for load in (loader.load, parse):
        with pytest.raises(UnsupportedFormatError, match=rf"97-2003 .*; save it as \.{suffix}"):
            load(data, "old")


@pytest.mark.parametrize("loader", [word, slides, spreadsheet])
@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", saved(word_document())[:3000], zipped({"hello.txt": "x"}), OLE + bytes(9)],
    ids=["empty", "text", "part of a document", "another zip", "part of an old document"],  # zips hold the time
)
def test_what_is_no_office_file_is_an_error_of_ours(loader, data, capfd):
    with pytest.raises(LoadError):
        loader.load(data, "bad")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("loader", [word, slides, spreadsheet])
def test_zip_bombs_are_refused_before_they_are_unpacked(loader):
    with pytest.raises(FileTooLargeError, match="zip bomb"):
        loader.load(zipped({"word/document.xml": b" " * 11_000_000}), "bomb")


def presentation():
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Results"
    first.placeholders[1].text = "Revenue grew.\nCosts fell."
    first.notes_slide.notes_text_frame.text = "Mention Ohio."
    second = deck.slides.add_slide(deck.slide_layouts[6])
    table = second.shapes.add_table(2, 2, 0, 0, 914400, 914400).table
    for row, values in enumerate([("Year", "Sales"), ("2024", "7")]):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 914400, 914400).text_frame.text = "Grouped."
    second.element.set("show", "0")
    return deck


def test_slides_give_title_body_tables_and_notes():
    loaded = slides.load(saved(presentation()), "a.pptx")
    assert in_sections(loaded) == [
        (("Results",), "prose", "Results\n\nRevenue grew.\nCosts fell.\n\nMention Ohio."),
        ((), "table", "Year | Sales\n2024 | 7"),
        ((), "prose", "Grouped."),
    ]
    assert [section.page for section in loaded.sections] == [1, 2, 2]
    assert loaded.metadata["page_count"] == 2
    assert loaded.warnings == ("Hidden slides are included: 2.",)


def test_footers_and_dates_that_slides_repeat_are_read_once():
    deck = pptx.Presentation()
    for title, footer in (("Fees", "Harbour office"), ("Terms", "Harbour office"), ("Fog", "Coast guard")):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = title
        for place in slide.slide_layout.placeholders:
            if place.placeholder_format.idx != 0:
                slide.shapes._spTree.append(deepcopy(place._element))
        *_, date, below, number = slide.placeholders
        date.text, below.text, number.text = "May 2024", footer, "7"
    assert [text for _, _, text in in_sections(slides.load(saved(deck), "a.pptx"))] == [
        "Fees\n\nMay 2024\n\nHarbour office",
        "Terms",
        "Fog\n\nCoast guard",
    ]


def test_a_shape_with_the_id_of_the_title_is_read():
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[5]).shapes
    shapes.title.text = "Results"
    box = shapes.add_textbox(0, 0, 914400, 914400)
    box.text_frame.text = "Revenue grew."
    box._element.nvSpPr.cNvPr.set("id", str(shapes.title.shape_id))
    assert slides.load(saved(deck), "a.pptx").text == "Results\n\nRevenue grew."


def test_items_of_numbered_lists_on_slides_carry_their_numbers():
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[1]).shapes
    shapes.title.text = "Steps"
    frame = shapes.placeholders[1].text_frame
    items = [
        ("Stop", 0, 'type="arabicPeriod" startAt="2"'), ("wait", 1, 'type="alphaLcParenBoth"'), ("look", 1, 'type="alphaLcParenBoth"'),
        ("", 0, ""), ("Go", 0, 'type="arabicPeriod" startAt="2"'), ("Then rest", 0, ""), ("Again", 0, 'type="romanUcParenR"'),
    ]  # fmt: skip
    for number, (text, level, numbering) in enumerate(items):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
        if numbering:
            paragraph._p.get_or_add_pPr().append(parse_slide_xml(f"<a:buAutoNum {slide_nsdecls('a')} {numbering}/>"))
    frame.add_paragraph().text = "10"
    power = frame.paragraphs[-1].add_run()
    power.text = "6"
    power.font._element.set("baseline", "30000")
    lines = "Steps||2. Stop|(a) wait|(b) look|3. Go|Then rest|I) Again|10⁶"
    assert slides.load(saved(deck), "a.pptx").text.split("\n") == lines.split("|")


def test_a_cell_that_spans_rows_of_a_slide_stands_in_each():
    deck = pptx.Presentation()
    table = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_table(4, 2, 0, 0, 914400, 914400).table
    for place, text in enumerate(("Port", "Ship", "Kiel", "Aurora", "", "Bella", "All", "")):
        table.cell(place // 2, place % 2).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    assert slides.load(saved(deck), "a.pptx").text == "Port | Ship\nKiel | Aurora\nKiel | Bella\nAll"


def test_formulas_in_titles_and_cells_of_slides_are_read():
    deck = presentation()
    cell = deck.slides[1].shapes[0].table.cell(1, 1)
    for frame, formula in ((deck.slides[0].shapes.title.text_frame, "E=mc²"), (cell.text_frame, "x+1")):
        math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
        drawn = "http://schemas.microsoft.com/office/drawing/2010/main"
        inner = f"<m:oMath><m:r><m:t> {formula}</m:t></m:r></m:oMath>"
        frame.paragraphs[0]._p.append(parse_slide_xml(f"<a14:m xmlns:a14='{drawn}' xmlns:m='{math}'>{inner}</a14:m>"))
    loaded = slides.load(saved(deck), "a.pptx")
    assert headings(loaded)[0] == "Results E=mc²"
    assert "2024 | 7 x+1" in loaded.text


def test_slides_without_text_are_refused():
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(NoTextError):
        slides.load(saved(deck), "a.pptx")


def slide_with_frame(deck, uri, inner):
    """A slide of the deck with one graphic frame that holds the XML `inner`."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Harbour"
    frame = (
        f"<p:graphicFrame {slide_nsdecls('p', 'a', 'r')}><p:nvGraphicFramePr><p:cNvPr id='9' name='D'/>"
        "<p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x='0' y='0'/><a:ext cx='9' cy='9'/></p:xfrm>"
        f"<a:graphic><a:graphicData uri='{uri}'>{inner}</a:graphicData></a:graphic></p:graphicFrame>"
    )
    slide.shapes._spTree.append(parse_slide_xml(frame))
    return slide


FORMULA = "xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
ALTERNATIVES = (
    f"<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' {slide_nsdecls('a')}>"
    "<mc:Choice Requires='a'>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>"
)


def test_slides_show_the_newer_of_two_alternatives_with_its_formulas():
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    shapes = [slide.shapes.add_textbox(0, 0, 914400, 914400) for _ in range(2)]
    for shape, text in zip(shapes, ("Load when ", "Older copy"), strict=True):
        shape.text_frame.text = text
    formula = f"<m:oMath {FORMULA}><m:r><m:t>x = 2</m:t></m:r></m:oMath>"
    shapes[0].text_frame.paragraphs[0]._p.append(parse_slide_xml(ALTERNATIVES.format(formula, "<a:t>copy</a:t>")))
    alternatives = parse_slide_xml(ALTERNATIVES.format("", ""))
    for choice, shape in zip(alternatives, shapes, strict=True):
        choice.append(shape._element)
    slide.shapes._spTree.append(alternatives)
    assert slides.load(saved(deck), "a.pptx").text == "Load when x = 2"


def test_charts_on_slides_give_their_titles_and_series():
    deck = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["The month of May", "06"]
    data.add_series("Ferries", (4.2999999999999998, 12))
    data.add_series("Yachts", (5, None))
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 914400, 914400, data).chart
    chart.chart_title.text_frame.text = "Passengers"
    chart.value_axis.axis_title.text_frame.text = "thousands"
    loaded = slides.load(saved(deck), "a.pptx")
    assert (
        loaded.text == "Passengers\nthousands\nFerries: The month of May = 4.3; 06 = 12\nYachts: The month of May = 5"
    )
    assert loaded.warnings == ()


def diagram(deck, xml):
    slide = slide_with_frame(deck, DIAGRAM, f"<d:relIds xmlns:d='{DIAGRAM}' r:dm='rId9'/>")
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), kind, slide.part.package, xml.encode())
    slide.shapes._spTree[-1].graphic.graphicData[0].set(
        qn("r:dm"), slide.part.relate_to(part, f"{RELATIONS}/diagramData")
    )


def test_diagrams_on_slides_give_the_text_of_their_shapes():
    deck = pptx.Presentation()
    points = "".join(f"<d:pt><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>" for text in ("Master", "Pilot"))
    diagram(deck, f"<d:dataModel xmlns:d='{DIAGRAM}' {slide_nsdecls('a')}><d:ptLst>{points}</d:ptLst></d:dataModel>")
    loaded = slides.load(saved(deck), "a.pptx")
    assert loaded.text == "Harbour\n\nMaster\nPilot"
    assert loaded.warnings == ()


def test_objects_on_slides_that_cannot_be_read_are_warned_about():
    deck = pptx.Presentation()
    slide_with_frame(deck, "http://schemas.openxmlformats.org/presentationml/2006/ole", "<p:oleObj/>")
    slide_with_frame(deck, DIAGRAM, f"<d:relIds xmlns:d='{DIAGRAM}' r:dm='rId9'/>")
    diagram(deck, "broken")
    loaded = slides.load(saved(deck), "a.pptx")
    assert loaded.text == "Harbour\n\nHarbour\n\nHarbour"
    assert loaded.warnings == ("Charts or embedded objects that could not be read are on slides: 1, 2, 3.",)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheets):
    """An xlsx of sheets given as name → XML of its rows."""
    files = {}
    entries = relations = ""
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        hidden = ' state="hidden"' if name.startswith("Hidden") else ""
        entries += f'<sheet name="{name}" sheetId="{number}"{hidden} r:id="r{number}"/>'
        relations += f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" Target="worksheets/s{number}.xml"/>'
        files[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    files["[Content_Types].xml"] = f'<Types xmlns="{PACKAGE}/content-types"/>'
    files["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{entries}</sheets></workbook>'
    files["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
    main = f'<Relationship Id="m" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    files["_rels/.rels"] = f'<Relationships xmlns="{PACKAGE}/relationships">{main}</Relationships>'
    return zipped(files)


def row(number, *cells):
    def cell(place, value):
        if isinstance(value, str):
            return f'<c r="{place}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{place}{number}"><v>{value}</v></c>'

    filled = (cell(place, value) for place, value in zip("ABCDEF", cells, strict=False) if value is not None)
    return f'<row r="{number}">{"".join(filled)}</row>'


def test_sheets_give_one_line_for_each_row_that_is_not_empty():
    data = workbook(
        {
            "Sales": row(1, "Sales 2024") + row(3, "Region", "Units", "Price") + row(4, "North", 1200, 0.5),
            "Hidden costs": row(1, "Kind", "Cost") + row(2, "Rent", 7) + row(9, "a\nb", None, "c"),
            "Empty": "",
        }
    )
    loaded = spreadsheet.load(data, "a.xlsx")
    assert in_sections(loaded) == [
        (("Sales",), "table", "Sales 2024\nRegion | Units | Price\nNorth | 1200 | 0.5"),
        (("Hidden costs",), "table", "Kind | Cost\nRent | 7\na b |  | c"),
    ]
    assert headings(loaded) == ["Region | Units | Price", "Kind | Cost"]
    assert [section.page for section in loaded.sections] == [1, 2]
    assert loaded.warnings == ("Sheet 'Hidden costs' is hidden; its rows are included.",)


def test_cells_read_as_people_write_them():
    values = [3.0, 0.1, True, datetime.datetime(2024, 5, 1), datetime.datetime(2024, 5, 1, 9, 30), datetime.time(9, 30)]
    shown = ["3", "0.1", "TRUE", "2024-05-01", "2024-05-01 09:30:00", "09:30:00"]
    assert [spreadsheet._text(value) for value in values] == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1700000000000000.0, "1700000000000000"),
        (1.1 + 2.2, "3.3"),
        (datetime.timedelta(hours=37, minutes=30), "37:30:00"),
        (-datetime.timedelta(hours=1, seconds=5), "-1:00:05"),
    ],
)
def test_long_numbers_and_durations_read_as_people_write_them(value, shown):
    assert spreadsheet._text(value) == shown


@pytest.mark.parametrize("names", [("", "Ship", "Fee"), ("Port", 2023, 2024), ("", 2024, 2023)])
def test_the_column_of_names_may_have_none_and_others_be_called_by_years(names):
    rows = row(1, "Fees of the port") + row(2, *names) + row(3, "Kiel", "Aurora", 5) + row(4, "Lee", "Bella", 6)
    assert headings(spreadsheet.load(workbook({"S": rows}), "a.xlsx")) == [" | ".join(map(str, names))]


def test_a_cell_that_spans_rows_of_a_sheet_stands_in_each():
    rows = (
        row(3, None, "Port", "Ship")
        + row(4, None, "Kiel", "Aurora")
        + row(5, None, "", "Bella")
        + row(7, None, "", "Cora")
    )
    sheet = workbook({"S": rows + row(8, None, "Lee", "Dora")})
    merged = '<mergeCells><mergeCell ref="B4:B7"/><mergeCell ref="B5:B999999"/><mergeCell ref="A1:A9"/></mergeCells>'
    with zipfile.ZipFile(BytesIO(sheet)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    files["xl/worksheets/s1.xml"] = files["xl/worksheets/s1.xml"].replace("</sheetData>", "</sheetData>" + merged)
    loaded = spreadsheet.load(zipped(files), "a.xlsx")
    assert loaded.text == "Port | Ship\nKiel | Aurora\nKiel | Bella\nKiel | Cora\nLee | Dora"


def test_a_sheet_of_numbers_has_no_header():
    for rows in (
        row(1, 1, 2) + row(2, 3, 4),
        row(1, 2001, 2002) + row(2, 3, 4),
        row(1, "a", 2001, 7) + row(2, "b", 1, 2),
    ):
        assert headings(spreadsheet.load(workbook({"S": rows}), "a.xlsx")) == [None]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'>" + "<c><v>2</v></c>" * 9 + "</row>",
    ],
    ids=["corners", "unplaced"],
)
def test_cells_too_far_apart_are_refused_before_the_grid_is_laid_out(rows):
    with pytest.raises(FileTooLargeError, match="cells; the limit"):
        spreadsheet.load(workbook({"S": rows}), "a.xlsx")


def open_document(rows):
    return open_tables(f'<table:table table:name="Prices">{rows}</table:table>')


def open_tables(tables):
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped({"mimetype": mimetype, "META-INF/manifest.xml": manifest, "content.xml": content})


def open_cell(text, repeated=1):
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


REST = (
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)


def test_open_document_sheets_are_read_and_their_empty_rest_is_not():
    rows = f"<table:table-row>{open_cell('Item')}{open_cell('Price')}</table:table-row>"
    rows += f"<table:table-row>{open_cell('Steel')}{open_cell('ten')}</table:table-row>{REST}"
    loaded = spreadsheet.load(open_document(rows), "a.ods")
    assert in_sections(loaded) == [(("Prices",), "table", "Item | Price\nSteel | ten")]


@pytest.mark.parametrize("lost", ["</table:table>", "</office:annotation>"])
def test_open_document_sheets_whose_reader_would_look_for_an_end_for_ever_are_refused(lost):
    note = "<table:table-cell><office:annotation><text:p>New</text:p></office:annotation></table:table-cell>"
    content = f'<table:table table:name="None"/><table:table table:name="A"><table:table-row>{open_cell("Steel")}{note}'
    content += "</table:table-row></table:table>"
    assert spreadsheet.load(open_tables(content), "a.ods").text == "Steel"
    with pytest.raises(CorruptFileError, match=r"content\.xml inside it is damaged: a table or a note has no end"):
        spreadsheet.load(open_tables(content.replace(lost, "")), "a.ods")


def test_open_document_durations_are_shown_in_hours():
    cells = "".join(
        f'<table:table-cell office:value-type="time" office:time-value="{value}"/>'
        for value in ("PT37H30M05S", "PT12H00M00S")
    )
    rows = f"<table:table-row>{open_cell('Item')}{open_cell('Open')}</table:table-row><table:table-row>{cells}</table:table-row>"
    assert spreadsheet.load(open_document(rows), "a.ods").text == "Item | Open\n37:30:05 | 12:00:00"


def test_open_document_repetitions_are_counted():
    rows = f'<table:table-row table:number-rows-repeated="1000000">{open_cell("x", 1000)}</table:table-row>'
    with pytest.raises(FileTooLargeError, match="cells; the limit"):
        spreadsheet.load(open_document(rows), "a.ods")


def test_a_part_that_lies_about_its_size_is_corrupt():
    data = workbook({"S": row(1, "a" * 5000)})
    size = next(entry.file_size for entry in zipfile.ZipFile(BytesIO(data)).infolist() if "sheets/" in entry.filename)
    lying = data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises(CorruptFileError, match="cannot be unpacked"):
        spreadsheet.load(lying, "a.xlsx")


FILES = [
    (word, saved(word_document())),
    (slides, saved(presentation())),
    (spreadsheet, workbook({"S": row(1, "a", "b")})),
    (opendocument, odt_of(["a", "b"])),
    (opendocument, odp_of(["a", "b"])),
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_damaged_files_give_ordered_sections_or_a_load_error(file, data):
    loader, whole = file
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        loaded = loader.load(bytes(damaged), "damaged")
    except LoadError:
        return
    ends = [0] + [section.end for section in loaded.sections]
    for section, end_before in zip(loaded.sections, ends, strict=False):
        assert end_before <= section.start < section.end <= len(loaded.text)


def test_formulas_without_a_stored_value_are_counted():
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1+1", value=2)
        sheet.write_formula(1, 1, "=1+2", value=3)
    data = out.getvalue()
    assert spreadsheet.load(data, "a.xlsx").text == "a | b\n2 | 3"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"]
    for nothing in (b"", b"<v/>", b"<v></v>"):
        files["xl/worksheets/sheet1.xml"] = sheet.replace(b"<v>3</v>", nothing)
        warnings = spreadsheet.load(zipped(files), "a.xlsx").warnings
        assert warnings == ("1 formula has no stored value; open the file in a spreadsheet program and save it.",)


def test_formulas_that_give_an_empty_text_have_a_value():
    cells = row(1, "a") + '<row r="2"><c r="A2" t="str"><f>""</f><v></v></c></row>'
    assert spreadsheet.load(workbook({"S": cells}), "a.xlsx").warnings == ()


def test_cells_with_errors_are_counted():
    errors = '<c r="B1" t="e"><v>#N/A</v></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    loaded = spreadsheet.load(workbook({"S": row(1, ' t="e"').replace("</row>", errors)}), "a.xlsx")
    assert loaded.text == 't="e"'
    assert loaded.warnings == ("2 cells hold errors such as #DIV/0! instead of a value, left out.",)
    error = '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"/>'
    rows = f"<table:table-row>{open_cell('Item')}{error}</table:table-row>"
    warnings = spreadsheet.load(open_document(rows), "a.ods").warnings
    assert warnings == ("1 cell holds an error such as #DIV/0! instead of a value, left out.",)


def test_notes_charts_and_text_boxes_of_sheets_are_warned_about():
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        for place in ("A1", "B1"):
            sheet.write_comment(place, "Is it?")
        for text in ("", "Beside the rows", "Below them"):
            sheet.insert_textbox("D4", text)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$B$1"})
        sheet.insert_chart("D9", chart)
    warnings = spreadsheet.load(out.getvalue(), "a.xlsx").warnings
    assert warnings == ("Left out 2 notes.", "Left out 1 chart.", "Left out 2 text boxes.")


def bold_document(*, styled=False, bold_body=0, label=""):
    document = docx.Document()
    for number in range(4):
        document.add_paragraph().add_run(f"{number + 1}. Fees and fares").bold = True
        document.add_paragraph(f"The fee number {number} is paid at the quay.")
        document.add_paragraph("Nothing else is due.").add_run(" Truly.").bold = True
        document.add_paragraph("Late payers pay more.")
    for _ in range(bold_body):
        document.add_paragraph().add_run("Shown in bold").bold = True
    if label:
        document.add_table(rows=1, cols=2).cell(0, 0).paragraphs[0].add_run(label).bold = True
    if styled:
        document.add_heading("Annex", 1)
    return saved(document)


def test_bold_paragraphs_are_headings_where_no_styles_are():
    loaded = word.load(bold_document(label="Signed by"), "a.docx")
    assert [section.heading_path for section in loaded.sections] == [
        (f"{number}. Fees and fares",) for number in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("case", [{"styled": True}, {"bold_body": 20}])
def test_bold_paragraphs_are_text_beside_real_headings_or_where_much_is_bold(case):
    loaded = word.load(bold_document(**case), "a.docx")
    assert all("Fees" not in title for section in loaded.sections for title in section.heading_path)
