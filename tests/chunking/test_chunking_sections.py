import pytest

from secondhop import Document
from secondhop.chunking.sections import section_tree
from secondhop.types import Section


def test_sections_nest_by_their_spans():
    sections = [Section(0, 100), Section(10, 40), Section(20, 30), Section(40, 60), Section(100, 120)]
    roots = section_tree(sections)
    assert [node.section for node in roots] == [sections[0], sections[4]]
    assert [node.section for node in roots[0].children] == [sections[1], sections[3]]
    assert [node.section for node in roots[0].children[0].children] == [sections[2]]


def test_no_sections_are_no_tree():
    assert section_tree([]) == []


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("# A\n\n## B\n\n### C\n\nThe tide turns at nine.\n", ["# A\n\n## B\n\n### C\n\nThe tide turns at nine."]),
        ("# A\n\n# B\n\nThe tide turns at nine.\n", ["# A", "# B\n\nThe tide turns at nine."]),
        ("# A\n\n## B\n\n# C\n\nThe tide turns at nine.\n", ["# A\n\n## B", "# C\n\nThe tide turns at nine."]),
    ],
)
def test_headings_with_nothing_below_them_open_the_subsection_that_follows(text, chunks):
    assert [chunk.text for chunk in Document.from_text(text, format="markdown").chunks] == chunks


@pytest.mark.parametrize(
    ("above", "chunks"),
    [
        ("<p>In euros.</p>", ["In euros.\n\n"]),
        ("<h1>A</h1><p>In euros.</p>", ["A\n\nIn euros.\n\n"]),
        ("<h1>A</h1><p>Tides turn.</p><p>Table 1: tides</p>", ["A\n\nTides turn.", "Table 1: tides\n\n"]),
        ("<h1>A</h1><h2>B</h2><p>In euros.</p>", ["A\n\nB\n\nIn euros.\n\n"]),
        ("<pre>x = 1</pre><p>In euros.</p>", ["x = 1", "In euros.\n\n"]),
        ("<p>In euros:</p><pre>x = 1</pre>", ["In euros:\n\nx = 1", ""]),
        (f"<h1>A</h1><p>{'The tide turns. ' * 12}</p>", [f"A\n\n{('The tide turns. ' * 12).strip()}", ""]),
    ],
)
def test_the_short_paragraph_right_above_a_table_is_its_caption(above, chunks):
    page = f"{above}<table><tr><th>Name</th><th>Fee</th></tr><tr><td>Quay</td><td>9</td></tr></table><p>The end.</p>"
    document = Document.from_text(page, format="html")
    *before, table = chunks
    assert [chunk.text for chunk in document.chunks] == [*before, f"{table}Name | Fee\nQuay | 9", "The end."]
    assert document.chunks[len(before)].kind == "table"
