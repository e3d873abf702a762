"""EPUB, Rich Text and e-mail."""

import base64
import io
import mailbox
import zipfile
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import making
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop import Document
from secondhop.errors import CorruptFileError, LoadError, NoTextError, PasswordRequiredError
from secondhop.loading import load_text, parse


def in_sections(loaded):
    return [(s.page, s.heading_path, s.kind, loaded.text[s.start : s.end]) for s in loaded.sections]


# ── EPUB ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_chapters_of_a_book_are_pages_in_reading_order():
    loaded = parse(making.epub_of([["One."], ["Two.", "Three."]]), "a.epub")
    assert in_sections(loaded) == [
        (1, ("Part 0",), "prose", "Part 0\n\nOne."),
        (2, ("Part 0",), "prose", "Part 0\n\nTwo."),
        (2, ("Part 1",), "prose", "Part 1\n\nThree."),
    ]
    assert loaded.metadata == {"page_count": 2, "title": "A Book", "author": "Ada"}


def without(data, name, replacement=None):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist() if entry != name}
    return making.zipped(files | (replacement or {}))


def test_a_missing_chapter_costs_a_warning():
    loaded = parse(without(making.epub_of([["One."], ["Two."]]), "OEBPS/c 0.xhtml"), "a.epub")
    assert loaded.warnings == ("Chapter 1 is missing: OEBPS/c 0.xhtml.",)
    assert "Two." in loaded.text


def test_chapters_without_text_cost_a_warning():
    cover = {"OEBPS/c 0.xhtml": "<html><body><img src='cover.png'/></body></html>", "OEBPS/c 2.xhtml": ""}
    data = without(making.epub_of([["One."], ["Two."], ["Three."]]), "", cover)
    assert parse(data, "a.epub").warnings == ("No text in chapters 1, 3: nothing or only pictures.",)


