import pytest
from making import flat_document, in_sections, odt_of, open_document, open_rows, zipped

from secondhop.errors import (
    CorruptFileError,
    FileTooLargeError,
    NoTextError,
    PasswordRequiredError,
    UnsupportedFormatError,
)
from secondhop.loading import parse
from secondhop.loading.office import opendocument


def text_of(body, **parts):
    return opendocument.load(open_document(body, **parts), "a.odt").text


def paragraph(text, style="", element="p", **attributes):
    given_attributes = "".join(f' text:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text:{element} text:style-name="{style}"{given_attributes}>{text}</text:{element}>'


def heading(text, level=1, **attributes):
    return paragraph(text, element="h", outline_level=level, **attributes)


def style(name, properties="", parent="", family="paragraph", attributes=""):
    return (
        f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}" {attributes}>'
        f"<style:text-properties {properties}/></style:style>"
    )


def items(*inner, attributes='text:style-name="L"'):
    return (
        f"<text:list {attributes}>{''.join(f'<text:list-item>{each}</text:list-item>' for each in inner)}</text:list>"
    )


def numbered(name, *levels, element="list-style", level_element="list-level-style-number"):
    inner = "".join(
        f'<text:{level_element} text:level="{number}" {level}/>' for number, level in enumerate(levels, start=1)
    )
    return f'<text:{element} style:name="{name}">{inner}</text:{element}>'


DECIMAL = numbered("L", 'style:num-format="1" style:num-suffix="."', 'style:num-format="a" style:num-suffix=")"')


def test_headings_lists_and_tables_become_sections_in_reading_order():
    table = f"<table:table>{open_rows([('Item', 'Price'), ('Steel', '10')])}</table:table>"
    body = (
        paragraph("Supply Agreement", "Title")
        + paragraph("Between A and B.")
        + heading("Prices")
        + items(paragraph("Steel"), paragraph("Copper") + paragraph("or brass"), attributes="")
        + table
        + paragraph("Prices are net.")
        + heading("Discounts", 2)
        + paragraph("None.")
    )
    meta = "<dc:title>Supply Agreement</dc:title><meta:initial-creator>Ada</meta:initial-creator><dc:creator>Bob</dc:creator>"
    loaded = opendocument.load(open_document(body, meta=meta), "a.odt")
    title = "Supply Agreement"
    assert in_sections(loaded) == [
        ((title,), "prose", "Supply Agreement\n\nBetween A and B."),
        ((title, "Prices"), "prose", "Prices\n- Steel\n- Copper\nor brass"),
        ((title, "Prices"), "table", "Item | Price\nSteel | 10"),
        ((title, "Prices"), "prose", "Prices are net."),
        ((title, "Prices", "Discounts"), "prose", "Discounts\n\nNone."),
    ]
    assert loaded.metadata == {"title": title, "author": "Ada"}


def test_paragraphs_in_a_style_for_headings_are_headings_unless_their_own_style_says_no():
    styles = (
        style("Klausel", attributes='style:default-outline-level="2"')
        + style("Heading_20_3", attributes='style:display-name="Heading 3"')
        + style("P1", parent="Klausel")
        + style("P2", parent="Klausel", attributes='style:default-outline-level=""')
    )
    body = heading("Teil", 1) + paragraph("Haftung", "P1") + paragraph("Ort", "Heading_20_3") + paragraph("Text", "P2")
    loaded = opendocument.load(open_document(body, styles=styles), "a.odt")
    assert [path for path, _, _ in in_sections(loaded)] == [("Teil",), ("Teil", "Haftung"), ("Teil", "Haftung", "Ort")]


def test_whitespace_is_that_of_the_author_and_not_that_of_the_file():
    body = paragraph("\n  One\n  <text:span>two</text:span><text:s text:c='2'/>three<text:tab/>4<text:line-break/>5 ")
    assert text_of(body) == "One two  three\t4\n5"
    assert len(text_of(paragraph("a<text:s text:c='999999999'/>b"))) < 200


