import pytest

from secondhop.text.languages import LANGUAGES, detect_language, stopwords


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("english", "The contract is governed by the laws of England and it ends in May."),
        ("german", "Der Vertrag unterliegt dem deutschen Recht und die Parteien sind in Berlin."),
        ("french", "Le contrat est régi par le droit français et les parties sont à Paris."),
        ("spanish", "El contrato se rige por las leyes de la ciudad y no por otras."),
        ("italian", "Il contratto è regolato dalla legge italiana e non da altre che sono simili."),
        ("portuguese", "O contrato é regido pela lei do Brasil e não por outras que são de fora."),
        ("dutch", "De overeenkomst wordt beheerst door het recht van het land en niet door andere."),
        ("swedish", "Avtalet är ett av de som inte gäller för oss och det är bra att veta."),
        ("russian", "Договор регулируется законом, и это не так просто, как она думает."),
        ("arabic", "هذا العقد يخضع إلى القانون في هذه الدولة و لا شيء غير ذلك"),
        ("turkish", "Bu sözleşme ile ilgili her şey ve daha fazlası için bir yer var."),
        ("greek", "Η σύμβαση διέπεται από το δίκαιο της χώρας και όχι από άλλο."),
    ],
)
def test_a_language_is_known_by_its_function_words(language, text):
    assert detect_language([text]) == language


@pytest.mark.parametrize("text", ["", "合同受中国法律管辖", "123 456", "zebra giraffe lion", "return foo(bar)"])
def test_english_where_nothing_decides(text):
    assert detect_language([text]) == "english"


def test_a_few_foreign_words_do_not_decide():
    assert (
        detect_language(["The firm is called Le Monde. " + "It is in the city and it is the best of them. " * 5])
        == "english"
    )


def test_all_languages_but_none_have_stopwords():
    assert stopwords("none") == frozenset()
    for language in LANGUAGES:
        assert language == "none" or len(stopwords(language)) > 40
    assert {"the", "of", "is", "what"} <= stopwords("english")
    assert not {"law", "not found", "first"} & stopwords("english")
