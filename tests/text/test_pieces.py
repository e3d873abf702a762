from hypothesis import given
from hypothesis import strategies as st

from secondhop.text.pieces import across, are_joined, as_spans, shown_span
from secondhop.text.prompt import joined

TEXT = "One is here.\n\n  Two  is there. \nThree, four and five."
PIECES = [(0, 12), (16, 30), (32, 53)]


def test_pieces_are_found_again_in_what_they_were_joined_to():
    for kind in ("prose", "code"):
        shown = joined([TEXT[start:end] for start, end in PIECES], kind)
        assert are_joined(PIECES, shown)
        assert not are_joined(PIECES[1:], shown)
        for start in range(len(shown)):
            for end in range(start, len(shown)):
                for (left, right), (first, last) in across((start, end), PIECES):
                    assert shown[left:right] == TEXT[first:last] != ""
                    assert start <= left < right <= end
        assert list(across((0, len(shown)), PIECES))[1:] == [((15, 29), (16, 30)), ((32, 53), (32, 53))]


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.sampled_from(["prose", "code", "table"]))
def test_what_is_shown_of_a_span_has_one_too(start, end, kind):
    piece = TEXT[start:end]
    if piece.strip():
        first, last = shown_span((start, end), piece, kind)
        assert joined([piece], kind) == TEXT[first:last]


def test_spans_come_back_from_where_they_were_stored():
    assert as_spans([[0, 12], (16, "30")]) == [(0, 12), (16, 30)]
    assert [as_spans(other) for other in (None, "spans", [1, 2], [[1]], [["a", "b"]], {(1, 2): 3})] == [[]] * 6
