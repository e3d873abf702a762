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
