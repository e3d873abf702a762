import importlib.util
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.loading.verbatim.markdown import load, plain_title
from secondhop.loading.verbatim.markdown_blocks import scan


def outline(text):
    """Heading paths of the headed sections, in order."""
    return [section.heading_path for section in load(text.encode(), "a.md").sections if section.kind == "prose"]


def blocks(text, kind):
    return [text[s.start : s.end] for s in load(text.encode(), "a.md").sections if s.kind == kind]


def test_pictures_that_links_hold_whole_are_left_out():
    picture = "![chart](data:image/png;base64,{})"
    text = f"# Dues\n{picture}\n{picture} rise\n![dot]({picture.format('iVBORw0KGgo=')})\n"
    loaded = load(text.replace("{}", "iVBORw0K" * 100).encode(), "a.md")
    assert loaded.text == text.replace("{}", "")
    assert loaded.warnings == ("Left out 2 files embedded in links, such as pictures.",)


def test_each_heading_opens_a_section_with_the_full_path():
    text = "intro\n\n# A\na\n## B ##\nb\n#### D\n## C\nc\n# E"
    loaded = load(text.encode(), "a.md")
    assert [section.heading_path for section in loaded.sections] == [
        (),
        ("A",),
        ("A", "B"),
        ("A", "B", "D"),
        ("A", "C"),
        ("E",),
    ]
    assert [text[section.start : section.end] for section in loaded.sections] == [
        "intro\n\n",
        "# A\na\n",
        "## B ##\nb\n",
        "#### D\n",
        "## C\nc\n",
        "# E",
    ]
    assert text[slice(*loaded.sections[2].heading_span)] == "## B ##"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("### foo ###     ", "foo"),
        ("   # foo", "foo"),
        ("# foo \\#", "foo #"),
        ("# foo#", "foo#"),
        ("## foo #####", "foo"),
        ("# foo # b", "foo # b"),
        ("#\tfoo", "foo"),
    ],
)
def test_reads_atx_headings_as_commonmark_does(line, title):
    assert outline(line + "\n")[-1] == (title,)


@pytest.mark.parametrize(
    "line", ["####### foo", "#5 bolt", "#hashtag", "\\## foo", "    # foo", "#", "- # foo", "> # foo"]
)
def test_passes_what_is_no_heading_of_the_outline(line):
    assert outline(line + "\n") == [()]


def test_reads_setext_headings_over_one_or_more_lines():
    text = "Foo\nbar\n===\n\nBaz\n-\n\ntext\n\n---\n\n- Foo\n---\n"
    assert outline(text) == [("Foo bar",), ("Foo bar", "Baz")]
    first = load(text.encode(), "a.md").sections[0]
    assert text[slice(*first.heading_span)] == "Foo\nbar\n==="


def test_keeps_a_heading_inside_a_code_fence_as_code():
    text = "# A\n```sh\n# not a heading\n``\n~~~\n```\n~~~~\n# nor this\n~~~\n~~~~\nend\n"
    assert outline(text) == [("A",)]
    assert blocks(text, "code") == ["```sh\n# not a heading\n``\n~~~\n```", "~~~~\n# nor this\n~~~\n~~~~"]
    assert {section.heading_path for section in load(text.encode(), "a.md").sections} == {("A",)}


def test_finds_fences_inside_lists_and_quotes():
    text = "1. one\n\n   ```sh\n   # a\n   ```\n\n- two\n  - ```\n    # b\n    ```\n\n> ```\n> # c\n\n# D\n"
    assert outline(text) == [(), ("D",)]
    assert [block.count("```") for block in blocks(text, "code")] == [2, 2, 1]


def test_an_unclosed_fence_runs_to_the_end():
    assert outline("# A\n```\n# b\n# c\n") == [("A",)]


def test_finds_no_heading_in_comments_html_and_indented_code():
    text = "<!-- a\n\n# b\n-->\n\n    # c\n\n<div>\n# d\n</div>\n\n<pre>\n\n# e\n</pre>\n# F\n"
    assert outline(text) == [(), ("F",)]


def test_headings_in_html_are_of_the_outline():
    text = (
        '<h1 align="center">\n  <a href="/"><img src="fog.svg"></a>\n  <br>Fog <b>horn</b><br>\n</h1>\n\n'
        '<div align="center"><h2 id="use">Use &amp; care</h2></div>\nBlow.\n\n# Dues\nPaid.\n'
    )
    assert outline(text) == [("Fog horn",), ("Fog horn", "Use & care"), ("Dues",)]
    last, dues = load(text.encode(), "a.md").sections[1:]
    assert text[last.start : dues.start] == '<div align="center"><h2 id="use">Use &amp; care</h2></div>\nBlow.\n\n'


