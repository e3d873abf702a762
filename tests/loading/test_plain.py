import tracemalloc

import pytest

from secondhop.loading import load_text, parse
from secondhop.loading.verbatim.printed import unpaged
from secondhop.types import Section


def test_plain_text_is_one_section_with_every_character_kept():
    loaded = parse(b"\xef\xbb\xbf  # no heading\r\n\r\nx\t\n", "notes.txt")
    assert loaded.text == "  # no heading\r\n\r\nx\t\n"
    assert loaded.sections == (Section(0, len(loaded.text)),)
    assert loaded.warnings == ()


def test_letters_struck_over_one_another_are_read_once():
    loaded = parse("N\bNA\bAM\bME\bE\n       _\bé_\bt_\bé - +\bo\n".encode(), "SASL_README")
    assert loaded.text == "NAME\n       été - o\n"
    assert "struck over" in loaded.warnings[0]


def printed(pages, head, foot, end="\f"):
    """Pages of text, each with a header and with a footer that counts."""
    return end.join(f"{head}\n\n{page}\n\n\n{foot.format(number)}\n" for number, page in enumerate(pages, start=1))


SAID = ("the boat", "the crew", "the mail", "the quay")
PAGES = [f"   Of {one} this is\n   told.\n\n   And when it leaves for\n   the isles, {one}" for one in SAID]
HEAD = "RFC 2616                  HTTP/1.1               June 1999"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("head", "foot", "end"),
    [
        (HEAD, "Fielding, et al.       Standards Track       [Page {}]", "\f"),
        (HEAD, "Fielding, et al.       Standards Track       [Page {}]", "\n"),
        ("\n".join((HEAD, "Harbour Office")), "                    - {} -", "\n\f"),
        ("2026-05-01 10:00              mail.txt", "Page {} of 4", "\f"),
        ("", "{0}. Of what is said on page {0}           1{0}", "\n\f"),
        ("", "                 {}", "\f"),
    ],
)
def test_headers_and_footers_of_printed_pages_are_out_and_paragraphs_whole(head, foot, end, newline):
    text = printed(PAGES, head, foot, end).replace("\n", newline)
    loaded = parse(text.encode(), "rfc.txt")
    assert loaded.text.split() == " ".join((head, *PAGES)).split()
    assert f"   the isles, the boat{newline}   Of the crew this is{newline}   told.{newline}" in loaded.text
    lines = loaded.text.split(newline)
    n_left_out = len(list(filter(str.strip, text.split(newline)))) - len(list(filter(str.strip, lines)))
    assert loaded.warnings == (f"{n_left_out} lines that head or foot printed pages are left out.",)
    same = [number for number, line in enumerate(text.split(newline)) if "And when" in line]
    assert ["And when" in lines[number] for number in same] == [True] * 4
    assert len(lines) == text.count(newline) + 1


@pytest.mark.parametrize(
    "text",
    [
        "\f".join(f"Chapter {number}\n\nOf {one}.\n\nSo {one} leaves.\n" for number, one in enumerate(SAID)),
        "\f".join(f"Of {one}.\n\n\n\nNo more of {one}.\n" for one in SAID),
        "\f".join(f"{number}   Of {one}\n\nHere.\n\n\nSo {one} leaves.\n" for number, one in enumerate(SAID, start=1)),
        printed(PAGES[:2], HEAD, "[Page {}]"),
        "\f".join(f"Of {one}\nPage {number}\n" for number, one in enumerate(SAID, 1)),  # too short for pages
        "\f".join(f"{one}\n\n{'' if place % 2 else 'Clerk: Smith'}\n" for place, one in enumerate(PAGES)),
        "\f".join(f"{one}\n\n{'' if place % 5 else 'Clerk: Smith'}\n" for place, one in enumerate(5 * PAGES)),
        "\f",
    ],
)
def test_what_neither_repeats_nor_counts_on_at_page_breaks_stays(text):
    assert parse(b"Title\n" + text.encode(), "a.txt").text == f"Title\n{text}"


