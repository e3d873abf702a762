import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import in_sections

from secondhop import Document
from secondhop.errors import NoTextError
from secondhop.loading.markup import html


def load(text):
    return html.load(text.encode(), "page.html")


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
            "Sick leave\n- Tell us\n- Rest\n1. inner\n\nAfter.\nSecond line.\n\ndef f():\n    return 1\n\nDays",
        ),
        (("Leave", "Sick leave"), "code", "def f():\n    return 1"),
        (("Leave", "Sick leave"), "table", "Kind | Days\nSick | 10"),
    ]
    assert loaded.metadata == {"title": "Handbook & more"}
    spans = [loaded.text[slice(*section.heading_span)] for section in loaded.sections]
    assert spans == ["Leave", "Sick leave", "Sick leave", "Kind | Days"]


@pytest.mark.parametrize("sign", ["¶", "#", "§", "\uf0c1"])
def test_a_headings_link_to_itself_is_left_out(sign):
    page = (
        f"<h2 id=fees>Fees<a class=headerlink href='#fees'>{sign}</a></h2><p>See <a href='#fees'>Fees</a> in C{sign}."
    )
    loaded = load(page)
    assert [section.heading_path for section in loaded.sections] == [("Fees",)]
    assert loaded.text == f"Fees\n\nSee Fees in C{sign}."


def test_a_snippet_is_shown_with_the_words_around_it_and_long_code_stands_alone():
    page = "<p>Add this line to the crontab:<pre>0 3 * * * backup</pre><p>Then restart cron.<pre>{}</pre>"
    script = "\n".join(f"step_{number}" for number in range(100))
    loaded = load(page.format(script))
    assert [section.kind for section in loaded.sections] == ["prose", "code", "code"]
    assert loaded.text[slice(loaded.sections[2].start, loaded.sections[2].end)] == script
    document = Document.from_bytes(page.format(script).encode(), "page.html")
    shown = "Add this line to the crontab:\n\n0 3 * * * backup\n\nThen restart cron."
    assert document.chunks[0].text == shown


def test_items_of_ordered_lists_carry_the_numbers_that_the_page_shows():
    page = (
        "<ol start=3><li>Three<li><p>Four</p><p>more</p><ol type=a><li>x<li>y<li value=7>z</ol><li hidden>no<li>Five</ol>"
        "<ol type=I reversed><li>two<li>one</ol><ul><li>plain</ul><ol start=no><li value=x><br>first</ol>"
    )
    items = "3. Three|4. Four|more|a. x|b. y|g. z|5. Five|II. two|I. one|- plain|1. first"
    assert load(page).text.split("\n") == items.split("|")


@pytest.mark.parametrize(
    ("how", "items"),
    [
        ("class='loweralpha simple'", "a. x|b. y"),
        ("class=upperroman", "I. x|II. y"),
        ("style='LIST-STYLE: upper-latin' type=1", "A. x|B. y"),
        ("style='list-style-type: none'", "- x|- y"),
    ],
)
def test_styles_and_classes_tell_how_a_list_is_numbered(how, items):
    assert load(f"<ol {how}><li>x<li>y</ol>").text.split("\n") == items.split("|")


@pytest.mark.parametrize(
    "code",
    [
        "<pre><span class=linenos>1</span>a:\n<span class=linenos>2</span>  7\n</pre>",
        "<table><tr><td class=linenos><div><pre>1\n2</pre></div><td><pre>a:\n  7</pre></table>",
        "<table><tr><th colspan=2>x.py<tr><td class='gutter gl'><pre>1\n2</pre><td><pre>a:\n  7</pre></table>",
        "<pre><table><tr><td class=rouge-gutter><pre>1\n2</pre><td><pre>a:\n  7</pre></table></pre>",
        "<pre><button>Copy</button>a:\n  7</pre>",
        "<div class=fragment><div class=line><span class=lineno>    1</span>a:</div>\n"
        "<div><div class=line><span class=lineno>    2</span>&#160; 7</div></div></div>",
    ],
)
def test_numbers_beside_lines_are_no_code(code):
    loaded = load(code)
    assert loaded.text.removeprefix("x.py\n\n") == "a:\n  7"
    assert loaded.sections[-1].kind == "code"


def test_the_offer_to_edit_a_section_is_no_part_of_its_heading():
    edit = "<span class=mw-editsection>[<a href='?edit'>edit</a>]</span>"
    assert load(f"<h2>Tides{edit}</h2><p>High.<div><h2>Fog</h2>{edit}</div>").text == "Tides\n\nHigh.\n\nFog"


