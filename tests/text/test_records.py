import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.text.records import elements, record_end


def first_record(text):
    return text[: record_end(text, 0, len(text))]


@pytest.mark.parametrize(
    "record",
    [
        "",
        "id,name",
        '1,"two\nlines, ""quoted""",x',
        '1;"two\r\nlines"',
        '"two\nlines"\t1',
        '5" pipe,"two\nlines"',
        'x 5" y\t"two ""2""\nlines"|z',
        '5" pipe,x',
        '1, "x',
        '1,"never closed',
    ],
)
def test_a_quote_opens_a_field_where_one_begins(record):
    assert first_record(record) == record
    assert first_record(f"{record}\n2,next\n") == record


def test_a_quote_that_is_closed_within_a_field_opened_none():
    assert first_record('1,"5 inches\n2,"6" pipe\n') == '1,"5 inches'


def test_a_field_with_line_ends_may_be_the_last_of_a_line_of_windows():
    assert first_record('1,"two\r\nlines"\r\n2,next\r\n') == '1,"two\r\nlines"'


def test_a_field_longer_than_any_is_none():
    assert first_record('1,"x\n' + "2,y\n" * 20_000 + '3,z"\n') == '1,"x'


@given(st.lists(st.text('a ",\n', max_size=6), min_size=1, max_size=4))
def test_what_the_csv_writer_writes_is_one_record(fields):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    assert first_record(out.getvalue() + "x,y\n") == out.getvalue()[:-1]


JSON = st.recursive(st.none() | st.integers() | st.text('a"\\{}[],: \n', max_size=5), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.text("a{", max_size=2), inner, max_size=3)), max_leaves=8)  # fmt: skip


@given(st.lists(JSON, max_size=4), st.sampled_from([None, 2]))
def test_the_values_of_a_list_of_json_are_found(values, indent):
    text = json.dumps(values, indent=indent)
    spans = elements(text, 1, len(text) - 1)
    assert [json.loads(text[start:end]) for start, end in spans] == values


@given(st.text('[]{}",:\\ a\n', max_size=40))
def test_what_is_no_json_is_read_to_its_end(text):
    assert all(start < end <= len(text) for start, end in elements(text, 0, len(text)))
