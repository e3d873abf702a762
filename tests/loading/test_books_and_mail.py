"""EPUB, Rich Text and e-mail."""

from email.message import EmailMessage

import making
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.errors import CorruptFileError, LoadError, NoTextError, PasswordRequiredError
from secondhop.loading import load_bytes, load_text


def in_sections(loaded):
    return [(s.page, s.heading_path, s.kind, loaded.text[s.start : s.end]) for s in loaded.sections]


# ── EPUB ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_chapters_of_a_book_are_pages_in_reading_order():
    loaded = load_bytes(making.epub_of([["One."], ["Two.", "Three."]]), "a.epub")
    assert in_sections(loaded) == [
        (1, ("Part 0",), "prose", "Part 0\n\nOne."),
        (2, ("Part 0",), "prose", "Part 0\n\nTwo."),
        (2, ("Part 1",), "prose", "Part 1\n\nThree."),
    ]
    assert loaded.metadata == {"page_count": 2, "title": "A Book", "author": "Ada"}


def without(data, name, replacement=None):
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist() if entry != name}
    return making.zipped(files | (replacement or {}))


def test_a_missing_chapter_costs_a_warning():
    loaded = load_bytes(without(making.epub_of([["One."], ["Two."]]), "OEBPS/c 0.xhtml"), "a.epub")
    assert loaded.warnings == ("Chapter 1 is missing: OEBPS/c 0.xhtml.",)
    assert "Two." in loaded.text


def test_a_book_without_its_package_is_corrupt():
    with pytest.raises(CorruptFileError, match="package file is missing"):
        load_bytes(without(making.epub_of([["One."]]), "OEBPS/book.opf"), "a.epub")


@pytest.mark.parametrize(
    ("method", "readable"),
    [("http://www.idpf.org/2008/embedding", True), ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", False)],
)
def test_a_book_under_drm_is_refused_but_scrambled_fonts_do_not_matter(method, readable):
    encryption = f'<e xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptionMethod Algorithm="{method}"/></e>'
    data = without(making.epub_of([["One."]]), "", {"META-INF/encryption.xml": encryption})
    if readable:
        assert "One." in load_bytes(data, "a.epub").text
    else:
        with pytest.raises(PasswordRequiredError, match="DRM"):
            load_bytes(data, "a.epub")


# ── Rich Text ────────────────────────────────────────────────────────────────────────────────────────────────────

RTF = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}{\f1\fcharset204 Arial;}}{\stylesheet{\s1 heading 1;}}{\info{\title X}}
{\header Page header\par}\pard\outlinelevel0 Chapter One\par
\pard Caf\'e9 \u8364? and {\b bold} text\line here.\par \f1 \'cf\'f0\'e8\par\f0
\trowd\cellx1\cellx2\pard\intbl A\cell B\cell\row\intbl 1\cell 2\cell\row
\pard After {\*\unknown gone}{\pict 0102}\u-10179?\u-8704? done\~now.\par}"""


def test_rich_text_becomes_paragraphs_headings_and_tables():
    assert in_sections(load_bytes(RTF, "a.rtf")) == [
        (None, ("Chapter One",), "prose", "Chapter One\n\nCafé € and bold text\nhere.\n\nПри"),
        (None, ("Chapter One",), "table", "A | B\n1 | 2"),
        (None, ("Chapter One",), "prose", "After 😀 done now."),
    ]


def test_rich_text_is_known_by_its_bytes():
    loaded = load_bytes(RTF, "letter.txt")
    assert "Chapter One" in loaded.text
    assert "loaded as rtf" in loaded.warnings[0]


def test_rich_text_of_nothing_but_pictures_has_no_text():
    with pytest.raises(NoTextError):
        load_bytes(rb"{\rtf1{\pict 0102030405}}", "a.rtf")


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
    loaded = load_bytes(mail.as_bytes(), "a.eml")
    assert in_sections(loaded) == [
        (None, ("Café plan",), "prose", "Café plan\n\nFrom: Ada <ada@example.org>\nTo: bob@example.org\n"
         "Date: Mon, 01 Jan 2024 10:00:00 +0000\n\nHello Bob.\n\nAttachments: Übersicht.pdf"),
    ]  # fmt: skip
    assert loaded.metadata["title"] == "Café plan"


def test_a_message_that_is_html_alone_is_read_as_html():
    mail = message()
    mail.set_content("<h1>Dues</h1><table><tr><td>A<td>B<tr><td>1<td>2</table>", subtype="html")
    assert "A | B\n1 | 2" in load_bytes(mail.as_bytes(), "a.eml").text


def test_an_attached_message_is_read_under_the_one_that_carries_it():
    mail = message("See below.", "Outer")
    mail.add_attachment(message("The old text.", "Inner"))
    loaded = load_bytes(mail.as_bytes(), "a.eml")
    assert [s.heading_path for s in loaded.sections] == [("Outer",), ("Outer", "Inner")]
    assert "The old text." in loaded.text


DECLARED = "Subject: Fähre\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: 8bit\n\nGrüße\n"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_message_given_as_a_string_is_read_whatever_its_parts_declare(charset):
    text = DECLARED.format(charset)
    assert load_text(text, "a.eml").text == "Fähre\n\nGrüße"
    assert load_bytes(b"\xef\xbb\xbf" + text.encode(), "a.eml").text == "Fähre\n\nGrüße"
    encoded = text.replace("8bit", "quoted-printable").replace("Grüße", "Gr=FC=DFe")
    assert "Gr" in load_text(encoded, "a.eml").text


def test_a_body_whose_encoding_had_to_be_guessed_is_warned_about():
    loaded = load_bytes(DECLARED.format("utf-8").replace("Fähre", "Ferry").encode("latin-1"), "a.eml")
    assert loaded.text == "Ferry\n\nGrüße"
    assert any("guess" in warning for warning in loaded.warnings)


@pytest.mark.parametrize("data", [b"no header line here\n", bytes(range(256)) * 4])
def test_what_is_no_message_is_corrupt(data):
    with pytest.raises(CorruptFileError):
        load_bytes(data, "a.eml")


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
        loaded = load_bytes(bytes(damaged), name)
    except LoadError:
        return
    for section in loaded.sections:
        assert 0 <= section.start <= section.end <= len(loaded.text)
