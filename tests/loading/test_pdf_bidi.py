"""Arabic, Hebrew and other text written from right to left: read as it was typed, however the file draws it."""

import making
import pytest

from secondhop.loading import pdf

# What is typed, and how it looks from left to right.
HEBREW = [
    ("שלום עולם", "םלוע םולש"),
    ("בכל חורף (2024) לפי חוק 12.", ".12 קוח יפל (2024) ףרוח לכב"),
    ("ישלם 1,200.50 אירו ל-Harbour Ltd מחר", "רחמ Harbour Ltd-ל וריא 1,200.50 םלשי"),
    ("הגה Harbour (Ltd) וגם", "םגו Harbour (Ltd) הגה"),
    ("סעיף 4(ב)(2) או 12.5% ביום 2024-03-31", "2024-03-31 םויב 12.5% וא (2)(ב)4 ףיעס"),
    ("ראו a.b/c?d=1 עוד [נספח א]", "[א חפסנ] דוע a.b/c?d=1 ואר"),
    ("הוא Harbour Ltd Incorporated", "Harbour Ltd Incorporated אוה"),
    ("The word שלום means", "The word םולש means"),
]
ARABIC = [
    ("من 12-3 إلى 50%", "%50 ىلإ 3-12 نم"),
    ("في «عام» 31/03/2024", "31/03/2024 «ماع» يف"),
    ("ثمن ١٢٣ عام", "ماع ١٢٣ نمث"),
]
ENGLISH = [
    ("The word שלום means (peace), and more of it.", "The word םולש means (peace), and more of it."),
    ("From שנת 2024 לפי חוק on, and so it goes.", "From קוח יפל 2024 תנש on, and so it goes."),
    ("12 שלום עולם", "םלוע םולש 12"),
]
MIRRORED = str.maketrans("()[]«»", ")(][»«")


FONT = (b"/Type1 /BaseFont /Helvetica", b"/Type1 /BaseFont /Courier /ToUnicode 7 0 R")


def cmap(codes):
    """What a font says about the text of each code."""
    pairs = "".join(f"<{code:02X}> <{text.encode('utf-16-be').hex()}>\n" for text, code in codes.items())
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{len(codes)} beginbfchar\n{pairs}endbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    return f"<< /Length {len(table)} >>\nstream\n{table}\nendstream"


def page_of(lines, order=sorted, *, as_read=False, blanks=True, glyphs=None):
    """A PDF of lines, each given as seen; `order` says in which order its letters are drawn.

    `as_read` stores brackets as programs do that note what was typed, not what is drawn; `glyphs` are texts for letters.
    """
    codes = {letter: code for code, letter in enumerate(sorted(set("".join(lines))), start=33)}
    drawn = [
        (72 + 7 * place, 700 - 30 * number, 10, chr(codes[line[place]]))
        for number, line in enumerate(lines)
        for place in order(range(len(line)))
        if blanks or line[place] != " "
    ]
    texts = {letter: (glyphs or {}).get(letter, letter.translate(MIRRORED) if as_read else letter) for letter in codes}
    table = cmap({texts[letter]: code for letter, code in codes.items()})
    return making.drawn_pdf([drawn, []], contents={1: table}).replace(*FONT)


@pytest.mark.parametrize("lines", [HEBREW, ARABIC, ENGLISH])
@pytest.mark.parametrize("order", [sorted, lambda places: sorted(places, reverse=True)])
@pytest.mark.parametrize("as_read", [True, False])
@pytest.mark.parametrize("blanks", [True, False])
def test_lines_are_read_as_typed(lines, order, as_read, blanks):
    file = page_of([seen for _, seen in lines], order, as_read=as_read, blanks=blanks)
    assert pdf.load(file, "a.pdf").text.strip().split("\n") == [typed for typed, _ in lines]


def test_numbers_in_lists_keep_their_brackets():
    file = page_of(["ףרוח (ב קוח (א", "לכב לכב לכב לכב"], as_read=True)
    assert pdf.load(file, "a.pdf").text.strip() == "א) חוק ב) חורף\nבכל בכל בכל בכל"


def test_signs_that_say_only_in_which_direction_to_read_are_left_out():
    assert pdf.load(page_of(["\u200fםלוע םולש"]), "a.pdf").text.strip() == "שלום עולם"


@pytest.mark.parametrize("glyph", ["לגד", "شيء", "لا"])
def test_the_letters_of_one_glyph_stand_in_order(glyph):
    file = page_of(["כבאא"], glyphs={"ב": glyph})
    assert pdf.load(file, "a.pdf").text.strip() == f"אא{glyph}כ"


def test_marks_follow_the_letters_that_bear_them():
    drawn = [(72, 700, 10, "!"), (79, 700, 10, '"'), (80, 702, 10, "#"), (86, 700, 10, "!")]
    file = making.drawn_pdf([drawn, []], contents={1: cmap({"א": 33, "ב": 34, "\u05b8": 35})})
    assert pdf.load(file.replace(*FONT), "a.pdf").text.strip() == "אבָא"


@pytest.mark.parametrize("turn", ["0 1 -1 0", "0 -1 1 0"])
def test_a_line_set_sideways_keeps_its_words_apart(turn):
    typed, seen = HEBREW[0]
    codes = {letter: code for code, letter in enumerate(sorted(set(seen)), start=65)}
    drawn = "".join(chr(codes[letter]) for letter in seen)
    stream = f"BT /F1 10 Tf {turn} 300 300 Tm ({drawn}) Tj ET"
    contents = {0: f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream", 1: cmap(codes)}
    assert pdf.load(making.drawn_pdf([[], []], contents=contents).replace(*FONT), "a.pdf").text.strip() == typed


def test_cells_of_a_table_are_read_one_after_the_other():
    file = page_of(["1,250   Copper תשוחנ", "980       Iron לזרב", "רחמ םולש םולש םולש"])
    assert pdf.load(file, "a.pdf").text.strip().split("\n")[:2] == ["נחושת Copper 1,250", "ברזל Iron 980"]


def test_numbers_raised_within_a_line_and_blanks_beside_them_are_read_in_their_place():
    places = [(82, "ילע"), (105, "12"), (113, "תור"), (138, "ןועטמ")]
    codes = {letter: code for code, letter in enumerate("ילעתורןטמ12", start=33)}
    drawn = [
        (x, 700 + 5 * text.isdigit(), 6 if text.isdigit() else 10, "".join(chr(codes[letter]) for letter in text))
        for x, text in reversed(places)
    ]
    file = making.drawn_pdf([drawn, []], contents={1: cmap(codes)}).replace(*FONT)
    assert pdf.load(file, "a.pdf").text.strip() == "מטעון רות¹² עלי"
