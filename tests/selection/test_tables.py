"""Rows of tables are shown with the header of their table."""

import pytest

from secondhop import Document, Reason
from secondhop.selection.tables import count_rows

HEADER = "length,berth,fee in euros"
ROWS = [f"{number} m,{'ABCD'[number % 4]}{number},{number}.50" for number in range(400)]
CSV = "\n".join((HEADER, *ROWS))
MARKDOWN = "# Fees\n\nThese are the fees.\n\n| Length | Berth | Fee |\n|---|---|---|\n{}\n\nThey are due at once.\n"


def markdown(n):
    return MARKDOWN.format("\n".join(f"| {row.replace(',', ' | ')} |" for row in ROWS[:n]))


@pytest.mark.parametrize("budget", [40, 100, 1_000])
@pytest.mark.parametrize("style", ["plain", "numbered"])
def test_a_row_from_deep_inside_a_table_comes_with_the_header(budget, style):
    context = Document.from_text(CSV, source="fees.csv").context("D331", budget, text_style=style)
    assert ROWS[331] in context.text()
    assert context.text().count(HEADER) == 1
    assert context.report.total_tokens <= budget


def test_the_report_says_that_the_header_was_added():
    context = Document.from_text(CSV, source="fees.csv").context("331.50", 40)
    assert ROWS[331] in context.text()
    added = [decision for decision in context.report.decisions if decision.reason is Reason.KEPT_HEADING]
    row = next(decision for decision in context.report.decisions if decision.reason is Reason.KEPT_RELEVANT)
    assert [decision.detail for decision in added] == [{"of": row.chunk_id}]
    assert next(iter(context.citations))["text"] == HEADER


@pytest.mark.parametrize("n", [12, 400], ids=["one chunk", "many chunks"])
def test_a_row_of_a_markdown_table_comes_with_header_and_rule(n):
    shown = Document.from_text(markdown(n), source="fees.md").context("D11", 45).text()
    assert "| 11 m | D11 | 11.50 |" in shown
    assert "| Length | Berth | Fee |\n|---|---|---|\n" in shown
    assert shown.index("Length") < shown.index("D11")


def test_the_row_goes_before_the_header_where_only_one_fits():
    context = Document.from_text(CSV, source="fees.csv").context("D331", 11)
    assert ROWS[331] in context.text()
    assert HEADER not in context.text()


@pytest.mark.parametrize("question", ["D331 fee", "fee each month boat member D331"], ids=["row first", "header first"])
def test_for_a_header_that_is_a_hit_no_room_is_kept_besides(question):
    header = "length,berth,fee in euros for each month that the boat of a member stays"
    document = Document.from_text("\n".join((header, *ROWS)), source="fees.csv", tokenizer="words")
    context = document.context(question, 40)
    assert len(context.citations) == 2
    assert context.text().startswith(header)
    assert context.report.total_tokens > 33


def test_top_k_counts_the_header():
    document = Document.from_text(CSV, source="fees.csv")
    assert len(document.context("D331", 60, top_k=1)) == 1
    assert len(document.context("D331", 60, top_k=2)) == 2


def test_plain_top_k_adds_nothing():
    context = Document.from_text(CSV, source="fees.csv").context("D331", 2_000, strategy="raw_topk", top_k=1)
    assert HEADER not in context.text()


def test_a_header_that_may_not_be_shown_is_not():
    document = Document.from_text(CSV, source="fees.csv")
    first = document.chunks[0].id
    context = document.context("D331", 60, filter=lambda chunk: chunk.id != first)
    assert ROWS[331] in context.text()
    assert HEADER not in context.text()


def test_gaps_between_rows_stand_on_lines_of_their_own():
    shown = Document.from_text(markdown(12), source="fees.md").context("A4 D11", 60).text()
    assert "\n…\n| 4 m | A4 | 4.50 |\n…\n| 11 m | D11 | 11.50 |" in shown


def test_a_row_far_below_the_header_comes_with_it():
    document = Document.from_text(markdown(100), source="fees.md", chunk_size=4_000)
    assert document.n_chunks == 1
    assert "| Length | Berth | Fee |\n|---|---|---|\n" in document.context("D99", 45).text()


@pytest.mark.parametrize("form", ["csv", "html", "markdown"])
def test_the_row_asked_for_goes_before_the_one_below_the_header(form):
    """The column asked for stands in the header, the row in another chunk: neither says it alone."""
    rows = [["station", *(f"value {number}" for number in range(12)), "frost days", "sun hours"]]
    for name in ("Aldermoor", "Birkenfeld", "Cairnlow", "Dunmarsh", "Eskerby", "Grimsel", "Hollowell", "Ingleford"):
        rows.append([name, *(str(hash_ * len(name)) for hash_ in range(1070, 1084))])
    text = {
        "csv": "\n".join(map(",".join, rows)),
        "html": "<table>"
        + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        + "</table>",
        "markdown": "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])),
    }[form]
    document = Document.from_text(
        text,
        source=f"stations.{'md' if form == 'markdown' else form}",
        format=None if form == "csv" else form,
        chunk_size=120,
    )
    shown = document.context("How many frost days does Grimsel have?", 200).text()
    assert "Grimsel" in shown
    assert "frost days" in shown
    assert "Aldermoor" not in shown