@pytest.mark.parametrize(
    ("kind", "is_page"),
    [
        ("text/html", True),
        ("application/xml", True),
        ("Application/XHTML+XML; charset=utf-8", True),
        ("text/x-oeb1-document", True),
        ("", True),
        ("image/svg+xml", False),
        ("image/jpeg", False),
    ],
)
def test_chapters_are_read_whatever_they_are_said_to_be_but_pictures(kind, is_page):
    book = making.epub_of([["One."], ["Two."]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        package = archive.read("OEBPS/book.opf").decode().replace("application/xhtml+xml", kind, 1)
    loaded = parse(without(book, "", {"OEBPS/book.opf": package}), "a.epub")
    assert ("One." in loaded.text) is is_page


def test_what_a_chapter_lost_is_said_with_its_number():
    data = without(making.epub_of([["One."], ["Two."]]), "", {"OEBPS/c 1.xhtml": "<div>" * 5000 + "bottom"})
    (warning,) = parse(data, "a.epub").warnings
    assert warning.startswith("Chapter 2: Elements nest more than 2000 deep")


def test_a_chapter_whose_title_closes_itself_is_read():
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>The answer.</p></body></html>'
    data = without(making.epub_of([["One."]]), "", {"OEBPS/c 0.xhtml": page})
    assert parse(data, "a.epub").text == "The answer."


NCX = """<ncx><navMap><navPoint><navLabel><text>Sea</text></navLabel><content src="c%200.xhtml"/>
<navPoint><navLabel><text>Fog</text></navLabel><content src="c%200.xhtml#fog"/></navPoint></navPoint></navMap></ncx>"""
NAV = """<html xmlns:epub="http://www.idpf.org/2007/ops">
<nav epub:type="page-list"><ol><li><a href="c%200.xhtml#fog">1</a></li></ol></nav>
<nav epub:type="toc"><ol><li><!-- 1 --><a href="c%200.xhtml">Sea</a>
<ol><li><ol><li><a href="c%200.xhtml#fog">Fog</a></li></ol></li></ol></li></ol></nav>
</html>"""


@pytest.mark.parametrize(
    ("contents", "item"), [(NCX, 'media-type="application/x-dtbncx+xml"'), (NAV, 'properties="nav"')]
)
def test_chapters_without_headings_have_the_titles_of_the_table_of_contents(contents, item):
    book = making.epub_of([["One."], ["Two."]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        package = archive.read("OEBPS/book.opf").decode()
    package = package.replace("<manifest>", f'<manifest><item id="toc" href="toc" {item}/>')
    package = package.replace("<spine>", '<spine><itemref idref="toc"/>' if "nav" in item else "<spine>")
    page = (
        '<html><body><p class="title">Sea</p><p>Salt.</p><p><b id="fog">Fog</b></p><p>Sound the horn.</p></body></html>'
    )
    files = {"OEBPS/book.opf": package, "OEBPS/toc": contents, "OEBPS/c 0.xhtml": page}
    assert in_sections(parse(without(book, "", files), "a.epub")) == [
        (1, ("Sea",), "prose", "Sea\n\nSalt."),
        (1, ("Sea", "Fog"), "prose", "Fog\n\nSound the horn."),
        (2, ("Part 0",), "prose", "Part 0\n\nTwo."),
    ]
    headed = parse(without(book, "", files | {"OEBPS/c 0.xhtml": "<h1>Tide</h1><p id='fog'>Low.</p>"}), "a.epub")
    assert [section.heading_path for section in headed.sections] == [("Tide",), ("Part 0",)]
    damaged = parse(without(book, "", files | {"OEBPS/toc": "<ncx"}), "a.epub")
    assert damaged.sections[0].heading_path == ()


def test_all_authors_of_a_book_are_named():
    book = making.epub_of([["One."]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        package = archive.read("OEBPS/book.opf").decode()
    package = package.replace("</metadata>", "<dc:creator>Bob</dc:creator></metadata>")
    assert parse(without(book, "", {"OEBPS/book.opf": package}), "a.epub").metadata["author"] == "Ada; Bob"


@pytest.mark.parametrize(
    ("missing", "instead"),
    [("OEBPS/book.opf", {}), ("META-INF/container.xml", {}), ("", {"META-INF/container.xml": "<container/>"})],
)
def test_a_book_without_its_package_is_corrupt(missing, instead):
    with pytest.raises(CorruptFileError, match="package file is missing"):
        parse(without(making.epub_of([["One."]]), missing, instead), "a.epub")


FONTS, TEXT = "http://www.idpf.org/2008/embedding", "http://www.w3.org/2001/04/xmlenc#aes256-cbc"


@pytest.mark.parametrize(("methods", "readable"), [([FONTS], True), ([FONTS, TEXT], False)])
def test_a_book_under_drm_is_refused_but_scrambled_fonts_do_not_matter(methods, readable):
    each = "".join(f'<enc:EncryptionMethod Algorithm="{method}"/>' for method in methods)
    encryption = f'<e xmlns:enc="http://www.w3.org/2001/04/xmlenc#">{each}</e>'
    data = without(making.epub_of([["One."]]), "", {"META-INF/encryption.xml": encryption})
    if readable:
        assert "One." in parse(data, "a.epub").text
    else:
        with pytest.raises(PasswordRequiredError, match="DRM"):
            parse(data, "a.epub")


# ── Rich Text ────────────────────────────────────────────────────────────────────────────────────────────────────

RTF = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}{\f1\fcharset204 Arial;}}{\stylesheet{\s1 heading 1;}}{\info{\title X}}
{\header Page header\par}\pard\outlinelevel0 Chapter One\par
\pard Caf\'e9 \u8364? and {\b bold} text\line here.\par \f1 \'cf\'f0\'e8\par\f0
\trowd\cellx1\cellx2\pard\intbl A\cell B\cell\row\intbl 1\cell 2\cell\row
\pard After {\*\unknown gone}{\pict 0102}\u-10179?\u-8704? done\~now.\par}"""


def test_rich_text_becomes_paragraphs_headings_and_tables():
    assert in_sections(parse(RTF, "a.rtf")) == [
        (None, ("Chapter One",), "prose", "Chapter One\n\nCafé € and bold text\nhere.\n\nПри"),
        (None, ("Chapter One",), "table", "A | B\n1 | 2"),
        (None, ("Chapter One",), "prose", "After 😀 done now."),
    ]


def test_rich_text_is_known_by_its_bytes():
    loaded = parse(RTF, "letter.txt")
    assert "Chapter One" in loaded.text
    assert "loaded as rtf" in loaded.warnings[0]


def rich(body, fonts=rb"{\f0\fcharset0 Arial;}"):
    data = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl" + fonts + rb"}\pard " + body + rb"\par}"
    return parse(data, "a.rtf")


def test_cells_of_a_table_inside_a_table_stand_apart():
    outer = rb"\trowd\intbl Boat\cell Rates\cell\row\intbl Aurora\cell "
    nested = rb"\pard\intbl\itap2 day\nestcell 40\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}"
    assert rich(outer + nested + rb"\pard\intbl\cell\row").text == "Boat | Rates\nAurora | day 40"


def test_text_boxes_are_read_without_what_describes_them():
    properties = rb"{\sp{\sn shapeType}{\sv 202}}{\sp{\sn fFlipH}{\sv 0}}"
    shape = rb"{\shp{\*\shpinst\shpleft0" + properties + rb"{\shptxt\pard In the box.\par}}}"
    assert rich(shape + rb"\pard After it.").text == "In the box.\n\nAfter it."


@pytest.mark.parametrize("mark", [b"", rb"\*"], ids=["plain", "marked"])
def test_notes_stand_at_the_end_and_tear_neither_rows_nor_headings(mark):
    def note(text):
        return rb"{\super\chftn}{" + mark + rb"\footnote\pard\plain{\super\chftn} " + text + rb"\par}"

    heading = rb"\outlinelevel0 Rates" + note(b"Since May.") + rb"\par\pard "
    rows = rb"\trowd\pard\intbl Aurora" + note(b"See annex.") + rb" ferry\cell 40\cell\row\intbl Vesna\cell 50\cell\row"
    assert in_sections(rich(heading + rows)) == [
        (None, ("Rates[1]",), "prose", "Rates[1]"),
        (None, ("Rates[1]",), "table", "Aurora[2] ferry | 40\nVesna | 50"),
        (None, ("Notes",), "prose", "Notes\n\n[1] Since May.\n[2] See annex."),
    ]


def test_headings_of_rich_text_are_known_by_their_styles():
    styles = rb"{\stylesheet{\s0\ql Normal;}{\s1\sbasedon0\b Heading 1;}{\s22\i heading 2;}{\s3\b Subheading 1;}}"
    body = rb"\pard\s1 Rates\par\pard\s22 Nights\par\pard\s0 Paid.\par\pard\s3 Late\par\pard\s1\outlinelevel9 Body"
    assert in_sections(rich(styles + body)) == [
        (None, ("Rates",), "prose", "Rates"),
        (None, ("Rates", "Nights"), "prose", "Nights\n\nPaid.\n\nLate\n\nBody"),
    ]


def test_items_of_rich_text_stand_below_one_another():
    items = rb"Rates:\par\bullet\tab day\par{\listtext\endash\tab}night\par{\listtext 1.\tab}mail\par Paid in advance."
    assert rich(items).text == "Rates:\n•\tday\n–\tnight\n1.\tmail\n\nPaid in advance."


def test_a_note_of_rich_text_whose_mark_its_author_wrote_keeps_that():
    star = rb"{\super *}{\footnote{\super *} Estimated.\par}"
    counted = rb"{\super\chftn}{\footnote{\super\chftn} Net of tax.\par}"
    hidden = rb"{\v{\super\chftn}}"
    assert rich(b"Rent" + star + hidden + b" and fuel" + counted).text == (
        "Rent* and fuel[1]\n\nNotes\n\n* Estimated.\n[1] Net of tax."
    )


def test_a_sign_above_the_line_is_raised_however_it_is_written():
    assert rich(rb"3 x 10{\super\u8722 ?5} and 10{\super\endash 6}").text == "3 x 10⁻⁵ and 10⁻⁶"


def test_the_number_before_a_paragraph_neither_ends_its_heading_nor_tears_its_row():
    number = rb"{\listtext\pard\plain 1.\tab}"
    rows = rb"\trowd\pard\intbl A\cell B\cell\row\pard\intbl " + number + rb"x\par\pard\intbl y\cell z\cell\row"
    assert in_sections(rich(rb"\outlinelevel0" + number + rb"Rates\par " + rows)) == [
        (None, ("1. Rates",), "prose", "1. Rates"),
        (None, ("1. Rates",), "table", "A | B\n1. x y | z"),
    ]


def test_a_cell_that_spans_rows_of_rich_text_stands_in_each():
    rows = rb"\trowd\clvmgf\cellx1\cellx2\pard\intbl Kiel\cell Aurora\cell\row"
    rows += rb"\trowd\clvmrg\cellx1\cellx2\intbl\cell Bella\cell\row\trowd\cellx1\cellx2\intbl\cell Cora\cell\row"
    assert in_sections(rich(rows))[0][3] == "Kiel | Aurora\nKiel | Bella\n | Cora"


def test_hidden_text_and_entries_of_an_index_are_left_out():
    body = rb"Fog {\v secret }horn\v gone\v0 , {\xe{\v horn}}loud{\tc Horn}\v gone\plain ."
    assert rich(body).text == "Fog horn, loud."


def test_what_tracked_changes_deleted_from_rich_text_is_left_out():
    body = rb"Ships {\deleted\revauthdel1\revdttmdel9 mail}{\revised\revauth1 ore} on {\deleted Monday}Friday."
    assert rich(body).text == "Ships ore on Friday."


def test_text_in_no_font_is_in_the_default_one():
    cyrillic = rb"\'cf\'f0\'e8\'e2\'e5\'f2"
    assert rich(cyrillic, rb"{\f0\fcharset204 Arial;}").text == "Привет"
    written_without_care = rb"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fcharset0 Arial;}}" + cyrillic + b"}"
    assert parse(written_without_care, "a.rtf").text == "Привет"


SIGNS = rb"""{\f0\fcharset0 Arial;}{\f3\froman\fcharset2\fprq2{\*\panose 05050102010706020507}Symbol;}
{\f4\fcharset2 Wingdings;}{\f5\fcharset2 Barcode;}"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"Dose {\f3 \'b3} 5 {\f3 m}g, \f3 a\f0  and \f3 b\plain .", "Dose ≥ 5 μg, α and β."),
        (rb"Dose {\f3 \u-3917?} 5 {\f3\uc1\u-3987\'6d}g, \u-3917?", "Dose ≥ 5 μg, \uf0b3"),
        (rb"{\f3\'b7\tab}Fog{\f4\'fc \'01}{\f5 7}", "•\tFog✓ 7"),
    ],
    ids=["bytes", "characters", "marks"],
)
def test_rich_text_in_a_font_of_signs_gives_the_signs(body, text):
    assert rich(body, SIGNS).text == text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (rb'{\*\fldinst SYMBOL 179 \\f "Symbol" \\s 10}{\fldrslt\f3\fs20}', "≥"),
        (rb"{\*\fldinst{\b SYMBOL 0xF0B3 \\f Symbol}}{\fldrslt{\f3\'b3}}", "≥"),
        (rb'{\fldinst SYMBOL 7 \\f "Wingdings"}{\fldrslt x}', "x"),
        (rb'{\fldinst HYPERLINK "SYMBOL 179 \\f Symbol"}{\fldrslt x}', "x"),
        (rb"{\v{\fldinst SYMBOL 179 \\f Symbol}{\fldrslt x}}", ""),
    ],
)
def test_rich_text_reads_the_signs_that_fields_stand_for_once(field, text):
    assert rich(rb"Dose {\field" + field + b"} 5", SIGNS).text.split(" ") == ["Dose", text, "5"]


