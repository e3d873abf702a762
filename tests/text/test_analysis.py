import pickle

import pytest

from secondhop.errors import OptionError
from secondhop.text.analysis import Analyzer, analyzer_for, split_forms

ENGLISH = Analyzer("english")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("getUserName", ["getusernam", "get", "user", "name"]),
        ("snake_case_name", ["snake", "case", "name"]),
        ("HTTPServer2", ["httpserver2", "http", "server", "2"]),
        ("state-of-the-art", ["state", "art"]),
        ("10,000", ["10000"]),
        ("1,234.56", ["1234.56"]),
        ("3.0", ["3"]),
        ("vendor's vendors' Vendors", ["vendor", "vendor", "vendor"]),
        ("O’Neill O'Neill", ["oneil", "oneil"]),
        ("café naïve", ["cafe", "naiv"]),
        ("governed governing", ["govern", "govern"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("the of and THE", []),
        ("東京都に行く", ["東京", "京都", "都に", "に行", "行く"]),
        ("iPhone用ケース", ["iphon", "phone", "用ケ", "ケー", "ース"]),
        ("Łódź Søren ŒUVRE", ["lodz", "soren", "oeuvr"]),
        ("gover\u00adned anti\u00adTNF donʼt", ["govern", "gover", "ned", "antitnf", "anti", "tnf", "don"]),
        ("שָׁלוֹם שלום ـ \u0640\u00ad", ["שלום", "שלום"]),
        ("کتاب\u200cها كتاب", ["كتاب", "ها", "كتاب"]),
        ("١٩٩٩ १९९९ ۱۲.۵", ["1999", "1999", "12.5"]),
        ("об'єкт об’єкт обʼєкта комп'ютер", ["обєкт", "обєкт", "обєкт", "компютер"]),
    ],
)
def test_words_become_these_terms(text, terms):
    assert ENGLISH.terms(text) == terms


def test_vowel_signs_are_part_of_hindi_words():
    assert split_forms("किताबें हिन्दी में") == ["किताबें", "हिन्दी", "में"]
    assert Analyzer("hindi").terms("किताबें में") == Analyzer("hindi").terms("किताब")


def test_elisions_and_stems_follow_the_language():
    assert Analyzer("french").terms("l'avocat qu'il Élève") == ["avocat", "elev"]
    assert Analyzer("french").terms("jusqu'Amiens d'aujourd'hui aujourd'hui cœur coeur McDonald's") == [
        *("amien", "hui", "hui", "coeur", "coeur", "mcdonald"),
    ]
    assert Analyzer("italian").terms("dell'acqua un'acqua all'Acqua") == ["acqua", "acqua", "acqua"]
    assert Analyzer("catalan").terms("l'aigua d'aigua aigua") == ["aigu", "aigu", "aigu"]
    assert Analyzer("portuguese").terms("d’água água") == ["agu", "agu"]
    assert Analyzer("turkish").terms("İZMİR'DE izmirde IŞIK ışık") == ["izmir", "izmir", "isik", "isik"]
    assert Analyzer("german").terms("Häuser Haus Verträge Vertrag") == ["haus", "haus", "vertrag", "vertrag"]


def test_without_a_language_words_are_only_folded():
    assert Analyzer("none").terms("The Governing Laws") == ["the", "governing", "laws"]


def test_forms_tell_names_and_stopwords():
    assert ENGLISH.analyze("Northwind").is_name
    assert not ENGLISH.analyze("northwind").is_name
    assert ENGLISH.analyze("1987").is_name
    assert ENGLISH.analyze("The") == ((), False)
    assert Analyzer("french").analyze("l’Aurore").is_name
    assert not Analyzer("french").analyze("L'aurore").is_name


def test_a_very_long_word_is_cut():
    (term,) = ENGLISH.analyze("a" * 10_000).terms
    assert len(term) <= 64


def test_an_analyzer_is_pickled_by_its_language():
    copy = pickle.loads(pickle.dumps(Analyzer("german")))
    assert copy.language == "german"
    assert copy.terms("Verträge") == ["vertrag"]


def test_an_unknown_language_is_refused():
    with pytest.raises(OptionError, match="klingon"):
        Analyzer("klingon")


def test_auto_is_the_language_of_the_texts():
    assert analyzer_for("auto", ["Der Vertrag ist in der Mappe und das Geld nicht."]).language == "german"
    assert analyzer_for("english") is analyzer_for("english")
