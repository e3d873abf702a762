"""References to numbered parts of a text: "Section 9.4", "§§ 3 and 4", "Appendix B", "Tabelle 2", "第5条"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from secondhop.text.analysis import fold

# Parts whose opening may bear the number alone: "9.4 Arrears" for "Section 9.4". In the languages that contracts, laws and
# handbooks of this world are mostly written in, singular and plural.
_NUMBERED = """article articles arts ch chap chapter chapters cl clause clauses item items note notes para paras paragraph paragraphs part
    parts point points reg regs regulation regulations rule rules sec secs sect section sections step steps subclause subclauses
    subsection subsections abschnitt abschnitte abschnitten artikel artikeln kapitel kapiteln punkt punkte ziffer
    ziffern chapitre chapitres paragraphe paragraphes apartado apartados artículo artículos capítulo capítulos
    cláusula cláusulas sección secciones articolo articoli capitolo capitoli paragrafo sezione sezioni artigo
    artigos secção seção seções hoofdstuk paragraaf art kap статья статьи статье статью статей статьёй пункт пункта
    пункте пунктом пункты пунктов раздел раздела разделе глава главы главе главу rozdział rozdziale rozdziału bölüm
    madde ст п разд разделу стаття статті статтю розділ розділу розділі пункту artykuł artykułu artykule artykuły
    paragraf paragrafu čl článek článku článkem článok kapitola kapitoly kapitole avsnitt avsnittet afsnit kapittel
    luku luvun luvussa kohta kohdan kohdassa pykälä articolul articolului capitolul capitolului secțiunea άρθρο
    άρθρου άρθρα κεφάλαιο κεφαλαίου παράγραφος παραγράφου pasal bab điều khoản mục chương المادة الفصل البند القسم
    ماده فصل بند अनुच्छेद धारा अध्याय खंड סעיף פרק cikk fejezet szakasz bekezdés"""
# Parts that are known by their name and a number or letter together.
_NAMED = """act amendment book definition example exercise lemma lesson problem question recital scene theorem unit volume
    annex annexes annexure appendix appendices attachment attachments exhibit exhibits fig figs figure figures
    sch schedule schedules table tables abbildung abbildungen anhang anhangs anlage anlagen tabelle tabellen annexe
    tableau tableaux anexo anexos cuadro figura figuras tabla tablas allegato allegati tabella bijlage tabel
    приложение приложения приложении таблица таблице таблицы таблицу рисунок рисунке рисунка рис załącznik
    załącznika załączniku tabela tabeli rysunek rys ek tablo şekil додаток додатка додатку таблиця таблиці příloha
    přílohy příloze přílohu príloha prílohy prílohe tabulka tabulky tabulce tabuľka tabuľky tabuľke obr bilaga
    bilagan bilag vedlegg tabell figur liite liitteen liitteessä taulukko taulukon taulukossa kuva anexa anexei
    tabelul παράρτημα παραρτήματος πίνακας πίνακα σχήμα lampiran lục bảng hình الملحق الجدول الشكل پیوست جدول شکل
    परिशिष्ट तालिका चित्र נספח טבלה איור melléklet táblázat ábra 표 별표 그림 부록"""


def plain_kind(word: str) -> str:
    """A word in small letters without accents, by which kinds are told."""
    small = word.casefold()
    return small if small.isascii() else fold(small)


_BARE = frozenset(plain_kind(_NUMBERED).split())
_KINDS = _BARE.union(plain_kind(_NAMED).split())
_NUMBER = r"\d+(?:\.\d+)*[a-zA-Zºª]?(?!\w)"
_SIGNS = ("§", "§§")
_LABEL = rf"(?:{_NUMBER}|[A-Z][.-]?{_NUMBER}|[IVXLC]{{1,6}}(?!\w)|[A-Z](?!\w))"
_WITHIN = r"(?:\([a-z0-9]{1,4}\))*"
"""Which part of the part: "4.1(a)(ii)"."""
_AND = (
    rf"{_WITHIN}(?:\s*[,;/&–-]\s*|\s+(?=[^\W\dA-Z_]))"
    r"(?:(?:and|or|to|through|und|oder|bis|sowie|et|ou|à|y|o|e|en|и|или|і|та|oraz|lub|a|och|og|ja|și|και|ve|veya|dan|và|و)\s+)?"
)
_LABELS = re.compile(rf"{_LABEL}(?:{_AND}(?!A(?!\w)){_LABEL})*")  # "Section 4, A ..." goes on with an article
_BEFORE_LABEL = re.compile(r"[ \n\t\xa0§](?=[0-9]|[A-Z](?![a-z]))")
"""What stands before a label, and is quickly looked for."""
_LONGEST_KIND = 16
_MARKS = "([{\"'“‘«„."
"""What may stand around the word: "(sec. 4)"."""
_ELIDED = re.compile("['’]")
"""Joins an article to the word: "l'article 4", "dell'allegato A"."""
_EACH = re.compile(rf"(?<![\w(.]){_LABEL}")
_COUNTED = re.compile(
    "第 ?(?:[0-9０-９]+|[一二三四五六七八九十百]+) ?[条條章節节款項项編编回課课]|제 ?[0-9]+ ?[조장절항관편]"
)
"""Chinese, Japanese and Korean write the kind of a part behind its number."""

_CARDINALS = "one two three four five six seven eight nine ten eleven twelve"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_IN_DIGITS = {
    **{word: str(number) for number, word in enumerate(_CARDINALS.split(), 1)},
    **{word: f"{number}th" for number, word in enumerate(_ORDINALS.split(), 1)},
}
_WORD = re.compile("[A-Za-z]{3,8}")
_DIGIT = re.compile("[0-9]")
_NUMBER_FIRST = re.compile(r"(?<![\w.,])(\d{1,3})(?:(?:\.|[ºª]|st|nd|rd|th)\s*|\s?(?=§))(§|[^\W\d_]+)")
_STUCK = re.compile(r"(?<=[^\W\d_])\.(?=\d)")
_RANGE = re.compile(r"(?<![\w.])(\d{1,3})\s?(?:[-–]|to|through|bis)\s?(\d{1,3})(?![\w.])")
_LONGEST_RANGE = 20
_TENS = (" X XX XXX XL L LX LXX LXXX XC", " 十 二十 三十 四十 五十 六十 七十 八十 九十")
_ONES = (" I II III IV V VI VII VIII IX", " 一 二 三 四 五 六 七 八 九")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _ways_to_write() -> Iterator[tuple[str, ...]]:
    """The numbers up to 99, each in digits, in Roman and Chinese ones, as an ordinal, and in words."""
    roman, chinese = (
        [ten + one for ten in tens.split(" ") for one in ones.split(" ")]
        for tens, ones in zip(_TENS, _ONES, strict=True)
    )
    words = list(zip(_CARDINALS.split(), _ORDINALS.split(), strict=True))
    for number in range(1, 100):
        digits, both = str(number), words[number - 1] if number <= len(words) else ()
        cases = [case(word) for word in both for case in (str.title, str.upper, str.lower)]
        yield digits, roman[number], f"{digits}º", f"{digits}ª", digits.translate(_WIDE), chinese[number], *cases


_SAME = {each: ways for ways in _ways_to_write() for each in ways}
_FIGURES = re.compile(r"^(?:\d+[ºª]?|[IVXL]+)$|(?<=^第)(?:\d+|[一二三四五六七八九十]+)")


class Reference(NamedTuple):
    """One part that is referred to."""

    start: int
    """Where the first number of those that stand together begins."""
    kind: str
    """The word before the number; empty for "§"."""
    label: str
    """The number or letter."""
    is_ordinal: bool = False
    """Whether the number stands before the word: "the 4th step"."""

    @property
    def may_be_bare(self) -> bool:
        """Whether the part may open with the number alone."""
        return not self.kind or (
            plain_kind(self.kind) in _BARE and not self.is_ordinal and self.label.lower() not in _IN_DIGITS
        )

    def otherwise(self) -> list[Reference]:
        """The same part with its number in other figures: "IV", "4º" and "Four" for "4", "第四条" for "第4条"."""
        found = _FIGURES.search(self.label)
        if found is None:
            return []
        ways = _SAME.get(found[0], ())
        return [self._replace(label=self.label.replace(found[0], way)) for way in ways if way != found[0]]

    def __str__(self) -> str:
        return self.label if _COUNTED.match(self.label) else f"{self.kind or '§'} {self.label}"


def references(text: str) -> Iterator[Reference]:
    """The references in a text, in order, "第5条" last. "Sections 3, 4 and 7.2" are three."""
    for place in _BEFORE_LABEL.finditer(text):
        start = place.end()
        words = text[max(0, start - _LONGEST_KIND) : start].split()
        kind = _ELIDED.split(words[-1])[-1].strip(_MARKS) if words else ""
        if plain_kind(kind) not in _KINDS and kind not in _SIGNS:
            continue
        labels = _LABELS.match(text, start)
        for label in _EACH.findall(labels.group()) if labels else ():
            yield Reference(start, "" if kind in _SIGNS else kind, label)
    for counted in _COUNTED.finditer(text) if "第" in text or "제" in text else ():
        yield Reference(counted.start(), "", counted.group().replace(" ", ""))


def references_asked(question: str) -> list[Reference]:
    """The references in a question as people type them: "sec.4", "chapter four", "the 4th step", "4. madde", "articles 4-6"."""
    text = question
    if not _IN_DIGITS.keys().isdisjoint(question.lower().split()):
        text = _WORD.sub(lambda word: _IN_DIGITS.get(word[0].lower(), word[0]), text)
    turned = text
    if _DIGIT.search(text):
        text = _RANGE.sub(_all_of, _STUCK.sub(". ", text))
        turned = _NUMBER_FIRST.sub(r"\2 \1", text)
    found = [*references(text), *references(text.upper())]
    if turned != text:
        found += [each._replace(is_ordinal=True) for each in references(turned)]
    return found


def _all_of(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    return ", ".join(map(str, range(first, last + 1))) if first < last < first + _LONGEST_RANGE else found[0]