def test_paragraphs_in_a_style_for_code_are_lines_of_it():
    lines = ("def f(x):", "<text:s text:c='4'/>return x", "", "print(f(1))")
    body = "".join(paragraph(line, "P1") for line in lines)
    styles = style("Preformatted_20_Text") + style("P1", parent="Preformatted_20_Text")
    loaded = opendocument.load(open_document(paragraph("Run this:") + body, styles=styles), "a.odt")
    assert in_sections(loaded)[1] == ((), "code", "def f(x):\n    return x\n\nprint(f(1))")


def test_items_of_lists_carry_their_numbers():
    inner = items(paragraph("wait"), paragraph("look"), attributes="")
    body = items(paragraph("Stop") + inner + paragraph("Still"), paragraph("") + inner, paragraph("Go"))
    assert text_of(body, automatic=DECIMAL) == "1. Stop\na) wait\nb) look\nStill\na) wait\nb) look\n3. Go"


def test_lists_go_on_where_they_say_so_and_begin_again_elsewhere():
    body = (
        items(paragraph("one"), attributes='text:style-name="L" xml:id="first"')
        + items(paragraph("again one"))
        + items(paragraph("two"), attributes='text:style-name="L" text:continue-list="first"')
        + items(paragraph("three"), attributes='text:style-name="L" text:continue-numbering="true"')
        + '<text:list text:style-name="L"><text:list-header><text:p>Of these</text:p></text:list-header>'
        + f'<text:list-item text:start-value="7">{paragraph("seven")}</text:list-item></text:list>'
    )
    assert text_of(body, automatic=DECIMAL) == "1. one\n1. again one\n2. two\n3. three\nOf these\n7. seven"


def test_numbers_of_levels_above_are_shown_as_the_list_says():
    levels = (
        'style:num-format="I" style:num-prefix="(" style:num-suffix=")" text:start-value="3"',
        'style:num-format="1" text:display-levels="2" style:num-prefix="§ "',
        'style:num-format="a" text:display-levels="3" loext:num-list-format="%1%-%2%/%3%"',
    )
    deepest = items(paragraph("deep"), attributes="")
    body = items(paragraph("top") + items(paragraph("inner") + deepest, attributes=""))
    assert text_of(body, automatic=numbered("L", *levels)) == "(III) top\n§ III.1 inner\nIII-1/a deep"


def test_bullets_are_dashes_and_blank_ones_nothing():
    bullets = numbered("L", 'text:bullet-char="•"', level_element="list-level-style-bullet")
    blank = numbered("B", 'text:bullet-char=" "', level_element="list-level-style-bullet")
    body = items(paragraph("a")) + items(paragraph("b"), attributes='text:style-name="B"')
    assert text_of(body, automatic=bullets + blank) == "- a\nb"


OUTLINE = numbered(
    "Outline",
    'style:num-format="1"',
    'style:num-format="1" text:display-levels="2"',
    element="outline-style",
    level_element="outline-level-style",
)


def test_headings_carry_the_numbers_that_are_shown():
    body = (
        heading("Scope")
        + items(items(heading("Parties", 2), attributes=""), attributes='text:style-name="Outline"')
        + heading("Preface", is_list_header="true")
        + heading("Rates", 2)
        + heading("Terms", start_value="5")
        + heading("Plain", 1).replace('style-name=""', 'style-name="Bare"')
        + heading("<text:number>A.</text:number>Annex")
    )
    styles = OUTLINE + style("Bare", attributes='style:list-style-name=""')
    loaded = opendocument.load(open_document(body, styles=styles), "a.odt")
    assert loaded.text.split("\n\n") == [
        "1 Scope",
        "1.1 Parties",
        "Preface",
        "1.2 Rates",
        "5 Terms",
        "Plain",
        "A. Annex",
    ]
    assert loaded.sections[1].heading_path == ("1 Scope", "1.1 Parties")


def test_numbers_above_the_line_signs_of_symbol_fonts_and_readings_are_shown():
    automatic = style("T1", 'style:text-position="super 58%"', family="text") + style(
        "T2", 'style:font-name="Symbol1"', family="text"
    )
    power = paragraph('10<text:span text:style-name="T1">6</text:span>')
    dose = paragraph('<text:span text:style-name="T2">\uf0b3 5 \uf06d</text:span>g')
    ruby = paragraph(
        "<text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ</text:ruby-text></text:ruby>は"
    )
    assert text_of(power + dose + ruby, automatic=automatic) == "10⁶\n\n≥ 5 μg\n\n漢字(かんじ)は"


