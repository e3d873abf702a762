import itertools
import logging
import multiprocessing
import sys
import threading
import time
from io import BytesIO

import making
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.errors import CorruptFileError, LoadError, NoTextError, PasswordRequiredError
from secondhop.loading import pdf
from secondhop.loading.pdf import fallback, pdfium
from secondhop.loading.pdf.limits import mark_limits
from secondhop.loading.pdf.outline import headed_by_outline
from secondhop.loading.pdf.page import Entry, Line, Page, Titles
from secondhop.loading.pdf.pdfium import Pdfium
from secondhop.loading.pdf.words import resolve_hyphens, tidy_lines


def make_pdf(pages, outline=(), title=None, first_label=None):
    """A PDF with these lines on its pages; `outline` holds (level, title, page from 1 or None), and where on it."""
    objects: list[str] = []

    def add(body):
        objects.append(body)
        return len(objects)

    catalog, tree, font = add(""), add(""), add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for lines in pages:
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 72 760 Td {shown} ET" if lines else ""
        content = add(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        kids.append(
            add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R"
                f" /Resources << /Font << /F1 {font} 0 R >> >> >>"
            )
        )
    objects[tree - 1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    extra = ""
    if outline:
        extra += f" /Outlines {add_outline(add, objects, kids, outline)} 0 R"
    if first_label:
        extra += f" /PageLabels << /Nums [0 << /S /r /St {first_label} >>] >>"
    objects[catalog - 1] = f"<< /Type /Catalog /Pages {tree} 0 R{extra} >>"
    info = f" /Info {add(f'<< /Title ({title}) >>')} 0 R" if title else ""
    return write_objects(objects, catalog, info)


def add_outline(add, objects, kids, outline):
    root = add("")
    numbers = [add("") for _ in outline]
    parents = []
    stack = [(-1, root)]
    for number, (level, *_) in zip(numbers, outline, strict=True):
        while stack[-1][0] >= level:
            stack.pop()
        parents.append(stack[-1][1])
        stack.append((level, number))

    def children(parent):
        return [number for number, above in zip(numbers, parents, strict=True) if above == parent]

    def ends(parent):
        below = children(parent)
        return f" /First {below[0]} 0 R /Last {below[-1]} 0 R" if below else ""

    for number, parent, (_, text, page, *top) in zip(numbers, parents, outline, strict=True):
        siblings = children(parent)
        place = siblings.index(number)
        following = f" /Next {siblings[place + 1]} 0 R" if place + 1 < len(siblings) else ""
        view = f"/XYZ 72 {top[0]} 0" if top else "/Fit"
        target = f" /Dest [{kids[page - 1]} 0 R {view}]" if page else ""
        objects[number - 1] = f"<< /Title ({text}) /Parent {parent} 0 R{following}{target}{ends(number)} >>"
    objects[root - 1] = f"<< /Type /Outlines{ends(root)} >>"
    return root


def write_objects(objects, catalog, info):
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root {catalog} 0 R{info} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode("latin-1")


def encrypted(data, password):
    writer = pypdf.PdfWriter(clone_from=BytesIO(data))
    writer.encrypt(password, "owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


CONTRACT = make_pdf(
    [
        ["Master Agreement", "This agreement is made today."],
        ["1. Term", "The term is two years.", "1.1 Renewal", "It renews yearly."],
        ["Still about renewal.", "2. Governing Law. The laws of Ohio apply."],
    ],
    outline=[(0, "Term", 2), (1, "Renewal", 2), (0, "Governing Law", 3)],
    title="Master Agreement",
)


def in_sections(loaded):
    return [
        (section.page, section.heading_path, loaded.text[section.start : section.end]) for section in loaded.sections
    ]


def test_pages_follow_one_another_with_a_section_each():
    loaded = pdf.load(make_pdf([["First page."], ["Second page."]]), "a.pdf")
    assert loaded.text == "First page.\n\nSecond page."
    assert in_sections(loaded) == [(1, (), "First page."), (2, (), "Second page.")]
    assert loaded.metadata == {"page_count": 2}


def test_outline_entries_open_sections_at_their_titles():
    loaded = pdf.load(CONTRACT, "contract.pdf")
    assert in_sections(loaded) == [
        (1, (), "Master Agreement\nThis agreement is made today."),
        (2, ("Term",), "1. Term\nThe term is two years."),
        (2, ("Term", "Renewal"), "1.1 Renewal\nIt renews yearly."),
        (3, ("Term", "Renewal"), "Still about renewal."),
        (3, ("Governing Law",), "2. Governing Law. The laws of Ohio apply."),
    ]
    headings = [loaded.text[slice(*section.heading_span)] for section in loaded.sections if section.heading_span]
    assert headings == ["1. Term", "1.1 Renewal", "2. Governing Law."]
    assert loaded.metadata["title"] == "Master Agreement"


def test_outline_entry_whose_title_is_not_on_its_page_applies_from_the_top_of_the_page():
    loaded = pdf.load(make_pdf([["Before."], ["Text."]], outline=[(0, "Named otherwise", 2)]), "a.pdf")
    assert in_sections(loaded) == [(1, (), "Before."), (2, ("Named otherwise",), "Text.")]


def test_outline_entry_whose_title_is_not_on_its_page_applies_from_the_line_that_it_leads_to():
    lines = ["abort(Name) -> ok", "Ends it.", "close(Name) -> ok", "Closes it."]  # 14 points apart from 760 on
    outline = [(0, "Functions", 1), (1, "abort/1", 1, 771), (1, "close/1", 1, 743)]
    loaded = pdf.load(make_pdf([lines], outline=outline), "a.pdf")
    assert in_sections(loaded) == [
        (1, ("Functions", "abort/1"), "abort(Name) -> ok\nEnds it."),
        (1, ("Functions", "close/1"), "close(Name) -> ok\nCloses it."),
    ]


@pytest.mark.parametrize("top", [765, 755, 743])
def test_a_title_near_the_line_that_its_entry_leads_to_may_be_written_otherwise(top):
    lines = ["Of what is in use.", "2.1. What's in", "use", "Quays are."]
    loaded = pdf.load(make_pdf([lines], outline=[(0, "2.1 What's in use", 1, top)]), "a.pdf")
    (_, section) = loaded.sections
    assert loaded.text[slice(*section.heading_span)] == "2.1. What’s in\nuse"
    assert loaded.text[section.start : section.end] == "2.1. What’s in\nuse\nQuays are."


def test_of_titles_that_stand_twice_on_a_page_the_one_that_the_entry_leads_to_is_its_heading():
    lines = ["Contents", "Term", "Renewal", "Term", "Two years."]
    loaded = pdf.load(make_pdf([lines], outline=[(0, "Term", 1, 730)]), "a.pdf")
    assert in_sections(loaded) == [(1, (), "Contents\nTerm\nRenewal"), (1, ("Term",), "Term\nTwo years.")]


def test_entries_lead_to_lines_as_a_page_is_shown_and_into_its_columns():
    column = [(0, "One.", 700), (0, "Two.", 650), (300, "Three.", 700), (300, "Four.", 650)]
    data = making.drawn_pdf([[(72 + left, top, 11, text) for left, text, top in column]])
    entries = [Entry(1, ("B",), left=372, top=710), Entry(1, ("C",), left=372, top=660)]
    (page,) = pdfium.read(data, "a.pdf", None).pages
    (titles,) = headed_by_outline(["One.\nTwo.\nThree.\nFour."], [page], entries)
    assert titles.found == [(10, None, ("B",)), (17, None, ("C",))]


def test_titles_that_stand_nowhere_take_little_time():
    lines = [Line(f"Line {number} of the only page", 72, 300, 9, 11) for number in range(10_000)]
    outline = [Entry(1, (f"Chapter {number}",), 0, 5) for number in range(1_000)]
    began = time.process_time()
    (titles,) = headed_by_outline(["\n".join(line.text for line in lines)], [Page(lines)], outline)
    assert titles == Titles(outline[-1].heading_path, [])
    assert time.process_time() - began < 1


def test_outline_entries_without_a_page_cost_a_warning_and_no_text():
    loaded = pdf.load(make_pdf([["Text."]], outline=[(0, "Nowhere", None), (0, "Text.", 1)]), "a.pdf")
    assert loaded.text == "Text."
    assert loaded.warnings == ("Left out 1 outline entry without a page.",)


def test_a_cyclic_outline_ends():
    data = make_pdf([["Text."]], outline=[(0, "A", 1), (0, "B", 1)])
    at = data.index(b"(B)")
    looped = data[:at] + data[at:].replace(b"(B) /Parent 6 0 R", b"(B) /Next   7 0 R", 1)
    assert looped != data
    assert pdf.load(looped, "a.pdf").text == "Text."


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("informa\x02tion", "information"),
        ("contro\x02\nversial", "controversial"),
        ("revenue\x02generating", "revenue-generating"),
        ("well\x02known", "well-known"),
        ("proof-of\x02concept", "proof-of-concept"),
        ("fact\ufffeof\ufffeinformation", "fact-of-information"),
        ("COVID\x0219", "COVID-19"),
        ("end\x02", "end-"),
        ("informa‐\ntion", "information"),
        ("well‐\nknown", "well-known"),
        ("e‐mail\nof revenue", "e‐mail\nof revenue"),
    ],
)
def test_line_end_hyphens_stay_only_where_the_document_writes_them(broken, mended):
    elsewhere = "information about revenue, generating proof of a well-known fact"
    assert resolve_hyphens([broken, elsewhere]) == [mended, elsewhere]


