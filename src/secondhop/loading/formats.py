"""Which formats there are, and which one a file is of: by its bytes where they prove it, else by its name.

`register_loader` adds formats of the user's own.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from secondhop.errors import CorruptFileError, OptionError, UnsupportedFormatError
from secondhop.loading.containers import is_ole, ole_holds, refuse_old
from secondhop.loading.encodings import is_binary
from secondhop.types import Kind, SourceText

Loader = Callable[..., SourceText]
"""Bytes and the file's name to its text: `load(data, source) -> SourceText`."""


@dataclass(frozen=True, slots=True)
class Format:
    """Where the loader of a format lives, and which names belong to it."""

    module: str
    suffixes: frozenset[str]
    textual: bool = True
    """Whether the format is written as text, so that a string can be loaded as it."""
    names: frozenset[str] = frozenset()
    """File names, lower-case, that stand for the format without a suffix."""
    registered: Loader | None = None
    """The loader of a format that the user registered; such a loader runs in this process."""

    def loader(self) -> Loader:
        """The function that loads the format; its module is imported now."""
        if self.registered is not None:
            return self.registered
        load: Loader = import_module(self.module).load
        return load


def _format(name: str, suffixes: str, *, textual: bool = True, names: str = "") -> Format:
    return Format(f"secondhop.loading.{name}", frozenset(suffixes.split()), textual, frozenset(names.split()))


_FORMATS: dict[str, Format] = {
    "text": _format("verbatim.plain", ".txt .text"),
    "markdown": _format("verbatim.markdown", ".md .markdown .mdx .mdown .mkd .mkdn .mdwn .qmd .rmd"),
    "restructuredtext": _format("verbatim.restructuredtext", ".rst .rest"),
    "asciidoc": _format("verbatim.asciidoc", ".adoc .asciidoc"),
    "org": _format("verbatim.org", ".org"),
    "latex": _format("verbatim.latex", ".tex .latex .ltx"),
    "code": _format(
        "code.source",
        ".py .pyi .js .jsx .mjs .cjs .ts .tsx .mts .cts .go .rs .java .c .h .cc .cpp .cxx .hpp .hh .hxx "
        ".rb .php .cs .fs .vb .kt .kts .swift .scala .groovy .gradle .sh .bash .zsh .fish .ps1 .bat .cmd .sql .lua "
        ".r .jl .pl .pm .hs .ml .mli .clj .ex .exs .erl .dart .zig .nim .m .mm .vue .svelte .css .scss .sass .less "
        ".tf .hcl .proto .graphql .gql .cmake .mk .asm .s .el .lisp .scm .rkt .sol .f90 .f95 .f03 .sv .svh .vhd .vhdl "
        ".pas .cr .elm .tcl .cu .cuh .nix .prisma .thrift .pyx .pxd .psm1 .sbt .rake .gemspec .podspec .ino .inl .ipp "
        ".fsx .fsi .hrl .hx",
        names="makefile gnumakefile dockerfile containerfile jenkinsfile vagrantfile rakefile gemfile justfile",
    ),
    "data": _format(
        "verbatim.data",
        ".json .jsonl .ndjson .jsonc .json5 .geojson .yaml .yml .toml .csv .tsv .ini .cfg .conf .properties",
    ),
    "log": _format("verbatim.plain", ".log"),
    "xml": _format("markup.xml", ".xml .xsd .xsl .xslt .dita .docbook .page .svg .plist .rss .atom"),
    "pdf": _format("pdf", ".pdf", textual=False),
    "docx": _format("office.docx", ".docx .docm", textual=False),
    "pptx": _format("office.pptx", ".pptx .pptm", textual=False),
    "spreadsheet": _format("office.spreadsheet", ".xlsx .xlsm .xls .ods", textual=False),
    "opendocument": _format("office.opendocument", ".odt .ott .fodt .odp .otp .fodp .odg .fodg", textual=False),
    "html": _format("markup.html", ".html .htm .xhtml"),
    "notebook": _format("markup.notebook", ".ipynb"),
    "epub": _format("markup.epub", ".epub", textual=False),
    "rtf": _format("office.rtf", ".rtf", textual=False),
    "eml": _format("markup.eml", ".eml .mbox .mht .mhtml"),
    "subtitles": _format("markup.subtitles", ".vtt .srt"),
}
FORMATS: Mapping[str, Format] = MappingProxyType(_FORMATS)
"""All formats by name, those that were registered among them."""


def _owners() -> tuple[dict[str, str], dict[str, str]]:
    """The format of each suffix, and of each whole file name; of several that claim one, the last."""
    return (
        {suffix: name for name, entry in _FORMATS.items() for suffix in entry.suffixes},
        {known: name for name, entry in _FORMATS.items() for known in entry.names},
    )


_BY_SUFFIX, _BY_NAME = _owners()
_NAMED_AS_TEXT = ("asciidoc", "markdown", "restructuredtext")
"""What files are of whose suffix stands before `.txt`, such as the sources that Sphinx puts beside its pages."""


