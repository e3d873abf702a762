import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop import Document
from secondhop.errors import (
    CorruptFileError,
    EmptyTextError,
    FileTooLargeError,
    InputError,
    LoadError,
    NoTextError,
    OptionError,
    PasswordRequiredError,
    SecondhopError,
    SourceNotFoundError,
    UnsupportedFormatError,
)
from secondhop.loading import FORMATS, load_file, load_text, parse
from secondhop.loading.formats import register_loader
from secondhop.types import Section, SourceText

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def zip_of(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def test_no_suffix_belongs_to_two_formats():
    suffixes = [suffix for entry in FORMATS.values() for suffix in entry.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_importing_the_package_imports_no_parser():
    code = "import sys, secondhop.loading; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert {"secondhop.loading", "secondhop.loading.folder"} <= set(modules)
    assert not {"pypdf", "pypdfium2", "tree_sitter", "docx", "pathspec", "charset_normalizer"} & set(modules)


@pytest.mark.parametrize(
    ("source", "kind", "path"),
    [
        ("a.md", "prose", ("A",)),
        ("A.MARKDOWN", "prose", ("A",)),
        ("a.txt", "prose", ()),
        ("a.md.txt", "prose", ("A",)),
        ("a.csv.txt", "prose", ()),
        ("a.qmd", "prose", ("A",)),
        ("README", "prose", ()),
        ("notes.unknown", "prose", ()),
        ("a.rb", "code", ()),
        ("src/Makefile", "code", ()),
        ("a.yaml", "code", ()),
        ("a.csv", "table", ()),
    ],
)
def test_the_suffix_or_name_tells_the_format(source, kind, path):
    (section,) = parse(b"# A\n", source).sections
    assert (section.kind, section.heading_path) == (kind, path)


def test_a_script_without_a_suffix_is_code():
    assert parse(b"#!/bin/sh\necho\n", "run").sections[0].kind == "code"


def test_an_explicit_format_goes_before_the_suffix():
    assert parse(b"# A\n", "a.txt", format="markdown").sections[0].heading_path == ("A",)
    with pytest.raises(OptionError, match=r"format='word' is not one of: text, markdown"):
        parse(b"# A\n", "a.txt", format="word")


def test_unknown_binary_names_the_suffix_and_what_is_supported():
    with pytest.raises(UnsupportedFormatError, match=r"a\.png: \.png files are not supported.*docx.*pdf") as caught:
        parse(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "a.png")
    assert len(caught.value.reason) < 130  # of a folder it is said of each such file
    with pytest.raises(CorruptFileError, match="binary"):
        parse(bytes(range(256)) * 4, "a.txt")


@pytest.mark.parametrize(
    ("data", "source", "error", "words"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", PasswordRequiredError, "encrypted"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", UnsupportedFormatError, r"save it as \.docx"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "a.ppt", UnsupportedFormatError, r"save it as \.pptx"),
        (OLE, "a.msg", UnsupportedFormatError, "OLE"),
        (b"plain", "a.rtf", CorruptFileError, "not a Rich Text file"),
        (b"PK\x03\x04broken", "a.txt", CorruptFileError, "damaged zip"),
        (b"PK\x03\x04broken", "a.docx", LoadError, "a.docx"),
    ],
)
def test_containers_that_cannot_be_read_say_what_they_are(data, source, error, words):
    with pytest.raises(error, match=words):
        parse(data, source)


def test_archives_are_named_by_their_type():
    with pytest.raises(UnsupportedFormatError, match=r"type 'application/vnd\.oasis\.opendocument\.formula'"):
        parse(zip_of(mimetype="application/vnd.oasis.opendocument.formula"), "sum.odf")
    with pytest.raises(UnsupportedFormatError, match=r"type 'a\\x1b\[31m\\nb'"):
        parse(zip_of(mimetype="a\x1b[31m\nb"), "letter")
    with pytest.raises(CorruptFileError, match="not an EPUB"):
        parse(zip_of(mimetype="application/epub+zip"), "book")
    with pytest.raises(UnsupportedFormatError, match="is a zip archive"):
        parse(zip_of(a="x"), "a.zip")


def test_bytes_that_belie_the_suffix_are_loaded_as_what_they_are():
    docx = pytest.importorskip("docx")
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph("Hello from Word.")
    document.save(buffer)
    loaded = parse(buffer.getvalue(), "notes.txt")
    assert "Hello from Word." in loaded.text
    assert loaded.warnings[0] == "The name ends in .txt, but the bytes are docx; loaded as docx."
    assert parse(buffer.getvalue(), "notes").warnings == ()


@pytest.mark.parametrize(("data", "words"), [(b"", "the file is empty"), (b" \r\n\t", "holds no text")])
def test_a_file_without_text_is_an_error(data, words):
    with pytest.raises(NoTextError, match=f"a.md: {words}"):
        parse(data, "a.md")


def test_too_large_is_an_error_before_reading(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("123456")
    monkeypatch.setattr("secondhop.loading.MAX_BYTES", 5)
    with pytest.raises(FileTooLargeError, match="holds 6 bytes; the limit is 5"):
        load_file(path)
    monkeypatch.setattr("secondhop.loading.parsing.MAX_BYTES", 5)
    with pytest.raises(FileTooLargeError, match="holds 6 bytes; the limit is 5"):
        parse(b"123456", "a.txt")


def test_loads_a_file_by_path_object_or_string_under_any_label(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def f(): pass\n")
    assert load_file(path).source == load_file(str(path)).source == str(path)
    loaded = load_file(path, source="the code")
    assert loaded.source == "the code"
    assert loaded.sections[1].heading_path == ("def f",)
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(CorruptFileError) as caught:
        load_file(path, source="the code")
    assert caught.value.source == "the code"


def test_what_is_no_file_raises_typed_errors(tmp_path):
    with pytest.raises(SourceNotFoundError, match=r"missing\.txt: no such file"):
        load_file(tmp_path / "missing.txt")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(SourceNotFoundError):
        load_file(tmp_path / "a.txt" / "b.txt")
    with pytest.raises(SourceNotFoundError):
        load_file("a\0b.txt")
    with pytest.raises(LoadError, match="is a folder; use from_folder"):
        load_file(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(LoadError, match="not a regular file"):
        load_file(tmp_path / "pipe.txt")
    with pytest.raises(LoadError, match="name too long"):
        load_file(tmp_path / ("x" * 5000))


def test_permission_denied_is_a_load_error(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("x")

    real = os.open

    def refuse(name, *arguments, **keywords):
        if str(name) == str(path):
            raise PermissionError(13, "Permission denied", name)
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(LoadError, match="permission denied"):
        load_file(str(path))


class Panic(BaseException):
    """As parsers written in Rust raise."""


@pytest.mark.parametrize("failure", [ValueError("bad cell"), RecursionError(), Panic("oops")])
def test_whatever_a_parser_throws_becomes_one_typed_error(monkeypatch, failure):
    def load(data, source):
        raise failure

    monkeypatch.setattr("secondhop.loading.verbatim.plain.load", load)
    with pytest.raises(CorruptFileError, match=r"a\.txt: could not be read as text: ") as caught:
        parse(b"x", "a.txt")
    assert caught.value.__cause__ is failure


def test_an_interrupt_passes(monkeypatch):
    def load(data, source):
        raise KeyboardInterrupt

    monkeypatch.setattr("secondhop.loading.verbatim.plain.load", load)
    with pytest.raises(KeyboardInterrupt):
        parse(b"x", "a.txt")


def test_strings_take_their_format_from_the_source():
    assert load_text("# Ä\n", "a.md").sections[0].heading_path == ("Ä",)
    assert load_text("\ufeff# A\n", "input", format="markdown").sections[0].heading_path == ("A",)
    assert load_text("page one", "scan.pdf").text == "page one"


def test_strings_that_cannot_be_loaded_raise_input_errors():
    with pytest.raises(EmptyTextError, match="notes: the text is empty"):
        load_text(" \n", "notes")
    with pytest.raises(InputError, match="binary"):
        load_text("x", "a", format="pdf")
    with pytest.raises(OptionError):
        load_text("x", "a", format="nonsense")


def test_lone_surrogates_are_replaced_one_for_one_with_a_warning():
    loaded = load_text("a\ud800b", "input")
    assert loaded.text == "a\ufffdb"
    assert loaded.warnings == ("1 lone surrogates were replaced by U+FFFD.",)


SOURCES = st.sampled_from(
    [f"a{suffix}" for entry in FORMATS.values() for suffix in sorted(entry.suffixes)] + ["a", "a.x"]
)


@settings(deadline=None)  # the first file of a format has its loader imported
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")), SOURCES)
def test_any_bytes_under_any_name_load_or_raise_one_of_our_errors(data, source):
    try:
        loaded = parse(data, source)
    except SecondhopError:
        return
    assert loaded.sections
    open_ends: list[int] = []
    last = 0
    for section in loaded.sections:
        assert last <= section.start <= section.end <= len(loaded.text)
        last = section.start
        while open_ends and open_ends[-1] <= section.start:
            open_ends.pop()
        assert not open_ends or section.end <= open_ends[-1]
        open_ends.append(section.end)


def load_receipt(data, source):
    text = data.decode().upper()
    return SourceText(source, text, (Section(0, len(text)),))


def test_a_registered_loader_takes_its_suffixes_and_names():
    register_loader("receipt", load_receipt, suffixes=[".Receipt"], names=["Till"])
    assert parse(b"tea 2", "a.receipt").text == "TEA 2"
    assert parse(b"tea 2", "shop/till").text == "TEA 2"
    assert load_text("tea 2", "x", format="receipt").text == "TEA 2"
    assert FORMATS["receipt"].suffixes == {".receipt"}
    register_loader("receipt", load_receipt, suffixes=[".rcpt"])
    assert parse(b"tea 2", "a.rcpt").text == "TEA 2"
    assert parse(b"tea 2", "a.receipt").text == "tea 2"


def test_one_whole_name_may_be_given_as_a_string():
    register_loader("till roll", load_receipt, suffixes=".roll", names="Tillroll")
    assert FORMATS["till roll"].names == {"tillroll"}
    assert parse(b"tea 2", "tillroll").text == "TEA 2"


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".pdf", b"%PDF-1.7 and more"),
        (".odt", b"PK\x03\x04 and more"),
        (".doc", OLE + "WordDocument".encode("utf-16-le")),
        (".minutes", b"{\\rtf1 and more}"),
    ],
)
def test_a_registered_loader_gets_its_files_whatever_they_hold(suffix, data):
    register_loader("receipt", lambda data, source: SourceText(source, f"{len(data)} bytes", ()), suffixes=[suffix])
    loaded = parse(data, f"a{suffix}")
    assert (loaded.text, loaded.format, loaded.warnings) == (f"{len(data)} bytes", "receipt", ())
    assert parse(b"{\\rtf1 Plain words}", "a.txt").format == "rtf"


def test_a_suffix_taken_over_is_given_back_by_a_registration_without_it():
    register_loader("receipt", load_receipt, suffixes=[".md", ".rcpt"], names=["Makefile"])
    assert parse(b"# tea\n", "a.md").text == "# TEA\n"
    register_loader("receipt", load_receipt, suffixes=[".rcpt"])
    assert parse(b"# tea\n", "a.md").sections[0].heading_path == ("tea",)
    assert parse(b"# tea\n", "makefile").sections[0].kind == "code"


@pytest.mark.parametrize("given", [{"names": [3]}, {"names": None}, {"suffixes": None}, {"suffixes": [b".x"]}])
def test_suffixes_and_names_that_are_no_strings_are_refused(given):
    with pytest.raises(OptionError, match=r"(names|suffixes)=.* is neither a string nor a list of strings"):
        register_loader("mine", load_receipt, **{"suffixes": [".mine"], **given})


def test_what_a_registered_loader_raises_names_the_file():
    def fail(data, source):
        raise ValueError("no stamp")

    register_loader("stamped", fail, suffixes=[".stamped"])
    with pytest.raises(CorruptFileError, match=r"a\.stamped: could not be read as stamped: no stamp"):
        parse(b"x", "a.stamped")


def test_a_key_that_a_registered_loader_misses_is_told_as_one():
    register_loader("keyed", lambda data, source: {}["title"], suffixes=[".keyed"])
    with pytest.raises(CorruptFileError, match=r"a\.keyed: could not be read as keyed: KeyError: 'title'"):
        parse(b"x", "a.keyed")


@pytest.mark.parametrize(
    ("name", "suffixes", "words"),
    [("pdf", [".pdf"], "built-in"), ("mine", ["abc"], "one point"), ("mine", [], "missing")],
)
def test_a_registration_that_cannot_work_is_refused(name, suffixes, words):
    with pytest.raises(OptionError, match=words):
        register_loader(name, load_receipt, suffixes=suffixes)


WHOLE = Section(0, 14)
WRONG = {
    "nothing": lambda text: None,
    "a string": lambda text: text,
    "bytes": lambda text: SourceText("", text.encode(), (WHOLE,)),
    "metadata": lambda text: SourceText("", text, (WHOLE,), metadata=None),
    "a pair": lambda text: SourceText("", text, ((0, 14),)),
    "too far": lambda text: SourceText("", text, (Section(0, 15),)),
    "before": lambda text: SourceText("", text, (Section(-1, 14),)),
    "backwards": lambda text: SourceText("", text, (Section(14, 0),)),
    "overlapping": lambda text: SourceText("", text, (Section(0, 9), Section(6, 14))),
    "floats": lambda text: SourceText("", text, (Section(0.0, 14.0),)),
    "heading elsewhere": lambda text: SourceText("", text, (replace(WHOLE, heading_span=(50, 90)),)),
    "a page": lambda text: SourceText("", text, (replace(WHOLE, page="iv"),)),
    "a large page": lambda text: SourceText("", text, (replace(WHOLE, page=2**31),)),
    "a heading": lambda text: SourceText("", text, (replace(WHOLE, heading_path="Fog"),)),
    "headings": lambda text: SourceText("", text, (replace(WHOLE, heading_path=(5,)),)),
    "a kind": lambda text: SourceText("", text, (replace(WHOLE, kind="verse"),)),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_what_a_registered_loader_returns_is_checked_and_costs_one_file(tmp_path, make):
    register_loader("wrong", lambda data, source: make(data.decode()), suffixes=[".wrong"])
    (tmp_path / "a.wrong").write_bytes(b"Sound the horn")
    (tmp_path / "b.txt").write_bytes(b"Keep a lookout")
    with pytest.raises(CorruptFileError, match=r"a\.wrong: could not be read as wrong: its loader returned"):
        load_file(tmp_path / "a.wrong")
    folder = Document.from_folder(tmp_path)
    assert folder.sources == ("b.txt",)
    assert [source for source, _ in folder.skipped_files] == ["a.wrong"]


@pytest.mark.parametrize(
    ("sections", "texts"),
    [
        ((), ["Sound the horn"]),
        ((Section(6, 9, heading_path=("A",)),), ["Sound ", "the", " horn"]),
        ((Section(9, 14), Section(0, 5)), ["Sound", " the", " horn"]),
        ((Section(0, 14), Section(6, 9)), ["Sound the horn", "the"]),
        ((Section(0, 5), Section(6, 14)), ["Sound", "the horn"]),
    ],
)
def test_no_text_of_a_registered_loader_is_lost_between_its_sections(sections, texts):
    register_loader("gaps", lambda data, source: SourceText(source, data.decode(), sections), suffixes=[".gaps"])
    loaded = parse(b"Sound the horn", "a.gaps")
    assert [loaded.text[section.start : section.end] for section in loaded.sections] == texts


@pytest.mark.parametrize(("name", "load"), [("", print), (5, print), ("mine", None), ("mine", 5)])
def test_a_registration_without_name_or_function_is_refused(name, load):
    with pytest.raises(OptionError, match=r"name=|load="):
        register_loader(name, load, suffixes=[".mine"])
