"""A definition that a question names comes before what only calls, tests or mentions it."""

import pytest

from secondhop import Document
from secondhop.indexing.strings import Strings
from secondhop.retrieval.named.definitions import MOST_ALIKE, definitions_asked

METHOD = "class {}:\n    def {}(self, parcel):\n        return self.{}(parcel)\n"
FILES = {
    "adapters.py": METHOD.format("HttpAdapter", "send", "carry")
    + "    def close(self):\n"
    + "        self.is_open = self.was_open = False\n" * 120,
    "mail.py": METHOD.format("Mail", "send", "post")
    + "    def weigh(self):\n"
    + "        self.weight = self.weight + parcel.weight\n" * 120,
    "cart.js": "Cart.prototype.total = function total(rows) {\n  return rows.length\n}\n\nfunction getRowById(id) {\n  return id\n}\n",
    "urls.py": "def parse_url(text):\n    return text.split(':')\n\n\ndef quoted(text):\n    return text\n",
    "test_urls.py": "".join(
        f"def test_{n}():\n    assert parse_url(quoted('{n}')) == parse_url('{n}')\n\n\n" for n in range(3)
    ),
    "codes.py": "\n\n\n".join(f"def {name}(x):\n    return x" for name in ("e", "S", "json", "ok", "größe")),
    "boxes.py": "class Box:\n    def seal_it(self):\n        cut_off(1)\n\n    async def send(self):\n        await self.seal_it()\n",
    "crates.java": "class Crate {\n  @Override public Map<K, V> labelsOf(int n) {\n    return labelsOf();\n  }\n}\n",
    "sack.go": "package sack\n\nfunc pack() {\n\tx := tieUp(1)\n\tif tieUp(x) {\n\t\ttieUp(2)\n\t}\n\treturn tieUp(3)\n}\n",
    "bin.ts": "export class Bin {\n  emptyInto (other: Bin) {\n    log({\n    })\n    emptyInto(this)\n  }\n}\n",
    "package.json": '{"name": "parcels"}',
    "news.md": "# 2.1\n\n- Fixed `HttpAdapter.send` and `HttpAdapter.close`.\n\n# 2.0\n\n- HttpAdapter: send, HttpAdapter.send.\n",
    **{f"part_{n}.py": "def set_up():\n    return 1\n" for n in range(MOST_ALIKE + 1)},
    **{f"piece_{n}.py": "def tear_down():\n    return 1\n" for n in range(MOST_ALIKE)},
}


PYTHON_TRACE = """Traceback (most recent call last):
  File "app.py", line 9, in quoted
    Mail().send(getRowById(9))
  File "mail.py", line 3, in send
    return self.post(parcel)
  File "/usr/lib/python3/post.py", line 80, in deliver
    raise ValueError(parcel)
ValueError: 9
"""


@pytest.fixture(scope="module")
def folder():
    return Document.from_texts([{"text": text, "source": source} for source, text in FILES.items()])


def asked(document, question, allowed=None):
    snapshot = document._snapshot
    chunks = snapshot.chunks(snapshot.chunk_of(definitions_asked(snapshot, question, allowed)))
    return [(chunk.source, chunk.heading_path[-1]) for chunk in chunks]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("HttpAdapter.send", [("adapters.py", "def send")]),
        ("what does Mail::send() return?", [("mail.py", "def send")]),
        ("send", [("adapters.py", "def send"), ("mail.py", "def send")]),
        ("who may send mail?", []),
        ("network.send fails", [("adapters.py", "def send"), ("mail.py", "def send")]),
        ("where is parse_url defined", [("urls.py", "def parse_url")]),
        ("quoted?", [("urls.py", "def quoted")]),
        ("what does quoted() send", [("urls.py", "def quoted")]),
        ("Cart.prototype.total", [("cart.js", "function Cart.prototype.total")]),
        ("how is getRowById called?", [("cart.js", "function getRowById")]),
        ("getrowbyid, url_for, parse.urls and parse.url", []),
        ('  File "urls.py", line 2, in parse_url\nKeyError: ...', [("urls.py", "def parse_url")]),
        ("was it sent from the U.S., i.e. by air?", []),
        ("what is in package.json", []),
        ("response.json", [("codes.py", "def json")]),
        ("is it r.ok", [("codes.py", "def ok")]),
        ("was macht größe()?", [("codes.py", "def größe")]),
        ("Box.seal_it", [("boxes.py", "class Box")]),
        ("why does seal_it() fail?", [("boxes.py", "class Box")]),
        ("Box.send", [("boxes.py", "class Box")]),
        ("labelsOf", [("crates.java", "class Crate")]),
        ("Bin.emptyInto", [("bin.ts", "class Bin")]),
        (PYTHON_TRACE, [("adapters.py", "def send"), ("mail.py", "def send")]),
        (
            "java.io.IOException: no tape\n\tat shop.Crate.labelsOf(Crate.java:3)\n\tat shop.Mail.send(Mail.java:9)",
            [("crates.java", "class Crate")],
        ),
        ("Error: late\nCaused by: java.io.IOException\n\tat shop.Mail.send(Mail.java:9)", [("mail.py", "def send")]),
        (
            "TypeError: no rows\n    at new Cart (/app/cart.js:1:7)\n    at Cart.total (/app/cart.js:2:15)",
            [("cart.js", "function Cart.prototype.total")],
        ),
        (
            "panic: full\n\ngoroutine 1 [running]:\nmain.init.0()\nexample.com/sack.(*Sack).pack(0xc0)\n\t/sack.go:3",
            [("sack.go", "func pack")],
        ),
        ("tieUp, cut_off", []),  # are only called
        ("set_up", []),  # more than a few are called so
        ("tear_down", [(f"piece_{n}.py", "def tear_down") for n in range(MOST_ALIKE)]),
        (f"{' '.join(f'a_{n}' for n in range(15))} parse_url", [("urls.py", "def parse_url")]),
        (f"{' '.join(f'a_{n}' for n in range(16))} parse_url", []),  # a log that was pasted
        ("", []),
    ],
)
def test_names_are_told_by_how_code_writes_them(folder, question, found):
    assert asked(folder, question) == found


