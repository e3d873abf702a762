import ast
import sysconfig
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.loading import FORMATS, load_text
from secondhop.loading.code.source import load


def definitions(source, text):
    """Label path, first line, last line of each definition."""
    sections = load(text.encode(), source).sections
    assert (sections[0].start, sections[0].end, sections[0].heading_path) == (0, len(text), ())
    return [
        (
            " > ".join(section.heading_path),
            text.count("\n", 0, section.start) + 1,
            text.count("\n", 0, section.end - 1) + 1,
        )
        for section in sections[1:]
    ]


def labels(source, text):
    return [label for label, _, _ in definitions(source, text)]


def expected_of(tree):
    """What Python's own parser says."""
    found = []

    def visit(node, path):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                kind = "class" if isinstance(child, ast.ClassDef) else "def"
                inner = [*path, f"{kind} {child.name}"]
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                found.append((" > ".join(inner), first, child.end_lineno))
                visit(child, inner)
            else:
                visit(child, path)

    visit(tree, [])
    return sorted(found)


def standard_library():
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    ours = [path for path in files if not {"site-packages", "test", "tests", "lib2to3"} & set(path.parts)]
    return ours[:: max(1, len(ours) // 150)]


def test_python_definitions_are_those_that_the_ast_of_the_standard_library_shows():
    compared = 0
    for path in standard_library():
        data = path.read_bytes()
        try:
            text, tree = data.decode(), ast.parse(data)
        except (UnicodeDecodeError, SyntaxError):
            continue
        if "\r" in text or text.startswith("\ufeff"):
            continue
        assert sorted(definitions(path.name, text)) == expected_of(tree), path
        compared += 1
    assert compared >= 100


def test_python_takes_in_decorators_and_leaves_out_comments_after_the_body():
    text = "# é\nif x:\n    @a\n    @b(1)\n    async def f():\n        return 'é'\n        # after\n\nclass C: pass  # end\n"
    assert definitions("é.py", text) == [("def f", 3, 6), ("class C", 9, 9)]
    section = load(text.encode(), "é.py").sections[1]
    assert text[section.start : section.end] == "    @a\n    @b(1)\n    async def f():\n        return 'é'"
    assert text[slice(*section.heading_span)] == "async def f():"
    assert section.kind == "code"


def test_javascript():
    text = """\
import x from "x";
/** Adds. */
export function add(a, b) { return a + b; }

export default class Cart extends Base {
  #n = 0;
  total = () => 1;
  // makes
  static make() { return new Cart(); }
}
// doubles
export const twice = (x) => x * 2;
const one = 1, Lazy = class { go() {} };
exports.run = async function () {
  function inner() {}
  const local = () => 1;
};
function* gen() {}
"""
    assert definitions("a.jsx", text) == [
        ("function add", 2, 3),
        ("class Cart", 5, 10),
        ("class Cart > method total", 7, 7),
        ("class Cart > method make", 8, 9),
        ("function twice", 11, 12),
        ("class Lazy", 13, 13),
        ("class Lazy > method go", 13, 13),
        ("function exports.run", 14, 17),
        ("function exports.run > function inner", 15, 15),
        ("function gen", 18, 18),
    ]


@pytest.mark.parametrize("source", ["a.js", "a.ts"])
def test_functions_of_an_object_at_the_top_level_with_their_commas(source):
    text = """\
module.exports = {
  // One.
  one: async function (a) { return { inner: () => 1 }; },
  'two': (x) => x,
  three() {},
  four: 4,
};
export default { five: function () {}, b };
const x = { six: class {} };
export const y = { seven: () => 1 };
f({ eight: () => 1 });
"""
    assert definitions(source, text) == [
        ("function one", 2, 3),
        ("function two", 4, 4),
        ("method three", 5, 5),
        ("function five", 8, 8),
        ("class six", 9, 9),
        ("function seven", 10, 10),
    ]
    sections = load(text.encode(), source).sections
    assert [text[s.start : s.end].endswith(",") for s in sections[1:]] == [True, True, True, True, False, False]


@pytest.mark.parametrize("source", ["a.ts", "a.tsx"])
def test_typescript(source):
    text = """\
@Injectable()
export abstract class Repo<T> {
  find = async (id: string) => null;
  @Log()
  constructor(private y: string) {}
  abstract all(): T[];
}
export interface Item { id: string; name(): void }
type Alias = string;
enum Kind { A, B }
namespace Shop { export function buy(): void {} }
declare function ext(x: number): string;
const pick = <T,>(x: T): T => x;
/** Shows. */
export type Props = {
  show(): void;
};
declare class Store {
  /** Reads. */
  read(id: string): Item;
}
"""
    assert definitions(source, text) == [
        ("class Repo", 1, 7),
        ("class Repo > method find", 3, 3),
        ("class Repo > method constructor", 4, 5),
        ("class Repo > method all", 6, 6),
        ("interface Item", 8, 8),
        ("interface Item > method name", 8, 8),
        ("enum Kind", 10, 10),
        ("namespace Shop", 11, 11),
        ("namespace Shop > function buy", 11, 11),
        ("function ext", 12, 12),
        ("function pick", 13, 13),
        ("type Props", 14, 17),
        ("class Store", 18, 21),
        ("class Store > method read", 19, 20),
    ]


def test_go():
    text = """\
package main

// Cart holds.
type Cart struct { n int }

type (
	// A is one of two.
	A struct{}
	B interface{ X() }
	C = int
)

// detached

// Total sums.
func (c *Cart) Total() int { return c.n }
func (b Box[T]) Get() T { return b.v }
func main() { f := func() {}; f() }
"""
    assert definitions("a.go", text) == [
        ("struct Cart", 3, 4),
        ("struct A", 7, 8),
        ("interface B", 9, 9),
        ("func (Cart) Total", 15, 16),
        ("func (Box) Get", 17, 17),
        ("func main", 18, 18),
    ]


def test_rust():
    text = """\
//! About the crate.
use std::fmt; // not above

/// A cart.
#[derive(Debug)]
pub struct Cart<T> { x: T }
impl<T: Clone> fmt::Display for Cart<T> {
    /// Shows it.
    /// In full.
    fn fmt(&self) {}
}
impl Cart<u8> { pub async fn new() -> Self { } }
trait Item { fn name(&self) -> String; }
mod shop { enum Kind { A } }
mod elsewhere;
macro_rules! log { () => {} }
"""
    assert definitions("a.rs", text) == [
        ("struct Cart", 4, 6),
        ("impl fmt::Display for Cart<T>", 7, 11),
        ("impl fmt::Display for Cart<T> > fn fmt", 8, 10),
        ("impl Cart<u8>", 12, 12),
        ("impl Cart<u8> > fn new", 12, 12),
        ("trait Item", 13, 13),
        ("trait Item > fn name", 13, 13),
        ("mod shop", 14, 14),
        ("mod shop > enum Kind", 14, 14),
        ("macro log", 16, 16),
    ]


@pytest.mark.parametrize(
    ("source", "above", "below"),
    [
        ("a.rs", "#[ignore] // slow", "fn f() {}"),
        ("a.rs", "#[inline] #[must_use]\n/** A\n b */ #[cold]", "fn f() {}"),
        ("a.c", "/* a */ /* b\n */ // c", "int f(void) { }"),
    ],
)
def test_what_stands_behind_a_comment_or_an_attribute_belongs_to_the_same_definition(source, above, below):
    text = f"int x; /* of x */\n{above}\n{below}\n"
    section = load(text.encode(), source).sections[-1]
    assert text[section.start : section.end] == f"{above}\n{below}"


def test_java():
    text = """\
package x;
/** A cart. */
@Entity
public class Cart<T> extends Base {
    private int n;
    /** Makes one. */
    public Cart(int n) { this.n = n; }
    @Override
    public String toString() { return ""; }
    enum Kind { A, B; int f() { return 1; } }
    interface Item { void name(); }
    record Point(int x, int y) { }
}
@interface Tag { }
"""
    assert definitions("Cart.java", text) == [
        ("class Cart", 2, 13),
        ("class Cart > method Cart", 6, 7),
        ("class Cart > method toString", 8, 9),
        ("class Cart > enum Kind", 10, 10),
        ("class Cart > enum Kind > method f", 10, 10),
        ("class Cart > interface Item", 11, 11),
        ("class Cart > interface Item > method name", 11, 11),
        ("class Cart > record Point", 12, 12),
        ("annotation Tag", 14, 14),
    ]


def test_c():
    text = """\
#include <x.h>
/* sums */
static int
*sum(int a, int b)
{
  return a + b;
}
struct point { int x; };
struct point origin;
typedef struct { int y; } vec;
typedef struct node { struct node *next; } node_t;
enum kind { A, B };
union u { int a; };
int proto(int);
void (*handler(int sig, void (*f)(int)))(int) { return 0; }
"""
    assert definitions("a.c", text) == [
        ("function sum", 2, 7),
        ("struct point", 8, 8),
        ("struct vec", 10, 10),
        ("struct node", 11, 11),
        ("enum kind", 12, 12),
        ("union u", 13, 13),
        ("function handler", 15, 15),
    ]
    assert text[slice(*load(text.encode(), "a.c").sections[1].heading_span)] == "*sum(int a, int b)"


@pytest.mark.parametrize("source", ["a.cpp", "a.h"])
def test_cpp(source):
    text = """\
namespace shop {
// a cart
template <typename T>
class Cart : public Base {
 public:
  Cart() : n(0) {}
  ~Cart() = default;
  bool operator==(const Cart& o) const { return true; }
  operator bool() const { return true; }
  struct Inner { int x; };
  template <class U> void put(U u) {}
  int decl();
};
template <typename T> int& Cart<T>::decl() { return n; }
}
namespace { int hidden() { return 1; } }
namespace a::b { enum class E { X }; }
class EXPORT Foo { int f() { return 1; } };
"""
    cart = "namespace shop > class Cart"
    assert definitions(source, text) == [
        ("namespace shop", 1, 15),
        (cart, 2, 13),
        (f"{cart} > method Cart", 6, 6),
        (f"{cart} > method ~Cart", 7, 7),
        (f"{cart} > method operator==", 8, 8),
        (f"{cart} > method operator bool", 9, 9),
        (f"{cart} > struct Inner", 10, 10),
        (f"{cart} > method put", 11, 11),
        ("namespace shop > function Cart<T>::decl", 14, 14),
        ("namespace", 16, 16),
        ("namespace > function hidden", 16, 16),
        ("namespace a::b", 17, 17),
        ("namespace a::b > enum E", 17, 17),
        ("class Foo", 18, 18),
        ("class Foo > method f", 18, 18),
    ]


def test_components_have_their_elements_and_the_definitions_of_their_scripts():
    text = """\
<script>
export default {
  methods: { go() {} },
};
</script>

<template>
  <p>{{ é🎉 < function f() {} }}</p>
</template>

<script setup lang="ts">
// Adds.
const add = (n: number): number => {
  return n;
};
</script>
<style>
a {}
</style>
"""
    for line_end in ("\n", "\r\n"):
        assert definitions("a.vue", text.replace("\n", line_end)) == [
            ("script", 1, 5),
            ("script > method go", 3, 3),
            ("template", 7, 9),
            ("script", 11, 16),
            ("script > function add", 12, 15),
            ("style", 17, 19),
        ]
    assert labels("a.svelte", "<script>\n  function f() {}\n</script>\n<p on:click={f}></p>\n") == [
        "script",
        "script > function f",
    ]


def test_what_stands_before_a_syntax_error_is_still_found():
    assert labels("a.py", "def f():\n    return 1\n\nclass C:\n    def g(self): pass\n\nx = = (\n")[:3] == [
        "def f",
        "class C",
        "class C > def g",
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a.js", "function f(x: number | string): string {\n  if (x !== 'a') {\n  }\n}\n"),
        ("a.c", "  g();\n}\nelse if (x) {\n  y();\n}\n"),
    ],
)
def test_no_statement_is_a_definition_where_the_grammar_loses_its_way(source, text):
    assert definitions(source, text) == []


def test_javascript_with_the_types_of_flow():
    text = """\
/** @flow strict */
function f(x: number | string): ?string {
  if (x !== 'a') {
  }
}
class A {
  go(x: ?B): Array<B> {}
}
"""
    expected = [("function f", 1, 5), ("class A", 6, 8), ("class A > method go", 7, 7)]
    assert definitions("a.js", text) == expected


def test_comments_that_are_in_a_broken_definition_are_not_in_the_next_one():
    text = "impl A for B// a\n// b\nimpl C for D"
    _, first, second = load(text.encode(), "a.rs").sections
    assert (first.end, text[second.start : second.end].strip()) == (second.start, "impl C for D")


def test_offsets_are_characters_also_after_characters_of_four_bytes():
    text = "x = '🎉é日本'\ndef f(): return '🎉'\ny = '🎉'\ndef g(): pass\n"
    sections = load(text.encode(), "a.py").sections
    assert [text[section.start : section.end] for section in sections[1:]] == ["def f(): return '🎉'", "def g(): pass"]


def test_windows_line_ends_stay():
    text = "@a\r\ndef f():\r\n    pass\r\n"
    section = load(text.encode(), "a.py").sections[1]
    assert text[section.start : section.end] == "@a\r\ndef f():\r\n    pass"
    assert text[slice(*section.heading_span)] == "def f():"


@pytest.mark.parametrize("source", ["a.css", "a.bat", "Dockerfile"])
def test_a_language_without_definitions_is_one_section(source):
    assert definitions(source, "def f\nend\n") == []


@pytest.mark.parametrize(("source", "text"), [("a.java", "a<"), ("a.c", "a<"), ("a.js", "{"), ("a.go", "{ x := 1;")])
def test_thousands_of_unclosed_brackets_are_not_parsed_and_that_is_said(source, text):
    loaded = load_text(text * 50_000, source)
    assert len(loaded.sections) == 1
    assert loaded.warnings == ("The code takes too long to parse; its definitions were left out.",)


@pytest.mark.parametrize("suffix", [".js", ".go", ".java", ".c"])
def test_a_text_is_let_go_once_its_definitions_are_known(suffix):
    data = b"x;\n// " + b"y" * 300_000
    tracemalloc.start()
    try:
        load(data, "a" + suffix)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5):
            load(data, "a" + suffix)
        assert tracemalloc.get_traced_memory()[0] - before < len(data)
    finally:
        tracemalloc.stop()


SNIPPETS = [
    "class A", "{", "}", "(", ")", "def f():\n", "    ", "\n", "function f", "fn f", "impl A for B", ";", "é🎉",
    "// c\n",
]  # fmt: skip
SUFFIXES = [".py", ".js", ".ts", ".tsx", ".go", ".rs", ".java", ".c", ".cpp"]


@given(
    st.lists(st.sampled_from([*SNIPPETS, "@a\n", "/** d */", "\r\n", "= () => ", "x", "struct S", "\0"])),
    st.sampled_from(SUFFIXES),
)
def test_sections_nest_inside_the_text_whatever_it_says(parts, suffix):
    text = "".join(parts)
    assert suffix in FORMATS["code"].suffixes
    sections = load(b"\xef\xbb\xbf" + text.encode(), "a" + suffix).sections
    around = []
    for before, section in pairwise(sections):
        assert before.start <= section.start < section.end <= len(text)
        first, last = section.heading_span
        assert section.start <= first <= last <= section.end
        around = [outer for outer in [*around, before] if outer.end > section.start]
        assert all(outer.end >= section.end for outer in around)
        assert section.heading_path[:-1] == around[-1].heading_path
