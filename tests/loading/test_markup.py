"""Plain-text markup, logs, XML and languages without a grammar: kept as they stand, cut where they name their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop import Document
from secondhop.loading import load_text, parse

NAMES = ["a.tex", "a.rst", "a.adoc", "a.org", "a.log", "a.xml", "a.sql", "a.rb", "a.ini", "a.cs", "a.sh"]


def headed(text, name):
    loaded = load_text(text, name)
    assert loaded.text == text
    return [
        (s.heading_path, loaded.text[slice(*s.heading_span)])
        for s in loaded.sections
        if s.heading_span and s.kind == "prose"
    ]


def blocks(text, name):
    loaded = load_text(text, name)
    return [(s.kind, loaded.text[s.start : s.end]) for s in loaded.sections if s.kind != "prose"]


def definitions(text, name):
    loaded = load_text(text, name)
    return [(s.heading_path, loaded.text[slice(*s.heading_span)]) for s in loaded.sections if s.heading_span]


TEX = r"""\title[Short]{My \textbf{Paper}}
\begin{abstract}In short.\end{abstract}
\section{Intro \& more}\label{a}
% \section{commented out}
\subsection*{Sub \emph{part}}
\begin{verbatim}
\section{no}
\end{verbatim}
\section[brief]{Second
line}
"""


def test_latex_is_cut_at_its_sections():
    assert headed(TEX, "a.tex") == [
        (("Abstract",), r"\begin{abstract}"),
        (("Intro & more",), r"\section{Intro \& more}"),
        (("Intro & more", "Sub part"), r"\subsection*{Sub \emph{part}}"),
        (("Second line",), "\\section[brief]{Second\nline}"),
    ]
    assert blocks(TEX, "a.tex") == [("code", "\\begin{verbatim}\n\\section{no}\n\\end{verbatim}")]
    assert load_text(TEX, "a.tex").metadata == {"title": "My Paper"}


def test_latex_titles_given_twice_are_read_once():
    text = r"\section{On \texorpdfstring{$\frac{a}{b}$ and \emph{x}}{a/b and x} again}"
    linked = r"\section{A \href{https://a.example/b}{link}}"
    broken = r"\section{\texorpdfstring}"
    assert [path for path, _ in headed(f"{text}\n{linked}\n{broken}\n", "a.tex")] == [
        ("On a/b and x again",),
        ("A link",),
        (),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tex", r"\section{On \texttt{dir\_fd}, \emph{C++} and 5\% of R\&D}"),
        ("a.rst", "On ``dir_fd``, *C++* and 5% of R\\ **&**\\ D\n=======================================\n"),
        ("a.rst", "On :attr:`dir_fd`, `C++ <https://a.example/c>`_ and 5% of `R&D`_\n" + "=" * 80),
        ("a.adoc", "== On `+dir_fd+`, *C++* and 5% of R&D"),
        ("a.org", "* On =dir_fd=, *C++* and 5% of /R&D/"),
        ("a.md", "# On `dir_fd`, *C++* and 5% of R&D"),
    ],
)
def test_titles_are_the_words_that_a_reader_sees(name, text):
    assert headed(text, name)[0][0] == ("On dir_fd, C++ and 5% of R&D",)


RST = """=====
Title
=====

Example::

    code
    ====

Part `one`
----------

.. code-block:: python

   x = 1

Sub
~~~

Other
-----

