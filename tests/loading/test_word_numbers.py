"""The numbers that Word computes, and what stands above and below its pages."""

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from test_office import headings, in_sections, saved

from secondhop.loading.office import docx as word

LEVELS = (
    ("decimal", "%1.", ""),
    ("decimal", "%1.%2", ""),
    ("lowerLetter", "(%3)", ""),
    ("lowerRoman", "%4.", ""),
)


def numbered(levels=LEVELS, *, starts=(1, 1, 1, 1), restart=None):
    """A document whose list 77 counts as `levels` say; list 78 is the same list, begun again at `restart`."""
    document = docx.Document()
    root = document.part.numbering_part.element
    inner = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'{f"<w:pStyle w:val={chr(34)}{style}{chr(34)}/>" if style else ""}<w:lvlText w:val="{text}"/></w:lvl>'
        for n, ((form, text, style), start) in enumerate(zip(levels, starts, strict=False))
    )
    first = next(i for i, child in enumerate(root) if child.tag.endswith("}num"))
    root.insert(first, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{inner}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    override = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{restart}"/></w:lvlOverride>' if restart else ""
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="78"><w:abstractNumId w:val="77"/>{override}</w:num>'))
    return document


def add(document, text, level, list_id=77):
    paragraph = document.add_paragraph(text)
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')
    )


def lines(document):
    return word.load(saved(document), "a.docx").text.split("\n")


def test_clauses_carry_the_numbers_that_word_shows():
    document = numbered()
    for text, level in [
        ("Term", 0),
        ("Start", 1),
        ("End", 1),
        ("Notice", 2),
        ("Form", 2),
        ("Letter", 3),
        ("Law", 0),
        ("Court", 1),
    ]:
        add(document, text, level)
    assert lines(document) == [
        "1. Term", "1.1 Start", "1.2 End", "(a) Notice", "(b) Form", "i. Letter", "2. Law", "2.1 Court",
    ]  # fmt: skip


def test_a_paragraph_with_a_blank_bullet_goes_on_with_an_item():
    document = numbered([("bullet", "•", ""), ("bullet", " ", "")])
    add(document, "Ropes", 0)
    add(document, "of hemp", 1)
    assert lines(document) == ["- Ropes", "of hemp"]


def test_a_list_may_start_elsewhere_and_begin_again():
    document = numbered(starts=(4, 1, 1, 1), restart=9)
    for list_id in (77, 77, 78, 78, 77):
        add(document, "x", 0, list_id)
    assert lines(document) == ["4. x", "5. x", "9. x", "10. x", "6. x"]


def test_lists_of_one_definition_count_on():
    document = numbered()
    for list_id in (77, 78, 77):
        add(document, "x", 0, list_id)
    assert lines(document) == ["1. x", "2. x", "3. x"]


def test_numbers_have_many_forms():
    forms = ("upperRoman", "upperLetter", "decimalZero", "bullet", "none", "chineseCounting")
    document = numbered([(form, f"%{n})", "") for n, form in enumerate(forms, start=1)], starts=(14, 27, 3, 1, 1, 5))
    for level in range(len(forms)):
        add(document, "x", level)
    assert lines(document) == ["XIV) x", "AA) x", "03) x", "- x", "x", "5) x"]


def test_numbered_heading_styles_number_their_headings():
    document = numbered([("decimal", "%1", "Heading1"), ("decimal", "%1.%2", "Heading2")])
    for text, level in [("Scope", 1), ("Prices", 1), ("Discounts", 2)]:
        document.add_heading(text, level)
        document.add_paragraph("Text.")
    loaded = word.load(saved(document), "a.docx")
    assert [path for path, _, _ in in_sections(loaded)] == [("1 Scope",), ("2 Prices",), ("2 Prices", "2.1 Discounts")]
    assert headings(loaded) == ["1 Scope", "2 Prices", "2.1 Discounts"]


def test_clauses_inside_tables_are_numbered_too():
    document = numbered()
    add(document, "Term", 0)
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 1).text = "Text"
    table.cell(1, 1).text = "More"
    for row in range(2):
        table.cell(row, 0).paragraphs[0]._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>')
        )
        table.cell(row, 0).paragraphs[0].add_run(f"Cell {row}")
    assert lines(document) == ["1. Term", "", "2. Cell 0 | Text", "3. Cell 1 | More"]


def test_paragraphs_without_text_count_unless_they_were_deleted_or_are_hidden():
    document = numbered()
    for text in ("Term", "", "", "", "Law"):
        add(document, text, 0)
    for paragraph, mark in zip(document.paragraphs[2:4], ("del", "vanish"), strict=True):
        paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:rPr {nsdecls('w')}><w:{mark}/></w:rPr>"))
    table = document.add_table(rows=2, cols=2)
    for row, text in enumerate(("Harbour", "Quay")):
        add(table.cell(row, 0), "", 0)
        table.cell(row, 1).text = text
    assert lines(document) == ["1. Term", "3. Law", "", "4. | Harbour", "5. | Quay"]


def test_a_list_may_be_that_of_a_list_style():
    document = numbered()
    root = document.part.numbering_part.element
    definition = next(child for child in root if child.get(qn("w:abstractNumId")) == "77")
    definition.insert(0, parse_xml(f'<w:styleLink {nsdecls("w")} w:val="Clauses"/>'))
    linked = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="79"><w:numStyleLink w:val="Clauses"/></w:abstractNum>'
    definition.addnext(parse_xml(linked))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="79"><w:abstractNumId w:val="79"/></w:num>'))
    for text, level, list_id in [("Term", 0, 79), ("Start", 1, 79), ("Law", 0, 77)]:
        add(document, text, level, list_id)
    assert lines(document) == ["1. Term", "1.1 Start", "2. Law"]


def test_page_headers_and_footers_stand_once_at_the_end():
    document = docx.Document()
    document.add_paragraph("Body.")
    document.sections[0].header.paragraphs[0].text = "Confidential draft"
    document.sections[0].footer.paragraphs[0].text = "12"
    document.add_section().header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "Confidential draft"
    assert in_sections(word.load(saved(document), "a.docx")) == [
        ((), "prose", "Body."),
        (("Page headers and footers",), "prose", "Page headers and footers\n\nConfidential draft"),
    ]