def test_what_is_deleted_hidden_or_a_list_of_contents_is_left_out():
    hidden = 'text:display="none"'
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        f"<text:table-of-content><text:index-body>{paragraph('Fees 7')}</text:index-body></text:table-of-content>"
        f"<text:section {hidden}>{paragraph('in a hidden section')}</text:section>"
        + "<text:section>"
        + paragraph("Fees<text:span text:style-name='T1'> are secret</text:span> and dues")
        + "</text:section>"
        + paragraph("secret", "P1")
        + paragraph('secret<text:hidden-paragraph text:is-hidden="true"/>')
        + paragraph(f"by <text:variable-set {hidden}>7</text:variable-set>day")
        + "<text:bibliography><text:index-body><text:p>[Ada42] Notes</text:p></text:index-body></text:bibliography>"
    )
    automatic = style("T1", hidden, family="text") + style("P1", hidden)
    assert text_of(body, automatic=automatic) == "Fees and dues\n\nby day\n\n[Ada42] Notes"


def note(kind, mark, text):
    return (
        f'<text:note text:note-class="{kind}"><text:note-citation>{mark}</text:note-citation>'
        f"<text:note-body>{paragraph(text)}</text:note-body></text:note>"
    )


def test_notes_stand_at_the_end_behind_the_marks_that_refer_to_them():
    body = paragraph(f"Rent{note('footnote', 1, 'Per month.')} and fuel{note('endnote', 'i', 'Audited.')}")
    loaded = opendocument.load(open_document(body + paragraph(note("footnote", "*", "Estimated."))), "a.odt")
    assert loaded.text.startswith("Rent[1] and fuel[i]\n\n[*]\n")
    assert in_sections(loaded)[-2:] == [
        (("Footnotes",), "prose", "Footnotes\n\n[1] Per month.\n[*] Estimated."),
        (("Endnotes",), "prose", "Endnotes\n\n[i] Audited."),
    ]


def test_page_headers_and_footers_stand_at_the_end_once():
    header = "<style:header><text:p>Harbour office</text:p></style:header>"
    page = f"<style:master-page>{header}<style:footer>{{}}</style:footer></style:master-page>"
    number = "<text:p><text:page-number>0</text:page-number></text:p>"
    assert text_of(paragraph("Fees."), masters=2 * page.format(number)) == (
        "Fees.\n\nPage headers and footers\n\nHarbour office"
    )


def framed(inner, attributes=""):
    return f"<draw:frame {attributes}>{inner}</draw:frame>"


def boxed(*texts):
    return framed(f"<draw:text-box>{''.join(map(paragraph, texts))}</draw:text-box>")


def test_text_boxes_and_shapes_follow_the_paragraph_that_they_stand_beside():
    picture = framed("<draw:image/><svg:title>Harbour</svg:title><svg:desc>A map</svg:desc>")
    group = f"<draw:g><draw:custom-shape>{paragraph('in a shape')}</draw:custom-shape></draw:g>"
    body = paragraph(f"before {boxed('in a box')}after{picture}{group}")
    assert text_of(body) == "before after\n\nin a box\n\nin a shape"


def test_comments_and_embedded_objects_are_left_out_and_warned_about():
    comment = "<office:annotation><dc:creator>Bob</dc:creator><text:p>Is it?</text:p></office:annotation>"
    held = "<office:document><office:body><office:spreadsheet><text:p>cell</text:p></office:spreadsheet></office:body></office:document>"
    body = paragraph(f"Fees{comment} and{framed('<draw:object-ole/>')} dues") + framed(
        f"<draw:object>{held}</draw:object>"
    )
    for data in (open_document(body), flat_document(body)):
        loaded = opendocument.load(data, "a.odt")
        assert loaded.text == "Fees and dues"
        assert loaded.warnings == ("Left out 2 embedded objects.", "Left out 1 comment.")


