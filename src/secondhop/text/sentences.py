"""Sentence boundaries, as spans. Nothing is rewritten: a sentence is a slice of its text."""

from __future__ import annotations

import re
from itertools import pairwise

from secondhop.text.analysis import MARKS, UNSPACED_SYLLABLES
from secondhop.types import Span

ELLIPSIS = "…"
STOPS = f".!?{ELLIPSIS}\u037e؟۔।॥։።"
"""End a sentence where blanks follow: Latin and Greek, Arabic, Urdu, Indic, Armenian, Ethiopic."""
GREEK = "\u0370-\u03ff\u1f00-\u1fff"
"""A semicolon behind these asks a question."""
WIDE_POINT = "．"
"""In Japanese papers the full stop, elsewhere the decimal point or that of an abbreviation."""
WIDE_STOPS = f"。！？｡។៕။{WIDE_POINT}"
"""End one whatever follows: Chinese and Japanese, Khmer, Burmese."""
_NOTE_SIGNS = "¹²³⁰⁴⁵⁶⁷⁸⁹†‡"
CLOSING = f"\"')]”’»“‘«{_NOTE_SIGNS}"
"""May stand between a stop and the blanks. German closes with what English opens with, and not all guillemets point one way."""
_NOTE = rf"\[[^\W_][^\[\]\n;{STOPS}{WIDE_STOPS}]{{0,29}}\]"
NOTES = re.compile(rf"(?:{_NOTE})+")
"""May stand behind these, as in Wikipedia: "[3]", "[citation needed]"."""
OPENING = "\"'([“‘«¿¡„‚»”"
"""May stand before the first letter of a sentence."""
WIDE_CLOSING = f"\"'」』”’）》】〉〕｣{_NOTE_SIGNS}"
QUOTED = "とっ"
"""With these Japanese goes on behind a quotation: 「はい。」と言った."""
_CASED = [chr(code) for code in (*range(0x80, 0x590), *range(0x1E00, 0x2000))]
"""Where letters beyond ASCII are that begin sentences as capitals, which those of Georgian do not."""
_SMALL = "".join(filter(str.islower, _CASED))
_CAPITALS = "".join(filter(str.isupper, _CASED)).translate({ord("Å"): None, ord("Ω"): None})
"""Such as may be initials: Å and Ω are units."""
_SMALL_BUT_GREEK = re.sub(f"[{GREEK}]", "", _SMALL)
FIRST = rf"[A-Z0-9]|[^\W\da-z_{_SMALL_BUT_GREEK}]"
"""May be the first of a sentence: capitals, digits, letters of scripts without capitals, and the β of β-carotene."""

# French sets blanks inside its guillemets.
_END = re.compile(
    rf"(?<=[{STOPS};])(?:(?<!;)|(?<=[{GREEK}];))[{re.escape(CLOSING)}]*(?:{_NOTE})*(?:\s»)?\s+"
    rf"(?=(?:[{re.escape(OPENING)}]*|«\s)(?:{FIRST}))"
    rf"|(?<=[{WIDE_STOPS}])(?:[{WIDE_CLOSING}]+(?![{QUOTED}])|)(?:{_NOTE})*(?!{_NOTE})"
    rf"(?:\s+(?=[^\s{STOPS}{WIDE_STOPS}])|(?=[^\s{STOPS}{WIDE_STOPS}{WIDE_CLOSING}]))"
)
_OF_OTHER_LANGUAGES = """Abb Abschn Anm Aufl Bd Bde Chr Hr Hrsg Kap Mio Mrd Nrn Rdnr Rn Rz Vgl Ziff bspw bzgl evtl gest ggf hl
    insb insbes nr sog vgl MM Mlle Mmes éd Dña Dra Sra Sras Sres Srta Ud Uds Vd Vds ej núm núms pág págs pàg Profa Avv Dott
    Sig artt avv cfr dott sig sigg Bijv bijv blz dhr drs hfst jhr mevr nrs bl.a f.eks hhv jf t.ex klo esim ks Dz Np m.in np
    św tzn ul Ul zob Zob čl např Např příp tzv MUDr JUDr PhDr RNDr npr hlm Bpk Yth Jl pl ún bkz Bkz Doç örn pvz žr δηλ βλ Βλ
    κ κα κκ π.χ πχ σελ άρθ παρ акад вул гл див доц Див им напр Напр пп проф Проф рис Рис См см ст стор стр Стр табл Табл ул Ул чл د أ
    Av Avda Cía EE Exma Exmo Ltda Ing Mgr dr hab inż alin Dl Dna буд ал डॉ प्रो पं श्री ए बी सी डी ई एफ एच जे एल एम एन ओ आर एस यू वी"""
