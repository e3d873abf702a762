"""What stands where on a page: reading order, rows, running headers, headings by size, pages without text."""

import time
import zlib
from io import BytesIO

import making
import pypdf
import pytest

from secondhop import Document
from secondhop.errors import NoTextError
from secondhop.loading import parse, pdf
from secondhop.loading.pdf.headings import headed_by_style
from secondhop.loading.pdf.letters import seems_spaced
from secondhop.loading.pdf.page import Line, Page

BODY = [f"The {word} ledger of the harbour names copper and winter." for word in making.WORDS]


def shown(loaded):
    return [(s.page, s.heading_path, loaded.text[s.start : s.end]) for s in loaded.sections]


def column(x, y, lines, size=10):
    return [(x, y - 12 * place, size, line) for place, line in enumerate(lines)]


def test_what_is_drawn_late_but_stands_above_is_read_first():
    page = [
        *column(72, 500, ["Second paragraph,", "and its end."]),
        *column(72, 700, ["First paragraph,", "and its end."]),
    ]
    text = pdf.load(making.drawn_pdf([page]), "a.pdf").text
    assert text == "First paragraph,\nand its end.\nSecond paragraph,\nand its end."


def test_columns_are_read_one_after_the_other_and_a_title_above_them_first():
    left, right = [f"left {n}" for n in range(5)], [f"right {n}" for n in range(5)]
    page = [
        *column(72, 600, left),
        *column(320, 600, right),
        (72, 700, 10, "A title over both of the columns of this page"),
    ]
    text = pdf.load(making.drawn_pdf([page]), "a.pdf").text
    assert text.split("\n") == ["A title over both of the columns of this page", *left, *right]


def test_cells_of_one_row_are_one_line():
    rows = [("Steel", "10", "20"), ("Copper", "30", "40")]
    page = [(72 + 150 * x, 700 - 40 * y, 10, cell) for y, row in enumerate(rows) for x, cell in enumerate(row)]
    assert pdf.load(making.drawn_pdf([page]), "a.pdf").text == "Steel 10 20\nCopper 30 40"


def test_a_word_broken_at_a_line_end_leaves_the_page_in_reading_order():
    broken = column(72, 600, ["The harbour has a new lan-", "tern and an old bridge."])
    rows = [(72, 500, 10, "Copper"), (200, 500, 10, "30")]
    above = column(72, 700, ["First paragraph,", "and its end."])
    text = pdf.load(making.drawn_pdf([[*broken, *rows, *above]]), "a.pdf").text
    assert text == "First paragraph,\nand its end.\nThe harbour has a new lantern and an old bridge.\nCopper 30"


def test_numbers_and_bullets_drawn_after_a_list_stand_before_its_items():
    items = [
        (90, 700, 10, "Moor the ship"),
        (90, 688, 10, "and report."),
        (90, 676, 10, "Pay the fee."),
        (90, 664, 10, "Leave."),
    ]
    marks = [(78, 700, 10, "1."), (78, 676, 10, "2."), (78, 664, 10, "3.")]
    text = pdf.load(making.drawn_pdf([[*items, (72, 600, 10, "The end of the guide."), *marks]]), "a.pdf").text
    assert text == "1. Moor the ship\nand report.\n2. Pay the fee.\n3. Leave.\nThe end of the guide."