@pytest.mark.parametrize("question", ["Which color does each log level have?", "Which log levels are there?"])
@pytest.mark.parametrize("form", ["csv", "html"])
@pytest.mark.parametrize("budget", range(40, 160, 10))
def test_a_question_in_the_words_of_the_header_alone_gets_every_row(form, question, budget):
    rows = (("Log level", "Color"), ("DEBUG", "Blue"), ("WARNING", "Yellow"), ("CRITICAL", "Magenta"), ("ERROR", "Red"))
    table = {
        "csv": "\n".join(map(",".join, rows)),
        "html": "<table>" + "".join(f"<tr><td>{name}</td><td>{color}</td></tr>" for name, color in rows) + "</table>",
    }[form]
    prose = "\n\n".join(
        f"Log output of quay {number} is kept in a book that nobody has coloured since the level of the water fell."
        for number in range(9)
    )
    document = Document.from_texts(
        [
            {"text": table, "source": f"colors.{form}", "format": None if form == "csv" else form},
            {"text": prose, "source": "quays.txt"},
        ]
    )
    shown = document.context(question, budget).text()
    assert [cell for row in rows for cell in row if cell not in shown] == []


@pytest.mark.parametrize("budget", range(20, 60))
def test_room_is_kept_for_a_header_that_other_rows_part_from_the_one_shown(budget):
    rows = ("Fee,2023,2022", "Quay,18,17", "Berth,30,29", "All fees,48,46", "Oil,7,8", "Tow,5,5", "Grand total,60,59")
    shown = (
        Document.from_text("\n".join(rows), source="fees.csv")
        .context("What was the grand total in 2022?", budget)
        .text()
    )
    assert rows[0] in shown
    assert rows[-1] in shown


@pytest.mark.parametrize("budget", range(18, 60))
def test_no_further_row_takes_the_room_of_the_header(budget):
    text = "\n".join(("ship,captain,engine", *(f"S{n},Cap{n},V{n % 12}" for n in range(60))))
    assert "ship,captain,engine" in Document.from_text(text, source="ships.csv").context("engine V7", budget).text()


def test_a_caption_is_not_shown_without_its_header():
    names = " | ".join(f"column {n} of the register" for n in range(12))
    text = f"In euros.\n\n| {names} |\n{'|---' * 12}|\n" + "".join(
        f"| {' | '.join(f'v{n}{m}' for m in range(12))} |\n" for n in range(6)
    )
    shown = Document.from_text(text, source="register.md").context("register v03", 60).text()
    assert "v03" in shown
    assert "In euros." not in shown


def test_a_row_comes_with_the_short_sentence_above_the_table():
    above, rows = (
        "# Accounts\n\nThe year was good.\n\nIn millions of euros.",
        "| Revenue | 9 | 7 |\n| Tax | 2 | 1 |\n| Rent | 2 | 1 |",
    )
    text = f"{above}\n\n| | 2023 | 2022 |\n|---|---|---|\n{rows}\n"
    shown = Document.from_text(text, format="markdown").context("tax paid in 2022", 42).text()
    assert "In millions of euros." in shown
    assert "| Tax | 2 | 1 |" in shown


def test_what_stands_above_the_title_of_a_table_is_no_caption():
    rows = "| Revenue | 9 | 7 |\n| Tax | 2 | 1 |"
    text = f"# Accounts\n\nThe year was good.\n\n## Taxes\n\n| | 2023 | 2022 |\n|---|---|---|\n{rows}\n"
    shown = Document.from_text(text, format="markdown").context("tax in 2022", 45).text()
    assert "| Tax | 2 | 1 |" in shown
    assert "good" not in shown


def test_what_stands_below_a_table_is_no_row_of_it():
    shown = Document.from_text(markdown(12), source="fees.md").context("What is due at once?", 12).text()
    assert "They are due at once." in shown
    assert "Length" not in shown


def test_rows_do_not_bring_the_header_of_another_table():
    chunks = ["| Length | Berth |\n|---|---|\n| 1 m | A1 |\n| 2 m | A2 |", "| Leeds | D11 |\n| York | D12 |"]
    shown = Document.from_chunks(chunks).context("D12", 60).text()
    assert "| York | D12 |" in shown
    assert "Length" not in shown


@pytest.mark.parametrize("n", [12, 400], ids=["one chunk", "many chunks"])
@pytest.mark.parametrize(
    ("write", "top", "rule"),
    [
        ("| {:8} | {:8} | {:8} |", "", "+----------+----------+----------+"),
        (" {:8} | {:8} | {:8}", "", "----------+----------+----------"),
        ("{:8}  {:8}  {:8}", "--------  --------  --------", "--------  --------  --------"),
        ("{:8}  {:8}  {:8}", "", "--------  --------  --------"),
    ],
    ids=["box", "psql", "between rules", "under rules"],
)
def test_a_row_of_a_table_with_rules_comes_with_header_and_rule(n, write, top, rule):
    header = write.format("Length", "Berth", "Fee").rstrip()
    rows = "\n".join(write.format(*row.split(",")).rstrip() for row in ROWS[:n])
    text = f"These are the fees.\n\n{top}\n{header}\n{rule}\n{rows}\n{top}\n\nThey are due at once.\n"
    shown = Document.from_text(text, source="fees.txt").context("D11", 75).text()
    assert f"{header.strip()}\n{rule}\n" in shown
    assert write.format("11 m", "D11", "11.50").strip() in map(str.strip, shown.splitlines())


def test_rules_are_looked_for_among_many_empty_lines_at_once():
    text = "Berths are let." + "\n" * 5_000 + "They are due."
    assert count_rows(text, [(0, 15), (5_015, len(text))]) == (0, 0)
