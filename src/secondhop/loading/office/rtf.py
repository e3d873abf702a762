"""Rich Text: paragraphs, headings by outline level, tables row by row. One pass over the tokens, without recursion."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from operator import attrgetter

from secondhop.errors import CorruptFileError
from secondhop.loading.builder import TextBuilder, clean, one_line, raised
from secondhop.loading.office.symbol_font import symbol
from secondhop.types import SourceText

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})?[ ]?"  # control word
    rb"|\\'([0-9a-fA-F]{2})"  # one byte
    rb"|\\([^a-z])"  # control symbol
    rb"|([{}])"
    rb"|[\r\n]+"
    rb"|([^\\{}\r\n]+)",
    re.IGNORECASE,
)
_CHARACTERS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "softline": "\n", "nestcell": "\n", "tab": "\t",
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ",
}  # fmt: skip
_STRUCTURE = frozenset({
    "cell", "row", "trowd", "clvmrg", "cellx", "intbl", "pard", "s", "outlinelevel", "par", "sect", "page",
})  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
# Groups that hold no text of the document. `*` marks further ones that a reader may pass over.
_PASSED_OVER = frozenset({
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "generator", "pict", "object",
    "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "fldinst", "filetbl", "revtbl", "info",
    "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "nonshppict", "mmathPr",
    "sp", "tc", "tcn", "xe",
})  # fmt: skip
_KEPT_MARKED = frozenset({"shptxt", "shpinst", "shprslt", "footnote"})
_ANSI = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_SYMBOLIC = 2
"""The character set of fonts that show signs in the places of letters."""
_SIGNS = range(0xF000, 0xF100)
"""Characters that stand for a byte in such a font."""
_SYMBOLIC_NAME = re.compile(rb"(Symbol|Wingdings)\s*;")
_SYMBOL_FIELD = re.compile(
    rb"""\s*SYMBOL\s+(?:0x([0-9a-f]{1,4})|(\d{1,5}))\s.*?\\f\s*"?(Symbol|Wingdings)(?:["\s]|\Z)""", re.IGNORECASE
)

_HEADING_STYLE = re.compile(rb"\{\\s(\d{1,4})\b[^{}]*(?<![A-Za-z])[Hh]eading ([1-9])\s*;\s*\}")
"""Its number and level. LibreOffice may write no outline levels."""
_ITEM = re.compile(r"[•·]|\S{1,6}\t")
"""An item of a list: a bullet, or a number that a tab sets apart."""


@dataclass(slots=True)
class _Group:
    """What braces keep: whether text is shown, how its bytes are encoded, how many bytes repeat a Unicode character."""

    shown: bool = True
    hidden: bool = False
    """Shown, but for its letters: what hides them hides no end of a paragraph or cell."""
    is_raised: bool = False
    encoding: str = "cp1252"
    unicode_skip: int = 1
    has_sign: bool = False
    """A field whose sign is written."""
    symbols: str = ""
    """The font that shows signs for them instead."""
    in_table: bool = False
    outline: int | None = None
    """Of the paragraph; the number before it is a group with a `pard` of its own."""


_state_of = attrgetter(*_Group.__slots__)  # many times as fast as a copy


@dataclass(slots=True)
class _Reader:
    """The state of the one pass."""

    builder: TextBuilder
    levels: dict[int, int]
    """Paragraph styles of headings, and their outline levels."""
    group: _Group = field(default_factory=_Group)
    around: list[_Group] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    """Encodings, by the numbers of fonts."""
    symbol_fonts: dict[int, str] = field(default_factory=dict)
    """Names of the fonts of signs; empty for those that are not known."""
    font: int | None = None
    """The font whose entry in the table is read."""
    default_font: int = 0
    in_fonts: int | None = None
    """How many groups are open inside the table of fonts, while that is read; `in_field` and `in_note` likewise."""
    in_field: int | None = None
    aside: bytearray = field(default_factory=bytearray)
    """What an entry of the table of fonts or the code of a field says."""
    marked: bool = False
    """Behind `*`: the group may be passed over if its word is not known."""
    skip: int = 0
    """Bytes that repeat a Unicode character, still to come."""
    waiting: bytearray = field(default_factory=bytearray)
    """Bytes that are not decoded yet."""
    text: list[str] = field(default_factory=list)
    """Of the paragraph or cell; `cells` are those of the row, `rows` those of the table."""
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    merged: list[bool] = field(default_factory=list)
    """Of the cells of a row, which ones go on from the row above."""
    is_merged: bool = False
    in_note: int | None = None
    around_note: list[str] = field(default_factory=list)
    """The text that the note stands in."""
    notes: list[str] = field(default_factory=list)
    n_marks: int = 0
    mark: str = ""
    """Of the note that comes next."""

    def read(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            at = self._read_from(data, at)
        self._end_note()
        self._paragraph()
        self._end_table()
        if any(self.notes):
            self.builder.begin()
            self.builder.heading(1, "Notes")
            self.builder.write("\n".join(filter(None, self.notes)))

    def _read_from(self, data: bytes, at: int) -> int:
        """Read up to bytes that `bin` announces, which may be anything; return where they end."""
        for token in _TOKEN.finditer(data, at):
            word, number, byte, symbol, brace, plain = token.groups()
            if byte is not None:
                self._bytes(bytes((int(byte, 16),)))
            elif plain is not None:
                self._bytes(plain)
            elif brace is not None:
                self._brace(opens=brace == b"{")
            elif symbol is not None:
                self._symbol(symbol)
            elif word == b"bin":
                return token.end() + max(int(number or 0), 0)
            elif word is not None:
                self._word(word.decode("ascii"), None if number is None else int(number))
        return len(data)

    def _brace(self, *, opens: bool) -> None:
        self._decode()
        self.skip = 0
        if opens:
            self.around.append(self.group)
            self.group = _Group(*_state_of(self.group))
        elif self.around:
            self.group = self.around.pop()
            if self.in_fonts is not None and len(self.around) < self.in_fonts:
                self._end_font()
                self.in_fonts = None
                self._default_encoding()
            if self.in_field is not None and len(self.around) < self.in_field:
                self._end_field()
            if self.in_note is not None and len(self.around) < self.in_note:
                self._end_note()
        self.marked = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.marked = True
        elif symbol in b"\\{}":
            self._bytes(symbol)
        else:
            self._add(_SYMBOLS.get(symbol, ""))

    def _bytes(self, found: bytes) -> None:
        if self.skip:
            dropped = min(self.skip, len(found))
            self.skip -= dropped
            found = found[dropped:]
        if self.group.shown and not self.group.hidden:
            self.waiting += found
        elif self.in_fonts is not None or self.in_field is not None:
            self.aside += found

    def _decode(self) -> None:
        if self.waiting:
            if self.group.symbols:
                text = "".join(symbol(self.group.symbols, code) for code in self.waiting)
            else:
                text = self.waiting.decode(self.group.encoding, "replace")
            self._write(text)
            self.waiting.clear()

    def _add(self, characters: str) -> None:
        self._decode()
        if self.group.shown and not self.group.hidden and characters:
            self._write(characters)

    def _write(self, text: str) -> None:
        self.text.append(raised(text) if self.group.is_raised else text)

    def _word(self, word: str, number: int | None) -> None:
        self._decode()
        if self.marked:
            self.marked = False
            if word not in _KEPT_MARKED:
                self.group.shown = False
        if word in _PASSED_OVER:
            self._pass_over(word)
        elif word == "u" and number is not None:
            code = number % 0x10000
            is_sign = self.group.symbols and code in _SIGNS
            self._add(symbol(self.group.symbols, code) if is_sign else chr(code))
            self.skip = self.group.unicode_skip
        elif word in {"uc", "ansicpg", "deff", "f", "fcharset"} or word in _ANSI:
            self._encoding(word, number)
        elif word in _STRUCTURE:
            self._structure(word, number)
        elif word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        elif word in {"super", "sub", "nosupersub"}:
            self.group.is_raised = word == "super" and number != 0
        elif word == "fldrslt":
            self.group.shown &= not self.group.has_sign
        elif word == "plain":
            self.group.hidden, self.group.is_raised, self.group.symbols = False, False, ""
        elif word in {"v", "deleted"}:
            self.group.hidden = number != 0
        elif word in {"chftn", "footnote"} and self.group.shown and self.in_note is None:
            self._note(word)

    def _pass_over(self, word: str) -> None:
        self.group.shown = False
        if word == "fonttbl":
            self.in_fonts = len(self.around)
        elif word == "fldinst":
            self.in_field = len(self.around)
            self.aside.clear()

    def _encoding(self, word: str, number: int | None) -> None:
        if word in _ANSI:
            self.group.encoding = _ANSI[word]
        elif word == "uc":
            self.group.unicode_skip = min(max(number or 0, 0), 10)
        elif word == "ansicpg":
            self.group.encoding = _known(f"cp{number}") or self.group.encoding
        elif word == "deff":
            self.default_font = number or 0
        elif word == "fcharset":
            if self.in_fonts is not None and self.font is not None:
                if number in _CHARSETS:
                    self.fonts[self.font] = _CHARSETS[number]
                elif number == _SYMBOLIC:
                    self.symbol_fonts[self.font] = ""
        elif self.in_fonts is not None:
            self._end_font()
            self.font = number
        else:
            self.group.symbols = self.symbol_fonts.get(number or 0, "")
            self.group.encoding = self.fonts.get(number or 0, self.group.encoding)

    def _end_font(self) -> None:
        """Note the name of the font whose entry ends, if it is one of signs that are known."""
        name = _SYMBOLIC_NAME.search(self.aside)
        if self.font in self.symbol_fonts and name:
            self.symbol_fonts[self.font] = name[1].decode()
        self.aside.clear()

    def _end_field(self) -> None:
        """Write the sign that a field stands for: what it showed last is empty, or the same sign."""
        self.in_field = None
        found = _SYMBOL_FIELD.match(self.aside)
        if found:
            hexadecimal, decimal, font = found.groups()
            sign = symbol(font.decode().capitalize(), int(decimal) if decimal else int(hexadecimal, 16))
            self._add(sign)
            self.group.has_sign = bool(sign)

    def _default_encoding(self) -> None:
        """Take that of the default font, unless it is that of ANSI: programs write it over text in any code page."""
        found = self.fonts.get(self.default_font, _CHARSETS[0])
        if found != _CHARSETS[0]:
            self.group.encoding = found

    def _note(self, word: str) -> None:
        """Write the mark of a note, or begin it: it has paragraphs of its own, so what stands around it is set aside."""
        if word == "footnote":
            self.in_note, self.around_note, self.text = len(self.around), self.text, []
        elif not self.group.hidden:
            self.n_marks += 1
            self.mark = f"[{self.n_marks}]"
            self._add(self.mark)

    def _end_note(self) -> None:
        if self.in_note is not None:
            self._decode()
            text = one_line(_joined(self.text))
            self.notes.append(f"{self.mark} {text}".lstrip() if text else "")
            self.in_note, self.text, self.mark = None, self.around_note, ""

    def _structure(self, word: str, number: int | None) -> None:
        if not self.group.shown:
            return
        if self.in_note is not None:
            self._add(" ")
        elif word == "pard":
            self.group.outline, self.group.in_table = None, False
        elif word == "intbl":
            self.group.in_table = True
        elif word in {"s", "outlinelevel"}:
            self.group.outline = number if word == "outlinelevel" else self.levels.get(number or 0)
        elif word == "cell":
            self.cells.append(one_line("".join(self.text)))
            self.text.clear()
        elif word == "trowd":
            self.merged.clear()
        elif word == "clvmrg":
            self.is_merged = True
        elif word == "cellx":
            self.merged.append(self.is_merged)
            self.is_merged = False
        elif word == "row":
            self._row()
        elif self.group.in_table:
            self.text.append("\n")
        else:
            self._paragraph()

    def _row(self) -> None:
        """End a row; a cell that spans rows stands in each of them, so that a row says all it has to."""
        above = self.rows[-1] if self.rows else []
        for place, is_merged in enumerate(self.merged[: len(self.cells)]):
            if is_merged and not self.cells[place] and place < len(above):
                self.cells[place] = above[place]
        self.rows.append(self.cells)
        self.cells = []

    def _paragraph(self) -> None:
        self._decode()
        text = _joined(self.text).strip()
        self.text.clear()
        if not text:
            return
        self._end_table()
        if self.group.outline is not None and 0 <= self.group.outline < 9:
            self.builder.heading(self.group.outline + 1, text)
        else:
            self.builder.write(text, gap="\n" if _ITEM.match(text) else "\n\n")

    def _end_table(self) -> None:
        if self.cells:
            self.rows.append(self.cells)
        if self.rows:
            self.builder.table(self.rows)
        self.rows, self.cells = [], []


def load(data: bytes, source: str) -> SourceText:
    """The text paragraph by paragraph, then the notes.

    Headers, footers, pictures, field codes, entries of an index, hidden and deleted text are left out.

    Raises:
        CorruptFileError: not Rich Text.
        NoTextError: nothing in it but pictures.
    """
    if not data.lstrip().startswith(b"{\\rt"):
        raise CorruptFileError(source, "not a Rich Text file")
    builder = TextBuilder()
    _Reader(builder, {int(style): int(level) - 1 for style, level in _HEADING_STYLE.findall(data)}).read(data)
    return builder.build(source)


def _joined(pieces: list[str]) -> str:
    """The text cleaned; pairs of surrogates, which the format writes one by one, made one character."""
    text = "".join(pieces)
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return clean(text)


def _known(encoding: str) -> str | None:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None
