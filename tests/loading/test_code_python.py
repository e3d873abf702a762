import ast
import sysconfig
from pathlib import Path
from time import process_time

import pytest

from secondhop.loading.code.python import python_definitions
from secondhop.loading.code.source import _BY_SUFFIX, _parsed

SAMPLES = {
    "decorators": "@a\n# between\n@b(\n    1,\n)\nasync  def f(): ...\n",
    "closing bracket at the margin": "def f(\n    a,\n) -> int:\n    return (\n1\n)\n\nx = 1\n",
    "text at the margin": "class A:\n    '''\ndef no(): pass\n'''\n    def f(self):\n        return '''\nclass No:\n'''\n\nx = 1\n",
    "continued lines": "def f():\n    return 1 + \\\n2\nx = 1\n\nif a and \\\n   b:\n    def g(): pass\n",
    "continued string": "def f():\n    return 'a\\\ndef no(): pass'\nx = 1\n",
    "statements in one line": "class A: x = 1; y = 2;  # why\ndef f(): return 1 ;\ndef g():\n    pass;\nclass B: pass;\n",
    "comments behind": "def f():\n    pass  # one\n    # two\n# three\n\ndef g():\n    # only\n    pass\n",
    "comment in a bracket": "def f():\n    g(  # )\n        1,  # (\n    )\nx = 1\n",
    "quotes in quotes": "def f():\n    return '\"#' + \"'\" + r'\\' + '' + \"\" + '''a'b''c''' + \"\\\"\"\nx = 1\n",
    "formatted strings": "def f():\n    return f'{{{a!r:>{w}}}}' f\"{{\" f'}}' rf'{b[0]}'  # end\nx = 1\n",
    "tabs": "class A:\n\tdef f():\n\t\treturn 1\n        # eight\n\tx = 1\n",
    "type parameters": "def f[T: int](a: T) -> T: return a\nclass A[T](B): pass\nclass C(): pass\n",
    "nested in statements": "try:\n    def f(): pass\nexcept E:\n    class A:\n        def g(): pass\nelse:\n    x = 1\n",
    "words that begin so": "default = 1\nclassic = 2\nasync_ = 3\nasynchronous()\ndef_(1)\n",
    "wide characters": "def é():\n    return '𝄞'\n\nclass Ünï: x = '€'\n",
    "nothing": "",
    "no line end": "def f(): return 1",
    "windows line ends": "@a\r\ndef f():\r\n    return 1 + \\\r\n2\r\n\r\nx = 'a\\\r\nb'\r\n",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_finds_what_the_grammar_finds(name):
    found = python_definitions(SAMPLES[name])
    assert found is not None
    assert found == _parsed(SAMPLES[name], _BY_SUFFIX[".py"])


@pytest.mark.parametrize(
    "text",
    [
        "x = 'open\n",
        'x = """open\n',
        "f(\n",
        "f)\n(\n",
        "  x = 1\n",
        "if x:\n        y\n    z\n",
        "x\n    y\n",
        "if x:\ny\n",
        "def f:\n",
        "class {{ name }}:\n    pass\n",
        "@a\n@b\n    def f(): pass\n",
        "x = 1\\",
        "\fdef f(): pass\n",
        "def f(): pass\rdef g(): pass\n",
        'def f():\n    return f"{a["b"]} {\'#\'}"\n',
        "def f():\n    return f'{'#'}'\n",
        'def f():\n    return f"}} {a:{b["#"]}}"\n',
    ],
)
def test_leaves_to_the_grammar_what_lines_do_not_tell(text):
    assert python_definitions(text) is None


def test_tells_whole_libraries_and_their_tests_as_the_ast_does():
    told = 0
    found = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    files = [path for path in found if "site-packages" not in path.parts]
    for path in files[:: max(1, len(files) // 80)]:  # some systems install Python without its own tests
        try:
            text = path.read_bytes().decode()
            tree = ast.parse(text)
        except (UnicodeDecodeError, SyntaxError, ValueError):
            continue
        found = None if text.startswith("\ufeff") else python_definitions(text)
        if found is None:
            continue
        told += 1
        expected = [
            (node.name, node.end_lineno)
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        ]
        assert sorted((each.name, text.count("\n", 0, each.end) + 1) for each in found) == sorted(expected), path
    assert told >= 40


ENDLESS = {
    "escapes": '"' + '\\"' * 300_000,
    "escaped threes": '"""' + '\\"""' * 300_000,
    "threes": "'''\"\"\"" * 100_000,
    "quotes": "'\n" * 300_000,
    "decorators": "@a\n" * 300_000,
    "braces": 'f"{{"' * 200_000,
    "brackets": "(" * 300_000,
    "continued": "\\\n" * 300_000,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_time_grows_with_length_alone(name):
    began = process_time()
    python_definitions(ENDLESS[name])
    assert process_time() - began < 5
