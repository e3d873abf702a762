import making
import pytest

from secondhop.loading import pdf
from secondhop.loading.pdf.fonts import is_number, weight_named

BODY = making.facts(12)


def column(top, lines, left=72):
    return [(left, top - 14 * place, 11, line) for place, line in enumerate(lines)]


def headed(*pages):
    """For each page the heading paths of its sections that open at a heading."""
    loaded = pdf.load(making.drawn_pdf(pages), "a.pdf")
    found = [[] for _ in pages]
    for section in loaded.sections:
        if section.heading_span:
            found[section.page - 1].append(section.heading_path)
    return found


def part(top, *heading, size=11, font=2, lines=4):
    """A heading in bold letters, a line's height away from the text above and right above its own."""
    set_in_bold = [(72, top - 14 * place, size, line, font) for place, line in enumerate(heading)]
    return [*set_in_bold, *column(top - 14 * len(heading), BODY[:lines])]


def test_bold_lines_that_stand_alone_are_headings_at_the_size_of_the_text():
    pages = [[*part(740, "1 Dues"), *part(656, "2 Fees and", "other charges")], part(740, "3 Fines")]
    assert headed(*pages) == [[("1 Dues",), ("2 Fees and other charges",)], [("3 Fines",)]]


def test_slanted_bold_headings_stand_below_upright_ones_and_smaller_below_larger():
    page = [*part(680, "Dues", size=12), *part(590, "Boats"), *part(506, "Sailing boats", font=3)]
    assert headed(page, page)[1] == [("Dues",), ("Dues", "Boats"), ("Dues", "Boats", "Sailing boats")]


def test_they_stand_below_headings_in_larger_letters_of_four_sizes():
    large = [(72, 680 - 30 * place, size, f"In {size}") for place, size in enumerate((28, 24, 20, 16))]
    page = [*large, *part(560, "In bold")]
    assert headed(page, page)[1][-1] == ("In 28", "In 24", "In 20", "In 16", "In bold")


def test_bold_words_within_a_paragraph_are_none_and_where_they_are_many_no_bold_line_is():
    running_on = [*column(740, BODY[:4]), (72, 684, 11, "Note well", 2), *column(670, BODY[:4])]
    pages = [part(680, title) for title in ("Dues", "Fees", "Boats")]
    assert headed(*pages, running_on) == [[("Dues",)], [("Fees",)], [("Boats",)], []]
    assert headed(*pages, running_on, running_on) == [[], [], [], [], []]


def test_a_bold_line_that_goes_on_in_a_small_letter_is_none():
    page = [*part(740, "Dues"), *part(656, "and fees"), *part(572, "Boats"), *part(488, "Quays")]
    assert headed(page, page)[0] == [("Dues",), ("Boats",), ("Quays",)]


def test_a_sentence_in_bold_letters_is_none_and_speaks_against_none():
    warning = "Boats that are not moored by nine in the evening are towed."
    page = [*part(680, "Dues"), *part(596, warning), *part(512, warning)]
    assert headed(page, page) == [[("Dues",)], [("Dues",)]]
    page = [*part(680, "Dues"), *part(596, f"1 {warning}")]
    assert headed(page, page)[0] == [("Dues",), (f"1 {warning}",)]


def test_cells_are_none_but_a_number_may_stand_apart_from_its_words():
    header = [(72, 600, 11, "Berth", 2), (200, 600, 11, "Length", 2), *column(586, BODY[:4])]
    numbered = [(72, 500, 11, "1.2", 2), (110, 500, 11, "Boats", 2), *column(486, BODY[:4])]
    page = [*part(740, "Dues"), *header, *numbered]
    assert headed(page, page)[0] == [("Dues",), ("1.2 Boats",)]


def test_a_bold_line_between_rows_of_figures_is_none_unless_years_head_the_lower_ones():
    def between(below):
        rows = [
            *column(640, ["Berths 120 340", "Boats 75 80"]),
            (72, 590, 11, "Fees", 2),
            *column(576, [below, *BODY[:3]]),
        ]
        page = [*part(740, "Dues"), *rows]
        return headed(page, page)[0]

    assert between("Quay 90 100") == [("Dues",)]
    assert between("Year 2023 2024") == [("Dues",), ("Fees",)]


def test_bold_lines_with_nothing_below_or_beside_other_lines_are_none():
    signed = [(72, 400, 11, "Ada Byron", 2)]
    beside = [(300, 600, 11, "Beside a note", 2), (72, 600, 11, "The note"), *column(586, BODY[:4])]
    page = [*part(680, "Dues"), *beside, *part(500, "Fees"), *signed]
    assert headed(page, page)[0] == [("Dues",), ("Fees",)]


def test_bold_running_heads_are_none_though_their_numbers_change():
    def page(number, *words):
        head = [(72, 690, 11, f"Harbour rules, § {number}", 2)]
        return [*head, *column(662, BODY[:4]), *part(578, *words)]

    pages = [page(7, "Dues"), page(8, "Fees"), page(9, "Fines")]
    assert headed(*pages) == [[("Dues",)], [("Fees",)], [("Fines",)]]


def test_where_much_of_the_text_is_bold_no_bold_line_is_a_heading():
    page = [(x, y, size, text, 2) for x, y, size, text, *_ in part(740, "Dues")]
    assert headed([*page, *part(600, "Fees", lines=6)]) == [[]]


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        (b"Helvetica-Bold", 2), (b"ABCDEF+Arial,Bold", 2), (b"CMBX12", 2), (b"SFBX1095", 2), (b"NimbusRomNo9L-Medi", 2),
        (b"URWGothic-Demi", 2), (b"Franklin-Heavy", 2), (b"Source-Black", 2), (b"Arial-BoldItalicMT", 1), (b"CMBXTI10", 1),
        (b"Helvetica-BoldOblique", 1), (b"NimbusRomNo9L-MediItal", 1), (b"Helvetica", 0), (b"CMR10", 0),
        (b"AcademicoText", 0), (b"FranklinGothic-Medium", 0), (b"BX", 0), (b"", 0),
    ],
)  # fmt: skip
def test_names_of_fonts_tell_how_bold_they_are(name, weight):
    assert weight_named(name) == weight


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("3", True), ("3.1.", True), ("A.1", True), ("(b)", True), ("Item 1A.", True), ("§ 12", True), ("Part IV", True),
        ("1 Introduction", False), ("Introduction", False), ("Total assets", False), ("", False),
    ],
)  # fmt: skip
def test_the_number_before_the_words_of_a_heading_is_told(text, is_one):
    assert is_number(text) is is_one
