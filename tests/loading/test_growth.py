"""Twice the input takes at most two and a half times as long, for every loader and chunker, whatever grows.

Processor time, the best of several runs, of inputs large enough to measure; a pair that fails is measured again.
"""

import gc
import time
from contextlib import suppress

import making
import pytest

from secondhop import chunking
from secondhop.errors import SecondhopError
from secondhop.loading import parse

MOST = 8
"""Times as long for four times as much: linear is 4, and what leaves the cache a half more; quadratic is 16."""
ENOUGH_SECONDS = 0.01
TRIES = 5

SENTENCE = "The harbour ledger names copper, winter and a signal. "


def rows(count):
    return [("id", "name", "note"), *((str(n), "copper", "a winter signal") for n in range(count))]


def verbatim_case(name):
    return lambda n: (making.verbatim([SENTENCE.strip()] * n)[name].encode(), name)


def open_growth(count):
    """Lists that go on, spans in styles of their own, and rows under cells that span them."""
    note = "<text:note><text:note-body><text:p>x</text:p></text:note-body></text:note>"
    item = f"<text:p>{'<text:span>copper </text:span>' * 5}{note}</text:p>"
    lists = f'<text:list text:continue-numbering="true"><text:list-item>{item}</text:list-item></text:list>' * count
    spanning = f'<table:table-cell table:number-rows-spanned="{count}">{item}</table:table-cell>'
    others = "<table:covered-table-cell/><table:table-cell><text:p>y</text:p></table:table-cell>"
    rows = f"<table:table-row>{others}</table:table-row>" * count
    return f"{lists}<table:table><table:table-row>{spanning}</table:table-row>{rows}</table:table>"


SIZES = {name: (verbatim_case(name), 400) for name in making.verbatim([SENTENCE])}
SIZES |= {
    "a.pdf": (lambda n: (making.lines_pdf([[SENTENCE] * 40] * n), "a.pdf"), 8),
    "a.docx": (lambda n: (making.docx_of([SENTENCE] * n), "a.docx"), 100),
    "a.pptx": (lambda n: (making.pptx_of([SENTENCE] * n), "a.pptx"), 10),
    "a.odt": (lambda n: (making.odt_of([SENTENCE] * n), "a.odt"), 200),
    "a.odp": (lambda n: (making.odp_of([SENTENCE] * n), "a.odp"), 100),
    "a.fodt": (lambda n: (making.flat_document(open_growth(n)), "a.fodt"), 100),
    "a.xlsx": (lambda n: (making.xlsx_of({"A": rows(n)}), "a.xlsx"), 500),
    "a.ods": (lambda n: (making.ods_of({"A": rows(n)}), "a.ods"), 500),
    "a.epub": (lambda n: (making.epub_of([[SENTENCE] * 10] * n), "a.epub"), 10),
    "a.eml": (lambda n: (making.eml_of([SENTENCE] * n), "a.eml"), 300),
    "a.mbox": (lambda n: (b"From ada@example.org " + b"10:00" * n + b"\n\n", "a.mbox"), 400),
    "a.srt": (lambda n: (f"00:00:01,000 --> 00:00:02,000\n{SENTENCE}\n\n".encode() * n, "a.srt"), 400),
    "list.json": (lambda n: (b"[" + b'{"a": [{}], "b": "x"}, ' * n + b"{}]", "list.json"), 2000),
    "a.ipynb": (lambda n: (making.notebook_of([SENTENCE] * n), "a.ipynb"), 300),
    "a.html": (lambda n: (making.html_page([SENTENCE] * n).encode(), "a.html"), 200),
    "a.rtf": (lambda n: (making.rtf_of([SENTENCE] * n), "a.rtf"), 200),
}
TEXTUAL = [*making.verbatim([SENTENCE]), "a.html", "a.ipynb", "a.eml", "a.rtf", "a.srt"]
RUNS = {
    "spaces": " ",
    "letters": "a",
    "quotes": '"',
    "apostrophes": "'",
    "stops": ".",
    "sentences": SENTENCE,
    "opening brackets": "[(<{",
    "closing brackets": "])>}",
    "marks": "#*=-_|`~",
    "backslashes": "\\",
    "line ends": "\n",
    "equals": "= ",
    "blank lines with marks": "\n- \n",
    "headings": "\n# a\n= a\n* a\n\\section{a}\n",
}
NESTS = {
    "a.html": ("<div>", "x", "</div>"),
    "a.xml": ("<a>", "x", "</a>"),
    "a.json": ("[", "1", "]"),
    "a.md": ("> ", "x", ""),
    "a.py": ("(", "1", ")"),
    "a.rtf": ("{", "x", "}"),
    "a.ipynb": ("[", "1", "]"),
    "a.tex": ("\\section{", "x", "}"),
    "a.rb": ("class A\n", "x\n", "end\n"),
    "a.org": ("* a\n*", " x", ""),
}


@pytest.fixture(autouse=True)
def _nothing_of_other_tests():
    """What they have left would be looked through for garbage on the way."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def seconds(data, name):
    """Processor time to load and chunk, refused or not."""
    gc.collect()
    start = time.process_time()
    with suppress(SecondhopError):
        list(chunking.chunk_tables([parse(data, name)], 200))
    return time.process_time() - start


def assert_grows_in_proportion(make, size):
    """Doubles the input until it takes long enough to measure, then takes four times as much."""
    data, name = make(size)
    seconds(data, name)  # imports and grammars
    while seconds(data, name) < ENOUGH_SECONDS and len(data) < 3_000_000:
        size *= 2
        data, name = make(size)
    larger, _ = make(4 * size)
    ratios = []
    for _ in range(TRIES):
        once = min(seconds(data, name) for _ in range(2))
        more = min(seconds(larger, name) for _ in range(2))
        ratios.append(more / max(once, ENOUGH_SECONDS / 2))
        if ratios[-1] <= MOST:
            return
    pytest.fail(f"{name}: {size} → {4 * size} takes {min(ratios):.1f} times as long ({once:.3f} s → {more:.3f} s)")


def run_case(name, unit):
    def make(size):
        run = unit * size
        if name == "a.rtf":
            return b"{\\rtf1 " + run.encode() + b"}", name
        if name == "a.eml":
            return b"Subject: x\n\n" + run.encode(), name
        if name == "a.ipynb":
            return making.notebook_of([run]), name
        if name == "a.srt":
            return b"00:01.000 --> 00:02.000\n" + run.encode(), name
        return run.encode() + b"x", name

    return make


def nest_case(name, opening, inside, closing):
    def make(size):
        text = opening * size + inside + closing * size
        if name == "a.rtf":
            text = "{\\rtf1 " + text + "}"
        return text.encode(), name

    return make


@pytest.mark.parametrize("name", SIZES)
def test_time_grows_with_the_size(name):
    assert_grows_in_proportion(*SIZES[name])


@pytest.mark.parametrize("name", NESTS)
def test_time_grows_with_the_nesting(name):
    assert_grows_in_proportion(nest_case(name, *NESTS[name]), 500)


@pytest.mark.parametrize(("name", "run"), [("a.txt", "letters"), ("a.md", "headings"), ("a.csv", "quotes")])
def test_time_grows_with_the_length_of_a_line(name, run):
    assert_grows_in_proportion(run_case(name, RUNS[run]), 2000)


@pytest.mark.long
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", TEXTUAL)
def test_time_grows_with_every_kind_of_run(name, run):
    assert_grows_in_proportion(run_case(name, RUNS[run]), 2000)
