import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.errors import NoTextError
from secondhop.loading import html


def load(text):
    return html.load(text.encode(), "page.html")


def in_sections(loaded):
    return [
        (section.heading_path, section.kind, loaded.text[section.start : section.end]) for section in loaded.sections
    ]


PAGE = """<!doctype html><html><head><title>Handbook &amp; more</title><style>p {}</style></head><body>
<nav>Home</nav><script>var x = "<p>no</p>";</script>
<main><h1>Leave</h1><p>Twenty <b>five</b>
 days.</p><h2>Sick  leave</h2><ul><li>Tell <a href=x>us</a><li><p>Rest</p><ol><li>inner</ol></ul>
<p>After.<br>Second line.</p><pre>def f():
    return 1
</pre><table><caption>Days</caption><tr><th>Kind<th>Days<tr><td>Sick<td>10</table></main><footer>Imprint</footer>"""


def test_headings_lists_tables_and_code_become_sections():
    loaded = load(PAGE)
    assert in_sections(loaded) == [
        (("Leave",), "prose", "Leave\n\nTwenty five days."),
        (
            ("Leave", "Sick leave"),
            "prose",
            "Sick leave\n- Tell us\n- Rest\n- inner\n\nAfter.\nSecond line.",
        ),
        (("Leave", "Sick leave"), "code", "def f():\n    return 1"),
        (("Leave", "Sick leave"), "prose", "Days"),
        (("Leave", "Sick leave"), "table", "Kind | Days\nSick | 10"),
    ]
    assert loaded.metadata == {"title": "Handbook & more"}
    spans = [loaded.text[slice(*section.heading_span)] for section in loaded.sections]
    assert spans == ["Leave", "Sick leave", "Sick leave", "Sick leave", "Kind | Days"]


def test_what_a_term_means_stands_below_it():
    page = (
        "<dl><dt>Hen</dt><dt>Cock</dt><dd>a bird</dd><dd><p>or two</p><p>More.</p></dd><dt>Ox</dt><dd></dd></dl>"
        "<dl><dd>indented</dd></dl>"
    )
    assert load(page).text == "Hen\n\nCock\n: a bird\n: or two\n\nMore.\n\nOx\n\nindented"


def test_navigation_stays_only_where_there_is_nothing_else():
    assert load("<nav>Home</nav><p>Text</p><footer>End</footer>").text == "Text"
    assert load("<div role=navigation>Home</div><p>Text</p>").text == "Text"
    assert load("<nav>Home</nav><footer>End</footer>").text == "Home\n\nEnd"


@pytest.mark.parametrize(
    "bar",
    [
        "<div class=navheader><table><tr><th>ANALYZE<tr><td><a href=a>Prev</a><td>Commands<td><a href=b>Next</a></table></div>",
        "<ul class='docnav top'><li><a href=a>Prev</a><li>The Handbook<li><a href=b>Next</a></ul>",
        "<p class=menu><a href=a>Modules</a> | <a href=b>Glossary</a></p>",
        "<div id=breadcrumbs><a href=a>Home</a> &gt; <a href=b>Docs</a></div>",
        "<div class=toc>Contents<ul><li><a href='#a'>Overview</a><li><a href='#b'>Limits</a></ul></div>",
    ],
)
def test_bars_of_links_are_left_out(bar):
    assert load(f"{bar}<p>Text</p>").text == "Text"
    assert load(bar).text != ""


@pytest.mark.parametrize(
    "part",
    [
        "<div class=menu>Soup of the day, bread and <a href=a>cheese</a></div>",
        "<div class=footer>Delivered to the quay</div>",
        "<div class=toc><a href='part.html'>What no heading of this page says</a></div>",
        "<p class=links><a href=a>See the ledger</a></p>",
        "<h2 id=pagination><a href='#pagination'>Pagination</a></h2>",
        "<h2 id=contents><a href='#contents'>Contents</a></h2>",
        "<p><a class=menu href=a>The ledger</a></p>",
        "<section id=navigation><h2>Going</h2><a href=a>back</a></section>",
    ],
)
def test_what_only_sounds_like_navigation_stays(part):
    alone = load(f"<div>{part}</div>").text
    assert load(f"{part}<p>Text</p>").text == f"{alone}\n\nText"


def test_what_a_reader_of_the_page_does_not_see_is_left_out():
    assert load("<p style='DISPLAY : none'>No</p><p hidden>No</p><p style='color:red'>Yes</p>").text == "Yes"


def test_an_empty_main_does_not_hide_the_rest():
    assert load("<main></main><footer>Only this</footer>").text == "Only this"


def test_cells_that_span_rows_stand_in_each_row():
    table = "<table><tr><th>Region<th colspan=2>Sales<tr><td rowspan=2>North<td>1<td>2<tr><td>3<td>4</table>"
    assert load(table).text == "Region | Sales\nNorth | 1 | 2\nNorth | 3 | 4"


def test_blocks_in_a_cell_are_kept_apart():
    assert "one two | x" in load("<table><tr><td>a<td>b<tr><td><p>one</p><p>two</p><td>x</table>").text


def test_deep_nesting_is_no_recursion():
    assert load("<div>" * 3000 + "bottom" + "</div>" * 3000).text == "bottom"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>Grüße</p>".encode(), "Grüße"),
        (b"\xef\xbb\xbf<p>plain</p>", "plain"),
        ("<p>Grüße</p>".encode("utf-16"), "Grüße"),
        ('<meta charset="iso-8859-1"><p>Grüße – “ja”</p>'.encode("cp1252"), "Grüße – “ja”"),
        ('<meta http-equiv=x content="text/html; charset=Shift_JIS"><p>日本語</p>'.encode("cp932"), "日本語"),
        ('<meta charset="iso-8859-1"><p>Grüße</p>'.encode(), "Grüße"),
        ('<meta charset="no-such"><p>Die Grüße sind schön und größer für alle</p>'.encode("cp1252"), None),
    ],
)
def test_the_encoding_is_found(data, text):
    assert html.load(data, "page.html").text == (text or "Die Grüße sind schön und größer für alle")


@pytest.mark.parametrize("page", ["", "<script>only()</script>", "<title>Only a title</title>"])
def test_pages_without_text_are_refused(page):
    with pytest.raises(NoTextError):
        load(page)


MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<h1>",
            "<h3>",
            "</h1>",
            "<li>",
            "</ul>",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<pre>",
            "<br>",
        ]
    )
    | st.text(max_size=8)
).map("".join)


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_any_markup_gives_ordered_sections(page):
    try:
        loaded = load(page.encode("utf-8", "replace").decode())
    except NoTextError:
        return
    ends = [0] + [section.end for section in loaded.sections]
    for section, end_before in zip(loaded.sections, ends, strict=False):
        assert end_before <= section.start < section.end <= len(loaded.text)
        assert loaded.text[section.start : section.end].strip()