def test_a_class_of_line_numbers_hides_no_words():
    assert load("<pre class=line-numbers>a = 1</pre>").text == "a = 1"


def test_a_notes_link_back_is_left_out():
    assert load("<p>Of tin. <a href='#r'>↩</a><a href='#r2'>↩\ufe0e</a></p>").text == "Of tin."


def test_buttons_and_labels_stand_apart():
    page = "<p><label>Linux</label><label>Mac</label></p><h2>Fees<button>Open</button></h2>"
    assert load(page).text == "Linux Mac\n\nFees Open"


def test_what_stands_above_the_line_makes_no_other_number_or_word():
    page = (
        "<h1>Area in m<sup>2</sup></h1><p>$1,234<sup>1</sup> or 10<sup>-6</sup> on the 4<sup>th</sup>.<sup>(5)</sup></p>"
        "<p>Tin<sup><a href='#n'>1</a></sup> ore<a href='notes.html#n'><sup>b</sup></a><sup><a href='#c'>[3]</a></sup></p>"
        "<table><tr><td>a<sup>2</sup><td>b<tr><td>c<td>d</table>"
    )
    text = "Area in m²\n\n$1,234¹ or 10⁻⁶ on the 4th.(5)\n\nTin[1] ore[b][3]\n\na² | b\nc | d"
    assert load(page).text == text
    assert load("a" + "<sup>" * 1500 + "5").text == "a⁵"


@pytest.mark.parametrize(
    "mark",
    [
        "<a href='#n' epub:type='noteref'>2</a>",
        "<a href='#n' role='doc-noteref'><sup>2</sup></a>",
        "<sup><a href='#n' role='doc-noteref'>2</a></sup>",
        "<a href='#n' role='doc-noteref'><span>[</span>2<span>]</span></a>",
    ],
)
def test_links_that_are_marks_of_notes_make_no_other_number(mark):
    page = f"<p>Of 1,200{mark}<table><tr><td>Tin<td>1,234{mark}<tr><td>Ore<td>5</table>"
    assert load(page).text == "Of 1,200[2]\n\nTin | 1,234[2]\nOre | 5"


def test_what_its_role_makes_a_heading_is_one():
    page = "<h1>Port</h1><div role=heading aria-level=3>Fees</div><p>12<p role=heading>Rules<p>None<p role=note>5"
    assert [path for path, _, _ in in_sections(load(page))] == [("Port",), ("Port", "Fees"), ("Port", "Rules")]


def test_tasks_are_ticked_or_not():
    page = "<li><input type=checkbox disabled checked>Ropes<li><input disabled type=checkbox> Tar<li><input type=checkbox>Menu"
    assert load(page).text.split("\n") == ["- ☒ Ropes", "- ☐ Tar", "- Menu"]


def test_quotations_stand_in_marks():
    page = "<h1>Of <q>fog</q></h1><p>It says: <q>Sound <b>the</b> horn.</q></p><table><tr><td><q>a</q><td>b<tr><td>c<td>d</table>"
    assert load(page).text == "Of “fog”\n\nIt says: “Sound the horn.”\n\n“a” | b\nc | d"


def test_a_table_inside_a_layout_table_is_a_table():
    page = "<table><tr><td>Menu<td><table><tr><th>Kind<th>Days<tr><td>Sick<td>10</table><tr><td>a<td>b</table>"
    assert [(kind, text) for _, kind, text in in_sections(load(page))] == [
        ("prose", "Menu"),
        ("table", "Kind | Days\nSick | 10"),
        ("prose", "a\n\nb"),
    ]


@pytest.mark.parametrize("name", ["", "<tr><th colspan=2>log.sh"])
def test_a_table_of_one_row_or_column_is_layout_whose_paragraphs_lists_and_code_stay(name):
    inside = "<p>Dear all,</p><ul><li>the quay</ul><pre>a\n  b</pre>"
    page = f"<table>{name}<tr><td><p> </p><td>{inside}</table>"
    assert load(page).text == "log.sh\n\n" * bool(name) + "Dear all,\n- the quay\n\na\n  b"


def test_a_table_of_one_column_with_a_name_is_one():
    page = "<table><tr><th>Ship<tr><td>Aurora<p>a brig<tr><td>Bella</table>"
    assert in_sections(load(page)) == [((), "prose", "Ship\nAurora a brig\nBella")]


def test_a_table_inside_a_table_of_data_is_part_of_its_cell():
    inner = "<table><tr><td>Ann<td>mate<tr><td>Bob<td>cook</table>"
    page = f"<table><tr><th>Ship<th>Crew<tr><td>Aurora<td>{inner}<tr><td>Bella<td>none</table>"
    assert load(page).text == "Ship | Crew\nAurora | Ann mate Bob cook\nBella | none"