| not a heading
"""


def test_restructuredtext_signatures_of_objects_are_kept_as_they_are():
    text = "Title\n=====\n\n.. function:: run(f, *args, **kwargs)\n\n   Calls it.\n"
    assert headed(text, "a.rst")[-1][0] == ("Title", "run(f, *args, **kwargs)")


def test_restructuredtext_levels_follow_the_order_of_their_marks():
    assert headed(RST, "a.rst") == [
        (("Title",), "=====\nTitle\n====="),
        (("Title", "Part one"), "Part `one`\n----------"),
        (("Title", "Part one", "Sub"), "Sub\n~~~"),
        (("Title", "Other"), "Other\n-----"),
    ]
    assert blocks(RST, "a.rst") == [("code", "    code\n    ===="), ("code", "   x = 1")]


def test_restructuredtext_headings_may_follow_each_other_without_a_blank_line():
    text = "Title\n=====\nPart\n----\nSub\n~~~\ntext\nnone\n~~~~\n"
    assert [path for path, _ in headed(text, "a.rst")] == [("Title",), ("Title", "Part"), ("Title", "Part", "Sub")]


def test_restructuredtext_tables_are_tables_and_hold_no_headings():
    grid = "+-----+-----+\n| Key | Use |\n+=====+=====+\n| a   | pay |\n+-----+-----+"
    simple = "===  ===\nKey  Use\n===  ===\na    pay\n\nboth\n--------\nb    ask\n===  ==="
    drawn = "   " + grid.replace("\n", "\n   ")
    text = f"Keys\n====\n\n{grid}\n\n{simple}\n\nDrawn::\n\n{drawn}\n\nEnd\n---\n\nNo more.\n"
    assert [path for path, _ in headed(text, "a.rst")] == [("Keys",), ("Keys", "End")]
    assert blocks(text, "a.rst") == [("table", grid), ("table", simple), ("code", drawn)]
    heads = [section.heading_span for section in load_text(text, "a.rst").sections if section.kind == "table"]
    assert [text[start:end].splitlines()[1] for start, end in heads] == ["| Key | Use |", "Key  Use"]


ADOC = """= Doc *title*

== One

----
== not
----

////
== hidden
////

|===
|a |b

|1 |2
|===

=== Two ===
"""


def test_restructuredtext_objects_are_sections_where_they_are_described():
    text = """Cats
====

.. py:class:: Cat(name)

   A cat.

   .. method:: purr(times)

      Makes noise.

   It sleeps.

.. data:: TAILS
.. function:: feed(cat)

   Feeds::

      .. function:: not_this()

         It is code.

After it.

.. option:: --all
"""
    found = load_text(text, "a.rst")
    assert [
        (section.heading_path, text[section.start : section.end].split("\n", maxsplit=1)[0])
        for section in found.sections
    ] == [
        (("Cats",), "Cats"),
        (("Cats", "Cat(name)"), ".. py:class:: Cat(name)"),
        (("Cats", "Cat(name)", "purr(times)"), "   .. method:: purr(times)"),
        (("Cats", "Cat(name)"), "   It sleeps."),
        (("Cats",), ".. data:: TAILS"),
        (("Cats", "feed(cat)"), ".. function:: feed(cat)"),
        (("Cats", "feed(cat)"), "      .. function:: not_this()"),
        (("Cats",), "After it."),
    ]


def test_asciidoc_knows_its_delimited_blocks():
    assert [path for path, _ in headed(ADOC, "a.adoc")] == [
        ("Doc title",),
        ("Doc title", "One"),
        ("Doc title", "One", "Two"),
    ]
    assert blocks(ADOC, "a.adoc") == [("code", "----\n== not\n----"), ("table", "|===\n|a |b\n\n|1 |2\n|===")]


UNDERLINED = """git-log(1)
==========

NAME
----
git-log - `Show` logs

----
# not a title
----

.Run
----
git log
----