def test_text_that_is_given_as_such_stays_as_it_is():
    text = printed(PAGES, HEAD, "[Page {}]")
    assert load_text(text, "rfc.txt").text == text


def test_blank_pages_have_numbers_too():
    pages = [
        f"Of {one} there is a page.\n\n\nIt says so of {one}.\n\n          {2 * page + 1}\n"
        for page, one in enumerate(SAID)
    ]
    loaded = parse("\f\f".join(pages).encode(), "a.txt")
    assert not any(map(str.isdigit, loaded.text))


@pytest.mark.parametrize("foot", ["Fielding, et al.       Standards Track       [Page {}]", "               {}"])
@pytest.mark.parametrize("head", ["", HEAD, f"{HEAD}\nHarbour Office"])
def test_header_and_footer_of_an_empty_page_are_out(head, foot):
    text = printed([*PAGES[:2], "  ", *PAGES[2:]], head, foot)
    loaded = parse(text.encode(), "a.txt")
    assert loaded.text.split() == " ".join((head, *PAGES)).split()
    assert loaded.text.count("\n") == text.count("\n")


def test_a_text_may_begin_with_the_end_of_a_page():
    text = "".join(f"\fHarbour Office       Page {number}\n\n{page}\n\n\n" for number, page in enumerate(PAGES, 1))
    assert parse(text.encode(), "a.txt").text.split() == " ".join(PAGES).split()


def test_numbers_stand_at_either_side_of_titles_or_alone():
    feet = ("{0}    Of boats", "Of crews      {0}", "{0}", "Of quays      {0}")
    pages = [f"{page}\n\n{foot.format(number)}" for number, (page, foot) in enumerate(zip(PAGES, feet, strict=True), 1)]
    assert parse("\n\f".join(pages).encode(), "a.txt").text.split() == " ".join(PAGES).split()


def test_a_paragraph_that_ends_with_a_page_stays_one():
    text = parse(printed([f"\n\nOf {one} this is told." for one in SAID], HEAD, "Page {}").encode(), "a.txt").text
    assert text.count("told.\n\n") == len(SAID)


def test_a_section_whose_number_is_that_of_its_page_stays_where_pages_bear_numbers_alone():
    pages = [f"{number if number == 2 else ''}   Of {one}\n\n\n\n   {number}\n" for number, one in enumerate(SAID, 1)]
    loaded = parse("\f".join(pages).encode(), "a.txt")
    assert " ".join(loaded.text.split()) == "Of the boat 2 Of the crew Of the mail Of the quay"


def test_long_lines_of_numbers_at_page_breaks_are_read_in_little_memory():
    pages = [f"x {'1  2  ' * 2_000}x\n\n\n\n\n" for _ in SAID]
    text = "\f".join(pages)
    tracemalloc.start()
    try:
        unpaged(text)
        assert tracemalloc.get_traced_memory()[1] < 50 * len(text)
    finally:
        tracemalloc.stop()


def test_lines_of_listings_without_empty_lines_keep_their_numbers_but_for_a_page():
    rows = [[f"row {page * 9 + place} of them" for place in range(9)] for page in range(30)]
    text = "\f".join(f"LIST OF ALL      PAGE {page}\n" + "\n".join(of) + "\n" for page, of in enumerate(rows, 1))
    lines = parse(text.encode(), "a.txt").text.split("\n")
    written = text.split("\n")
    assert [line for line in lines if line][1:] == [row for of in rows for row in of]
    assert all(written.index(row) - lines.index(row) in (0, 1) for of in rows for row in of)


def test_the_first_header_or_footer_that_reads_the_same_everywhere_stays():
    pages = [f"{HEAD if number else ''}\n\n{page}\n\nClerk: Smith\n\n{number}" for number, page in enumerate(PAGES)]
    text = parse("\n\f".join(pages).encode(), "a.txt").text
    assert (text.count(HEAD), text.count("Clerk: Smith")) == (1, 1)
    assert text.split()[-5:] == PAGES[-1].split()[-5:]
