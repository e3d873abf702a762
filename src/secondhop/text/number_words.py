"""Numbers that are written as one word: `thirty`, `einundzwanzig`, `trente`. They are indexed as their digits.

Words that mean something else as often stay out: French *neuf* is new, Italian *sei* is a verb, and so is "one" in all languages.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NUMBERS = (*range(2, 21), *range(30, 100, 10))
_NONE = "-"
"""Where a language has no such word."""
_LISTS: Mapping[str, str] = {
    "english": """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety""",
    "german": """zwei drei vier fünf/fuenf sechs sieben acht neun zehn elf zwölf/zwoelf dreizehn vierzehn fünfzehn/fuenfzehn
        sechzehn siebzehn achtzehn neunzehn zwanzig dreißig/dreissig vierzig fünfzig/fuenfzig sechzig siebzig achtzig
        neunzig""",
    "french": """deux trois quatre cinq six sept huit - dix onze douze treize quatorze quinze seize - - - vingt trente
        quarante cinquante soixante septante octante/huitante nonante""",
    "spanish": """dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis/dieciseis
        diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa""",
    "italian": """due tre quattro cinque - sette otto nove dieci undici dodici tredici quattordici quindici sedici
        diciassette diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta""",
    "portuguese": """dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze
        dezasseis/dezesseis dezassete/dezessete dezoito dezanove/dezenove vinte trinta quarenta cinquenta sessenta
        setenta oitenta noventa""",
    "dutch": """twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien
        achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig""",
    "russian": """два/две/двух/двум/двумя три/трёх/трех/трём/трем/тремя четыре/четырёх/четырех/четырём/четырем/четырьмя
        пять/пяти/пятью шесть/шести/шестью семь/семи/семью восемь/восьми/восемью девять/девяти/девятью
        десять/десяти/десятью одиннадцать/одиннадцати двенадцать/двенадцати тринадцать/тринадцати
        четырнадцать/четырнадцати пятнадцать/пятнадцати шестнадцать/шестнадцати семнадцать/семнадцати
        восемнадцать/восемнадцати девятнадцать/девятнадцати двадцать/двадцати тридцать/тридцати сорок/сорока
        пятьдесят/пятидесяти шестьдесят/шестидесяти семьдесят/семидесяти восемьдесят/восьмидесяти
        девяносто/девяноста""",
}
_UNIT_FIRST: Mapping[str, tuple[str, tuple[str, ...]]] = {"german": ("ein", ("und",)), "dutch": ("een", ("en", "ën"))}
"""Languages with units before tens in one word: "one" as it begins such a word, and what stands between."""


@cache
def number_words(language: str) -> Mapping[str, str]:
    """The digits of each word in small letters that is a number; empty for languages without a list."""
    return {word: str(number) for word, number in _numbers(language)}


def _numbers(language: str) -> Iterator[tuple[str, int]]:
    if language not in _LISTS:
        return
    groups = zip(_LISTS[language].split(), _NUMBERS, strict=True)
    words = [(word, number) for group, number in groups if group != _NONE for word in group.split("/")]
    yield from words
    if language in _UNIT_FIRST:
        one, joints = _UNIT_FIRST[language]
        units = [(one, 1), *((word, number) for word, number in words if number < 10)]
        tens = [(word, number) for word, number in words if number % 10 == 0 and number > 10]
        for (unit, few), (ten, many), joint in product(units, tens, joints):
            yield unit + joint + ten, many + few