def test_elements_of_other_vocabularies_go_on_in_the_line():
    page = (
        "<p>Sales of $<ix:nonFraction name=x scale=6>1,234</ix:nonFraction> in <st1:State w:st=on>Ohio</st1:State>, <nobr>not 5</nobr>.</p>"
        "<ix:nonNumeric><div>One.</div><div>Two.</div></ix:nonNumeric>"
        "<p>Where <mjx-container><math><mi>x</mi></math></mjx-container> is <g-emoji>☂</g-emoji>.</p>"
    )
    assert load(page).text == "Sales of $1,234 in Ohio, not 5.\n\nOne.\n\nTwo.\n\nWhere x is ☂."


def test_pictures_of_formulas_give_them_in_tex():
    page = (
        "<p>Where <span style='display: none'><math><mi>E</mi></math></span>"
        r"<img class=mwe-math-fallback-image-inline alt='{\displaystyle E}'>, "
        "<img class=math alt='a^2'> and <img alt='$b$'>, <img alt='a cat'> and <img class=latex>.</p>"
    )
    assert load(page).text == r"Where {\displaystyle E}, a^2 and $b$, and ."


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
        "<aside class='is-open sidebar-drawer'><a href=a>Tides</a><div>See <a href=b>Ledgers</a></div></aside>",
        "<div class=toc-drawer>On this page<ul><li><a href='#a'>Overview</a><li><a href='#b'>Limits</a></ul></div>",
        "<div class=t-navbar><button>Search</button></div>",
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
        "<div class=has-sidebar><a href=a>See the ledger</a></div>",
        "<div class=navigator><a href=a>See the ledger</a></div>",
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
    table = (
        "<table><tr><td>A<td>B<tr hidden><td>No<td>1<tbody style='display:none'><tr><td>No<td>2<tbody><tr><td>C<td>D"
    )
    assert load(table).text == "A | B\nC | D"


def test_an_empty_main_does_not_hide_the_rest():
    assert load("<main></main><footer>Only this</footer>").text == "Only this"


def test_cells_that_span_rows_stand_in_each_row():
    table = "<table><tr><th>Region<th colspan=2>Sales<tr><td rowspan=2>North<td>1<td>2<tr><td>3<td>4</table>"
    assert load(table).text == "Region | Sales\nNorth | 1 | 2\nNorth | 3 | 4"


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ("<tr><th>Car<th>Fare<tr><td>short<td>9", "Car | Fare"),
        ("<thead><tr><td>Car<td>Fare</thead><tr><td>short<td>9", "Car | Fare"),
        ("<tr><td><th>Summer<tr><th>Car<th>Fare<tr><th>short<td>9", "Car | Fare"),
        ("<tr><td><th>Fare<tr><th colspan=2>Cars<tr><th>short<td>9", " | Fare"),
        ("<tr><td colspan=2>In euros<tr><th>Car<th>Fare<tr><td>short<td>9", "Car | Fare"),
        ("<tr><td>Car<td>Fare<tr><td>short<td>9", "Car | Fare"),
        ("<tr><th>Car<th>Fare<tr><th>short<th>9", "Car | Fare"),
        ("<tr><th>Car<td>Saab<tr><th>Fare<td>9", None),
        ("<tr><th>Car<th>Fare<td>Note<tr><td>short<td>9<td>-", "Car | Fare | Note"),
        ("<tr><td>Car<td>Fare<tr><th>short<td>9", "Car | Fare"),
        ("<tr><td><td>Summer<td>Winter<tr><th>short<td>9<td>8", " | Summer | Winter"),
    ],
)
def test_the_last_row_at_the_top_that_names_columns_is_the_header(rows, header):
    source = load(f"<table>{rows}</table>")
    (section,) = [section for section in source.sections if section.kind == "table"]
    assert (section.heading_span and source.text[slice(*section.heading_span)]) == header


def test_blocks_in_a_cell_are_kept_apart():
    assert "one two | x" in load("<table><tr><td>a<td>b<tr><td><p>one</p><p>two</p><td>x</table>").text


def test_line_breaks_part_words_in_cells_headings_and_code():
    page = "<h1>Chapter 1<br>The Storm</h1><pre>a = 1<br>b = 2</pre><table><tr><th>Name<th>At<tr><td>Ann<td>10 Main St<br>Troy</table>"
    assert in_sections(load(page)) == [
        (("Chapter 1 The Storm",), "prose", "Chapter 1 The Storm\n\na = 1\nb = 2"),
        (("Chapter 1 The Storm",), "code", "a = 1\nb = 2"),
        (("Chapter 1 The Storm",), "table", "Name | At\nAnn | 10 Main St Troy"),
    ]