"""Such as no English sentence ends with."""
ABBREVIATIONS = (
    "Mr", "Mrs", "Ms", "Dr", "St", "Jr", "Sr", "Prof", "Gen", "Col", "Lt", "Sgt", "Capt", "Rev", "Hon", "Inc", "Ltd", "Co",
    "Corp", "No", "Nos", "vs", "etc", "al", "approx", "Fig", "Sec", "Art", "Ex", "Vol", "pp", "Ph", "U.S", "U.K", "e.g",
    "i.e", "c", "b", "d", "r", "cf", "Cf", "viz", "Mt", "Messrs", "Gov", "Sen", "Maj", "Adm", "z.B", "Nr", "bzw", "ca", "M",
    "Mme", "MR", "MRS", "MS", "DR", "PROF",
    *_OF_OTHER_LANGUAGES.split(),
)  # fmt: skip
_BEGINS = rf"(?<![\w{MARKS}])"
"""Where words begin: marks are part of them."""
_ABBREVIATION = re.compile(
    rf"{_BEGINS}(?:{'|'.join(map(re.escape, ABBREVIATIONS))}|[A-Z{_CAPITALS}א-ת]|[\u0e01-\u0e2e]{{1,4}})\.$"
)
BEFORE_NUMBERS = (
    "fig", "figs", "Figs", "FIG", "FIGS", "eq", "eqs", "Eq", "Eqs", "no", "nos", "p", "vol", "vols", "Vols", "ch", "Ch",
    "sec", "secs", "Secs", "sect", "Sect", "par", "para", "paras", "Para", "pt", "Pt", "ref", "refs", "Ref", "Refs", "tab", "Tab", "Jan",
    "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec",
    "Abs", "art", "arts", "cap", "chap", "co", "dn", "kap", "kl", "lit", "md", "n", "odst", "pag", "Pag", "pkt", "poz", "stk",
    "str", "ust", "v",
    "Abt", "Anl", "Apt", "apt", "Beil", "Bl", "Bldg", "Chap", "Cl", "cl", "col", "Ext", "ext", "fol", "godz", "Op", "op", "Pos",
    "Reg", "reg", "Rm", "rozdz", "rys", "Sch", "sch", "Str", "Tel", "tel", "Tél", "tél", "zał", "Тел", "тел", "кв", "корп",
)  # fmt: skip
"""Abbreviations where a number follows, of English and of other languages."""
LONGEST_UNKNOWN = 3
"""Letters of words beyond ASCII that are taken for abbreviations where a small letter follows."""
# Points inside these end nothing: dates, ordinals of German and Danish, and abbreviations of several words.
_TOGETHER = re.compile(
    rf"""{_BEGINS}(?:\d{{1,2}}\.\s(?:(?:Januar|Jänner|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b
        |(?:April|August|September|November)\s\d{{4}}\b|\d{{1,2}}\.\s(?:1\d|20)\d\d\b)
    |\d{{4}}\.\s\d{{1,2}}\.\s\d{{1,2}}\.
    |(?:[Ii]m|[Dd](?:er|as|em|en|es|et)|[Vv]om|[Zz]u[mr]|[Bb]eim)\s\d{{1,2}}\.\s(?=\w)
    |(?:{"|".join(BEFORE_NUMBERS)}|(?<!['’])s|[нпсчтčصج])\.\s(?=\d|[IVXLC]{{2,}}\b)
    |(?:z\.\s?[BT]|d\.\s?h|u\.\s?[aäU]|[vn]\.\s?Chr|i\.\s?[dS]|V\.\s?m|m\.\s?E|a\.\s?a\.\s?O|av\.\sJ|π\.\sχ)\.
    |[{_SMALL}]{{1,{LONGEST_UNKNOWN}}}\.\s(?=[{_SMALL}])|(?<!\d\s)г\.\s)|str\.\s(?=\d)""",  # Hauptstr. 5
    re.VERBOSE,
)
_TOGETHER_BEFORE, _TOGETHER_AFTER = 13, 16
_PART = re.compile(rf"(?:^|[\s('’])(?:[a-z]|[0-9]{{1,4}}|{'|'.join(BEFORE_NUMBERS)})$|\.[a-z]$|str$")
"""What is ASCII and may be followed by such a point. Most words are not."""
_LONGEST_PART = 5
BEFORE_ODD = {
    WIDE_POINT: re.compile(f"[{UNSPACED_SYLLABLES}{WIDE_CLOSING})]"),
    ELLIPSIS: re.compile(rf"[^\s{ELLIPSIS}{re.escape(OPENING)}]"),  # others are a gap, or lead to a value
}
"""What stands before these stops where they end a sentence."""
# A number or letter that opens a heading or a list item ("5. Safety", "(a). …") ends nothing.
_ENUMERATOR = re.compile(r"[\W_]*(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxlcIVXLC]{1,6})\)?\.")
# One that opens a line opens a sentence too, with no stop before it ("…are open;\n2. The bell…"). No capital letter: it may
# be the initial of a name, no "0.5" and no word of Roman digits ("civil") that a line break happens to stand before.
_ITEM = re.compile(r"[\W_]*(?:0|[1-9][0-9]{0,2}(?:\.[0-9]{1,3})*|[a-z]|[ivx]{2,6})\)?\.")
LONGEST_ITEM = 24
LEADER = "...."
"""Points that lead the eye from a label to its value end nothing: "Premium ........ 440 euros"."""
QUOTES = CLOSING + WIDE_CLOSING
_QUOTES_AND_BLANKS = QUOTES + " \u00a0\u2009\u202f"
"""May stand behind the stop that a line ends with: "« Oui ! »"."""
_NOTES_AT_END = re.compile(rf"(?<=\S)(?:{_NOTE})+$")
_LONGEST_TAIL = 48

