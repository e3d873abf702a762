"""Numbers that are written as one word."""

import pytest

from secondhop.text.analysis import Analyzer
from secondhop.text.languages import LANGUAGES, stopwords
from secondhop.text.number_words import number_words


@pytest.mark.parametrize(
    ("language", "words", "digits"),
    [
        ("english", "two Ten TWELVE thirty ninety", "2 10 12 30 90"),
        ("german", "zwei acht dreißig Dreissig zwoelf einundzwanzig fünfundvierzig", "2 8 30 30 12 21 45"),
        ("french", "deux trente soixante octante", "2 30 60 80"),
        ("spanish", "dos nueve doce dieciséis treinta", "2 9 12 16 30"),
        ("italian", "due tre quindici trenta", "2 3 15 30"),
        ("portuguese", "duas três catorze quatorze trinta", "2 3 14 14 30"),
        ("dutch", "vier achttien eenentwintig tweeëndertig", "4 18 21 32"),
        ("russian", "два трёх трех тридцати девяноста", "2 3 3 30 90"),
    ],
)
def test_number_words_are_indexed_as_their_digits(language, words, digits):
    assert Analyzer(language).terms(words) == digits.split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_word_is_a_stopword(language):
    assert not stopwords(language).intersection(number_words(language))


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("english", "one"),
        ("english", "second"),
        ("french", "neuf"),
        ("italian", "sei"),
        ("none", "two"),
        ("czech", "dva"),
    ],
)
def test_words_that_mean_something_else_as_often_and_other_languages_are_left_alone(language, word):
    assert not Analyzer(language).terms(word)[0].isdigit()


def test_words_that_only_share_the_stem_of_a_number_are_other_words():
    for language, words in (
        ("german", "achten geachtet"),
        ("spanish", "nuevo doc"),
        ("dutch", "vieren"),
        ("russian", "семья"),
        ("english", "sixties"),
    ):
        assert not any(term.isdigit() for term in Analyzer(language).terms(words))