def test_lines_of_code_that_are_blocks_follow_one_another():
    page = "<pre><code><div>def f():</div><div><br></div><div>    return 1\n</div></code></pre>"
    assert load(page).text == "def f():\n\n    return 1"


def test_the_reading_of_a_word_stands_behind_it():
    page = (
        "<h1><ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby></h1><p>本は<ruby>\n漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>で"
        "<ruby><rb>例</rb><rb>題</rb><rt>・</rt><rt hidden>x</rt></ruby>えば"
        "<table><tr><td><ruby>猫<rt>ねこ</ruby><td>b<tr><td>c<td>d</table>"
    )
    assert load(page).text == "東京(とうきょう)\n\n本は漢字(かんじ)で例題えば\n\n猫(ねこ) | b\nc | d"


def test_the_mark_of_an_item_stands_before_its_first_paragraph():
    page = "<ul><li>\n<p>one</p>\n<p>more</p></li>\n<li> </li><li>\n <br><p>two</p></li></ul><dl><dt>Ox</dt><dd>\n<p>big</p></dd></dl>"
    assert load(page).text == "- one\nmore\n- two\n\nOx\n: big"


TEX = "<annotation encoding='application/x-tex'>\\frac{1}{2}</annotation>"
HALF = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (f"<math>{HALF}</math>", "1 2"),
        (f"<math><semantics>{HALF}<annotation-xml><cn>0.5</cn></annotation-xml></semantics></math>", "1 2"),
        (f"<math><semantics><mrow>{HALF}</mrow>{TEX}</semantics></math>", r"\frac{1}{2}"),
        (
            f"<span class=katex-mathml><math><semantics>{HALF}{TEX}</semantics></math></span><span class=katex-html>21</span>",
            r"\frac{1}{2}",
        ),
        ("<script type='math/tex'>\\frac{1}{2}</script>", r"\frac{1}{2}"),
        (
            "<span class=MathJax_Preview></span><span class=MathJax><b class=MathJax_Line>12</b></span>"
            "<script type='math/tex; mode=display'>\\frac{1}{2}</script>",
            r"\frac{1}{2}",
        ),
        (f"<math hidden>{HALF}</math>", ""),
    ],
)
def test_formulas_are_read_in_their_line(formula, text):
    assert load(f"<p>One: <b>{formula}</b>.</p>").text == f"One: {text}."
    assert load(f"<table><tr><td>a<td>b<tr><td>c<td>{formula}.</table>").text == f"a | b\nc | {text}."


def test_deep_nesting_is_no_recursion():
    assert load("<div>" * 3000 + "bottom" + "</div>" * 3000).text == "bottom"


def test_a_page_nested_too_deep_is_read_without_its_structure_and_warned_about():
    loaded = load("<div>" * 3000 + "<h1>Fog</h1><p>Horn</p>" + "</div>" * 3000)
    assert loaded.text == "Fog Horn"
    assert loaded.warnings == ("Elements nest more than 2000 deep: read without headings, lists and tables.",)


@pytest.mark.parametrize("drawing", ["<svg>{}</svg>", "<svg viewBox='0 0 1 1'>{}", "<svg/><math>{}</math>"])
def test_a_drawing_of_many_strokes_is_not_deep(drawing):
    loaded = load("<h1>Fog</h1><p>Horn</p>" + drawing.format("<path d='M0 0'/>" * 5000))
    assert in_sections(loaded) == [(("Fog",), "prose", "Fog\n\nHorn")]
    assert loaded.warnings == ()


XHTML = '<html xmlns="http://www.w3.org/1999/xhtml" lang="en">'


@pytest.mark.parametrize("start", [XHTML, '<?xml version="1.0"?>\n<html>', f"<!DOCTYPE html><!-- x -->\n{XHTML}"])
@pytest.mark.parametrize(
    "closed", ["<title/>", "<title />", "<script src='a.js'/>", '<style type="x" />', "<meta name='a'/>"]
)
def test_elements_that_close_themselves_in_xhtml_hold_nothing(start, closed):
    loaded = load(f"{start}<head>{closed}</head><body><h1 id='a'/><h1>One</h1><p>a<br/>b<i/></p></body></html>")
    assert in_sections(loaded) == [(("One",), "prose", "One\n\na\nb")]


