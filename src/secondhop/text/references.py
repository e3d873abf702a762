"""References to numbered parts of a text: "Section 9.4", "§§ 3 and 4", "Appendix B", "Tabelle 2"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# Parts whose opening may bear the number alone: "9.4 Arrears" for "Section 9.4". In the languages that contracts, laws and
# handbooks of this world are mostly written in, singular and plural.
_NUMBERED = """article articles chapter chapters clause clauses item items note notes paragraph paragraphs part
    parts point points regulation regulations rule rules sec section sections step steps subclause subclauses
    subsection subsections abschnitt abschnitte abschnitten artikel artikeln kapitel kapiteln punkt punkte ziffer
    ziffern chapitre chapitres paragraphe paragraphes apartado apartados artículo artículos capítulo capítulos
    cláusula cláusulas sección secciones articolo articoli capitolo capitoli paragrafo sezione sezioni artigo
    artigos secção seção seções hoofdstuk paragraaf art kap статья статьи статье статью статей статьёй пункт пункта
    пункте пунктом пункты пунктов раздел раздела разделе глава главы главе главу rozdział rozdziale rozdziału bölüm
    madde ст п разд разделу стаття статті статтю розділ розділу розділі пункту artykuł artykułu artykule artykuły
    paragraf paragrafu čl článek článku článkem článok kapitola kapitoly kapitole avsnitt avsnittet afsnit kapittel
    luku luvun luvussa kohta kohdan kohdassa pykälä articolul articolului capitolul capitolului secțiunea άρθρο
    άρθρου άρθρα κεφάλαιο κεφαλαίου παράγραφος παραγράφου pasal bab điều khoản mục chương المادة الفصل البند القسم
    ماده فصل بند अनुच्छेद धारा अध्याय खंड סעיף פרק"""
# Parts that are known by their name and a number or letter together.
_NAMED = """annex annexes annexure appendix appendices attachment attachments exhibit exhibits fig figure figures
    schedule schedules table tables abbildung abbildungen anhang anhangs anlage anlagen tabelle tabellen annexe
    tableau tableaux anexo anexos cuadro figura figuras tabla tablas allegato allegati tabella bijlage tabel
    приложение приложения приложении таблица таблице таблицы таблицу рисунок рисунке рисунка рис załącznik
    załącznika załączniku tabela tabeli rysunek rys ek tablo şekil додаток додатка додатку таблиця таблиці příloha
    přílohy příloze přílohu príloha prílohy prílohe tabulka tabulky tabulce tabuľka tabuľky tabuľke obr bilaga
    bilagan bilag vedlegg tabell figur liite liitteen liitteessä taulukko taulukon taulukossa kuva anexa anexei
    tabelul παράρτημα παραρτήματος πίνακας πίνακα σχήμα lampiran lục bảng hình الملحق الجدول الشكل پیوست جدول شکل
    परिशिष्ट तालिका चित्र נספח טבלה איור 표 별표 그림 부록"""
_BARE = frozenset(_NUMBERED.casefold().split())
_KINDS = _BARE.union(_NAMED.casefold().split())
_NUMBER = r"\d+(?:\.\d+)*[a-zA-Z]?(?!\w)"
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


class Reference(NamedTuple):
    """One part that is referred to."""

    start: int
    """Where the first number of those that stand together begins."""
    kind: str
    """The word before the number; empty for "§"."""
    label: str
    """The number or letter."""

    @property
    def may_be_bare(self) -> bool:
        """Whether the part may open with the number alone."""
        return not self.kind or self.kind.casefold() in _BARE

    def __str__(self) -> str:
        return f"{self.kind or '§'} {self.label}"


def references(text: str) -> Iterator[Reference]:
    """The references in a text, in order. "Sections 3, 4 and 7.2" are three."""
    for place in _BEFORE_LABEL.finditer(text):
        start = place.end()
        words = text[max(0, start - _LONGEST_KIND) : start].split()
        kind = _ELIDED.split(words[-1])[-1].strip(_MARKS) if words else ""
        if kind.casefold() not in _KINDS and kind not in _SIGNS:
            continue
        labels = _LABELS.match(text, start)
        for label in _EACH.findall(labels.group()) if labels else ():
            yield Reference(start, "" if kind in _SIGNS else kind, label)
