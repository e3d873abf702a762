"""Variants of words: each is indexed as another one, and no two lines disagree."""

import pytest

from secondhop.text.analysis import analyzer_for, fold, split_forms
from secondhop.text.languages import LANGUAGES
from secondhop.text.stems import _stemmer, stem, stem_all
from secondhop.text.variants import _TAIL, _endings, _groups, endings_alike, stems_alike

ENGLISH = analyzer_for("english")
PARTED_BEFORE_3_1 = {"add", "interfer", "organiz"}
"""Stems of which PyStemmer 2 makes several."""
WITH_VARIANTS = sorted(language for language in LANGUAGES if any(_groups(language)))


def pairs(language):
    """The stem of each variant and the stem that it is indexed as."""
    stem = _stemmer(language).stemWord
    return [(stem(variant), stem(first)) for first, *variants in _groups(language) for variant in variants]


@pytest.mark.parametrize("language", WITH_VARIANTS)
def test_every_variant_is_one_that_the_stemmer_parts(language):
    idle = {variant for variant, first in pairs(language) if variant == first}
    assert idle <= PARTED_BEFORE_3_1


@pytest.mark.parametrize("language", WITH_VARIANTS)
def test_every_variant_is_one_word_as_texts_are_split(language):
    words = [word for group in _groups(language) for word in group]
    assert split_forms(" ".join(words)) == words


@pytest.mark.parametrize("language", WITH_VARIANTS)
def test_no_two_lines_disagree_on_a_variant(language):
    assert len(set(pairs(language))) == len({variant for variant, _ in pairs(language)})


@pytest.mark.parametrize("language", WITH_VARIANTS)
def test_what_a_variant_is_indexed_as_is_no_variant_of_another(language):
    found = {variant: first for variant, first in pairs(language) if variant != first}
    assert [first for first in found.values() if first in found] == []


@pytest.mark.parametrize("language", WITH_VARIANTS)
def test_no_ending_is_shorter_than_what_it_is_looked_up_by_and_none_stands_twice(language):
    endings = [ending for _, *others in _endings(language) for ending in others]
    assert all(len(ending) >= _TAIL for ending in endings)
    assert sorted(endings) == sorted(set(endings))
    assert sum(map(len, endings_alike(language).values())) == len(endings)


def test_there_are_none_for_a_language_without_a_list():
    assert stems_alike("none", str) == {}


@pytest.mark.parametrize(
    "words",
    [
        "organise organisation organised organiser organizing organization organisational organizational",
        "realise realisation realising realizes realization",
        "analyse analysed analysing analysis analyses analyze analyzer",
        "emphasise emphasize emphasis emphases",
        "colours coloured colour colors colorful colourful",
        "colourise colorise colorizing",
        "centres centred centre center centering",
        "licences licence licensed license licensing",
        "catalogue catalogues cataloguing catalog",
        "anaemia anemia",
        "moveable movable",
        "programme programmes program programming",
        "travelled traveled travelling",
        "children child",
        "women woman",
        "criteria criterion",
        "buy bought buys buying",
        "write wrote written writes",
        "take took taken taking",
        "add added adding adds",
        "reference referenced references",
    ],
)
def test_spellings_and_inflections_of_a_word_are_one_term(words):
    assert len(set(ENGLISH.terms(words))) == 1


@pytest.mark.parametrize(
    "words", ["index indicate", "found find", "left leave", "led lead", "check cheque", "range ring"]
)
def test_a_form_that_may_be_another_word_is_one_of_its_own(words):
    assert len(set(ENGLISH.terms(words))) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("german", "installieren installiert installierte installierten"),
        ("german", "anfangen angefangen anfängt"),
        ("norwegian", "skrive skrev skrevet"),
        ("german", "zurückgeben zurückgegeben zurückgibt zurückgab"),
        ("german", "Schifffahrt Schiffahrt"),
        ("german", "Algorithmus Algorithmen"),
        ("german", "Dateisystem Dateisysteme Dateisystemen"),
        ("french", "œil yeux"),
        ("french", "obtenir obtient obtenu obtiennent"),
        ("french", "modifier modifie modifiez modifient"),
        ("french", "travail travaux"),
        ("spanish", "convertir convierte convirtió"),
        ("spanish", "propiedad propiedades"),
        ("spanish", "imagen imágenes"),
        ("italian", "produrre prodotto produce producono"),
        ("italian", "scegliere scelto scelse"),
        ("portuguese", "opção opções opcao opcoes"),
        ("portuguese", "disponível disponíveis"),
        ("portuguese", "imagem imagens"),
        ("portuguese", "projeto projecto"),
        ("dutch", "kopen kocht"),
        ("dutch", "installeren installeert"),
        ("russian", "день дня дни"),
        ("russian", "список списка"),
        ("russian", "прийти пришёл пришла"),
        ("swedish", "bok böcker böckerna"),
        ("swedish", "skriva skrev skrivit"),
        ("danish", "mand mænd"),
    ],
)
def test_inflections_in_other_languages_are_one_term(language, words):
    assert len(set(analyzer_for(language).terms(words))) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("german", "fahren Gefahr"), ("french", "lire lit"), ("portuguese", "dar dados"), ("dutch", "vragen vroeg")],
)
def test_a_form_that_is_another_word_in_other_languages_is_one_of_its_own(language, words):
    assert len(set(analyzer_for(language).terms(words))) == 2


@pytest.mark.parametrize("language", WITH_VARIANTS)
def test_many_words_become_what_each_becomes_alone_in_each_language(language):
    analyzer = analyzer_for(language)
    words = [word for group in _groups(language) for word in group if len(word) > 2]
    assert list(map(fold, stem_all(language, words))) == [fold(analyzer._stem(word)) for word in words]


@pytest.mark.parametrize("most", [0, 1 << 14])
def test_words_are_stemmed_alike_whether_their_stems_are_remembered_or_not(monkeypatch, most):
    monkeypatch.setattr("secondhop.text.stems._MOST_REMEMBERED", most)
    words = ["colours", "seventy", "indices", "running", "runs"]
    for some in (words[:3], words, words * 500, [], words):
        assert stem_all("english", some) == [stem("english", word) for word in some]
