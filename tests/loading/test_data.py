import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.loading.verbatim.data import load


def header(text, source="a.csv"):
    span = load(text.encode(), source).sections[0].heading_span
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize(
    ("source", "kind"),
    [("a.csv", "table"), ("a.TSV", "table"), ("a.jsonl", "table"), ("a.ndjson", "table")]
    + [(f"a.{suffix}", "code") for suffix in ("json", "yaml", "yml", "toml", "ini")],
)
def test_records_are_tables_and_trees_are_code(source, kind):
    loaded = load(b'{"a": 1}\r\n', source)
    assert loaded.text == '{"a": 1}\r\n'
    assert [section.kind for section in loaded.sections] == [kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name\n1,x\n", "id,name"),
        ("\r\nid;name\r\n1;x\r\n", "id;name"),
        ('id,"long\nname, ""so""",x\n1,2,3\n', 'id,"long\nname, ""so""",x'),
        ('id\t"two\nlines"\n1\t2\n', 'id\t"two\nlines"'),
        ('size 5" pipe,b\n1,2\n', 'size 5" pipe,b'),
        ('id,"never closed\n1,2\n', 'id,"never closed'),
        ("only", "only"),
    ],
)
def test_the_first_record_is_the_heading_of_a_table(text, expected):
    assert header(text) == expected


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_line_that_tells_excel_the_separator_is_no_header(line_end):
    assert header(line_end.join(["sep=;", "Name;Fee", "Aurora;12"])) == "Name;Fee"
    assert header(line_end.join(["separate;Fee", "Aurora;12"])) == "separate;Fee"


def test_json_lines_have_no_header():
    assert header('{"a": 1}\n{"a": 2}\n', "a.jsonl") is None


@given(st.text('a",;\n\r', max_size=40))
def test_the_header_lies_in_the_text_and_ends_at_a_line_end(text):
    span = load(text.encode(), "a.csv").sections[0].heading_span
    if span is not None:
        start, end = span
        assert 0 <= start < end <= len(text)
        assert end == len(text) or text[end] in "\r\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"a": 1}, {"a": 2}]\n', [("table", (), '{"a": 1}, {"a": 2}')]),
        ('{"tags": [{"a": 1}], "paths": {"/fees": "b"}}', [("code", (), '{"tags": [{"a": 1}], "paths": {"/fees": "b"}}')]),
        ('{"n": 2, "x": {"y": [{"z": "]"}]}}', [("code", (), '{"n": 2, "x": {"y": [{"z": "]"}]}}')]),
        ('{"n": [1], "ships": [{"a": "}"}, {"a": "]"}], "m": 2}', [
            ("code", (), '{"n": [1], '), ("table", ("ships",), '"ships": [{"a": "}"}, {"a": "]"}'), ("code", (), '], "m": 2}')]),
        ('{"a": [{"b": 1}], "c": [{"d": 2}]}', [
            ("table", ("a",), '"a": [{"b": 1}'), ("table", ("c",), '"c": [{"d": 2}')]),
        ('[{"a": 1', [("table", (), '{"a": 1')]),
    ],
)  # fmt: skip
def test_lists_of_objects_that_most_of_a_json_file_is_are_tables_under_their_names(text, expected):
    loaded = load(text.encode(), "a.json")
    assert [(each.kind, each.heading_path, text[each.start : each.end]) for each in loaded.sections] == expected


@given(st.text('[]{}",:\\ a\n', max_size=40))
def test_sections_of_any_json_lie_in_the_text_one_behind_the_other(text):
    sections = load(text.encode(), "a.json").sections
    places = [place for section in sections for place in (section.start, section.end)]
    assert places == sorted(places)
    assert places[-1] <= len(text)


def test_the_tables_of_toml_and_ini_files_are_sections():
    loaded = load(b"top = 1\n[tool.x]  # settings\na = [1]\n[[item]]\nb = 2\n", "a.toml")
    shown = [(s.heading_path, loaded.text[s.start : s.end]) for s in loaded.sections[1:]]
    assert shown == [(("tool.x",), "[tool.x]  # settings\na = [1]\n"), (("item",), "[[item]]\nb = 2\n")]


def test_elements_of_toml_arrays_are_no_tables():
    text = 'x = [\n  [1, 2],  # one\n\n  # two\n  [3]\n]\ny = [\n  ["a"]\n]\ncolour = "red, #f00"\n[tool]\na = 1  # b,\n[more]\n'
    assert [s.heading_path for s in load(text.encode(), "a.toml").sections[1:]] == [("tool",), ("more",)]
    ini = b"[a, b]\nnames = c,\n[d]\n"
    assert [s.heading_path for s in load(ini, "a.ini").sections[1:]] == [("a, b",), ("d",)]