def test_the_bytes_of_a_picture_may_hold_braces():
    assert rich(rb"Before.\par{\pict\pngblip\bin6 a}{\\c}After.\par").text == "Before.\n\nAfter."


def test_rich_text_keeps_numbers_above_the_line_apart():
    body = rb"Sales 1,234{\super 2} on the 4{\super th}: 10\super -6\nosupersub  m, 10\super 3\plain  and CO\sub 2\nosupersub ."
    assert rich(body).text == "Sales 1,234² on the 4th: 10⁻⁶ m, 10³ and CO2."


def test_rich_text_of_nothing_but_pictures_has_no_text():
    with pytest.raises(NoTextError):
        parse(rb"{\rtf1{\pict 0102030405}}", "a.rtf")


# ── e-mail ───────────────────────────────────────────────────────────────────────────────────────────────────────


def message(body="Hello Bob.", subject="Café plan", **headers):
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = "Ada <ada@example.org>", "bob@example.org", subject
    for name, value in headers.items():
        found[name] = value
    found.set_content(body)
    return found


def test_a_message_stands_under_its_subject_with_its_headers_and_the_names_of_attachments():
    mail = message(Date="Mon, 01 Jan 2024 10:00:00 +0000")
    mail.add_alternative("<p>Hello <b>Bob</b> in HTML.</p>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="Übersicht.pdf")
    loaded = parse(mail.as_bytes(), "a.eml")
    assert in_sections(loaded) == [
        (None, ("Café plan",), "prose", "Café plan\n\nFrom: Ada <ada@example.org>\n"
         "Date: Mon, 01 Jan 2024 10:00:00 +0000\nTo: bob@example.org\n\nHello Bob.\n\nAttachments: Übersicht.pdf"),
    ]  # fmt: skip
    assert loaded.metadata["title"] == "Café plan"


def test_a_message_that_is_html_alone_is_read_as_html():
    mail = message(subject="")
    mail.set_content("<h1>Dues</h1><table><tr><td>A<td>B<tr><td>1<td>2</table>", subtype="html")
    loaded = parse(mail.as_bytes(), "a.eml")
    assert loaded.text.startswith("(no subject)\n\nFrom: ")
    assert "A | B\n1 | 2" in loaded.text
    mail.set_content("<div>" * 5000 + "Bottom.", subtype="html")
    (warning,) = parse(mail.as_bytes(), "a.eml").warnings
    assert warning.startswith("Elements nest")


def test_a_message_that_quotes_another_with_its_postmark_is_one():
    text = "Read this:\n\nFrom bob@example.org Mon Jan  1 10:00:00 2024\nSubject: Fog\n\nSound the horn."
    assert parse(message(text).as_bytes(), "a.eml").text.endswith(text)


def test_a_message_may_carry_bytes_as_they_are():
    head = b"Subject: Map\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\nSee the map.\n"
    picture = b"--B\nContent-Type: image/png\nContent-Transfer-Encoding: binary\n\n\x89PNG\r\n" + bytes(range(256)) * 9
    assert parse(head + picture + b"\n--B--\n", "a.eml").text == "Map\n\nSee the map.\n\nAttachments: image/png"


def test_an_attached_message_is_read_under_the_one_that_carries_it():
    mail = message("See below.", "Outer")
    mail.add_attachment(message("The old text.", "Inner"))
    loaded = parse(mail.as_bytes(), "a.eml")
    assert [s.heading_path for s in loaded.sections] == [("Outer",), ("Outer", "Inner")]
    assert "The old text." in loaded.text


FIRST, PAGE, EMPTY = ("plain", "Written plainly."), ("html", "<p>A <b>page</b>.</p>"), ("plain", " \n")


@pytest.mark.parametrize(
    ("kind", "parts", "text"),
    [
        ("alternative", [FIRST, PAGE], "Written plainly."),
        ("alternative", [PAGE, FIRST], "Written plainly."),
        ("alternative", [EMPTY, PAGE], "A page."),
        ("mixed", [PAGE, ("plain", "-- \nthe mailing list")], "A page.\n\n-- \nthe mailing list"),
        ("mixed", [FIRST, PAGE], "Written plainly.\n\nA page."),
    ],
)
def test_a_page_is_passed_over_only_where_a_plain_text_is_its_alternative(kind, parts, text):
    mail = MIMEMultipart(kind, _subparts=[MIMEText(content, subtype, "utf-8") for subtype, content in parts])
    mail["Subject"] = "Fog"
    assert parse(mail.as_bytes(), "a.eml").text == f"Fog\n\n{text}"


def test_what_a_plain_text_stands_for_may_hold_attachments():
    pdf = MIMEApplication(b"%PDF-", "pdf", name="chart.pdf")
    pages = MIMEMultipart("mixed", _subparts=[MIMEText("<p>One.</p>", "html"), pdf, MIMEText("<p>Two.</p>", "html")])
    mail = MIMEMultipart("alternative", _subparts=[MIMEText("One. Two."), pages])
    mail["Subject"] = "Fog"
    assert parse(mail.as_bytes(), "a.eml").text == "Fog\n\nOne. Two.\n\nAttachments: chart.pdf"


def test_a_report_of_a_lost_message_is_read_and_parts_without_a_name_are_named_by_their_type():
    status = b"--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n"
    page = b"--B\nContent-Type: text/html\n\n<p>Not delivered.</p>\n"
    event = b"--B\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n"
    notes = b"--B\nContent-Type: text/plain; name=notes.txt\n\nNote.\n"
    more = b"--B\nContent-Type: text/plain\nContent-Disposition: attachment\n\nMore.\n"
    head = b"Subject: Lost\nContent-Type: multipart/report; boundary=B\n\n"
    loaded = parse(head + page + status + event + notes + more + b"--B--\n", "a.eml")
    assert loaded.text == (
        "Lost\n\nNot delivered.\n\nAttachments: message/delivery-status, text/calendar, notes.txt, text/plain"
    )


@pytest.mark.parametrize("subject", [b"", b"Subject: Ferries\n"])
def test_a_page_saved_in_one_file_is_read_without_its_pictures_and_styles(subject):
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n"
    page = b"--B\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\nContent-Location: https://x\n\n"
    page += b"<h1>F=\nares</h1><p>Four =E2=82=AC.</p>\n"
    other = b"--B\nContent-Type: %s\nContent-Transfer-Encoding: base64\nContent-Location: https://x/a\n\niVBORw0KGgo=\n"
    loaded = parse(subject + head + page + other % b"image/png" + other % b"text/css" + b"--B--\n", "a.mhtml")
    assert loaded.text == f"{'Ferries' if subject else ''}\n\nFares\n\nFour €.".lstrip()


def test_what_is_attached_to_a_mail_is_named_wherever_it_is_from():
    head = b"Subject: Fares\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\nFour.\n"
    plan = b"--B\nContent-Type: application/pdf\nContent-Location: plan.pdf\n"
    plan += b"Content-Disposition: attachment; filename=plan.pdf\n\n%PDF\n--B--\n"
    assert parse(head + plan, "a.eml").text == "Fares\n\nFour.\n\nAttachments: plan.pdf"


DECLARED = "Subject: Fähre\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: 8bit\n\nGrüße\n"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_message_given_as_a_string_is_read_whatever_its_parts_declare(charset):
    text = DECLARED.format(charset)
    assert load_text(text, "a.eml").text == "Fähre\n\nGrüße"
    assert parse(b"\xef\xbb\xbf" + text.encode(), "a.eml").text == "Fähre\n\nGrüße"
    encoded = text.replace("8bit", "quoted-printable").replace("Grüße", "Gr=FC=DFe")
    assert "Gr" in load_text(encoded, "a.eml").text


@pytest.mark.parametrize(
    ("charset", "written_in", "words"),
    [
        ("iso-8859-1", "cp1252", "It’s 5 €"),
        ("shift_jis", "cp932", "①会議"),
        ("gb2312", "gb18030", "朱镕基"),
        ("ks_c_5601-1987", "cp949", "똠방"),
        ("utf-8*en", "utf-8", "Fähre"),
    ],
)
def test_headers_are_read_in_what_bodies_that_declare_the_same_are(charset, written_in, words):
    word = f"=?{charset}?B?{base64.b64encode(words.encode(written_in)).decode()}?="
    loaded = load_text(f"From: {word} <ada@example.org>\nSubject: Re: {word}\n\nHello.", "a.eml")
    assert loaded.text.split("\n\n")[:2] == [f"Re: {words}", f"From: {words} <ada@example.org>"]
    assert (loaded.metadata["title"], loaded.warnings) == (f"Re: {words}", ())


def test_headers_that_are_not_encoded_are_read_by_a_guess_that_is_warned_about():
    loaded = parse("Subject: Fähre nach Grömitz\n\nHello.".encode("cp1252"), "a.eml")
    assert loaded.text == "Fähre nach Grömitz\n\nHello."
    assert loaded.warnings == ("The text is not UTF-8; it was read as cp1252, which is a guess.",)
    unwarned = parse("Subject: Fähre\n\nHello.".encode(), "a.eml")
    assert (unwarned.text, unwarned.warnings) == ("Fähre\n\nHello.", ())


def test_a_body_whose_encoding_had_to_be_guessed_is_warned_about():
    loaded = parse(DECLARED.format("utf-8").replace("Fähre", "Ferry").encode("latin-1"), "a.eml")
    assert loaded.text == "Ferry\n\nGrüße"
    assert any("guess" in warning for warning in loaded.warnings)


@pytest.mark.parametrize(
    ("charset", "written_in", "body"),
    [
        ("iso-8859-1", "cp1252", "€40 – don’t pay “more”…"),
        ("gb2312", "gb18030", "镕基"),
        ("us-ascii", "utf-8", "Grüße – €"),
    ],
)
def test_a_body_is_read_as_mail_programs_read_what_it_declares(charset, written_in, body):
    data = DECLARED.format(charset).replace("Fähre", "Ferry").replace("Grüße", body).encode(written_in)
    assert parse(data, "a.eml").text == f"Ferry\n\n{body}"


@pytest.mark.parametrize("charset", ["undefined", "idna", "nonsense"])
def test_a_body_in_an_encoding_that_cannot_be_used_is_guessed(charset):
    data = DECLARED.format(charset).replace("Fähre", "Ferry").encode()
    assert parse(data, "a.eml").text == "Ferry\n\nGrüße"


@pytest.mark.parametrize("data", [b"no header line here\n", bytes(range(256)) * 4])
def test_what_is_no_message_is_corrupt(data):
    with pytest.raises(CorruptFileError):
        parse(data, "a.eml")


def test_who_wrote_a_message_and_when_is_shown_beside_any_part_of_it():
    long = ["The harbour office moves to the new quay in spring, as the members have decided."] * 9
    answer = "The mooring fee will be forty euros a month."
    messages = [
        message("\n\n".join([*long, answer, *long]), Date="Mon, 01 Jan 2024 10:00:00 +0000"),
        message("\n\n".join(long), Date="Tue, 02 Jan 2024 10:00:00 +0000"),
    ]
    box = b"".join(b"From a@example.org Mon 10:00\n" + each.as_bytes() + b"\n\n" for each in messages)
    shown = Document.from_bytes(box, source="a.mbox").context("How much is the mooring fee?", budget=60).text()
    assert shown.startswith("Café plan\n\nFrom: Ada <ada@example.org>\nDate: Mon, 01 Jan 2024 10:00:00 +0000")
    assert answer in shown
    assert "Tue, 02" not in shown


def test_all_messages_of_a_mailbox_are_read(tmp_path):
    box = mailbox.mbox(tmp_path / "in.mbox")
    for subject, text in (("Fog", "Größe.\n\nFrom Monday 12:30 on:\n\n>From"), ("Dues", "Paid.")):
        box.add(making.eml_of([text], subject))
    box.close()
    data = (tmp_path / "in.mbox").read_bytes()
    assert parse(data, "in.mbox").metadata == {}
    loaded = parse(data + b"From x 10:00\nTo: bob@example.org\n\nLate.\n", "in.mbox")
    sender = "From: ada@example.org\nTo: bob@example.org"
    assert [(path, text) for _, path, _, text in in_sections(loaded)] == [
        (("Fog",), f"Fog\n\n{sender}\n\nGröße.\n\nFrom Monday 12:30 on:\n\n>From\n\nAttachments: plan.pdf"),
        (("Dues",), f"Dues\n\n{sender}\n\nPaid.\n\nAttachments: plan.pdf"),
        ((), "To: bob@example.org\n\nLate."),
    ]


# ── all ──────────────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = {"a.epub": making.epub_of([["One."]]), "a.rtf": RTF, "a.eml": making.eml_of(["One."])}


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_give_text_or_a_load_error(name, data):
    damaged = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(1, len(damaged)))]
    try:
        loaded = parse(bytes(damaged), name)
    except LoadError:
        return
    for section in loaded.sections:
        assert 0 <= section.start <= section.end <= len(loaded.text)