def register_loader(
    name: str, load: Loader, *, suffixes: Iterable[str], textual: bool = True, names: Iterable[str] = ()
) -> None:
    """Have files of a format of your own loaded by a function of yours.

    A suffix that another format has is taken over from it. The function gets all files with its suffixes and names,
    whatever they hold. Registering a name again replaces its loader, and gives back what is not taken over again. The
    function runs in this process; what it raises beyond `LoadError` becomes a `CorruptFileError`.

    Args:
        name: what `format=` calls it; no built-in name.
        load: `load(data, source) -> SourceText`, from the bytes and name of a file.
        suffixes: of its files, as `.abc`; one or several.
        textual: whether it is written as text, so that a string can be loaded as it.
        names: whole file names that stand for the format, such as `procfile`; one or several.

    Raises:
        OptionError: the name is a built-in one, `load` is no function, a suffix does not begin with a point, or suffixes
            or names are no strings.
    """
    if not isinstance(name, str) or not name:
        raise OptionError(f"name={name!r} is not the name of a format")
    if not callable(load):
        raise OptionError(f"load={load!r} is not a function of bytes and the file's name")
    wanted, whole = _lowered("suffixes", suffixes), _lowered("names", names)
    known = _FORMATS.get(name)
    if known is not None and known.registered is None:
        raise OptionError(f"name={name!r} is a built-in format; choose another name")
    if bad := sorted(suffix for suffix in wanted if not suffix.startswith(".") or suffix.count(".") > 1):
        raise OptionError(f"suffixes={bad!r}: a suffix is one point and what follows it, as '.abc'")
    if not wanted and not whole:
        raise OptionError(f"suffixes of {name!r} are missing: no file could be of that format")
    _FORMATS.pop(name, None)
    _FORMATS[name] = Format("", wanted, textual, whole, load)
    for table, owners in zip((_BY_SUFFIX, _BY_NAME), _owners(), strict=True):
        table.update(owners)
        for key in table.keys() - owners.keys():
            del table[key]


def _lowered(option: str, given: Any) -> frozenset[str]:
    """One string or several, in small letters."""
    values = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if not all(isinstance(value, str) for value in values):
        raise OptionError(f"{option}={given!r} is neither a string nor a list of strings")
    return frozenset(value.lower() for value in values)


@lru_cache(maxsize=64)  # it is asked about one file after the other, some times about each
def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def format_by_name(name: str) -> str | None:
    """Name the format that the file's name promises, None if it promises none."""
    found = _BY_SUFFIX.get(_suffix(name))
    if found == "text" and (inner := _BY_SUFFIX.get(_suffix(name[: -len(_suffix(name))]))) in _NAMED_AS_TEXT:
        return inner
    return found or _BY_NAME.get(os.path.basename(name).lower())


def kind_by_name(name: str) -> Kind:
    """What a piece of the file most likely is: code by the file's name, else prose."""
    return "code" if format_by_name(name) == "code" else "prose"


def detect(data: bytes, source: str, name: str) -> tuple[str, list[str]]:
    """Name the format, and warn if the bytes say another one than the name."""
    expected = format_by_name(name)
    if expected is not None and FORMATS[expected].registered is not None:
        return expected, []  # the user has said who reads it, whatever it holds
    found = _by_magic(data, source, expected)
    if found is not None and found != expected:
        if expected is None:
            return found, []
        return found, [f"The name ends in {_suffix(name)}, but the bytes are {found}; loaded as {found}."]
    if expected is not None:
        return expected, []
    if is_binary(data):
        kind = f"{_suffix(name)} files are" if _suffix(name) else "binary files without a suffix are"
        supported = ", ".join(sorted(name for name, each in FORMATS.items() if not each.textual))
        raise UnsupportedFormatError(source, f"{kind} not supported; text files and these formats are: {supported}")
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html", []
    if start.startswith(b"<?xml"):
        return "xml", []
    return ("code" if start.startswith(b"#!") else "text"), []


def _by_magic(data: bytes, source: str, expected: str | None) -> str | None:
    """Name the format that the first bytes prove, if they do. Raises for containers that no loader reads."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\n\f\r ")[:5] == b"%PDF-":
        return "pdf"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_format(data, source, expected)
    if is_ole(data):
        return _ole_format(data, source, expected)
    return None


_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_OPEN_DOCUMENTS = {
    "spreadsheet": "spreadsheet",
    "text": "opendocument",
    "presentation": "opendocument",
    "graphics": "opendocument",
}


def _zip_format(data: bytes, source: str, expected: str | None) -> str | None:
    if expected is not None and not FORMATS[expected].textual and expected != "pdf":
        fallback: str | None = expected
    else:
        fallback = None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            folders = {entry.partition("/")[0] for entry in archive.namelist()}
            mimetype = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in folders else ""
    except Exception as error:
        if fallback is not None:
            return fallback  # its loader knows best what is missing
        raise CorruptFileError(source, f"is a damaged zip archive ({error})") from error
    for folder, name in (("word", "docx"), ("ppt", "pptx"), ("xl", "spreadsheet")):
        if folder in folders and "[Content_Types].xml" in folders:
            return name
    kind = mimetype.strip().removeprefix(_OPEN_DOCUMENT).partition("-")[0]  # of templates and master documents, too
    if mimetype.startswith(_OPEN_DOCUMENT) and kind in _OPEN_DOCUMENTS:
        return _OPEN_DOCUMENTS[kind]
    if mimetype.startswith("application/epub"):
        return "epub"
    if fallback is not None:
        return fallback
    kind = f"a zip archive of type {mimetype.strip()!r}" if mimetype else "a zip archive"
    raise UnsupportedFormatError(source, f"is {kind}, which no loader reads; unpack or convert it")


def _ole_format(data: bytes, source: str, expected: str | None) -> str | None:
    """Old Office files, and encrypted new ones: told apart by the names of their streams."""
    refuse_old(data, source)
    if expected == "spreadsheet" or any(ole_holds(data, stream) for stream in ("Workbook", "Book")):
        return "spreadsheet"
    raise UnsupportedFormatError(source, "is an OLE container (.msg, .vsd or alike), which no loader reads")