OBJECT = framed('<draw:object xlink:href="./Object 1"/><draw:image/>')
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow>{}</mrow><annotation>{}</annotation></semantics></math>'


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        ("<mfrac><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><mn>2</mn></mfrac>", "(x+1)/2"),
        ("<msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><msqrt><mi>a</mi></msqrt>", "x²=√a"),
        ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><msub><mi>a</mi><mi>i</mi></msub>", "∑_i^n a_i"),
        ("<mroot><mi>a</mi><mn>3</mn></mroot><mi>sin</mi><mi>x</mi>", "³√a sin x"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable>",
            "1, 2; 3",
        ),
        ("<mn>2</mn><mo>\ue083</mo><mn>1</mn>", "a over b"),
        ("<mfrac><mn>1</mn></mfrac>", "1"),
    ],
)
def test_formulas_stand_in_the_line_that_shows_them(inner, shown):
    body = paragraph(f"It is {OBJECT} today.") + OBJECT
    parts = {"Object 1/content.xml": MATH.format(inner, "a`over`b")}
    assert text_of(body, parts=parts) == f"It is {shown} today."
    assert (
        opendocument.load(
            flat_document(
                OBJECT.replace("/><draw:image", f">{parts['Object 1/content.xml']}</draw:object><draw:image")
            ),
            "a.fodt",
        ).text
        == shown
    )


def test_charts_give_their_titles_and_series():
    rows = open_rows([("", "Ferries", "Yachts"), ("May", "4.2999999999999998", "5"), ("06", "12", "NaN")])
    chart = (
        "<chart:chart><chart:title><text:p>Passengers</text:p></chart:title><table:table>"
        f"{rows.replace('May</text:p>', 'May</text:p><draw:g><svg:desc>Sheet1.A2</svg:desc></draw:g>')}</table:table></chart:chart>"
    )
    loaded = opendocument.load(
        open_document(paragraph(f"Shown:{OBJECT}"), parts={"Object 1/content.xml": flat_document(chart, "chart")}),
        "a.odt",
    )
    assert loaded.text == "Shown:\nPassengers\nFerries: May = 4.3; 06 = 12\nYachts: May = 5"
    assert loaded.warnings == ()
    broken = open_document(paragraph(f"Shown:{OBJECT}"), parts={"Object 1/content.xml": "broken"})
    assert opendocument.load(broken, "a.odt").warnings == ("Left out 1 embedded object.",)


def table(*rows, named=0):
    def row(cells):
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    head = f"<table:table-header-rows>{''.join(map(row, rows[:named]))}</table:table-header-rows>" if named else ""
    return f"<table:table>{head}{''.join(map(row, rows[named:]))}</table:table>"


def cell(text, attributes=""):
    return f"<table:table-cell {attributes}>{paragraph(text)}</table:table-cell>"


COVERED = "<table:covered-table-cell/>"


def test_cells_that_span_rows_stand_in_each_and_those_that_span_columns_leave_the_others_in_place():
    rows = (
        [cell("Region"), cell("Sales", 'table:number-columns-spanned="2"'), COVERED],
        [cell("North", 'table:number-rows-spanned="2"'), cell("1"), cell("2")],
        [COVERED, cell("3"), cell("4")],
        ['<table:table-cell table:number-columns-repeated="2"/>', cell("5")],
    )
    assert text_of(table(*rows)) == "Region | Sales\nNorth | 1 | 2\nNorth | 3 | 4\n |  | 5"


def test_a_cell_that_is_split_gives_a_row_for_each_part():
    inner = table([cell("-a"), cell("all")], [cell("-b"), cell("brief")]).replace(
        "<table:table>", '<table:table table:is-sub-table="true">'
    )
    rows = ([cell("Kind"), cell("Option")], [cell("Output"), f"<table:table-cell>{inner}</table:table-cell>"])
    assert text_of(table(*rows)) == "Kind | Option\nOutput | -a | all\nOutput | -b | brief"


def test_rows_that_are_repeated_on_each_page_are_the_header():
    rows = ([cell(""), cell("Summer")], [cell("Car"), cell("Fare")], [cell("short"), cell("9")])
    loaded = opendocument.load(open_document(table(*rows, named=2)), "a.odt")
    assert loaded.text[slice(*loaded.sections[0].heading_span)] == "Car | Fare"