def test_control_characters_and_ligatures_become_plain_text():
    assert tidy_lines("o\ufb03ce\x00 \r\nnext\x07 line\xa0\r\n\r\nend") == ["office", "next line", "", "end"]


def test_ligatures_of_fonts_without_names_are_told_by_their_places():
    loaded = pdf.load(make_pdf([["\x1dow of o\x1ece \x1cles \x1e", "next"]]), "a.pdf")
    assert loaded.text == "flow of office files\nnext"


def test_accents_that_tex_draws_before_letters_are_put_on_them():
    # The octal codes are the acute, the dieresis, the circumflex, the cedilla and the dotless i of Adobe's encoding.
    lines = [r"Schr\310odinger, Poincar\302e", r"Fran\313cois, na\310\365ve, \302x"]
    title = "Notes) /Producer (pdfTeX-1.40"
    assert pdf.load(make_pdf([lines], title="Notes"), "a.pdf").text.startswith("Schr¨odinger")
    assert pdf.load(make_pdf([lines], title=title), "a.pdf").text == "Schrödinger, Poincaré\nFrançois, naïve, ´x"


def test_pages_without_text_are_listed():
    data = make_pdf([["One."], [], ["Three."], [], [], []])
    assert pdf.load(data, "a.pdf").warnings == ("Pages 2, 4-6: empty.",)


