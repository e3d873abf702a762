"""Text to index terms. The same analyzer serves the index, queries, grounding, links and evaluation.

A *form* is a word as written (`Clauses`, `getUserName`, `10,000`); its *terms* are what is indexed
(`claus`; `getusernam`, `get`, `user`, `name`; `10000`). Forms repeat, so each distinct form is analysed once.
Pieces of words are terms as well where that is asked for (`#_cl`, `#cla`, …): misspelt words share some with the right one.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import NamedTuple
from unicodedata import normalize

from secondhop.errors import OptionError
from secondhop.text.languages import CODES, LANGUAGES, detect_language, languages_by_script, script_of, stopwords
from secondhop.text.stems import stem

# Combining marks are part of words: Python's \w leaves out the vowel signs of Indic, Thai, Hebrew and Arabic scripts. So
# are soft hyphens.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03"
    "\u0b3c-\u0b4d\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3e-\u0d4d"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200c\u200d\u00ad"
)
# Letters stand apart from a number with points: 3.11 is in v3.11.
_ASCII_FORM = re.compile(r"\d+(?:[.,]\d+)+|[A-Za-z]+(?=\d+\.\d)|[A-Za-z0-9]+(?:'[A-Za-z]+)*")
FORM = re.compile(
    rf"\d+(?:[.,]\d+)+|[^\W\d_{MARKS}]+(?=\d+\.\d)|[^\W_{MARKS}][^\W_{MARKS}]*(?:[{MARKS}]+[^\W_{MARKS}]*)*(?:['’][^\W\d_]+)*"
)
# Scripts written without spaces between words are indexed as overlapping pieces. A pair of Chinese or Japanese characters is
# about a word. So is one of Korean, whose words carry their particles with them.
UNSPACED_SYLLABLES = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
# Thai, Lao, Burmese and Khmer write letters: three tell words apart better than two, and words of two letters are found too.
UNSPACED_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"(?P<letters>[{UNSPACED_LETTERS}]+)|[{UNSPACED_SYLLABLES}]+")
_OF_LETTERS = re.compile(f"[{UNSPACED_LETTERS}]{{2,3}}")
SYLLABLES_A_PIECE = 2
LETTERS_A_PIECE = 3
_CASE_PARTS = re.compile(r"[A-Z]{2,}(?=s?$)|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")  # those of PDFs are PDF and s
_DATE = re.compile(r"(?:\d{1,2}\.){2}(?:19|20)\d\d|(?:19|20)\d\d(?:\.\d{1,2}){2}")
_ZERO_DECIMALS = re.compile(r"\.0+$")
_POINTS_AND_COMMAS = str.maketrans(",.", ".,")
_WITH_DECIMAL_COMMA = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?|0,\d+|\d+,(?!\d{3}$)\d+")
"""1.000 and 1.000,5 and 3,5; but 1,000 is a thousand in these languages, too."""
_NOT_TOLD_APART = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670\u093c]"
)
"""Accents, the vowels that Hebrew and Arabic write for learners, and the points of letters that Hindi borrowed."""
_NASALS = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])|ँ")
"""What Hindi writes as the dot ं as well."""
_WRITTEN_ALIKE: dict[int, str | None] = {
    **{code: str(int(chr(code))) for code in range(0x660, 0xE00) if chr(code).isdecimal()},
    **dict.fromkeys(map(ord, "’ʼ"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200c\u200d\u0640\u0307")),  # the last is what İ leaves of its point
}
"""Digits of Arabic and Indic scripts, apostrophes; soft hyphens, joiners and lengthened lines are nothing."""
_HAS_ALIKE = re.compile(f"[{''.join(map(chr, _WRITTEN_ALIKE))}]")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_ORDINAL_SIGNS = ("º", "ª")
_JOINT = re.compile("\u00ad|(?<=[\u0600-\u06ff])\u200c(?=[\u0600-\u06ff])")
"""Between parts of a word that are words as well: some texts write "anti-TNF" with a soft hyphen, Persian endings stand apart."""
LONGEST_FORM = 64
_LEAST_IN_PIECES = 5
"""Shorter words share pieces with too many others."""
_PIECE = "#"
_ELISIONS = frozenset({"french", "italian", "catalan", "portuguese", "irish"})
_DECIMAL_POINT = frozenset({"english", "arabic", "hindi", "irish", "tamil", "nepali", "yiddish", "persian", "none"})
_APOSTROPHES_WITHIN = frozenset({"cyrillic", "hebrew"})
"""Scripts whose apostrophes are part of a word, as those of Ukrainian."""


def split_forms(text: str) -> list[str]:
    """The words of a text, as written, in order. Runs of unspaced scripts come as overlapping pieces."""
    if text.isascii():
        return _ASCII_FORM.findall(text)
    forms: list[str] = FORM.findall(text)
    if _UNSPACED.search(text) is None:
        return forms
    return [piece for form in forms for piece in (_split_unspaced(form) if not form.isascii() else (form,))]


def _split_unspaced(form: str) -> list[str]:
    pieces: list[str] = []
    position = 0
    for match in _UNSPACED.finditer(form):
        if match.start() > position:
            pieces.append(form[position : match.start()])
        run = match.group()
        size = LETTERS_A_PIECE if match["letters"] else SYLLABLES_A_PIECE
        pieces.extend(run[i : i + size] for i in range(max(1, len(run) - 1)))
        position = match.end()
    if position < len(form):
        pieces.append(form[position:])
    return pieces


class Form(NamedTuple):
    """What the analyzer knows of one distinct form."""

    terms: tuple[str, ...]
    """Index terms; empty for stopwords."""
    is_name: bool
    """Capitalised or a number: what a bridge to another passage can be made of."""


class Analyzer:
    """Turns forms into terms for one language. Immutable, picklable, safe to share between threads."""

    __slots__ = ("_languages", "_stopwords", "char_ngrams", "language")

    def __init__(self, language: str = "english", char_ngrams: int = 0) -> None:
        """Takes a language of `languages.LANGUAGES`. Words of other scripts are read by their script's usual language.

        Args:
            language: the language.
            char_ngrams: length of the pieces of words that are terms besides; 0 for none.
        """
        if language not in LANGUAGES:
            raise OptionError.choice("language", language, ("auto", *LANGUAGES))
        self.language = language
        self.char_ngrams = char_ngrams
        self._languages = languages_by_script(language)
        words = frozenset[str]().union(*map(stopwords, self._languages.values()))
        self._stopwords = words.union(map(str.casefold, words))  # Greek words end in another sigma once folded

    def __reduce__(self) -> tuple[type[Analyzer], tuple[str, int]]:
        return type(self), (self.language, self.char_ngrams)

    @property
    def name(self) -> str:
        """What `analyzer_named` makes it again from."""
        return f"{self.language} {self.char_ngrams}" if self.char_ngrams else self.language

    def analyze(self, form: str) -> Form:
        """Terms and flags of one form."""
        found = self._analyze(form)
        if not self.char_ngrams or not found.terms:
            return found
        return found._replace(terms=found.terms + self.pieces(found.terms[0]))

    def pieces(self, term: str) -> tuple[str, ...]:
        """The pieces of a form's first term that are terms besides."""
        n = self.char_ngrams
        if len(term) < _LEAST_IN_PIECES or term.isdigit():
            return ()
        whole = f"_{term}_"
        return tuple(dict.fromkeys(_PIECE + whole[start : start + n] for start in range(len(whole) - n + 1)))

    def _analyze(self, form: str) -> Form:
        form = form[:LONGEST_FORM]
        if form.endswith(_ORDINAL_SIGNS) and form[:-1].isdigit():
            form = form[:-1]
        if form[-1:] in _RAISED and (plain := form.rstrip(_RAISED)):
            return self._with_raised(form, plain)
        lower = form.lower() if form.isascii() else _lower(form)
        base = self._without_apostrophes(lower) if "'" in lower else lower
        is_number = base[:1].isdigit()
        is_name = is_number or (form[-len(base) :] if "'" in lower and lower.endswith(base) else form)[:1].isupper()
        if base in self._stopwords or lower in self._stopwords:
            return Form((), False)
        if is_number and not base.isalpha() and ("." in base or "," in base):
            if _DATE.fullmatch(base):
                parts = [str(int(part)) for part in base.split(".")]
                return Form(tuple(dict.fromkeys((".".join(parts), *parts))), True)
            return Form((self._number(base),), True)
        if len(base) == 2 and base[0] == "0" and base.isdigit():
            base = base[1]  # 05 of 2024-03-05 is 5
        term = self._stem(base)
        if len(base) == LETTERS_A_PIECE and is_of_letters(base):
            return Form((term, self._stem(base[:-1])), False)
        if form.isascii() and not (form.isalpha() and (form.islower() or form.istitle())) and "'" not in form:
            parts = [part.lower() for part in _CASE_PARTS.findall(form)]
            if len(parts) > 1:
                terms = [term, *(self._stem(part) for part in parts if part not in self._stopwords)]
                return Form(tuple(dict.fromkeys(filter(None, terms))), is_name)
        if not form.isascii() and len(parts := _JOINT.split(form)) > 1:
            terms = [term, *chain.from_iterable(self._analyze(part).terms for part in parts)]
            return Form(tuple(dict.fromkeys(filter(None, terms))), is_name)
        return Form((term,) if term else (), is_name)

    def _with_raised(self, form: str, plain: str) -> Form:
        """A word with a raised number behind it: the mark of a note, or a power. Found without it, and letters with it too."""
        found = self._analyze(plain)
        if not found.terms or not plain[-1].isalpha():
            return found
        return found._replace(terms=tuple(dict.fromkeys((*found.terms, _lower(form)))))

    def terms(self, text: str) -> list[str]:
        """All terms of a text, in order, without stopwords."""
        return [term for form in split_forms(text) for term in self.analyze(form).terms]

    def _number(self, base: str) -> str:
        """A number with points or commas as it is indexed: with a point before decimals, and no commas."""
        if self.language not in _DECIMAL_POINT and _WITH_DECIMAL_COMMA.fullmatch(base):
            base = base.translate(_POINTS_AND_COMMAS)
        return _ZERO_DECIMALS.sub("", base.replace(",", ""))

    def _without_apostrophes(self, lower: str) -> str:
        if script_of(lower) in _APOSTROPHES_WITHIN:
            return lower.replace("'", "")
        first, *_, last = lower.split("'")
        if self.language in _ELISIONS and (len(first) <= 2 or len(last) > 1):
            return last  # l'été, dell'acqua, d'aujourd'hui; but McDonald's
        return first if len(first) > 1 else lower.replace("'", "")  # vendor's, don't; but o'neill

    def _stem(self, word: str) -> str:
        if len(word) > 2 and (language := self._languages.get(script_of(word))) is not None:
            word = stem(language, word)
        return word if word.isascii() else fold(word)


