import pickle

import pytest

from secondhop.errors import OptionError
from secondhop.text.analysis import Analyzer, analyzer_for, analyzer_named, split_forms

ENGLISH = Analyzer("english")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("getUserName", ["getusernam", "get", "user", "name"]),
        ("snake_case_name", ["snake", "case", "name"]),
        ("tickTick", ["ticktick", "tick"]),
        ("HTTPServer2", ["httpserver2", "http", "server", "2"]),
        ("state-of-the-art", ["state", "art"]),
        ("PDFs APIs getURLs VMs", ["pdfs", "pdf", "api", "geturl", "get", "url", "vms", "vm"]),
        ("10,000", ["10000"]),
        ("2024-03-05 09:30 00 007 0x", ["2024", "3", "5", "9", "30", "0", "007", "0x", "0", "x"]),
        (
            "05.03.2024 2024.03.05 3.11.2024.1 2.0.2019",
            [
                *("5.3.2024", "5", "3", "2024"),
                *("2024.3.5", "2024", "3", "5"),
                "3.11.2024.1",
                *("2.0.2019", "2", "0", "2019"),
            ],
        ),
        ("5º 8ª Nº", ["5", "8"]),
        ("1,234.56", ["1234.56"]),
        ("3.0", ["3"]),
        ("v3.11.2 Python3.11 v2", ["v", "3.11.2", "python", "3.11", "v2", "v", "2"]),
        ("étage3.5 v٣.٤", ["etage", "3.5", "v", "3.4"]),
        ("vendor's vendors' Vendors", ["vendor", "vendor", "vendor"]),
        ("O’Neill O'Neill", ["oneil", "oneil"]),
        ("café naïve", ["cafe", "naiv"]),
        ("governed governing", ["govern", "govern"]),
        ("Colours coloured COLOR bought buys", ["color", "color", "color", "buy", "buy"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("objections¹ km² 10⁶ the² H₂O", ["object", "objections1", "km", "km2", "10", "h2o"]),
        ("the of and THE", []),
        ("東京都に行く", ["東京", "京都", "都に", "に行", "行く"]),
        ("iPhone用ケース", ["iphon", "phone", "用ケ", "ケー", "ース"]),
        ("Łódź Søren ŒUVRE", ["lodz", "soren", "oeuvr"]),
        ("gover\u00adned anti\u00adTNF Noahʼs", ["govern", "gover", "ned", "antitnf", "anti", "tnf", "noah"]),
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


def test_hindi_words_are_the_same_with_a_dot_or_a_nasal_and_with_points_or_without():
    hindi = Analyzer("hindi")
    for one, other in (("हिन्दी", "हिंदी"), ("सम्बन्ध", "संबंध"), ("चाँद", "चांद"), ("क़ानून", "कानून"), ("सड़क", "सडक")):
        assert hindi.terms(one) == hindi.terms(other)
    assert hindi.terms("जन्म") != hindi.terms("जंम")


def test_decimal_commas_follow_the_language():
    german = Analyzer("german")
    assert german.terms("1.000 1,000 1000 1.234.567,5 3,5 3.5 35 0,125 3,0 3") == [
        *("1000", "1000", "1000", "1234567.5", "3.5", "3.5", "35", "0.125", "3", "3"),
    ]
    assert german.terms("3.11 3.11.2 0.125 1,2,3") == ["3.11", "3.11.2", "0.125", "123"]
    assert ENGLISH.terms("1.234 1,234 3,5") == ["1.234", "1234", "35"]


def test_elisions_and_stems_follow_the_language():
    assert Analyzer("french").terms("l'avocat qu'il Élève") == ["avocat", "elev"]
    assert Analyzer("french").terms("jusqu'Amiens d'aujourd'hui aujourd'hui cœur coeur McDonald's") == [
        *("amien", "hui", "hui", "coeur", "coeur", "mcdonald"),
    ]
    assert Analyzer("french").terms("il y a, l'a, j'y") == []
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


def test_pieces_of_words_come_behind_them_but_short_words_and_numbers_have_none():
    terms = analyzer_for("english", char_ngrams=3).terms("clauses 12345 fish")
    assert terms == ["claus", "#_cl", "#cla", "#lau", "#aus", "#us_", "12345", "fish"]


def test_an_analyzer_keeps_its_pieces_when_it_is_pickled_or_named():
    analyzer = Analyzer("english", 3)
    for copy in (pickle.loads(pickle.dumps(analyzer)), analyzer_named(analyzer.name)):
        assert copy.terms("clause") == analyzer.terms("clause")


def test_an_unknown_language_is_refused():
    with pytest.raises(OptionError, match="klingon"):
        Analyzer("klingon")


def test_auto_is_the_language_of_the_texts():
    assert analyzer_for("auto", ["Der Vertrag ist in der Mappe und das Geld nicht."]).language == "german"
    assert analyzer_for("english") is analyzer_for("english")
