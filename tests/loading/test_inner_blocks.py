"""Tables and fenced code in texts of other formats, and in pieces of texts."""

from time import process_time

import pytest

from secondhop import Document, build_context
from secondhop.loading import inner_sections, load_text
from secondhop.types import Section

ROWS = "".join(f"| mail {n} | leaves at {n} |\n" for n in range(5, 80))
TABLE = f"| Boat | Hour |\n| --- | ---: |\n{ROWS}"


def blocks(text, **options):
    outer = Section(0, len(text), 3, ("Mail",))
    return [
        (found.kind, text[found.start : found.end], found.heading_span)
        for found in inner_sections(text, outer, **options)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "table",
    [
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |",
        "a|b\n-|-\n1|2",
        "| a |\n|:--|\n| 1 |",
        "| a \\| b | c |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_a_table_is_what_is_ruled_off_with_as_many_cells(table, end):
    table = table.replace("\n", end)
    text = f"Before it.{end}{end}{table}{end}After it.{end}"
    header = text.index(table), text.index(table) + len(end.join(table.split(end)[:2]))
    assert blocks(text) == [("table", table, header)]
    assert blocks(table) == [("table", table, (0, header[1] - header[0]))]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (" item | sold \n------+------", " pump |    4\n fan  |    1"),
        ("| a | b |\n|---+---|", "| 1 | 2 |"),
        ("+----+----+\n| id | at |\n+----+----+", "|  1 | 12 |\n|  2 | 7  |\n+----+----+"),
        ("  +----+----+\n  | id | at |\n  |    | sea|\n  +====+====+", "  |  1 | 12 |\n  +----+----+"),
        ("|----|\n| id |\n|----|", "|  1 |"),
        ("==  ===  \nId  At\n==  ===", "1   sea\n\n    and land\n2   land\n==  ==="),
        ("         Price\nItem       EUR\n-------  -----", "pump        30\nfan          9"),
        ("Name\tId\n----    --", "pump     30"),
    ],
)
def test_a_table_is_what_is_ruled_off_as_people_and_programs_draw_it(header, rows, end):
    header, table = header.replace("\n", end), f"{header}\n{rows}".replace("\n", end)
    text = f"Before it.{end}{end}{table}{end}{end}{'After it. ' * 300}{end}"
    start = text.index(table)
    assert blocks(text) == [("table", table, (start, start + len(header)))]
    assert blocks(table) == [("table", table, (0, len(header)))]


def test_a_box_that_is_open_above_begins_with_its_header():
    assert blocks("+---+---+\nA note.\n| a | b |\n+---+---+\n| 1 | 2 |")[0][1].startswith("| a | b |")


def test_a_table_between_rules_may_be_without_a_header():
    table = "==  =====\n1   pump\n2   fan\n==  ====="
    assert blocks(f"{table}\n\n{table}\n") == [("table", table, None)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "a | b\n---\n",
        " 0                   1\n+-+-+-+-+-+-+-+-+-+-+\n| Source  |  Target   |\n+-+-+-+-+-+-+-+-+-+-+\n",
        "+------+     +------+\n| Boat |---->| Quay |\n+------+     +------+\n",
        "+------+\n| Boat |\n+------+\n",
        "The mail leaves at\n---- ----\nnoon.\n",
        "=== ===\nopen only\n",
        "Mail  Hour\n----  ----\n",
        "Mail\n----  ----\nnoon.\n",
        "==  ==\nx\n==  ==\ny\n",
        "a | b | c\n---|---\n1 | 2\n",
        "Title\n-----\n| a |\n",
        "a | b\n",
        "| a | b |\n|---|\n",
        "Title\n-----\n",
        "\n| --- |",
        "---|---",
        "| a |\n| b |\n",
        "```\nnever closed | x",
        "",
    ],
)
def test_nothing_else_is(text):
    assert blocks(text) == []


def test_fenced_code_is_code_and_what_looks_like_a_table_in_it_is_not():
    code = "```python\nx = 1\n| a | b |\n|---|---|\n```"
    assert blocks(f"See:\n{code}\nThen.\n~~~\n```\n~~~") == [("code", code, None), ("code", "~~~\n```\n~~~", None)]


def test_code_inside_a_line_that_begins_with_it_opens_no_fence():
    code = "```python\nx = 1\n```"
    assert blocks(f"```x``` is one.\nIt is set so:\n{code}\nThen.") == [("code", code, None)]