def figures(y, *parts):
    """Parts of one line, given as how far they are raised, size and text; of digits, whose widths are known."""
    x, drawn = 72, []
    for rise, size, text in parts:
        drawn.append((x, y + rise, size, text))
        x += sum(0.278 if character in " ,." else 0.556 for character in text) * size
    return drawn


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([(0, 11, "00 1,200"), (4, 7, "12"), (0, 11, " 00")], "00 1,200¹² 00"),
        ([(0, 11, "5 10"), (4, 7, "-6"), (0, 11, " 0")], "5 10⁻⁶ 0"),
        ([(0, 11, "00"), (4, 7, "1,2")], "00¹,²"),
        ([(0, 11, "00 0"), (-2, 7, "2"), (0, 11, "0")], "00 020"),
        ([(0, 11, "00 0"), (0, 7, "12")], "00 012"),
        ([(0, 11, "00 n"), (4, 7, "12"), (0, 11, " 00")], "00 n¹² 00"),
        ([(4, 7, "12"), (0, 11, "See the ledger of 37.")], "¹² See the ledger of 37."),
        ([(4, 7, "12"), (0, 11, " See the ledger of 37.")], "¹² See the ledger of 37."),
        ([(0, 11, "12"), (0, 11, "See the ledger.")], "12See the ledger."),
        ([(0, 11, "00 10"), (5, 10.5, "6"), (0, 11, " 00")], "00 10⁶ 00"),
        ([(0, 11, "00 10"), (4, 9, "6"), (0, 11, ", 10"), (4, 9, "-3"), (0, 11, " 00")], "00 10⁶, 10⁻³ 00"),
        ([(0, 11, "00 42"), (4, 9, "nd"), (0, 11, ", 00")], "00 42nd, 00"),
    ],
)
def test_numbers_above_the_line_make_no_other_number(parts, text):
    assert pdf.load(making.drawn_pdf([figures(700, *parts)]), "a.pdf").text == text