def test_tables_of_one_row_or_column_hold_headings_and_paragraphs_unless_they_are_named():
    row = [f"<table:table-cell>{heading(name)}{paragraph('Due.')}</table:table-cell>" for name in ("Fees", "Terms")]
    assert [path for path, _, _ in in_sections(opendocument.load(open_document(table(row)), "a.odt"))] == [
        ("Fees",),
        ("Terms",),
    ]
    column = opendocument.load(open_document(table([cell("Function")], [cell("lower(text)")], named=1)), "a.odt")
    assert column.text == "Function\nlower(text)"


def test_bold_paragraphs_are_headings_where_no_styles_are():
    automatic = style("P1", 'fo:font-weight="bold"') + style("T1", 'fo:font-weight="bold"', family="text")
    parts = "".join(
        paragraph(f"{number}. Fees", "P1")
        + paragraph('<text:span text:style-name="T1">Fares</text:span>')
        + 5 * paragraph('Paid <text:span text:style-name="T1">now</text:span>')
        for number in (1, 2)
    )
    signed = table([cell('<text:span text:style-name="T1">Signed</text:span>'), cell("Ada")])
    loaded = opendocument.load(open_document(parts + signed, automatic=automatic), "a.odt")
    assert [path for path, _, _ in in_sections(loaded)] == [("1. Fees",), ("Fares",), ("2. Fees",), ("Fares",)]
    styled = opendocument.load(open_document(parts + heading("Annex"), automatic=automatic), "a.odt")
    assert [path for path, _, _ in in_sections(styled)] == [(), ("Annex",)]


def slide(*frames, attributes=""):
    return f"<draw:page {attributes}>{''.join(frames)}</draw:page>"


def frame_for(kind, *texts):
    return boxed(*texts).replace("<draw:frame ", f'<draw:frame presentation:class="{kind}" ')


def test_slides_give_title_body_tables_and_notes():
    cells = framed(table([cell("Year"), cell("Sales")], [cell("2024"), cell("7")]))
    body = slide(
        frame_for("outline", "Revenue grew.", "Costs fell."),
        frame_for("title", "Results"),
        f"<presentation:notes>{frame_for('notes', 'Mention Ohio.')}{frame_for('page-number', '1')}</presentation:notes>",
    ) + slide(cells, f"<draw:g>{boxed('Grouped.')}</draw:g>", attributes='draw:style-name="dp1"')
    hidden = (
        '<style:style style:name="dp1" style:family="drawing-page"><style:drawing-page-properties'
        ' presentation:visibility="hidden"/></style:style>'
    )
    loaded = opendocument.load(open_document(body, "presentation", automatic=hidden), "a.odp")
    assert in_sections(loaded) == [
        (("Results",), "prose", "Results\n\nRevenue grew.\nCosts fell.\n\nMention Ohio."),
        ((), "table", "Year | Sales\n2024 | 7"),
        ((), "prose", "Grouped."),
    ]
    assert [section.page for section in loaded.sections] == [1, 2, 2]
    assert loaded.metadata == {"page_count": 2}
    assert loaded.warnings == ("Hidden slides are included: 2.",)


def test_footers_and_dates_that_slides_repeat_are_read_once_and_the_text_of_master_pages_never():
    declared = '<presentation:{0}-decl presentation:name="{1}">{2}</presentation:{0}-decl>'
    declarations = (
        declared.format("footer", "f1", "Harbour office")
        + declared.format("footer", "f2", "Coast guard")
        + declared.format("date-time", "d1", "May 2024")
    )
    use = 'presentation:use-footer-name="{}" presentation:use-date-time-name="d1"'
    slides = (
        slide(frame_for("title", name), attributes=use.format(f)) for name, f in (("A", "f1"), ("B", "f1"), ("C", "f2"))
    )
    master = f"<style:master-page>{boxed('Click to edit')}</style:master-page>"
    data = open_document(declarations + "".join(slides), "presentation", masters=master)
    assert opendocument.load(data, "a.odp").text.split("\n\n") == [
        "A",
        "Harbour office",
        "May 2024",
        "B",
        "C",
        "Coast guard",
    ]


def test_drawings_are_read_page_by_page():
    loaded = opendocument.load(open_document(slide(boxed("Quay")) + slide(boxed("Slip")), "graphics"), "a.odg")
    assert [(section.page, loaded.text[section.start : section.end]) for section in loaded.sections] == [
        (1, "Quay"),
        (2, "Slip"),
    ]


