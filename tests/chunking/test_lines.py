from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from secondhop.chunking.lines import lines_of_spans
from secondhop.text.sentences import size, split_lines

PIECES = [
    "x",
    "  y = 1",
    "\n",
    "\n\n",
    " ",
    "\t",
    "\r\n",
    "é",
    "𝄞",
    "\u2028",
    "\x1c",
    "\ud800",
    "word " * 200,
    "a;b, " * 300,
    "z" * 900,
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.data())
def test_lines_of_many_spans_are_those_of_each(text, data):
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = list(pairwise(edges))
    bounds = np.array(spans, np.int64).reshape(-1, 2)
    lines = lines_of_spans(text, bounds[:, 0], bounds[:, 1])
    expected = [split_lines(text, start, end) for start, end in spans]
    assert list(zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)) == [
        line for each in expected for line in each
    ]
    assert lines.counts.tolist() == [len(each) for each in expected]
    sizes = [size(text[start:end]) for each in expected for start, end in each]
    assert lines.sizes(lines.starts, lines.ends).tolist() == sizes
    opens = [
        place == 0 or any(empty in text[each[place - 1][1] : line[0]] for empty in ("\n\n", "\n\r\n"))
        for each in expected
        for place, line in enumerate(each)
    ]
    assert lines.opens.tolist() == opens