[[opts]]
Some _options_
~~~~~~~~~~~~~~
Text of a paragraph
that is as long as
------------------
a block
------------------
"""


def test_asciidoc_titles_may_be_underlined():
    assert headed(UNDERLINED, "a.adoc") == [
        (("git-log(1)",), "git-log(1)\n=========="),
        (("git-log(1)", "NAME"), "NAME\n----"),
        (("git-log(1)", "NAME", "Some options"), "Some _options_\n~~~~~~~~~~~~~~"),
    ]
    code = ["----\n# not a title\n----", "----\ngit log\n----", "------------------\na block\n------------------"]
    assert [text for _, text in blocks(UNDERLINED, "a.adoc")] == code
    assert load_text(UNDERLINED, "a.adoc").metadata["title"] == "git-log(1)"


def test_asciidoc_titles_are_without_the_anchors_in_them():
    text = "GIT URLS[[URLS]]\n----------------\n\n=== [[a,b]]Two <<x,three>>\n"
    assert [path for path, _ in headed(text, "a.adoc")] == [("GIT URLS",), ("GIT URLS", "Two three")]


ORG = """#+title: My notes
* TODO [#A] One :tag:
#+begin_src python
* no
#+end_src
** See [[http://x][the link]]
| a | b |
|---+---|
| 1 | 2 |
* Two
"""


def test_org_headlines_lose_their_marks():
    assert headed(ORG, "a.org") == [
        (("One",), "* TODO [#A] One :tag:"),
        (("One", "See the link"), "** See [[http://x][the link]]"),
        (("Two",), "* Two"),
    ]
    assert [kind for kind, _ in blocks(ORG, "a.org")] == ["code", "table"]


def test_a_log_is_lines():
    log = b"10:00 INFO up\n10:01 ERROR down\n  at x\n"
    loaded = load_text(log.decode(), "a.log")
    (section,) = loaded.sections
    assert (section.kind, section.start) == ("prose", 0)
    assert loaded.format == parse(log, "a.log").format == "log"


def test_the_report_on_a_log_names_it_so(tmp_path):
    (tmp_path / "a.log").write_text("10:00 INFO up\n")
    (file,) = Document.from_folder(tmp_path).ingest_report.files
    assert file.loader == "log"


def test_named_xml_elements_of_some_size_are_sections():
    filler = "<p>Text ä.</p>\n" * 20
    text = (
        f'<?xml version="1.0"?>\n<shop id="b">\n<title>The Shop</title>\n<chapter><title>One &amp; only</title>\n{filler}</chapter>\n'
        f'<chapter id="two">\n{filler}</chapter><chapter name="small"/>\n</shop>\n'
    )
    loaded = load_text(text, "a.xml")
    shown = [
        (s.heading_path, loaded.text[s.start : s.end][:9], loaded.text[s.start : s.end][-10:])
        for s in loaded.sections[1:]
    ]
    assert shown == [
        (("shop The Shop",), "<shop id=", '"/>\n</shop>'[-10:]),
        (("shop The Shop", "chapter One & only"), "<chapter>", "</chapter>"),
        (("shop The Shop", "chapter two"), "<chapter ", "</chapter>"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<a><b></a>", "not well-formed"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "entities"),
    ],
)
def test_xml_that_cannot_be_trusted_stays_as_it_is(text, words):
    loaded = load_text(text, "a.xml")
    assert loaded.text == text
    assert words in loaded.warnings[0]


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("between", ["", "\n", "<p>/></p>"])
def test_xml_elements_end_where_they_are_closed_with_or_without_a_tag(between, quote):
    points = quote + "/> " * 80 + quote
    elements = [
        f"<path id={quote}a{quote} d={points}/>",
        f"<path id={quote}b{quote} d={points}></path\n >",
        f"<path id={quote}c{quote} d={points}>/></path>",
    ]
    loaded = load_text(f"<map>{between.join(elements)}</map>", "a.xml")
    found = [(section.heading_path, loaded.text[section.start : section.end]) for section in loaded.sections[1:]]
    assert found == [((f"path {name}",), element) for name, element in zip("abc", elements, strict=True)]


def test_xml_that_declares_latin_1_is_read_as_windows_writes_that():
    data = '<?xml version="1.0" encoding="ISO-8859-1"?><a>5 € – “café”</a>'.encode("cp1252")
    loaded = parse(data, "a.xml")
    assert "5 € – “café”" in loaded.text
    assert loaded.warnings == ()


def test_xml_is_read_in_the_encoding_that_it_declares():
    data = '<?xml version="1.0" encoding="iso-8859-2"?><a>Łódź</a>'.encode("iso-8859-2")
    assert "Łódź" in parse(data, "a.xml").text


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.rb", "module Shop\n  # doc\n  class Cart\n    def total\n    end\n  end\nend\n",
         [("module Shop",), ("module Shop", "class Cart"), ("module Shop", "class Cart", "def total")]),
        ("a.php",
         "<?php\nfinal class Cart {\n  public function total(): int {\n  }\n}\n", [("class Cart",), ("class Cart", "function total")]),
        ("a.cs", "namespace A {\n  public class B {\n    public async Task<int> Run(string x) {\n",
         [("namespace A",), ("namespace A", "class B"), ("namespace A", "class B", "method Run")]),
        ("a.kt", "data class P(val x: Int)\nsuspend fun run() {}\n", [("class P",), ("fun run",)]),
        ("a.swift", "public struct P {\n  mutating func go() {}\n}\n", [("struct P",), ("struct P", "func go")]),
        ("a.scala",
         "case class P(x: Int)\nobject Main {\n  def run() = 1\n}\n", [("class P",), ("object Main",), ("object Main", "def run")]),
        ("a.sh", "build() {\n  x\n}\nfunction deploy {\n}\n", [("function build",), ("function deploy",)]),
        ("a.lua", "local function f()\nend\nM.g = function() end\n", [("function f",), ("function M.g",)]),
        ("a.r", "total <- function(x) x\n", [("function total",)]),
        ("a.pl", "package A;\nsub total {\n}\n", [("package A",), ("sub total",)]),
        ("a.sql", "-- orders\nCREATE TABLE IF NOT EXISTS shop.orders (\n id int\n);\ncreate or replace view v as select 1;\n",
         [("table shop.orders",), ("view v",)]),
        ("a.tf", 'resource "aws_x" "y" {\n}\n', [("resource aws_x y",)]),
        ("a.rb", "class A\n  class << self\n    def total\n",
         [("class A",), ("class A", "class << self"), ("class A", "class << self", "def total")]),
        ("a.cs", "record struct P(int X);\npublic record class Q(int X);\nrecord R;\n",
         [("record struct P",), ("record class Q",), ("record R",)]),
        ("a.kt", "fun interface Task {\n    fun run()\n}\nvalue class Id(val x: Int)\n",
         [("fun interface Task",), ("fun interface Task", "fun run"), ("value class Id",)]),
        ("a.swift", "class P {\n  class func one() {}\n  class var two: Int { 1 }\n}\n", [("class P",), ("class P", "class func one")]),
        ("a.kt", "class A {\n    fun one() {}\n    companion object {\n        fun two() {}\n    }\n    @Test fun `three (3)`() {}\n}\n",
         [("class A",), ("class A", "fun one"), ("class A", "companion object"), ("class A", "companion object", "fun two"),
          ("class A", "fun three")]),
        ("a.kt", "fun <T : Any> Map<T, Int>.total(x: T) = 1\nexpect enum class B\nval f = fun(x: Int) {}\n",
         [("fun <T : Any> Map<T, Int>.total",), ("enum class B",)]),
        ("a.cs", "class A<K, V> {\n  public A(int x) {}\n  [Test] public Map<K, List<V>> Get<T>(T x) {}\n"
                 "  public static bool operator ==(A a, A b) {}\n  private A x = new A(1);\n  new A(1);\n",
         [("class A<K, V>",), ("class A<K, V>", "method A"), ("class A<K, V>", "method Get<T>"),
          ("class A<K, V>", "method operator ==")]),
        ("a.cs", "interface A {\n  T Get<T>(int x);\n  void B.Dispose() {}\n  Map<K, V> Read()\n  {\n    return Get(1);\n"
                 "    await Get(2);\n    x.Y, Get(3);\n    ? Get(4)\n",
         [("interface A",), ("interface A", "method Get<T>"), ("interface A", "method B.Dispose"), ("interface A", "method Read")]),
        ("a.swift", "class A {\n  @objc private(set) func go() {}\n  static func <(a: A, b: A) -> Bool {}\n  required init?(x: Int) {}\n"
                    "  init<T>(y: T) {}\n  deinit {\n  subscript(i: Int) -> Int {}\n  initialize(x)\n  actor = x\n",
         [("class A",), ("class A", "func go"), ("class A", "func <"), ("class A", "init?"), ("class A", "init"),
          ("class A", "deinit"), ("class A", "subscript")]),
        ("a.scala", "private[io] object A {\n  @tailrec final def one() = 1\n  def ++(b: A) = 1\n  def x_=(y: Int) {}\n  enum => x\n}\n",
         [("object A",), ("object A", "def one"), ("object A", "def ++"), ("object A", "def x_=")]),
        ("a.groovy", "class A {\n  def x = new B()\n  def \"adds up\"() {\n  void go(x) {}\n",
         [("class A",), ("class A", "def adds up"), ("class A", "void go")]),
        ("a.sol", "abstract contract A is B {\n  event Paid(address who);\n  constructor(string memory x) {\n  }\n"
                  "  function go(address to) public returns (bool) {\n  }\n  receive() external payable {\n  }\n}\n",
         [("contract A",), ("contract A", "event Paid"), ("contract A", "constructor"), ("contract A", "function go"),
          ("contract A", "receive")]),
        ("a.gemspec", "module A\n  def go\n", [("module A",), ("module A", "def go")]),
        ("a.hs", "module A (b) where\ninstance (Show a, Eq b) => Show (A a b) where\nclass Monad m => M m where\n"
                 "instance {-# OVERLAPS #-} M IO where\nderiving instance Eq B\ntype family F a :: Type\n(<+>) :: Int\nb, c :: Int\n",
         [("module A",), ("instance Show (A a b)",), ("class M m",), ("instance M IO",), ("deriving instance Eq B",),
          ("type family F a",), ("function (<+>)",), ("function b",)]),
        ("a.ml", "let rec f x =\n  let y = 1 in\n  y\nand g x = 1\nlet ( >>= ) a b = a\ntype ('a, 'b) t = A\ntype nonrec u = int\n",
         [("let rec f",), ("and g",), ("let ( >>= )",), ("type t",), ("type u",)]),
        ("a.erl", "f({A, B}, C) when\n  A > B ->\n  g(A);\nf(A,\n  B) -> 1.\n", [("function f",), ("function f",)]),
        ("a.ex", "defmodule A do\n  defmacrop b(x) do\n  defguard c(x) when x\n  defdelegate d(x), to: B\n",
         [("defmodule A",), ("defmodule A", "defmacrop b"), ("defmodule A", "defguard c"), ("defmodule A", "defdelegate d")]),
        ("a.m", "@implementation A\n- (void)go {\n}\n@end\nstatic NSString *total(int x)\n{\n}\nint later(int x);\n",
         [("@implementation A",), ("@implementation A", "method - (void)go"), ("function total",)]),
        ("a.m", "function y = total(x)\nif isempty(x)\nend\nfunction go(x)\n", [("function total",), ("function go",)]),
        ("a.r", "`[.a` <- function(x) 1\n\"b<-\" = function(x) 1\nc <<- \\(x) 2\n",
         [("function [.a",), ("function b<-",), ("function c",)]),
        ("a.r", "A <- R6::R6Class(\"A\",\n  public = list(\n    go = function(x) {\n    }\n  )\n)\nf <- function(x) {\n}\n"
                "setGeneric(\"area\", f)\nsetMethod('area', \"A\", function(x) {\n})\nB <- setClass(\"B\")\n",
         [("class A",), ("class A", "function go"), ("function f",), ("generic area",), ("method area",), ("class B",)]),
        ("a.pl", "sub total {\n}\n1;\n\n=head1 NAME\n\nA - adds\n\n=head2 total\n\n  sub total {...}\n\n=cut\n\nsub b {\n}\n",
         [("sub total",), ("pod NAME",), ("pod total",), ("pod total", "sub total"), ("sub b",)]),
        ("a.rb", "class A\n  private def go\n  private :x\n", [("class A",), ("class A", "def go")]),
        ("a.php", "<?php\n#[Pure] function one() {}\n", [("function one",)]),
        ("a.dart", "mixin class M {}\nextension type Id(int x) {}\nbase class B {}\nextension on String {}\n",
         [("mixin class M",), ("extension type Id",), ("class B",)]),
        ("a.sql", "CREATE TABLE [dbo].[My Table] (\nCREATE OR ALTER PROCEDURE p AS\nCREATE VIEW \"a\".\"my view\" AS\n",
         [("table [dbo].[My Table]",), ("procedure p",), ("view a.my view",)]),
        ("a.vb", "Class A\n  Public Shared Sub Main()\n  End Sub\n  Public Overrides Function Text() As String\n",
         [("class A",), ("class A", "sub Main"), ("class A", "function Text")]),
        ("a.ml", "module type S = sig\nend\nmodule M = struct\nend\n", [("module type S",), ("module M",)]),
        ("a.nim", "type\n  A* = ref object of B\n    c: int\n  D {.pure.} = enum\n    e\nproc f*(a: A) = discard\nproc `+`*(a: A): A = a\n",
         [("type A",), ("type D",), ("proc f",), ("proc +",)]),
        ("a.fs", "let inline f x = x\nlet rec private g x = x\nmodule rec M =\n  member private this.A = 1\n",
         [("let inline f",), ("let rec private g",), ("module rec M",), ("module rec M", "member private this.A")]),
        ("a.clj", "(def ^:private limit 1)\n(defn ^String ^:const name [x])\n", [("def limit",), ("defn name",)]),
        ("a.mk", "A ::= 1\nB :::= 2\nC := 3\nd:: e\n", [("target d",)]),
        ("a.proto", "message A {\n  enum B {\n  }\n}\n", [("message A",), ("message A", "enum B")]),
        ("Makefile", "all: build\n\nbuild: a.c\n\tcc a.c\n", [("target all",), ("target build",)]),
    ],
)  # fmt: skip
def test_lines_that_begin_a_definition_are_told(name, text, expected):
    assert [path for path, _ in definitions(text, name)] == expected


def test_comments_above_a_definition_belong_to_it():
    loaded = load_text("x = 1\n\n# Adds up.\n# Twice.\ndef total\nend\n", "a.rb")
    assert loaded.text[loaded.sections[1].start :].startswith("# Adds up.")


@pytest.mark.parametrize(
    ("name", "comment", "definition"),
    [
        ("a.ex", '@doc """\nAdds up.\n\n    def example do\n"""', "def total do"),
        ("a.jl", '"""\n    function example()\n\nAdds up.\n"""', "function total()"),
        ("a.swift", "/**\n Adds up.\n\n func example() {}\n */", "func total() {}"),
        ("a.ml", "(** Adds up.\n\nlet example = 1 *)", "let total = 1"),
        ("a.hs", "{-\nexample :: Int\n-}", "total :: Int"),
        ("a.lua", "--[[\nfunction example()\n]]", "function total()"),
        ("a.ps1", "<#\nfunction Example {\n#>", "function total {"),
    ],
)
def test_comments_and_docstrings_of_several_lines_are_one_with_the_definition_below(name, comment, definition):
    loaded = load_text(f'x = """\ny\n"""\n\n{comment}\n{definition}\n', name)
    (section,) = loaded.sections[1:]
    assert loaded.text[section.start : section.end].rstrip("\n") == f"{comment}\n{definition}"


@pytest.mark.parametrize("name", NAMES)
@given(st.text(st.sampled_from("=-*#[]{}<>/\\~ \nab|:.%'\"()"), min_size=1, max_size=120).filter(str.strip))
def test_sections_stay_inside_the_text_and_nest(name, text):
    loaded = load_text(text, name)
    around = []
    for section in loaded.sections:
        assert 0 <= section.start <= section.end <= len(loaded.text)
        while around and around[-1].end <= section.start:
            around.pop()
        assert not around or section.end <= around[-1].end
        around.append(section)
        if section.heading_span:
            assert 0 <= section.heading_span[0] <= section.heading_span[1] <= len(loaded.text)
