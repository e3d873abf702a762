import ast

from secondhop import Document

SOURCE = '''"""Metals."""

import math

MELTING = {"copper": 1085, "tin": 232}


class Furnace:
    """Melts."""

    def __init__(self, power):
        self.power = power

    def melt(self, metal):
        """Heat until it melts."""
STEPS
        return metal


def weigh(metal):
    return math.floor(metal.mass)
'''
SOURCE = SOURCE.replace(
    "STEPS", "\n".join(f"        step_{number} = self.power * {number} + MELTING[metal]" for number in range(60))
)


def enclosing(tree, line, end):
    """The names of the definitions that hold all lines, by `ast`."""
    found = []

    def visit(node, path):
        for child in ast.iter_child_nodes(node):
            is_definition = isinstance(child, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))
            if is_definition and child.lineno <= line and end <= child.end_lineno:
                found[:] = [*path, child.name]
                visit(child, [*path, child.name])

    visit(tree, [])
    return found


def test_each_chunk_is_labelled_with_the_definition_that_encloses_it():
    doc = Document.from_text(SOURCE, source="metals.py", chunk_size=64)
    tree = ast.parse(SOURCE)
    assert len(doc) > 5
    for chunk in doc.chunks:
        names = [heading.replace("class ", "").replace("def ", "").split("(")[0] for heading in chunk.heading_path]
        assert names == enclosing(tree, chunk.line, chunk.line_end), chunk.text


def test_a_small_definition_is_one_chunk():
    doc = Document.from_text(SOURCE, source="metals.py", chunk_size=64)
    (weigh,) = (chunk for chunk in doc.chunks if "floor" in chunk.text)
    assert weigh.text == "def weigh(metal):\n    return math.floor(metal.mass)"


def test_a_chunk_says_whether_a_definition_begins_with_it_or_goes_on():
    snapshot = Document.from_text(SOURCE, source="metals.py", chunk_size=64)._snapshot
    melt = [opens for opens, chunk in zip(snapshot.chunk_opens, snapshot.all_chunks()) if chunk.heading == "def melt"]
    assert melt == [True] + [False] * (len(melt) - 1)
    assert len(melt) > 2
    steps = "".join(f"        step_{n} = compute({n}, {n})\n" for n in range(60))
    text = (
        f"class Furnace:\n    def melt(self):\n{steps}\n    power = 7\n\n    def cool(self):\n{steps}\n    heat = 9\n"
    )
    snapshot = Document.from_text(text, source="metals.py", chunk_size=16)._snapshot
    chunks = zip(snapshot.chunk_opens, snapshot.all_chunks())
    assert [opens for opens, chunk in chunks if chunk.heading == "class Furnace"] == [True, False, False]


def test_definitions_of_a_small_file_do_not_share_a_chunk():
    text = '"""Metals."""\n\nimport math\n\n\ndef melt():\n    return 1085\n\n\ndef weigh():\n    return 7\n'
    chunks = Document.from_text(text, source="metals.py").chunks
    assert [(chunk.heading, chunk.line, chunk.line_end) for chunk in chunks] == [
        (None, 1, 3), ("def melt", 6, 7), ("def weigh", 10, 11)
    ]  # fmt: skip


def test_windows_line_ends_leave_stanzas_together():
    stanzas = ["\n".join(f"value_{number}_{row} = compute({row})" for row in range(9)) for number in range(9)]
    code = "\n\n".join(stanzas)
    for text in (code, code.replace("\n", "\r\n")):
        chunks = Document.from_text(text, source="values.lua", chunk_size=24).chunks
        assert [chunk.text.split() for chunk in chunks] == [stanza.split() for stanza in stanzas]


def test_code_is_verbatim():
    doc = Document.from_text(SOURCE, source="metals.py", chunk_size=64)
    lines = [line for chunk in doc.chunks for line in chunk.text.splitlines() if line.strip()]
    assert lines == [line for line in SOURCE.splitlines() if line.strip()]
    assert {chunk.kind for chunk in doc.chunks} == {"code"}


def test_a_comment_is_not_cut_off_from_what_it_describes():
    options = "\n".join(f"  /**\n   * Sets the value of option {n}.\n   */\n  option{n}: string;" for n in range(40))
    for chunk_size in (8, 16, 24, 40):
        document = Document.from_text(f"interface Options {{\n{options}\n}}\n", source="a.ts", chunk_size=chunk_size)
        chunks = [chunk.text for chunk in document.chunks]
        assert len(chunks) > 2
        assert all(text.endswith((";", "}")) for text in chunks)
        assert "".join(chunks).split() == f"interface Options {{ {options} }}".split()


def test_a_long_comment_is_cut():
    document = Document.from_text("\n".join(f"// Line {n} of them all." for n in range(60)), source="a.c", chunk_size=8)
    assert len(document.chunks) == 10


def test_definitions_may_nest_deeper_than_calls_can():
    source = "\n".join(f"function f{n}() {{" for n in range(1_500)) + "\n" + "}\n" * 1_500
    document = Document.from_text(source, source="a.js", chunk_size=200)
    assert " ".join(chunk.text for chunk in document.chunks).split() == source.split()
