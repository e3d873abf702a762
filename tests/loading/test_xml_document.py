"""XML of manuals is read as its readers see it, XML of data as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.errors import LoadError
from secondhop.loading import load_text, parse

DOCBOOK = """<?xml version="1.0"?>
<!DOCTYPE chapter PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "docbookx.dtd" [<!ENTITY app "<b>App</b>">]>
<chapter id="budgets"><chapterinfo><author>&A.Writer;</author><date>2011-06-29</date></chapterinfo>
<title>Budgets</title>
<indexterm><primary>Budget</primary></indexterm>
<para>In &app; there <emphasis>is</emphasis>
  one:<itemizedlist><listitem><para>first</para></listitem><listitem><para>second</para></listitem></itemizedlist></para>
<sect1><title>Menu <guimenu>File</guimenu></title>
<variablelist><varlistentry>
<term><menuchoice><shortcut><keycombo>&Ctrl;<keycap>N</keycap></keycombo></shortcut><guimenu>File</guimenu>
<guimenuitem>New</guimenuitem></menuchoice></term>
<listitem><para>Makes a file.</para></listitem></varlistentry></variablelist>
<note><title>Beware</title><para>It is empty.</para></note>
<screen>$ app --new
done</screen>
<table><title>Sizes</title><tgroup cols="2"><thead><row><entry>Name</entry><entry>Size</entry></row></thead>
<tbody>
<row><entry>small <keycombo><keycap>Alt</keycap><keycap>S</keycap></keycombo></entry>
<entry><para>1 MB</para></entry></row></tbody></tgroup></table>
</sect1></chapter>"""

MALLARD = """<page xmlns="http://projectmallard.org/1.0/" type="topic"><info><link type="guide" xref="a"/>
<credit type="author"><name>A Writer</name></credit><title type="link">Short</title><desc>It is blocked.</desc></info>
<title>It does not connect</title>
<comment><p>To be written.</p></comment>
<steps><item><p>Open <gui>Settings</gui>.</p></item><item><p>Press <keyseq><key>Ctrl</key><key>P</key></keyseq>.</p></item></steps>
<p><code>ls</code> lists files, see <link xref="files"/>.</p><code>ls -l</code>
<section><title>More</title><p><guiseq><gui>Edit</gui><gui>Undo</gui></guiseq></p></section></page>"""

DITA = """<task id="t"><title>Replace it</title><shortdesc>When it is old.</shortdesc><prolog><author>A</author></prolog>
<taskbody><context>Keep <b>dry</b>.</context><steps><step><cmd>Open it.</cmd><info>Gently.</info></step>
<step><cmd>Close it.</cmd></step></steps><result><p>It runs.</p></result></taskbody></task>"""


def outline(loaded):
    return [(section.heading_path, section.kind) for section in loaded.sections]


def test_docbook_is_read_with_titles_lists_code_and_tables():
    loaded = load_text(DOCBOOK, "a.docbook")
    assert loaded.text == (
        "Budgets\n\nIn app there is one:\n- first\n- second\n\nMenu File\n\nCtrl+N → File → New\n: Makes a file.\n\n"
        "Beware\n\nIt is empty.\n\n$ app --new\ndone\n\nSizes\n\nName | Size\nsmall Alt+S | 1 MB"
    )
    inner = ("Budgets", "Menu File")
    assert outline(loaded) == [(("Budgets",), "prose"), (inner, "prose"), (inner, "code"), (inner, "table")]


def test_mallard_is_read_with_its_summary_below_the_title():
    loaded = load_text(MALLARD, "a.page")
    assert loaded.text == (
        "It does not connect\n\nIt is blocked.\n1. Open Settings.\n2. Press Ctrl+P.\n\nls lists files, see files.\n\nls -l\n\n"
        "More\n\nEdit → Undo"
    )
    assert loaded.sections[-1].heading_path == ("It does not connect", "More")


def test_dita_is_read_step_by_step():
    loaded = load_text(DITA, "a.dita")
    assert loaded.text == ("Replace it\n\nWhen it is old.\n\nKeep dry.\n1. Open it.\nGently.\n2. Close it.\n\nIt runs.")


def test_what_begins_as_xml_is_xml_whatever_its_name():
    assert parse(DOCBOOK.encode(), "manual.src").text.startswith("Budgets")


def test_of_a_drawing_its_labels_are_read():
    drawing = "<svg><metadata><title>Icons</title></metadata><path d='M0 0'/><text>Web <tspan>server</tspan></text><text>Cache</text></svg>"
    assert load_text(drawing, "a.svg").text == "Web server\nCache"
    with pytest.raises(LoadError, match="no text"):
        load_text("<svg><path d='M0 0'/></svg>", "a.svg")


@pytest.mark.parametrize(
    "text",
    [
        "<book><author>A</author><price>3</price></book>",
        "<catalog><para>Text</para></catalog>",
        "<book><para>not closed</book>",
        '<!DOCTYPE book [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><book x="&b;"><para>&b;</para></book>',
        "<book>" + "<para>" * 300 + "</para>" * 300 + "</book>",
    ],
)
def test_other_xml_stands_as_it_is(text):
    assert load_text(text, "a.xml").text == text


def test_no_file_is_fetched_for_an_entity():
    text = '<!DOCTYPE book [<!ENTITY x SYSTEM "file:///etc/passwd">]><book><para>So &x; it is.</para></book>'
    assert load_text(text, "a.xml").text == "So x it is."


TAGS = [
    "book",
    "section",
    "title",
    "para",
    "note",
    "orderedlist",
    "listitem",
    "variablelist",
    "screen",
    "code",
    "emphasis",
]
MARKUP = st.recursive(
    st.sampled_from(["", " ", "word", "\n"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", st.sampled_from(TAGS), st.lists(inner, max_size=4)
    ),
)


@given(MARKUP)
def test_any_manual_gives_ordered_sections_and_loses_no_word(inside):
    loaded = load_text(f"<book><para>first</para>{inside}</book>", "a.xml")
    assert loaded.text.count("word") == inside.count("word")
    assert all(section.start < section.end <= len(loaded.text) for section in loaded.sections)