def _lower(form: str) -> str:
    lower = normalize("NFKC", form).casefold()
    return lower.translate(_WRITTEN_ALIKE) if _HAS_ALIKE.search(lower) else lower


class _Folded(dict[int, str]):
    """What is left of each character: Latin, Greek and Cyrillic letters lose their accents, Hebrew and Arabic their points."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _NOT_TOLD_APART.sub("", normalize("NFD", chr(code)))
        return plain


# Letters that hold nothing to lose, and those of Persian that are often written as the Arabic ones.
_folded = _Folded(
    str.maketrans(
        {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ک": "ك", "ی": "ي"}
    )
)


def fold(word: str) -> str:
    """A word in small letters without what people leave out: accents, points, vowels for learners."""
    return _NASALS.sub("ं", normalize("NFC", word.translate(_folded)))


def is_piece(term: str) -> bool:
    """Whether the term is a piece of a word."""
    return term.startswith(_PIECE)


def is_of_letters(term: str) -> bool:
    """Whether the term is two or three letters of a script that has no spaces between words: part of a word, mostly."""
    return _OF_LETTERS.fullmatch(term) is not None


@cache
def _analyzer(language: str, char_ngrams: int) -> Analyzer:
    return Analyzer(language, char_ngrams)


def analyzer_for(language: str, texts: list[str] | tuple[str, ...] = (), char_ngrams: int = 0) -> Analyzer:
    """The analyzer for a language or its code, `auto` meaning the language that the texts are in."""
    return _analyzer(detect_language(texts) if language == "auto" else CODES.get(language, language), char_ngrams)


def analyzer_named(name: str) -> Analyzer:
    """The analyzer with that `name`."""
    language, _, char_ngrams = name.partition(" ")
    return _analyzer(language, int(char_ngrams or 0))
