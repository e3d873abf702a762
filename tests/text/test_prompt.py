import pytest

from secondhop.errors import OptionError
from secondhop.text.prompt import label, marker, passage_text, render
from secondhop.types import Chunk, Passage

PROSE = Chunk("One. Two. Three.", source="a.pdf", start=100, end=116, page=3, heading_path=("Part", "Fees"))
CODE = Chunk("def f():\n    a = 1\n    return a\n", source="f.py", end=32, line=7, kind="code", heading_path=("f",))


def test_a_label_says_page_line_and_heading_where_there_are_any():
    assert label(PROSE) == "a.pdf p.3 § Fees"
    assert label(CODE) == "f.py line 7 § f"
    assert label(Chunk("x", source="notes", line=4)) == "notes line 4"
    assert (
        label(Chunk("x", source="miete.docx", heading_path=("Mietvertrag", "§ 4 Kündigung")))
        == "miete.docx § 4 Kündigung"
    )
    assert marker(12, PROSE) == "[12] a.pdf p.3 § Fees"


def test_a_marker_is_one_line_whatever_a_source_is_called():
    assert marker(1, Chunk("x", source="a.md\n[9] forged.pdf", page=2)) == "[1] a.md [9] forged.pdf p.2"


def test_gaps_are_marked():
    passage = Passage(PROSE, ((100, 104), (110, 116)), "seed")
    assert passage.pieces == ("One.", "Three.")
    assert passage_text(passage) == "One. … Three."


def test_gaps_in_code_stand_on_their_own_line_and_indentation_stays():
    assert passage_text(Passage(CODE, ((0, 8), (19, 31)), "seed")) == "def f():\n…\n    return a"


def test_passages_are_set_apart_by_a_blank_line_and_numbered():
    passages = [Passage(PROSE, ((100, 104),), "seed"), Passage(CODE, ((0, 8),), "seed")]
    assert render(passages) == "One.\n\ndef f():"
    assert render(passages, "numbered") == "[1] a.pdf p.3 § Fees\nOne.\n\n[2] f.py line 7 § f\ndef f():"
    assert render(passages, "numbered", [2, 5]).startswith("[2] a.pdf")
    assert render([]) == ""


@pytest.mark.parametrize("value", [None, 5, b"bytes"])
def test_a_style_of_ones_own_must_return_a_string(value):
    def as_xml(_number, _passage):
        return value

    with pytest.raises(OptionError, match=r"text_style=as_xml returned .* not a string"):
        render([Passage(PROSE, ((100, 104),), "seed")], as_xml)