def apart(text, gap):
    """A line with a gap between its letters, in thousandths of their size, as browsers set them."""
    letters = f" {-gap} ".join(f"({letter})" for letter in text)
    stream = f"BT /F1 20 Tf 72 700 Td [{letters}] TJ ET"
    return making.drawn_pdf([[]], contents={0: f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"})


@pytest.mark.parametrize("gap", [100, 200, 400, 800])
@pytest.mark.parametrize("text", ["CONTENTS", "Annual Report Two", "NOTES TO THE LEDGER"])
def test_words_set_with_gaps_between_their_letters_are_words(text, gap):
    assert pdf.load(apart(text, gap), "a.pdf").text == text


@pytest.mark.parametrize("text", ["A B C D E F G", "2 0 2 4 1 7", "Y N 1 0 3 Y N 0"])
def test_single_letters_and_figures_stay_apart(text):
    assert pdf.load(apart(text, 0), "a.pdf").text == text


@pytest.mark.parametrize(
    ("text", "is_spaced"),
    [
        ("N O T", False),
        ("N O T E", True),
        ("A B D E", False),
        ("N O T E 1 2", False),
        ("N O T E S 1 2", True),
        ("No t e s", True),
        ("Not es x y", False),
        ("日 本 語 文", False),
    ],
)
def test_a_line_of_single_letters_is_told_from_words_and_lists(text, is_spaced):
    assert seems_spaced(text) is is_spaced


def test_letters_in_cells_of_their_own_stay_apart():
    cells = [(72 + 16 * place, 700, 10, letter) for place, letter in enumerate("WIMWTIFSS")]
    assert pdf.load(making.drawn_pdf([cells]), "a.pdf").text == "W I M W T I F S S"


def test_a_page_with_a_number_above_a_line_is_put_into_reading_order():
    raised = figures(700, (0, 11, "00 1,200"), (4, 7, "12"), (0, 11, " 00"))
    page = [*column(72, 500, ["Second."]), *raised, (300, 700, 11, "a cell")]
    assert pdf.load(making.drawn_pdf([page]), "a.pdf").text == "00 1,200¹² 00 a cell\nSecond."


def sideways(items, *, quarters):
    """A page of these (x, y, size, text) on their side, shown turned clockwise by quarters."""
    drawn = "".join(f"BT /F1 {size} Tf 0 1 -1 0 {612 - y} {x} Tm ({text}) Tj ET\n" for x, y, size, text in items)
    stream = f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream"
    writer = pypdf.PdfWriter(clone_from=BytesIO(making.drawn_pdf([[]], contents={0: stream})))
    writer.pages[0].rotate(90 * quarters)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("quarters", [0, 1])
def test_lines_set_sideways_do_not_run_into_one_another(quarters):
    lines = ["Steel 10 20", "Copper W30 m40", "Tin 50 60", "The prices of copper rose when", "the new quay was opened."]
    assert pdf.load(sideways(column(72, 500, lines), quarters=quarters), "a.pdf").text == "\n".join(lines)


def test_pages_shown_turned_are_read_as_they_are_shown():
    drawn = [*column(72, 300, BODY[3:7]), (72, 480, 18, "Harbour dues"), *column(72, 440, BODY[:3])]
    drawn += figures(250, (0, 11, "00 1,200"), (4, 7, "12"), (0, 11, " 00"))
    text = pdf.load(sideways(drawn, quarters=1), "a.pdf").text
    assert text.split("\n") == ["Harbour dues", *BODY[:3], *BODY[3:7], "00 1,200¹² 00"]


def test_the_number_of_a_page_stands_apart_from_the_title_in_its_row():
    contents = [(72, 700, 12, "1 Simple reference"), (500, 700, 12, "1"), (72, 670, 12, "2 Names"), (500, 670, 12, "4")]
    assert pdf.load(making.drawn_pdf([contents]), "a.pdf").text == "1 Simple reference 1\n2 Names 4"


def report(pages, *, foot="Page {} of {}", head="Harbour report"):
    return making.drawn_pdf(
        [
            [
                (72, 760, 9, head),
                *column(72, 700, BODY[number % 20 : number % 20 + 5]),
                (280, 30, 9, foot.format(number + 1, pages)),
            ]
            for number in range(pages)
        ]
    )


def test_running_headers_and_page_numbers_are_in_no_section_but_stay_in_the_text():
    loaded = pdf.load(report(9), "a.pdf")
    inside = "\n".join(text for _, _, text in shown(loaded))
    assert inside.count("Harbour report") == 1  # the first names the document
    assert "Page" not in inside
    assert "Page 7 of 9" in loaded.text
    assert all(text.startswith("The ") for page, _, text in shown(loaded) if page > 1)


@pytest.mark.parametrize("pages", [2, 9])
def test_a_header_with_a_number_that_stays_the_same_is_in_the_first_section_alone(pages):
    loaded = pdf.load(report(pages, head="Regulation (EU) 2016/679"), "a.pdf")
    first, *others = [text for _, _, text in shown(loaded)]
    assert first.startswith("Regulation (EU) 2016/679\n")
    assert all(text.startswith("The ") and "Page" not in text for text in others)


def stamped(page, *, turned):
    """A page with five lines, of which the first is a heading, below large words that run up it askew or straight."""
    drawn = f"BT /F1 60 Tf {'.7 .7 -.7 .7' if turned else '1 0 0 1'} 150 200 Tm (Draft) Tj ET\n"
    body = [
        (72, 700 - 30 * page, 14, f"{making.WORDS[page].title()} dues"),
        *column(72, 640 - 30 * page, BODY[page : page + 4]),
    ]
    drawn += "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in body)
    return f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream"


def numbered(sizes, step=1, n_pages=2, places=(40, 52)):
    """Pages of 20 lines in such sizes of numbers and of words, with numbers at all lines, or one of `step`."""
    texts = [*BODY[:1], "It is the har-", "bour that counts.", *BODY[1:18]]
    pages = [
        [
            drawn
            for place, text in enumerate(texts)
            for drawn in [
                (places[0], 690 - 14 * place, sizes[0], str(number * len(texts) + place + 1)),
                (places[1], 690 - 14 * place, sizes[1], text),
            ][(place + 1) % step > 0 :]
        ]
        for number in range(n_pages)
    ]
    return pdf.load(making.drawn_pdf(pages), "a.pdf"), "\n".join(texts).replace("har-\nbour", "harbour")


@pytest.mark.parametrize(("step", "n_pages", "left"), [(1, 2, 40), (1, 2, 20), (5, 9, 40)])
def test_numbers_of_lines_are_in_no_section_and_break_no_word(step, n_pages, left):
    loaded, text = numbered((6, 10), step, n_pages, (left, 52))
    assert [words for *_, words in shown(loaded)] == [text] * n_pages
    assert {str(step), str(20 * n_pages)} <= set(loaded.text.split())


@pytest.mark.parametrize(("sizes", "n_pages"), [((10, 10), 2), ((6, 10), 1)])
def test_numbers_as_large_as_their_lines_and_those_of_a_short_list_stay(sizes, n_pages):
    loaded, _ = numbered(sizes, n_pages=n_pages)
    assert "\n5 " in shown(loaded)[0][2]


def test_words_laid_askew_over_all_pages_head_none_and_are_in_the_first_section_alone():
    contents = {page: stamped(page, turned=True) for page in range(5)}
    loaded = pdf.load(making.drawn_pdf([[]] * 5, contents=contents), "a.pdf")
    expected = [((f"{making.WORDS[page].title()} dues",), page == 0) for page in range(5)]
    assert [(path, "Draft" in text) for _, path, text in shown(loaded)] == expected
    assert loaded.text.count("Draft") == 5


def test_what_stands_straight_in_the_middle_of_all_pages_stays():
    contents = {page: stamped(page, turned=False) for page in range(5)}
    loaded = pdf.load(making.drawn_pdf([[]] * 5, contents=contents), "a.pdf")
    assert sum("Draft" in text for _, _, text in shown(loaded)) == 5


@pytest.mark.parametrize("foot", ["{}", "- {} -", "{} | Annual report", "Page {} of {}"])
def test_page_numbers_are_told_in_many_forms(foot):
    loaded = pdf.load(report(5, foot=foot), "a.pdf")
    assert not any(text.endswith(foot.format(page, 5)) for page, _, text in shown(loaded))


def test_chunks_hold_no_page_numbers():
    chunks = Document.from_bytes(report(9), source="a.pdf").chunks
    assert not any("Page" in chunk.text for chunk in chunks)


def test_a_page_number_is_found_where_the_text_ends_early():
    pages = [
        [*column(72, 700, BODY[: 3 + number]), (280, 640 - 30 * number, 9, str(number + 41))] for number in range(6)
    ]
    loaded = pdf.load(making.drawn_pdf(pages), "a.pdf")
    assert not any(text.endswith(str(page + 40)) for page, _, text in shown(loaded))


@pytest.mark.parametrize("is_two_sided", [True, False])
def test_page_numbers_beside_titles_that_change_are_in_no_section(is_two_sided):
    def head(number):
        title = making.WORDS[number].title()
        return f"{number + 11} {title}" if is_two_sided and number % 2 else f"{title} {number + 11}"

    pages = [[(72, 760, 9, head(number)), *column(72, 700, BODY[number : number + 5])] for number in range(6)]
    loaded = pdf.load(making.drawn_pdf(pages), "a.pdf")
    assert [text for _, _, text in shown(loaded)] == ["\n".join(BODY[number : number + 5]) for number in range(6)]
    assert loaded.text.startswith(f"{head(0)}\n{BODY[0]}")


@pytest.mark.parametrize(("height", "title"), [(760, "{} {}"), (640, "{1} {0}")])
def test_numbers_of_titles_that_count_on_stay(height, title):
    heads = [title.format(number + 1, making.WORDS[number].title()) for number in range(6)]
    pages = [[(72, height, 9, heads[number]), *column(72, 600, BODY[number : number + 5])] for number in range(6)]
    loaded = pdf.load(making.drawn_pdf(pages), "a.pdf")
    assert [text.split("\n")[0] for _, _, text in shown(loaded)] == heads


def test_a_header_stays_on_its_first_page_unless_it_repeats_a_title_there():
    pages = [
        [(72, 760, 9, f"{1 + number // 4} Dues"), *column(72, 700, BODY[number : number + 5])] for number in range(8)
    ]
    pages[4].append((72, 600, 9, "2 Dues"))
    texts = [text for _, _, text in shown(pdf.load(making.drawn_pdf(pages), "a.pdf"))]
    assert [number for number, text in enumerate(texts) if "Dues" in text] == [0, 4]
    assert (texts[0][:6], texts[4][-6:], texts[4].count("Dues")) == ("1 Dues", "2 Dues", 1)


def test_titles_of_a_few_pages_and_figures_at_the_edge_stay():
    pages = [
        [(72, 760, 10, "Harbour Ltd"), *column(72, 700, BODY[:4]), (72, 40, 10, f"{n * n + 7} tons")] for n in range(3)
    ]
    pages += [column(72, 700, BODY[4:9])] * 8
    loaded = pdf.load(making.drawn_pdf(pages), "a.pdf")
    first, second, *_ = [text for _, _, text in shown(loaded)]
    assert first.startswith("Harbour Ltd")
    assert second.startswith("Harbour Ltd")


def test_larger_lines_are_headings_where_there_is_no_outline():
    pages = [
        [
            (72, 740, 20, "1 Harbour"),
            *column(72, 700, BODY[:6]),
            (72, 600, 14, "1.1 Dues"),
            *column(72, 580, BODY[6:9]),
        ],
        [
            *column(72, 740, BODY[9:15]),
            (72, 600, 20, "2 Boats of"),
            (72, 576, 20, "the harbour"),
            *column(72, 540, BODY[:3]),
        ],
        [(72, 740, 14, "2.1 Ferries"), *column(72, 700, BODY[:6])],
    ]
    loaded = pdf.load(making.drawn_pdf(pages), "a.pdf")
    assert [(page, path) for page, path, _ in shown(loaded)] == [
        (1, ("1 Harbour",)),
        (1, ("1 Harbour", "1.1 Dues")),
        (2, ("1 Harbour", "1.1 Dues")),
        (2, ("2 Boats of the harbour",)),
        (3, ("2 Boats of the harbour", "2.1 Ferries")),
    ]
    spans = [loaded.text[slice(*section.heading_span)] for section in loaded.sections if section.heading_span]
    assert spans == ["1 Harbour", "1.1 Dues", "2 Boats of\nthe harbour", "2.1 Ferries"]


def test_a_title_is_not_taken_for_the_same_words_in_a_sentence_above_it():
    above, below = ["It has a Ledger of", "its own."], BODY[:9]
    page = [(72, 740, 18, "Harbour"), *column(72, 700, above), (72, 600, 18, "Ledger"), *column(72, 560, below)]
    loaded = pdf.load(making.drawn_pdf([page, page]), "a.pdf")
    assert [text.split("\n") for _, _, text in shown(loaded)][:2] == [["Harbour", *above], ["Ledger", *below]]


def test_headings_in_13_points_over_a_text_in_11_are_found_in_any_font():
    pages = [[(72, 740, 13, title), *column(72, 700, BODY, 11)] for title in ("Dues", "Fees")]
    data = making.drawn_pdf(pages).replace(b"/Helvetica", b"/Times-Roman")
    assert [path for _, path, _ in shown(pdf.load(data, "a.pdf"))] == [("Dues",), ("Fees",)]


def test_paragraphs_in_a_size_above_the_usual_one_are_no_headings():
    small = [(72, 560 - 9 * row, 8, f"{line} 10 20 30") for row, line in enumerate((4 * BODY)[:50])]
    running_on = [line.rstrip(".") for line in BODY]
    paragraphs = [*column(72, 660, running_on[:4], 11), *column(72, 600, [*running_on[:2], "and ends."], 11)]
    pages = [[(72, 690, 16, title), *paragraphs, *small] for title in ("Summer", "Autumn")]
    paths = [path for _, path, _ in shown(pdf.load(making.drawn_pdf(pages), "a.pdf"))]
    assert paths == [("Summer",), ("Autumn",)]


def test_a_paragraph_in_the_size_of_headings_is_none():
    pages = [[(72, 740, 14, word), *column(72, 700, BODY)] for word in making.WORDS[:4]]
    running_on = [(72, 740 - 17 * place, 14, line.rstrip(".")) for place, line in enumerate(BODY[:4])]
    pages.append([*running_on, *column(72, 640, BODY)])
    paths = [path for _, path, _ in shown(pdf.load(making.drawn_pdf(pages), "a.pdf"))]
    assert paths == [(word,) for word in (*making.WORDS[:4], making.WORDS[3])]


def test_what_is_large_on_the_cover_does_not_head_the_rest():
    cover = [(72, 500, 30, "Annual Report"), *column(72, 300, BODY[:3])]
    part = [(72, 740, 20, "Part"), *column(72, 700, BODY[:6])]
    pages = [cover, *(part if number in (3, 5) else column(72, 740, BODY) for number in range(7))]
    paths = {page: path for page, path, _ in shown(pdf.load(making.drawn_pdf(pages), "a.pdf"))}
    assert paths[2] == ()
    assert paths[8] == ("Part",)


def headed(*pages):
    """For pages of (size, text) lines: the heading path at the top of each, and those of the headings on it."""
    read = [
        Page([Line(text, 72, 500, 700 - 20 * place, size, size) for place, (size, text) in enumerate(lines)])
        for lines in pages
    ]
    texts = ["\n".join(text for _, text in lines) for lines in pages]
    return [(titles.before, [path for *_, path in titles.found]) for titles in headed_by_style(texts, read)]


USUAL = [(10, line) for line in BODY[:20]]


@pytest.mark.parametrize(
    ("lines", "is_title"),
    [
        (["Moorings and berths"], True),
        (["Name: ___"], False),
        (["berth " * 29 + "berth"], True),
        (["berth " * 30 + "berth"], False),
        (["b" * 250], True),
        (["b" * 251], False),
        (["12.34 Abc"], False),
        (["12 34 Abc"], True),
        (["X"], False),
        (["They may lie at the quay for a day."], False),
        (["They may lie at the quay for a day"], True),
        (["They may lie at the quay all day."], True),
        (["One", "two", "three"], True),
        (["One", "two", "three", "four"], False),
    ],
)
def test_what_is_large_is_a_heading_where_it_reads_as_one(lines, is_title):
    assert headed([*((16, line) for line in lines), *USUAL]) == [((), [(" ".join(lines),)] * is_title)]


def test_headings_have_four_levels_at_most_and_sizes_that_differ_little_one():
    sizes = (30, 25, 24, 20, 16, 13)
    found = headed([part for size in sizes for part in [(size, f"In {size}"), *USUAL]])
    assert found[0][1][2:] == [("In 30", "In 24"), ("In 30", "In 24", "In 20"), ("In 30", "In 24", "In 20", "In 16"),
                               ("In 30", "In 24", "In 20", "In 13")]  # fmt: skip


def test_the_title_on_a_cover_heads_no_other_page_unless_there_are_few():
    title, other = [(16, "Report"), *USUAL], [(16, "Fees"), *USUAL]
    assert [before for before, _ in headed(title, USUAL, other, USUAL, USUAL)][1] == ("Report",)
    assert [before for before, _ in headed(title, USUAL, other, USUAL, USUAL, USUAL)] == [
        (), (), (), ("Fees",), ("Fees",), ("Fees",),
    ]  # fmt: skip


def test_numbered_headings_of_a_first_page_of_text_head_the_next():
    fees = [(16, "1 Fees"), *USUAL]
    first, last = [(16, "Report"), *USUAL, *fees], [(16, "2 Fines"), *USUAL]
    assert [before for before, _ in headed(first, *[USUAL] * 5, last)] == [(), *[("1 Fees",)] * 6]
    dated = [(16, "Report"), *USUAL, (16, "3 September 2024"), *USUAL]
    assert headed(dated, fees, *[USUAL] * 4)[1] == ((), [("1 Fees",)])


@pytest.mark.parametrize("size", [12, 16, 20])
def test_a_heading_stands_below_the_one_whose_number_its_own_continues(size):
    titles = [(16, "2 Fees"), (14, "2.3 Boats"), (size, "2.3.1 Sails"), (size, "2.3.2 Oars"), (14, "2.4 Cars")]
    page = [line for title in [*titles, (16, "23 Fines")] for line in [title, *USUAL]]
    assert headed(page, page)[1][1] == [
        ("2 Fees",),
        ("2 Fees", "2.3 Boats"),
        ("2 Fees", "2.3 Boats", "2.3.1 Sails"),
        ("2 Fees", "2.3 Boats", "2.3.2 Oars"),
        ("2 Fees", "2.4 Cars"),
        ("23 Fines",),
    ]


def test_a_word_broken_in_a_heading_is_whole_in_it():
    heading = [(72, 740, 18, "Of the har-"), (72, 718, 18, "bour dues"), *column(72, 690, BODY[:8])]
    pages = [heading, [(72, 740, 18, "Of harbour fees"), *column(72, 700, BODY[:8])]]
    assert next(path for _, path, _ in shown(pdf.load(making.drawn_pdf(pages), "a.pdf"))) == ("Of the harbour dues",)


def test_sizes_of_one_page_or_of_much_of_the_text_head_nothing():
    assert headed([(16, "Alone"), *USUAL], USUAL, USUAL)[0] == ((), [])
    assert headed([(16, "b" * 30), (10, "t" * 70)] * 9) == [((), [])]
    assert len(headed([(16, "b" * 20), (10, "t" * 80)] * 9)[0][1]) == 9


def test_a_size_in_which_much_reads_as_text_heads_nothing():
    def in_large(*words):
        return headed([line for word in words for line in [(16, word), *USUAL]])

    assert in_large(*["1 2 3"] * 3, *making.WORDS[:7]) == [((), [(word,) for word in making.WORDS[:7]])]
    assert in_large(*["1 2 3"] * 3, *making.WORDS[:6]) == [((), [])]


def test_pages_say_why_they_have_no_text():
    text = column(72, 700, BODY[:3])
    loaded = pdf.load(making.drawn_pdf([text, [], [], text, []], pictures=(1, 4)), "a.pdf")
    assert loaded.warnings == ("Page 3: empty.", "Pages 2, 5: no_text_layer: pictures only; run OCR first.")


def test_a_scan_is_refused_with_its_number_of_pages():
    with pytest.raises(NoTextError, match=r"no text layer on any of 2 pages \(no_text_layer\); run OCR first"):
        pdf.load(making.drawn_pdf([[], []], pictures=(0, 1)), "scan.pdf")


def packed(times):
    stream = b"BT /F1 11 Tf 72 700 Td (Hidden) Tj ET " + b" " * 60_000_000
    for _ in range(times):
        stream = zlib.compress(stream, 9)
    filters = "[" + "/FlateDecode " * times + "]"
    return f"<< /Length {len(stream)} /Filter {filters} >>\nstream\n{stream.decode('latin-1')}\nendstream"


@pytest.mark.parametrize("times", [2, 3])
def test_a_page_that_the_reader_gave_up_on_says_so(times):
    text = column(72, 700, BODY[:3])
    data = making.drawn_pdf([text, []], contents={1: packed(times)})
    loaded = parse(data, "bomb.pdf")
    assert "Hidden" in loaded.text or any("Page 2: limit_hit" in warning for warning in loaded.warnings)


def test_a_file_of_nothing_but_such_pages_is_refused_with_the_reason():
    with pytest.raises(NoTextError, match="limit_hit"):
        pdf.load(
            making.drawn_pdf([[]], contents={0: f"<< /Length 3000 >>\nstream\n{'% nothing ' * 300}\nendstream"}),
            "a.pdf",
        )


def test_citations_carry_the_label_of_their_page():
    from test_pdf import make_pdf

    document = Document.from_bytes(make_pdf([["The harbour."], ["The ledger."]], first_label=3), source="a.pdf")
    (citation,) = document.context("ledger", budget=5).citations
    assert (citation["page"], citation["metadata"]["page_label"]) == (2, "iv")
    assert "page_labels" not in citation["metadata"]


def test_time_grows_with_the_number_of_lines_that_a_page_cuts_off():
    def seconds(n):
        lines = [(72, 9990 - 2.4 * place, 2, f"Line {place} of a page that is too narrow for it") for place in range(n)]
        data = making.drawn_pdf([lines]).replace(b"[0 0 612 792]", b"[0 0 99 9999]")
        began = time.process_time()
        found = pdf.load(data, "a.pdf").text.split("\n")
        assert len(found) == n
        assert not found[0].endswith("it")
        return time.process_time() - began

    once, eightfold = (min(seconds(n) for _ in range(2)) for n in (500, 4_000))
    assert eightfold < 2.5**3 * once + 0.1