def test_page_labels_are_kept_where_they_differ_from_the_numbers():
    assert pdf.load(make_pdf([["A."], ["B."]], first_label=3), "a.pdf").metadata["page_labels"] == ["iii", "iv"]


def test_a_file_of_empty_pages_is_refused_with_their_number():
    for pages, where in (([[], [], []], "any of 3 pages"), ([[]], "its only page")):
        with pytest.raises(NoTextError, match=f"nothing on {where}"):
            pdf.load(make_pdf(pages), "blank.pdf")
    with pytest.raises(NoTextError, match="empty"):
        pdf.load(b"", "empty.pdf")


@pytest.mark.parametrize("data", [b"not a pdf", CONTRACT[:200], b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_corrupt_and_nothing_is_printed(data, capfd, caplog):
    with pytest.raises(CorruptFileError, match=r"bad\.pdf"):
        pdf.load(data, "bad.pdf")
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_password_opens_an_encrypted_file():
    data = encrypted(CONTRACT, "sesame")
    with pytest.raises(PasswordRequiredError, match="password="):
        pdf.load(data, "locked.pdf")
    with pytest.raises(PasswordRequiredError, match="does not open it"):
        pdf.load(data, "locked.pdf", password="wrong")
    assert pdf.load(data, "locked.pdf", password="sesame").text == pdf.load(CONTRACT, "open.pdf").text


def test_an_empty_password_is_tried_first():
    assert "two years" in pdf.load(encrypted(CONTRACT, ""), "a.pdf", password="unused").text


def stream(length, entries=""):
    return f"<< /Length {length} {entries} >>\nstream\n{' ' * length}\nendstream"


@pytest.mark.parametrize(
    ("content", "is_hit"),
    [
        (stream(1024), False),
        (stream(1025), True),
        (stream(9, "/Filter /FlateDecode"), False),
        (stream(9, "/Filter [/FlateDecode]"), False),
        (stream(9, "/Filter [/FlateDecode /FlateDecode]"), True),
        ("[7 0 R 7 0 R]", True),
        ("[null]", False),
        ("null", False),
    ],
)
@pytest.mark.parametrize("password", [None, "", "sesame"])
def test_a_page_that_looks_empty_although_its_content_is_long_is_told(content, is_hit, password):
    data = making.drawn_pdf([[], []], contents={0: content, 1: stream(2000)})
    data = data if password is None else encrypted(data, password)
    pages = mark_limits(data, [Page(state="empty"), Page(state="damaged")], password)
    assert [page.state for page in pages] == ["limit_hit" if is_hit else "empty", "damaged"]


def test_the_second_reader_steps_in_where_the_first_fails(monkeypatch):
    def fail(*args):
        raise pdf.pypdfium2.PdfiumError("cannot")

    monkeypatch.setattr(pdf.pdfium, "read", fail)
    loaded = pdf.load(CONTRACT, "a.pdf")
    assert "The term is two years." in loaded.text
    assert [section.page for section in loaded.sections] == [1, 2, 3]
    assert loaded.warnings[0].startswith("Read with the fallback reader")


def test_the_second_reader_stops_in_time_and_says_so(monkeypatch):
    monkeypatch.setattr(fallback.time, "monotonic", itertools.count(0, 5).__next__)
    read = fallback.read(CONTRACT, "a.pdf", None)
    assert [page.state for page in read.pages] == ["text", "limit_hit", "limit_hit"]
    assert read.warnings[1:] == ("Only 1 of 3 pages were read: the file takes too long.",)


def test_the_second_reader_opens_what_the_password_opens():
    for password, tried in (("sesame", "sesame"), ("", None), ("", "unused")):
        read = fallback.read(encrypted(CONTRACT, password), "a.pdf", tried)
        assert [page.state for page in read.pages] == ["text"] * 3
        assert len(read.warnings) == 1
    for tried in (None, "", "wrong"):
        with pytest.raises(PasswordRequiredError, match=r"a\.pdf"):
            fallback.read(encrypted(CONTRACT, "sesame"), "a.pdf", tried)


def test_the_second_reader_reads_no_large_file(monkeypatch):
    assert [page.state for page in fallback.read(make_pdf([[], ["A."]]), "a.pdf", None).pages] == ["empty", "text"]
    monkeypatch.setattr(fallback, "_MAX_PAGES", 2)
    assert fallback.read(CONTRACT, "a.pdf", None) is None
    monkeypatch.setattr(fallback, "_MAX_BYTES", 10)
    assert fallback.read(make_pdf([["A."]]), "a.pdf", None) is None


def test_loggers_of_the_readers_are_as_before():
    logger = logging.getLogger("pypdf")
    before = (logger.propagate, list(logger.handlers), logger.level, logger.disabled)
    pdf.load(CONTRACT, "a.pdf")
    assert (logger.propagate, list(logger.handlers), logger.level, logger.disabled) == before


def test_threads_load_at_the_same_time():
    texts = []
    threads = [threading.Thread(target=lambda: texts.append(pdf.load(CONTRACT, "a.pdf").text)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 8
    assert len(set(texts)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_forked_while_the_lock_is_held_can_load():
    with Pdfium.lock:
        child = multiprocessing.get_context("fork").Process(target=pdf.load, args=(CONTRACT, "a.pdf"))
        child.start()
        child.join(20)
    assert child.exitcode == 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_give_ordered_sections_or_a_load_error(data):
    damaged = bytearray(CONTRACT)
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        loaded = pdf.load(bytes(damaged), "damaged.pdf")
    except LoadError:
        return
    ends = [0] + [section.end for section in loaded.sections]
    for section, end_before in zip(loaded.sections, ends, strict=False):
        assert end_before <= section.start < section.end <= len(loaded.text)
        if section.heading_span:
            assert section.start <= section.heading_span[0] < section.heading_span[1] <= section.end
