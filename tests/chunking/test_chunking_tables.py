import json

import pytest

from secondhop import Document
from secondhop.chunking.tables import rows, table_blocks
from secondhop.types import Section


def shown(text, *, records=True):
    return [text[start:end] for start, end in rows(text, 0, len(text), records=records)]


def test_a_quoted_line_end_does_not_end_a_row():
    text = 'id,note\n1,"two\nlines, ""quoted"""\n2,plain\n\n3,last'
    assert shown(text) == ["id,note", '1,"two\nlines, ""quoted"""', "2,plain", "3,last"]
    assert shown(text, records=False) == ["id,note", '1,"two', 'lines, ""quoted"""', "2,plain", "3,last"]


def test_a_stray_quote_does_not_swallow_the_table():
    text = 'size,note\n5" pipe,x\n' + "1,y\n" * 20_000
    found = shown(text)
    assert found[1] == '5" pipe,x'
    assert len(found) == 20_002


def csv_rows(texts):
    return "id,text,n\n" + "".join(f'{number},{text},"{number} pcs"\n' for number, text in enumerate(texts))


def json_rows(texts):
    return "".join(json.dumps([number, text, number]) + "\n" for number, text in enumerate(texts))


def markdown_rows(texts):
    return "|id|text|n|\n|---|---|---|\n" + "".join(
        f"|{number}|{text}|{number}|\n" for number, text in enumerate(texts)
    )


def html_rows(texts):
    cells = "".join(f"<tr><td>{number}<td>{text}<td>{number}" for number, text in enumerate(texts))
    return f"<h1>Goods</h1><table><tr><th>id<th>text<th>n{cells}</table>"


@pytest.mark.parametrize(
    ("write", "source"), [(csv_rows, "a.csv"), (json_rows, "a.jsonl"), (markdown_rows, "a.md"), (html_rows, "a.html")]
)
def test_signs_of_inches_in_two_rows_do_not_join_those_between(write, source):
    texts = ["screen, fine and bright"] * 200
    texts[10] = texts[150] = 'the 24" screen'
    doc = Document.from_bytes(write(texts).encode(), source=source, chunk_size=64)
    assert len(doc) > 10
    text = doc.source_text(source)
    assert {text[chunk.start - 1] for chunk in doc.chunks if chunk.start} == {"\n"}


def test_rows_are_kept_whole():
    lines = [f"{number},name {number},note on {number}" for number in range(500)]
    doc = Document.from_text("id,name,note\n" + "\n".join(lines), source="rows.csv", chunk_size=64)
    assert len(doc) > 10
    assert [line for chunk in doc.chunks for line in chunk.text.splitlines()] == ["id,name,note", *lines]
    assert {chunk.kind for chunk in doc.chunks} == {"table"}


def test_a_row_larger_than_any_passage_is_cut():
    doc = Document.from_text("id,note\n1," + "copper and tin " * 2_000, source="rows.csv", tokenizer="words")
    context = doc.context("tin", 100)
    assert 0 < len(context.text().split()) <= 100


PROSE = "# Fees\n\nThese are the fees.\n\n"
HEAD = "| Length | Fee |\n|---|---|\n"


def rows_of(n):
    return "".join(f"| {number} m | {7 * number} euros a night |\n" for number in range(1, n + 1))


def test_a_small_table_stays_with_the_prose_around_it():
    doc = Document.from_text(f"{PROSE}{HEAD}{rows_of(6)}\nThey are due at once.\n", source="a.md")
    assert [chunk.kind for chunk in doc.chunks] == ["prose"]


def test_a_small_table_is_not_divided_where_it_need_not_be():
    filler = "The harbour is open to all boats at any hour of the day. " * 5
    doc = Document.from_text(f"{PROSE}{filler}\n\n{HEAD}{rows_of(6)}", source="a.md", chunk_size=100)
    assert [chunk.text.count("euros") for chunk in doc.chunks if "euros" in chunk.text] == [6]


def test_a_large_table_has_chunks_of_its_own_below_the_same_heading():
    doc = Document.from_text(f"{PROSE}{HEAD}{rows_of(80)}\nThey are due at once.\n", source="a.md", chunk_size=128)
    kinds = [chunk.kind for chunk in doc.chunks]
    assert kinds == ["prose", *["table"] * (len(kinds) - 2), "prose"]
    assert {chunk.heading_path for chunk in doc.chunks} == {("Fees",)}
    assert "".join(chunk.text for chunk in doc.chunks).count("euros") == 80


def test_the_opening_of_the_section_is_found_across_a_large_table():
    doc = Document.from_text(f"{PROSE}{HEAD}{rows_of(80)}\nThey are due at once.\n", source="a.md", chunk_size=128)
    shown = doc.context("due at once", 60, top_k=1, include_heading=True).text()
    assert "These are the fees." in shown
    assert "They are due at once." in shown


def sentences(table, *, head):
    section = Section(0, len(table), kind="table", heading_span=(0, head) if head else None)
    (block,) = table_blocks(table, section, 512)
    return [table[start:end] for start, end in block]


BOX = "+----+------+\n| id | port |\n{0}\n| 1  | Grey |\n{1}|    | Holm |\n{1}| 2  | Ness |\n+----+------+"


def test_rows_of_a_box_are_its_lines_or_what_stands_between_rules():
    rule = "+----+------+"
    head = f"| id | port |\n{rule}"
    table = BOX.format(rule, "")
    assert sentences(table, head=len(rule) + 1 + len(head)) == [head, "| 1  | Grey |", "|    | Holm |", "| 2  | Ness |"]
    table = BOX.format("+====+======+", "").replace("\n| 2 ", f"\n{rule}\n| 2 ")
    shown = sentences(table, head=len(rule) + 1 + len(head))
    assert shown == [head.replace("-", "="), "| 1  | Grey |\n|    | Holm |", "| 2  | Ness |"]


@pytest.mark.parametrize("head", [True, False])
def test_a_line_whose_first_column_is_empty_goes_on_with_the_row_above(head):
    rule = "===  ======"
    names = f"No   Port\n{rule}\n" if head else ""
    table = f"{rule}\n{names}1    Grey\n     Holm\n\n     and its quay\n 2   Ness\n\tPoint\n{rule}"
    rows = ["1    Grey\n     Holm\n\n     and its quay", " 2   Ness\n\tPoint"]
    assert sentences(table, head=len(rule) + len(names) if head else 0) == [names[:-1], *rows] if head else rows


@pytest.mark.parametrize("indent", [None, 2])
def test_the_objects_of_a_json_file_are_rows_that_stay_whole(indent):
    ships = [{"name": f"ship {n}", "berth": {"quay": n % 7, "fee": 40 + n}} for n in range(200)]
    document = Document.from_text(json.dumps({"ships": ships}, indent=indent), source="ships.json")
    context = document.context("What is the fee of ship 121?", budget=60)
    assert json.loads(context.citations[-1]["text"]) == ships[121]
    assert context.text().startswith('"ships": [')
    assert context.citations[-1]["heading"] == "ships"