def test_flat_files_are_read_whatever_large_pictures_they_hold():
    picture = f"<draw:image><office:binary-data>{'A' * 11_000_000}</office:binary-data></draw:image>"
    data = flat_document(heading("Fees") + paragraph(f"Paid.{framed(picture)}"), styles=OUTLINE)
    assert in_sections(opendocument.load(data, "a.fodt")) == [(("1 Fees",), "prose", "1 Fees\n\nPaid.")]


@pytest.mark.parametrize("kind", ["text", "text-template", "text-master", "presentation", "graphics-template"])
def test_the_mimetype_tells_the_format_whatever_the_name(kind):
    element = kind.partition("-")[0]
    body = paragraph("Hello.") if element == "text" else slide(boxed("Hello."))
    data = open_document(body, element, parts={"mimetype": f"application/vnd.oasis.opendocument.{kind}\n"})
    assert parse(data, "letter").format == "opendocument"
    assert parse(data, "a.txt").warnings == (
        "The name ends in .txt, but the bytes are opendocument; loaded as opendocument.",
    )


def test_encrypted_files_ask_for_the_password_to_be_removed():
    manifest = "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    data = open_document("", parts={"META-INF/manifest.xml": manifest, "content.xml": b"\x00\xffscrambled"})
    with pytest.raises(PasswordRequiredError, match="encrypted"):
        parse(data, "locked.odt")


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_documents_with_a_document_type_are_refused():
    flat = flat_document(paragraph("text &b;")).decode().replace("?>\n", f"?>{BOMB}")
    for data, name in ((flat.encode(), "a.fodt"), (open_document("", parts={"content.xml": flat}), "a.odt")):
        with pytest.raises(CorruptFileError, match="document type"):
            parse(data, name)


def test_zip_bombs_are_refused_before_they_are_unpacked():
    with pytest.raises(FileTooLargeError, match="zip bomb"):
        parse(open_document("", parts={"Pictures/1.svg": b" " * 11_000_000}), "bomb.odt")


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", NoTextError, "empty"),
        (b"plain text", CorruptFileError, "zip"),
        (zipped({"hello.txt": "x"}), CorruptFileError, "content.xml is missing"),
        (zipped({"content.xml": "broken"}), CorruptFileError, "not valid XML"),
        (zipped({"content.xml": "<a/>"}), CorruptFileError, "no body"),
        (b"<a/>", CorruptFileError, "no body"),
        (b"<a>", CorruptFileError, "not valid XML"),
        (flat_document("", "chart"), UnsupportedFormatError, "OpenDocument chart"),
        (odt_of(["x"])[:900], CorruptFileError, "zip"),
        (open_document(paragraph("")), NoTextError, "no text"),
        (open_document("<text:section>" * 300 + "</text:section>" * 300), CorruptFileError, "depth"),
    ],
    ids=["empty", "text", "another zip", "no XML", "another part", "XML", "cut XML", "chart", "cut", "blank", "deep"],
)
def test_what_is_no_readable_document_is_an_error_of_ours(data, error, words):
    with pytest.raises(error, match=words):
        parse(data, "bad.odt")


def test_styles_that_are_based_on_one_another_and_lists_nested_deep_end():
    styles = style("P1", parent="P2") + style("P2", parent="P1")
    nested = paragraph("x", "P1")
    for _ in range(40):
        nested = items(nested, attributes="")
    assert text_of(paragraph("y", "P2") + nested, styles=styles).split("\n") == ["y", "- x"]


def test_numbers_of_a_billion_levels_and_objects_inside_others_end():
    far = 'style:num-format="1" text:display-levels="999999999"'
    assert text_of(items(paragraph("x")), automatic=numbered("L", far)) == "1 x"
    inner = framed("<draw:object>" + MATH.format("<mn>1</mn>", "") + "</draw:object>")
    for held in ("<office:document>{}</office:document>", MATH.format("<mn>2</mn>{}", ""), "{}"):
        body = paragraph("y") + framed(f"<draw:object>{held.format(inner)}</draw:object>")
        assert opendocument.load(flat_document(body), "a.fodt").text.startswith("y")