def test_rows_without_their_header_are_a_table_in_a_piece_of_a_text():
    rows = "| 1 | 2 |\n| 3 | 4 |"
    assert blocks(f"{rows}\n\nAfter it.", is_piece=True) == [("table", rows, None)]
    assert blocks(f"{rows}\n\nAfter it.") == []
    assert [kind for kind, _, _ in blocks(f"{rows}\n\n{TABLE}", is_piece=True)] == ["table", "table"]


def test_rows_are_shown_with_their_header_in_plain_text_and_in_chunks_of_others():
    question = "When does mail 68 leave?"
    shown = "| Boat | Hour |\n| --- | ---: |\n…\n| mail 68 | leaves at 68 |"
    assert build_context(question, [TABLE], token_budget=20, tokenizer="words").text() == shown
    text = Document.from_text(f"The mail.\n\n{TABLE}\nThat was all.", tokenizer="words").context(question, 24).text()
    assert "| mail 68 | leaves at 68 |" in text
    assert "| Boat | Hour |\n| --- | ---: |" in text


def test_chunks_of_others_stay_whole():
    given = [f"Before.\n\n{TABLE}\n```\ncode\n```\nAfter.", TABLE, ROWS]
    assert [chunk.text for chunk in Document.from_chunks(given).chunks] == given


@pytest.mark.parametrize(
    "unit",
    [
        *("|", "- |", "```x\n", "```\n```\n", "| a |\n|---|\n\n", "|---|\n", "\r", " \n|", "a|b\n-|-\r", "| x"),
        *(
            "-- --\n",
            "== ==\nx\n",
            "== ==\n\n",
            "a  b\n-- --\n",
            "+--+--+\n",
            "| a |\n+---+\n",
            "-- " * 9 + "\n",
            ".",
            ". ",
            ". . . . . 1\n",
        ),
    ],
)
def test_time_grows_with_length(unit):
    def seconds(n):
        text = (unit * n + "\n-|```").replace("\n\n\n", "\n")
        began = process_time()
        inner_sections(text, Section(0, len(text)), is_piece=True)
        return process_time() - began

    assert seconds(100_000) < 3


@pytest.mark.parametrize("separator", ["\t", ";", " | ", "    "])
def test_lines_of_as_many_cells_each_are_a_table_with_its_header(separator):
    rows = [["Article", "Keeper", "Price"], ["pump", "Anna", "300"], ["valve", "Boris", "70"], ["fan", "Anna", "9"]]
    text = "Stock\n\n" + "\n".join(separator.join(row) for row in rows) + "\n\nEnd; of; it\n"
    _, table = load_text(text, "a.txt").sections
    assert table.kind == "table"
    assert text[slice(*table.heading_span)] == separator.join(rows[0])
    assert text[table.end :] == "\n\nEnd; of; it\n"


def test_lines_without_a_header_or_with_cells_in_other_numbers_are_no_table():
    for text in ("pump\t300\nvalve\t70\nfan\t9\n", "a\tb\nc\td\te\nf\t7\n", "One.  Two.  Three.\n" * 4):
        assert len(load_text(text, "a.txt").sections) == 1


def test_lines_whose_ends_are_joined_by_dots_are_rows_of_their_own():
    rows = [
        "Brought forward. . . . . .  40.00",
        "  Paid in April ........... 600.00",
        "Total due. . . . . . . . .  90.00",
    ]
    text = "\n".join(
        (
            *("Fees of April.....", "Well..... so it is", "那么......但是", *rows),
            "That is all..... So it is, and no more than that was to be said here.",
        )
    )
    assert [block for _, block, _ in blocks(text)] == rows
    shown = Document.from_text(f"The fees.\n\n{text}", tokenizer="words").context("What is due?", 16).text()
    assert "Total due. . . . . . . . .  90.00" in shown


def test_many_lines_whose_ends_are_joined_by_dots_take_time_in_proportion():
    def seconds(n):
        text = "Fees of April ...... 600\n\n" * n
        began = process_time()
        assert len(blocks(text)) == n
        return process_time() - began

    once, eightfold = (min(seconds(n) for _ in range(2)) for n in (10_000, 80_000))
    assert eightfold < 8 * 2.5 * once + 0.1