THAI_AND_LAO = "\u0e01-\u0e5b\u0e81-\u0edf"
"""Blanks stand between clauses only."""
SEMICOLONS = ";:；：؛፤"
COMMAS = r",，、،፣)}\]"

# A run-on is cut at weaker and weaker stops: sentence ends without a capital after them, line ends, first those before a
# line that is not indented ("term" and below it what it means are one), blanks of Thai, semicolons, commas, blanks, and at
# last anywhere. Sizes are in tokens of five UTF-8 bytes: a run-on longer than the first number is cut,
# into pieces of about the second.
WEAKER: tuple[tuple[re.Pattern[str], int, int], ...] = (
    (re.compile(rf"(?<=[{STOPS}])\s+"), 70, 0),
    (re.compile(r"(?<!\s)\s*\n\s*"), 80, 50),
    (re.compile(r"(?<!\s)\s*\n\s*"), 80, 50),
    (re.compile(rf"(?<=[{THAI_AND_LAO}])\s+"), 80, 50),
    (re.compile(rf"(?<=[{SEMICOLONS}])\s*"), 160, 100),
    (re.compile(rf"(?<=[{COMMAS}])\s*"), 210, 130),
    (re.compile(r"\s+"), 260, 130),
)
OUTERMOST_LINES = 1
"""Which of them is the one of lines that are not indented."""
_WITHIN_LINES = 4
"""From which of them on a line is cut."""
_HARD_CHARACTERS = 640
# What belongs to the character before it: marks, variants of emoji, and what a joiner or a virama that stacks letters joins.
_BELONGS = re.compile(rf"(?:[{MARKS}\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|(?<=[\u200d\u1039\u17d2])\S){{0,32}}")
LONG_LINE = WEAKER[_WITHIN_LINES][1]
"""Lines of more tokens of five UTF-8 bytes are cut."""


def size(text: str) -> int:
    """Length in tokens of five UTF-8 bytes: near enough to cut by, in any script, with no vocabulary."""
    return (len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))) // 5


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Spans of the sentences in `text[start:end]`, without the blanks around them.

    None is longer than about 260 tokens of five bytes: run-ons (tables, transcripts, minified data) are cut at the
    strongest stop they have.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    left = start
    for match in _END.finditer(text, start, end):
        if (item := item_start(text, left, match.start(), end)) >= 0:
            _append(spans, text, left, item)
            left = item
        elif not ends_nothing(text, left, match.start(), end):
            _append(spans, text, left, match.end())
            left = match.end()
    _append(spans, text, left, end)
    return [piece for span in spans for piece in split_run_on(text, span)]


def is_stopped(text: str, start: int, end: int, stops: str | tuple[str, ...]) -> bool:
    """Whether `text[start:end]`, a line without blanks at its end, ends with one of the stops. Quotes and notes may follow it."""
    tail = text[max(start, end - _LONGEST_TAIL) : end]
    if tail.endswith("]"):
        tail = _NOTES_AT_END.sub("", tail)
    return tail.rstrip(_QUOTES_AND_BLANKS).endswith(stops)


