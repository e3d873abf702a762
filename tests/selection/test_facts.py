"""What can be told of hits and sentences by their text alone."""

import pytest

from secondhop import Document
from secondhop.retrieval import rank_given
from secondhop.selection.facts import facts_of


def facts(*chunks):
    document = Document.from_chunks(chunks)
    return facts_of(rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True))


def test_pronouns_refer_and_items_hang_on_what_stands_before_them():
    told = facts("Copper leaks. It is sold. Before it, tea was.\n\n2. Nobody spoke.", "These are cheap. Tea is not.")
    assert list(told.refers) == [False, True, False, False, True, False]
    assert list(told.hangs) == [False, True, False, True, True, False]


@pytest.mark.parametrize(("name", "told"), [("a.py", False), ("a.txt", True)])
def test_nothing_is_told_of_the_lines_of_code(name, told):
    lines = "It = Copper\nThis = Tea\nThat = Soup\nHe = Pump\nShe = Valve\n"
    found = facts({"text": lines, "source": name, "kind": "code" if name == "a.py" else "prose"})
    assert any(found.hangs) == any(found.refers) == told
    assert not any((*found.openers, *found.rows)) or told
    assert found.lines.tolist() == [told]


def test_pages_are_no_chunks_of_lines_and_nobody_speaks_on_them():
    text = "Anna: Copper leaks.\n\nBoris: Tea is sold.\n\nAnna: Soup is hot.\n"
    assert facts(text).may_open == [True]
    assert facts({"text": text, "page": 3}).may_open == facts({"text": text, "kind": "table"}).may_open == [False]
    lines = "Anna Adler\ncame by boat\n70 euros\nBoris Conti\ncame by car\n80 euros\n"
    assert [facts({"text": lines, "page": page}).lines.tolist() for page in (None, 3)] == [[True], [False]]