def test_only_what_may_be_shown_is_found(folder):
    snapshot = folder._snapshot
    allowed = snapshot.chunk_source != list(FILES).index("mail.py")
    assert asked(folder, "send", allowed) == [("adapters.py", "def send")]


@pytest.mark.parametrize(
    ("question", "signature"), [("HttpAdapter.send", "def send(self"), ("parse_url", "def parse_url(")]
)
def test_the_definition_is_shown_before_all_that_names_it(folder, question, signature):
    assert signature in folder.context(question, 40).text()


def test_of_a_file_that_the_question_names_too_only_its_definition_is_raised(folder):
    decisions = folder.context("network.send in mail.py", 600).report.decisions
    score = {decision.label: decision.score for decision in decisions}
    assert score["mail.py line 2 § def send"] > 2 * score["adapters.py line 2 § def send"]


def test_prose_has_no_definitions():
    document = Document.from_texts([{"text": "# parse_url\n\nparse_url reads an address.", "source": "a.md"}])
    assert len(definitions_asked(document._snapshot, "parse_url")) == 0


def test_a_listing_under_the_name_of_another_file_is_none():
    page = f"<h1>/etc/samba/smb.conf</h1><pre>{'wins support = yes<br>' * 90}</pre>"
    document = Document.from_texts([{"text": page, "format": "html"}, {"text": FILES["urls.py"], "source": "urls.py"}])
    assert asked(document, "who writes resolv.conf?") == []
    assert [source for source, _ in asked(document, "who writes smb.conf?")] == ["document-0"]


def test_a_definition_inside_of_another_is_found_at_its_line():
    ring = "    def ring_{}(self):\n        return self.bell + {}\n\n"
    text = "class Door:\n" + "".join(ring.format(n, n) for n in range(30))
    document = Document.from_texts([{"text": text, "source": "door.py"}], tokenizer="words")
    assert "    def ring_20(self):\n        return self.bell + 20\n" in document.context("ring_20", 20).text()


def test_of_a_stack_trace_the_line_that_failed_is_shown():
    lines = "".join(f"    weight_{n} = scales[{n}]\n" for n in range(30))
    text = f"def weigh(scales):\n{lines}    raise ScaleError('no scale is level')\n"
    document = Document.from_texts([{"text": text, "source": "scales.py"}], tokenizer="words")
    trace = 'Traceback (most recent call last):\n  File "scales.py", line 32, in weigh\nScaleError: no scale is level'
    shown = document.context(trace, 20).text()
    assert shown.startswith("def weigh(scales):\n")
    assert shown.endswith("raise ScaleError('no scale is level')")


@pytest.mark.parametrize("question", ["Lid.turn_7", "turn_7", "Nut.turn_7", "turn_none", "Lid.turn_none"])
def test_headings_are_read_once_and_then_only_those_that_end_with_the_name(question, monkeypatch):
    text = "".join(f"def turn_{n}(lid):\n    return lid + {n}\n\n\n" for n in range(300))
    snapshot = Document.from_texts([{"text": text, "source": "lids.py"}])._snapshot
    definitions_asked(snapshot, "turn_1")
    read = []

    def counted(method):
        return lambda strings, numbers: read.extend(numbers.tolist()) or method(strings, numbers)

    for name in ("take", "several"):
        monkeypatch.setattr(Strings, name, counted(getattr(Strings, name)))
    definitions_asked(snapshot, question)
    assert len(read) <= 2


def test_a_heading_of_prose_does_not_hide_a_definition_inside_of_another():
    page = "# wind_up\n\nTo wind_up a clock takes a key.\n"
    clock = "class Clock:\n    def wind_up(self):\n        self.key = 1\n"
    document = Document.from_texts([{"text": page, "source": "a.md"}, {"text": clock, "source": "clock.py"}])
    assert asked(document, "wind_up") == [("clock.py", "class Clock")]