def ends_nothing(text: str, left: int, at: int, end: int) -> bool:
    """Whether the stop before `at` is that of an abbreviation or date, or of what numbers a sentence that begins at `left`.

    Nothing from `end` on is looked at.
    """
    if (stop := text[at - 1]) in BEFORE_ODD:
        return BEFORE_ODD[stop].match(text, max(left, at - 2)) is None
    return stop == "." and (
        (at - left < 16 and _ENUMERATOR.fullmatch(text, left, at) is not None)
        or text.startswith(LEADER, max(left, at - len(LEADER)), at)
        or _ABBREVIATION.search(text, max(left, at - 12), at) is not None
        or _is_within(text, left, at, end)
    )


def _is_within(text: str, left: int, at: int, end: int) -> bool:
    """Whether the stop before `at` stands inside a date, or an abbreviation of several words."""
    word = text[max(left, at - _LONGEST_PART - 1) : at - 1]
    if word.isascii() and _PART.search(word) is None:
        return False
    found = _TOGETHER.finditer(text, max(left, at - _TOGETHER_BEFORE), min(at + _TOGETHER_AFTER, end))
    return any(each.start() < at <= each.end() for each in found)


def item_start(text: str, left: int, at: int, end: int) -> int:
    """Where the line begins, within a sentence that begins at `left`, of whose list number the stop before `at` is, or -1."""
    line = text.rfind("\n", max(left, at - LONGEST_ITEM), at) + 1
    if not line or _ITEM.fullmatch(text, line, at) is None or _is_within(text, line, at, end):
        return -1
    while text[line].isspace():
        line += 1
    return line


def split_lines(text: str, start: int, end: int) -> list[Span]:
    """Spans of the non-blank lines in `text[start:end]`, indentation kept, overlong ones cut."""
    spans: list[Span] = []
    left = start
    while left < end:
        newline = text.find("\n", left, end)
        right = end if newline < 0 else newline
        stripped = text[left:right].rstrip()
        if stripped.strip():
            spans.extend(split_run_on(text, (left, left + len(stripped)), lines=True))
        left = right + 1
    return spans


def split_run_on(text: str, span: Span, *, lines: bool = False, limit: int = 0) -> list[Span]:
    """The span itself, or its pieces if it is too long to be one sentence (or, with `lines`, one line).

    A span of up to `limit` tokens of five bytes is left whole.
    """
    if limit and size(text[span[0] : span[1]]) <= limit:
        return [span]
    return _split(text, span, _WITHIN_LINES if lines or limit else 0)


def _split(text: str, span: Span, level: int) -> list[Span]:
    start, end = span
    if size(text[start:end]) <= (WEAKER[level][1] if level < len(WEAKER) else WEAKER[-1][1]):
        return [span]
    if level == len(WEAKER):
        return cut_hard(text, span)
    pattern, _, wanted = WEAKER[level]
    found = list(pattern.finditer(text, start, end))
    if level == OUTERMOST_LINES and found:
        indents = [match.end() - 1 - text.rfind("\n", start, match.end()) for match in found]
        least = min(indents)
        found = [match for match, indent in zip(found, indents, strict=True) if indent == least]
    cuts = [start, *(match.start() if match.start() > start else match.end() for match in found), end]
    pieces: list[Span] = []
    left, packed = start, 0
    for cut, after in pairwise(cuts):
        before, part = cut, size(text[cut:after])
        if level == 0 and before > left:
            at = before_blanks(text, before)
            if (item := item_start(text, left, at, end)) >= 0:
                before = item
            elif ends_nothing(text, left, at, end):
                continue
        if before > left and (wanted == 0 or packed + part > wanted):
            _append(pieces, text, left, before)
            left, packed = before, 0
        packed += part
    _append(pieces, text, left, end)
    return [small for piece in pieces for small in _split(text, piece, level + 1)]


def cut_hard(text: str, span: Span) -> list[Span]:
    """Pieces of about so many characters each; none begins with what belongs to the character before it."""
    start, end = span
    step = _HARD_CHARACTERS if text[start:end].isascii() else _HARD_CHARACTERS // 3
    found = (_BELONGS.match(text, at, end) for at in range(start + step, end, step))
    cuts = [start, *(match.end() for match in found if match), end]
    return [(left, right) for left, right in pairwise(cuts) if left < right]


def before_blanks(text: str, place: int) -> int:
    """The place, moved back over blanks."""
    while place and text[place - 1].isspace():
        place -= 1
    return place


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    """Adds a span without the blanks at its ends, unless nothing is left of it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
