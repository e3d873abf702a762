"""Where definitions begin and end in languages without a grammar."""

import pytest

from secondhop import Document
from secondhop.loading import load_text


def definitions(text, name):
    loaded = load_text(text, name)
    return [(" > ".join(s.heading_path), loaded.text[s.start : s.end].strip()) for s in loaded.sections[1:]]


@pytest.mark.parametrize(
    ("name", "definition", "rest"),
    [
        ("a.sh", "usage() {\n  echo\n}", "while read x; do\n  usage\ndone"),
        ("a.kt", "fun one() {\n    go()\n}", "val two = 2"),
        ("a.kts", "fun one() = listOf { it }", "tasks {\n}"),
        ("a.cs", "  public A()\n  {\n  }", "  public int Count { get; }"),
        ("a.php", "function one() {}", "one();"),
        ("a.proto", "  enum Flag {\n    A = 0;\n  }", "  optional Flag flag = 1;"),
        ("a.rb", "def one\n  two { |x| x }\nend # of one", "one"),
        ("a.lua", "local function one() return 1 end", "print(one())"),
        ("a.exs", "  def one(x) do\n    x\n  end", '  test "one" do\n  end'),
        ("a.r", "one <- function(x) {\n  x\n}", "one(1)"),
        ("a.r", "one <- function(x)\n{\n  x\n}", "one(1)"),
        ("a.r", 'setMethod("one", "A", function(x) {\n  x\n})', "one(1)"),
        ("a.pl", "=head1 One\n\nTwo.\n\n=cut", "one();"),
        ("a.m", "- (void)one\n{\n}\n@end", "int two = 2;"),
        ("a.vb", "  Sub One()\n  End Sub", "  Dim two As Integer"),
        ("a.nim", "proc one*(x: int,\n        y: int): int =\n  # Two.\n  x", "type\n  A = int"),
        ("a.mk", "one: two\n\tx\nifdef A\n\ty\nendif", "B := 1"),
        ("a.el", '(defun one ()\n"One.\nTwo."\n  (two))', "(provide 'one)"),
        ("a.ml", "let one x =\n  x", "let () = one 1"),
        ("a.erl", "one(A) ->\n    A.", "-record(two, {})."),
        ("a.zig", "pub const A = packed struct {\n    b: u8,\n};", 'test "a" {\n}'),
    ],
)
def test_a_definition_ends_at_its_last_line(name, definition, rest):
    (found,) = definitions(f"{definition}\n\n{rest}\n", name)
    assert found[1] == definition.strip()


def test_last_lines_of_what_is_around_a_definition_are_no_chunk_of_their_own():
    text = "namespace A\n{\n  class B\n  {\n    void C()\n    {\n    }\n  }\n}\n\nint d;\n"
    ends = [body for _, body in definitions(text.replace("void", "public void"), "a.cs")]
    assert [body.count("}") for body in ends] == [3, 3, 3]
    chunks = Document.from_text(text * 40, source="a.cs", chunk_size=8).chunks
    assert all(any(sign.isalpha() for sign in chunk.text) for chunk in chunks)


def test_last_lines_inside_of_strings_end_nothing():
    text = 'class A {\n  public void B() {\n    x = @"{\n  ""c"": {\n  }\n}";\n  }\n  public void D() {}\n}\n'
    assert [path for path, _ in definitions(text, "a.cs")] == ["class A", "class A > method B", "class A > method D"]


def test_what_follows_in_a_block_that_is_no_definition_is_in_none():
    text = "defmodule A do\n  def b do\n  end\n\n  test do\n    def c do\n    end\n  end\nend\n"
    assert [path for path, _ in definitions(text, "a.ex")] == [
        "defmodule A",
        "defmodule A > def b",
        "defmodule A > def c",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.kt", "@OptIn(\n    A::class,\n    B::class\n)\n// one\nclass C {\n}"),
        ("a.cs", '[Table(\n  "a")]\nclass C\n{\n}'),
        ("a.php", '#[Table(\n    name: "a"\n)]\nclass C\n{\n}'),
        ("a.erl", "%% One.\n-spec one(a) ->\n    b.\none(A) ->\n    b."),
        ("a.ex", "@spec one(a) ::\n        b\n        | c\ndef one(x) do\nend"),
    ],
)
def test_attributes_of_several_lines_belong_to_the_definition_below(name, text):
    (found,) = definitions(f"x\n\n{text}\n", name)
    assert found[1] == text


def test_methods_of_objective_c_are_in_what_they_are_methods_of():
    text = "@protocol B;\n\n@implementation A {\n  int x;\n}\n- (void)go\n{\n}\n// Two.\n+ (int)two\n{\n}\n@end\n\nint f(int x)\n{\n}\n"
    assert definitions(text, "a.m") == [
        ("@implementation A", text[text.index("@imp") : text.index("\n\nint f")]),
        ("@implementation A > method - (void)go", "- (void)go\n{\n}"),
        ("@implementation A > method + (int)two", "// Two.\n+ (int)two\n{\n}\n@end"),
        ("function f", "int f(int x)\n{\n}"),
    ]


def test_headers_of_objective_c_are_told_by_their_interfaces():
    text = "#pragma once\n\n/** One. */\n@interface A : B\n\n/** Goes. */\n- (void)go;\n@end\n"
    assert definitions(text, "a.h") == [
        ("@interface A", text[text.index("/** One") :].strip()),
        ("@interface A > method - (void)go", "/** Goes. */\n- (void)go;\n@end"),
    ]
    assert definitions("struct A { int interface; };\n", "a.h") == [("struct A", "struct A { int interface; };")]
