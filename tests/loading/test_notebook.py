import json
import sys

import pytest
from making import in_sections

from secondhop.errors import CorruptFileError, NoTextError
from secondhop.loading.markup import notebook


def load(cells, **metadata):
    return notebook.load(json.dumps({"nbformat": 4, "cells": cells, "metadata": metadata}).encode(), "n.ipynb")


def markdown(text):
    return {"cell_type": "markdown", "source": text.splitlines(keepends=True)}


def code(text, *outputs):
    return {"cell_type": "code", "source": text, "outputs": list(outputs)}


def test_markdown_headings_hold_the_code_below_them():
    loaded = load([markdown("# Data\nWhere from.\n## Load"), code("x = 1\n\ny = 2"), markdown("Done.")])
    assert in_sections(loaded) == [
        (("Data",), "prose", "Data\n\nWhere from."),
        (("Data", "Load"), "prose", "Load"),
        (("Data", "Load"), "code", "x = 1\n\ny = 2"),
        (("Data", "Load"), "prose", "Done."),
    ]
    assert loaded.sections[2].page is None


def test_comments_in_code_fences_are_no_headings():
    loaded = load([markdown("# Real\n```sh\n# comment\n```\ntext")])
    assert [path for path, _, _ in in_sections(loaded)] == [("Real",), ("Real",)]


def test_titles_lose_their_markup():
    loaded = load([markdown('<h1 style="color:blue">Load <b>data</b></h1>\n\nFirst.\n## With `csv`'), code("x = 1")])
    assert in_sections(loaded) == [
        (("Load data",), "prose", "Load data\n\nFirst."),
        (("Load data", "With csv"), "prose", "With csv"),
        (("Load data", "With csv"), "code", "x = 1"),
    ]


def test_tables_and_code_in_markdown_are_told_from_its_prose():
    table = "| Ship | Berth |\n|---|---|\n| Aurora | 4 |"
    loaded = load([markdown(f"# Ships\nBerths:\n{table}\n\n> ```\n> dock()\n> ```\nDone.")])
    assert in_sections(loaded) == [
        (("Ships",), "prose", "Ships\n\nBerths:"),
        (("Ships",), "table", table),
        (("Ships",), "prose", "> ```\n> dock()\n> ```\n\nDone."),
        (("Ships",), "code", "> ```\n> dock()\n> ```"),
    ]
    assert loaded.text[slice(*loaded.sections[1].heading_span)] == "| Ship | Berth |"


def test_pictures_that_markdown_holds_whole_are_left_out():
    loaded = load([markdown(f"Dues:\n![chart](data:image/png;base64,{'iVBORw0K' * 100})")])
    assert loaded.text == "Dues:\n![chart](data:image/png;base64,)"


def test_underlined_titles_are_headings():
    loaded = load([markdown("Data\n====\nWhere from.\n\nHow to\nload\n---\nSo."), markdown("- # no heading\n")])
    assert [section.heading_path for section in loaded.sections] == [("Data",), ("Data", "How to load")]
    assert loaded.text == "Data\n\nWhere from.\n\nHow to load\n\nSo.\n\n- # no heading"


def test_text_outputs_are_kept_and_images_are_not():
    loaded = load(
        [
            code(
                "run()",
                {"output_type": "stream", "text": ["\x1b[31mred\x1b[0m\n", "next"]},
                {"output_type": "execute_result", "data": {"text/plain": "42", "text/html": "<b>42</b>"}},
                {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}},
                {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["long"]},
            )
        ]
    )
    assert loaded.text == "run()\n\nred\nnext\n\n42\n\nValueError: bad"


def shown(**data):
    bundle = {f"text/{kind}": text for kind, text in data.items()}
    return load([code("run()", {"output_type": "display_data", "data": bundle})])


def test_markdown_outputs_are_read_as_prose():
    loaded = shown(plain="<IPython.core.display.Markdown object>", markdown=["**The answer** is 42\n", "or so"])
    assert in_sections(loaded) == [((), "code", "run()"), ((), "prose", "**The answer** is 42\nor so")]


@pytest.mark.parametrize("plain", ["", "<IPython.core.display.HTML object>", "<pandas.io.style.Styler at 0x7f00aB>"])
def test_html_outputs_are_read_where_their_plain_text_says_nothing(plain):
    loaded = shown(plain=plain, html="<table><tr><th>Berth</th><th>Fee</th></tr><tr><td>4</td><td>40</td></tr></table>")
    assert loaded.text == "run()\n\nBerth | Fee\n4 | 40"
    assert shown(plain="Berth 4", html="<b>Berth 4</b>").text == "run()\n\nBerth 4"


def test_formulas_are_read_where_their_plain_text_says_nothing():
    formula = {"text/latex": ["$$E = ", "mc^2$$"], "text/plain": "<IPython.core.display.Math object>"}
    outputs = {"output_type": "display_data", "data": formula}, {"data": {**formula, "text/plain": "E = c**2*m"}}
    assert load([code("run()", *outputs)]).text == "run()\n\n$$E = mc^2$$\n\nE = c**2*m"


def test_html_outputs_are_left_out_with_a_warning_where_the_extra_is_missing(monkeypatch):
    monkeypatch.delitem(sys.modules, "secondhop.loading.markup.html", raising=False)
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)
    loaded = shown(html="<p>Berth 4</p>")
    assert loaded.text == "run()"
    assert loaded.warnings == ("1 output was left out: HTML is read with pip install 'secondhop[office]'.",)


def test_long_outputs_are_cut_with_a_warning():
    loaded = load([code("run()", {"output_type": "stream", "text": "x" * 50_000})])
    assert len(loaded.text) < 21_000
    assert loaded.warnings == ("1 output was cut after 20000 characters.",)


def test_notebooks_of_format_3_are_read():
    cells = [{"cell_type": "heading", "level": 2, "source": "Old"}, {"cell_type": "code", "input": ["a = 1"]}]
    loaded = notebook.load(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode(), "n.ipynb")
    assert in_sections(loaded) == [(("Old",), "prose", "Old"), (("Old",), "code", "a = 1")]


def test_the_language_is_kept():
    assert load([code("x")], kernelspec={"language": "R"}).metadata == {"language": "R"}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe\x00", b"[" * 200_000, b'{"worksheets": [{"cells": 1}]}']
)
def test_what_is_no_notebook_is_corrupt(data):
    with pytest.raises(CorruptFileError, match=r"n\.ipynb: not a notebook"):
        notebook.load(data, "n.ipynb")


def test_strange_values_are_passed_over():
    cells = [
        3,
        {"cell_type": "code", "source": {"a": 1}, "outputs": [7, {"data": 1, "text": None}]},
        code("x \ud800= 1"),
    ]
    assert load(cells).text == "x = 1"


def test_a_notebook_without_text_is_refused():
    with pytest.raises(NoTextError):
        load([code("")])