@pytest.mark.parametrize(
    "text",
    [
        "Say <h2>Dues</h2>\n",
        "- <h2>Dues</h2>\n",
        "> <h2>Dues</h2>\n",
        "<!--\n<h2>Dues</h2>\n-->\n",
        '<h1><img src="fog.svg"></h1>\n',
        "<h2>Dues\n\n</h2>\n",
    ],
)
def test_headings_in_html_elsewhere_are_content(text):
    assert outline(text) == [()]


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("---\ntitle: The “Guide”\ntags: [a]\n---\n", "The “Guide”"),
        ("---\n# note\ntitle: 'Quoted: yes'\n...\n", "Quoted: yes"),
        ('+++\ntitle = "In TOML"\n+++\n', "In TOML"),
    ],
)
def test_front_matter_is_a_section_and_gives_the_title(front, title):
    text = front + "\n# A\n"
    loaded = load(text.encode(), "a.md")
    assert loaded.metadata == {"title": title}
    assert [(section.start, section.heading_path) for section in loaded.sections] == [(0, ()), (len(front) + 1, ("A",))]


@pytest.mark.parametrize("front", ["---\r\ntitle: Fog\r\ntags: [a]\r\n---\r\n", '+++\r\ntitle = "Fog"\r\n+++\r\n'])
def test_front_matter_may_have_windows_line_ends(front):
    loaded = load(f"{front}# A\r\n".encode(), "a.md")
    assert loaded.metadata == {"title": "Fog"}
    assert [(section.start, section.heading_path) for section in loaded.sections] == [(0, ()), (len(front), ("A",))]


def test_front_matter_may_be_all_there_is():
    assert load(b"---\ntitle: Fog\n---", "a.md").metadata == {"title": "Fog"}


def test_a_rule_at_the_top_is_no_front_matter():
    assert outline("---\n\ntext\n\n---\n# A\n") == [(), ("A",)]


def test_a_mark_at_the_top_does_not_hide_the_first_heading():
    assert load(b"\xef\xbb\xbf# A\n", "a.md").sections[0].heading_path == ("A",)


def test_a_pipe_table_is_a_section_under_its_header():
    text = "# A\ntext\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n| 3 | x \\| y |\n\nend | of\n"
    table = next(section for section in load(text.encode(), "a.md").sections if section.kind == "table")
    assert text[table.start : table.end] == "| a | b |\n|:--|--:|\n| 1 | 2 |\n| 3 | x \\| y |"
    assert text[slice(*table.heading_span)] == "| a | b |\n|:--|--:|"
    assert table.heading_path == ("A",)


def test_rows_of_other_width_than_the_header_make_no_table():
    assert blocks("a | b\n--- | --- | ---\n", "table") == []


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("**Bold** and *it*", "Bold and it"),
        ("`__init__` of `a*b*`", "__init__ of a*b*"),
        ("[text](https://x.y/(a)) [ref][1]", "text ref"),
        ("[![badge](b.svg)](x) Name", "badge Name"),
        ("Install {#install}", "Install"),
        ("snake_case_name __strong__ 2 * 3", "snake_case_name strong 2 * 3"),
        ("A &amp; B <br/> \\*c\\*", "A & B *c*"),
        ("Fog<br>horn", "Fog horn"),
        ("<https://x.y>", "https://x.y"),
    ],
)
def test_titles_lose_their_markup(markup, title):
    assert plain_title(markup) == title


def test_windows_line_ends_stay_and_do_not_matter():
    text = "# A\r\n\r\nB\r\n---\r\n```\r\n# c\r\n```\r\n"
    assert outline(text) == [("A",), ("A", "B")]
    assert load(text.encode(), "a.md").text == text


LINES = [
    "# h", "## h ##", "text", "    code", "\tcode", "```", "~~~", "  ```", "- item", "- ```", "1. one", "> q",
    "> ```", ">", "", "", "---", "===", "***", "| a | b |", "|---|---|", "<div>", "</div>", "<!-- c", "-->",
    "  - # x", "-", "+",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=30).map("\n".join) | st.text(max_size=80))
def test_sections_tile_the_text_and_blocks_nest_in_them(text):
    text = text.encode("utf-8", "replace").decode()
    sections = load(b"\xef\xbb\xbf" + text.encode(), "a.md").sections
    headed = [section for section in sections if section.kind == "prose"]
    assert text[: headed[0].start].strip() == ""
    assert [section.end for section in headed] == [section.start for section in headed[1:]] + [len(text)]
    assert list(sections) == sorted(sections, key=lambda section: (section.start, -section.end))
    for block in sections:
        if block.kind != "prose":
            assert any(outer.start <= block.start < block.end <= outer.end for outer in headed)


@pytest.mark.skipif(importlib.util.find_spec("markdown_it") is None, reason="the independent implementation")
def test_agrees_with_an_independent_implementation_of_commonmark():
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").disable("inline")
    rng = random.Random(1)
    lines = [line for line in LINES if "|" not in line]
    for _ in range(2000):
        text = "\n".join(rng.choices(lines, k=rng.randint(1, 8)))
        tokens = parser.parse(text)
        headings = [token.map[0] for token in tokens if token.type == "heading_open" and token.level == 0]
        fences = [token.map[0] for token in tokens if token.type == "fence"]
        found, blocks = scan(text)
        assert [text.count("\n", 0, heading.start) for heading in found] == headings, text
        assert [text.count("\n", 0, block.start) for block in blocks if block.header_end is None] == fences, text