def test_a_slash_closes_nothing_in_html():
    assert load("<div hidden/>No</div><p>Yes").text == "Yes"


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


TAGS = ["<p>", "</p>", "<h1>", "<h3>", "</h1>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<pre>", "<br>"]
MARKUP = st.lists(st.sampled_from(TAGS) | st.text(max_size=8)).map("".join)


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_any_markup_gives_ordered_sections(page):
    try:
        loaded = load(page.encode("utf-8", "replace").decode())
    except NoTextError:
        return
    ends = [0] + [section.end for section in loaded.sections]
    for section, end_before in zip(loaded.sections, ends, strict=False):
        assert end_before <= section.start < section.end <= len(loaded.text) or section.end <= end_before
        assert loaded.text[section.start : section.end].strip()


@pytest.mark.parametrize("name", ["note", "warning", "Tip", "admonition important", "author"])
def test_the_title_of_a_note_heads_no_section(name):
    page = (
        f"<h2>Ports</h2><p>Open 631.</p><div class='{name}'><h3>Beware</h3><p>Not outside.</p></div><p>Restart it.</p>"
    )
    loaded = load(page)
    assert loaded.text == "Ports\n\nOpen 631.\n\nBeware\n\nNot outside.\n\nRestart it."
    assert [section.heading_path for section in loaded.sections] == [("Ports",)]


def test_a_note_that_is_drawn_as_a_table_is_paragraphs():
    table = "<table><tr><td rowspan='2'><img></td><th>Note</th></tr><tr><td><p>One.</p><p>Two.</p></td></tr></table>"
    loaded = load(f"<h1>A</h1><div class='note'>{table}</div>")
    assert loaded.text == "A\n\nNote\n\nOne.\n\nTwo."
    assert [section.kind for section in loaded.sections] == ["prose"]


def test_a_line_that_is_hidden_whole_waits_for_a_script_and_is_read_whole():
    keys = "<span><span hidden>Command</span><span hidden>Ctrl</span></span><span><b style='display: none'>x</b></span>"
    blocks = "<span>\n<span hidden><p>In Calc.</p></span>\n<span hidden><p>In Writer.</p></span>\n</span>"
    page = f"<p>Press {keys}+C <span>once <i hidden>never</i></span>.</p>{blocks}<table><tr><td>{keys}<td>x<tr><td>y<td>z</table>"
    text = "Press Command / Ctrl+C once .\n\nIn Calc.\n\nIn Writer.\n\nCommand / Ctrl | x\ny | z"
    assert load(page).text == text


@pytest.mark.parametrize("tag", ["header", "aside"])
def test_links_beside_the_page_are_left_out_and_words_and_headings_are_not(tag):
    links = f"<{tag}><a href='/'>Product 7.4 Help</a> <button>Module</button><label>Contents</label></{tag}>"
    links += f"<{tag}>Index <input type='search'></{tag}>"
    kept = f"<{tag}><h1><a href='/'>Title</a></h1></{tag}><{tag}>As a note says. <a href='#1'>Back</a></{tag}>"
    assert load(f"<body>{links}{kept}<p>Text.</p></body>").text == "Title\n\nAs a note says. Back\n\nText."


def test_such_a_list_inside_another_one_is_left_out_with_it():
    links = "".join(f"<li><a href='#{name}'>{name}</a></li>" for name in ("Berths", "Fees"))
    page = f"<ul><li><div><ul>{links}</ul></div></li>{links}</ul><h2>Berths</h2><p>Let in May.</p><h2>Fees</h2><p>Paid.</p>"
    assert load(page).text == "Berths\n\nLet in May.\n\nFees\n\nPaid."


def test_a_list_of_links_that_repeats_the_headings_of_the_page_is_left_out():
    links = "<li><a href='a.html#one'>What is it?</a><ul><li><a href='#two'>1.1 Does it run?</a></li></ul></li>"
    text = "<h2 id='one'>1. What is it?</h2><p>A tool.</p><h3 id='two'>Does it run?</h3><p>Yes.</p>"
    read = "1. What is it?\n\nA tool.\n\nDoes it run?\n\nYes."
    assert load(f"<ul>{links}</ul>{text}").text == read
    elsewhere = "<ul><li><a href='b.html#x'>Other words</a></li><li><a href='#one'>What is it?</a></li></ul>"
    assert load(f"{elsewhere}{text}").text == f"- Other words\n- What is it?\n\n{read}"
    explained = f"<ul>{links}<li>and many words that stand in no heading and in no link of this list</li></ul>"
    assert "many words" in load(f"{explained}{text}").text
