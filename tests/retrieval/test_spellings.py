"""Words of a question that the documents write in another way."""

import numpy as np
import pytest

from secondhop import Document
from secondhop.retrieval.question.query import parse_query
from secondhop.retrieval.whole_text import names_in

ENGLISH = Document.from_chunks(
    [
        "Send an e-mail to the desk.",
        "Log in with your card.",
        "Set up the printer.",
        "Use Wi-Fi in the hall.",
        "The Node.js server stops.",
        "A user name has eight letters.",
        "IBM and the USA agree.",
        "Error E4021 stops the press.",
        "A carpet costs more.",
        "The cart is on the left, and the pets run.",
        "The PDF reader opens.",
    ],
    language="english",
)


def found(document, question):
    return [hit.chunk.text for hit in document.search(question)]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("email", "Send an e-mail to the desk."),
        ("Email?", "Send an e-mail to the desk."),
        ("login", "Log in with your card."),
        ("setup", "Set up the printer."),
        ("wifi", "Use Wi-Fi in the hall."),
        ("nodejs", "The Node.js server stops."),
        ("usernames", "A user name has eight letters."),
        ("pdfreader", "The PDF reader opens."),
    ],
)
def test_a_word_that_the_documents_lack_is_found_as_two_that_stand_side_by_side(question, text):
    assert found(ENGLISH, question)[0] == text
    assert not ENGLISH.analyze(question).unmatched_terms


@pytest.mark.parametrize("written", ["PDF", "PDFs", "pdfs"])
@pytest.mark.parametrize("question", ["PDF", "PDFs", "pdf", "pdfs"])
def test_abbreviations_without_vowels_are_found_in_singular_and_plural(question, written):
    assert found(Document.from_texts([f"The {written} are large.", "Cats sleep."]), question) == [
        f"The {written} are large."
    ]


@pytest.mark.parametrize("written", ["$1.5 million", "$1.5M", "$1,500,000", "1500000 dollars"])
@pytest.mark.parametrize("question", ["$1.5 million", "$1.5m", "1,500,000", "1500000"])
def test_millions_are_found_in_words_and_in_digits(question, written):
    texts = ["The dam cost $1,400,000.", "The tower cost $5 or more.", f"The bridge cost {written}."]
    assert found(Document.from_texts(texts), f"What cost {question}?")[0] == f"The bridge cost {written}."


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("$500,000", "$0.5 million"),
        ("0.5 million", "500000"),
        ("0.05 million", "50000"),
        ("2K", "2000"),
        ("$5M", "5,000,000"),
        ("2000", "2K"),
        ("3 billion", "3000000000"),
        ("3000000000", "3 BN"),
    ],
)
def test_halves_thousands_and_billions_are_found_in_words_and_in_digits(written, asked):
    texts = ["The dam cost $400,000 or 0.4 million.", f"The bridge cost {written}."]
    assert found(Document.from_texts(texts), f"What cost {asked}?")[0] == f"The bridge cost {written}."


@pytest.mark.parametrize(
    ("language", "text", "word", "digits"),
    [
        ("english", "Cure it within {} days.", "thirty", "30"),
        ("english", "{} members vote.", "TWELVE", "12"),
        ("german", "Nach {} Tagen endet sie.", "einundzwanzig", "21"),
        ("german", "Nach {} Tagen endet sie.", "dreißig", "30"),
        ("french", "Elle finit {} jours après.", "trente", "30"),
        ("russian", "В течение {} дней.", "тридцати", "30"),
    ],
)
def test_a_number_is_found_in_words_and_in_digits(language, text, word, digits):
    for written, asked in ((word, digits), (digits, word)):
        document = Document.from_chunks([text.format(written), "x"], language=language)
        assert found(document, asked) == [text.format(written)]
        assert not document.analyze(asked).unmatched_terms


def test_words_of_three_letters_are_not_taken_apart():
    assert found(Document.from_texts(["See us b."]), "usb") == []


def test_a_name_with_underscores_is_found_whole():
    texts = ["Call read_all_rows first.", "Rows: read all of them.", "Read all rows.", "read_all_rowset", "Ropes."]
    snapshot = Document.from_chunks(texts)._snapshot
    for name, chunks in (("read_all_rows", [0, 2]), ("READ_ALL_ROWS", [0, 2]), ("of_the_ropes", []), ("no_rows", [])):
        assert [held.tolist() for _, held in names_in(snapshot, f"Is it {name}, {name}?")] == [chunks][: len(chunks)]
    allowed = np.array([True, True, False, True, True])
    assert [held.tolist() for _, held in names_in(snapshot, "read_all_rows", allowed)] == [[0]]
    assert not list(names_in(snapshot, "read_all_rows", ~allowed & False))


@pytest.mark.parametrize("written", ["5 March 2024", "2024-03-05", "05.03.2024", "5.3.2024", "05/03/2024"])
@pytest.mark.parametrize("question", ["5 March 2024", "2024-03-05", "05.03.2024", "5/3/2024"])
def test_dates_share_their_numbers_however_they_are_written(question, written):
    document = Document.from_texts(["On 6.4.2023 and on 17 July 2022 it rained.", f"On {written} it snowed."])
    assert found(document, question)[0] == f"On {written} it snowed."


@pytest.mark.parametrize("word", ["carton", "cartpets", "inthe", "petscart", "p", "AI", "x" * 5000])
def test_a_word_is_not_taken_for_two_that_stand_nowhere_side_by_side(word):
    assert found(ENGLISH, word) == []
    assert ENGLISH.analyze(word).unmatched_terms == (word,)


@pytest.mark.parametrize("number", ["1250", "1,250", "1.250", "1 250", "1\u202f250"])
@pytest.mark.parametrize("written", ["1250", "1,250", "1.250", "1 250", "1\xa0250"])
def test_numbers_are_found_however_thousands_are_set_apart(written, number):
    document = Document.from_texts([f"Das sind {written} Euro.", "Das ist nicht 1 und nicht 2,5."], language="german")
    assert found(document, number)[0] == f"Das sind {written} Euro."
    assert not document.analyze(number).unmatched_terms


@pytest.mark.parametrize(
    ("language", "text", "questions"),
    [
        ("spanish", "La configuración del menú.", ("configuracion", "CONFIGURACION", "Menu")),
        ("spanish", "La configuracion del menu.", ("configuración", "menú")),
        ("french", "La sécurité des données.", ("securite", "sécurite", "donnees")),
        ("italian", "La qualità è alta.", ("qualita",)),
        ("portuguese", "A informac\u0327a\u0303o é nova.", ("informacao", "informação")),
        ("english", "Beyoncé sent a résumé.", ("Beyonce", "RESUME")),
        ("romanian", "O școală nouă.", ("scoala",)),
    ],
)
def test_accents_may_be_left_out_where_stemmers_go_by_them(language, text, questions):
    document = Document.from_texts([text, "Nada. Rien. Niente."], language=language)
    for question in questions:
        assert found(document, question) == [text]
        assert not document.analyze(question).unmatched_terms


@pytest.mark.parametrize("written", ["U.S.A.", "u. s. a."])
def test_an_abbreviation_is_found_with_points(written):
    document = Document.from_texts([f"The laws of the {written} hold.", "USB sticks. You say a word."])
    assert [found(document, word)[:1] for word in ("USA", "ABC")] == [[f"The laws of the {written} hold."], []]
    assert found(document, "usa") == []


def test_a_word_with_accents_is_not_taken_for_one_of_other_letters():
    document = Document.from_texts(["La caçadora.", "Nada."])
    assert (found(document, "conta"), found(document, "cacadora")) == ([], ["La caçadora."])


def test_texts_without_words_hold_none():
    assert found(Document.from_texts(["***"]), "username 1250 USA Mueller e-mail 水") == []


def test_a_word_at_the_end_of_a_chunk_and_one_at_the_start_of_the_next_are_not_side_by_side():
    assert found(Document.from_chunks(["We sell the cart", "Pets run. See the cart."]), "cartpets") == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("the U.S.A.", "IBM and the USA agree."),
        ("I.B.M.", "IBM and the USA agree."),
        ("E-4021", "Error E4021 stops the press."),
        ("car-pet", "A carpet costs more."),
        ("car‑pet", "A carpet costs more."),
        ("car_pet", "A carpet costs more."),
    ],
)
def test_words_that_the_question_joins_are_found_as_one(question, text):
    assert found(ENGLISH, question)[0] == text
    assert not ENGLISH.analyze(question).unmatched_terms


@pytest.mark.parametrize("question", ["12/3", "1-23", "u.s."])
def test_numbers_and_two_letters_are_not_joined(question):
    assert found(Document.from_chunks(["Room 123 is theirs.", "It is for us."]), question) == []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Müller", "Mueller"),
        ("Mueller", "Müller"),
        ("Mueller", "Mu\u0308ller"),
        ("Größe", "GROESSE"),
        ("Aarhus", "Århus"),
        ("Øresund", "Oeresund"),
        ("Oeresund", "Øresund"),
    ],
)
@pytest.mark.parametrize("language", ["english", "german", "danish"])
def test_umlauts_may_be_spelt_out(written, asked, language):
    document = Document.from_texts([f"{written} 7", "Schmidt 8"], language=language)
    assert found(document, asked) == [f"{written} 7"]


def test_a_question_of_one_character_finds_the_pairs_that_it_is_part_of():
    document = Document.from_texts(["海水是咸的。", "水果很好吃。", "今天天气好。", "水"])
    assert found(document, "水")[0] == "水"
    assert sorted(found(document, "水？")) == ["水", "水果很好吃。", "海水是咸的。"]
    assert found(document, "水 天气") == ["水", "今天天气好。"]  # the pair says more than others
    assert document.analyze("火").unmatched_terms == ("火",)
    assert found(Document.from_texts(["이 법은 시행된다.", "날씨가 좋다."]), "법") == ["이 법은 시행된다."]


def test_all_parts_of_a_word_weigh_as_much_as_the_word():
    for document, question in ((ENGLISH, "wifi"), (Document.from_texts(["海水是咸的。", "水果很好吃。"]), "水")):
        weights = parse_query(document._snapshot, question).weights
        assert len(weights) > 1
        assert weights.sum() == pytest.approx(1.0)


def test_a_korean_noun_of_one_syllable_is_found_with_other_particles():
    document = Document.from_texts(["돈은 은행에 맡긴다.", "계약을 해지한다."])
    assert [hit.chunk.text for hit in document.search("돈을 어디에 둡니까?")] == ["돈은 은행에 맡긴다."]
    assert document.search("책을") == []


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("german", "Ein Abbild der Festplatte entsteht.", "Festplattenabbild"),
        ("german", "Die Versicherung der Kranken zahlt.", "Krankenversicherungen"),
        ("german", "Die Frist ist lang: Jede Kündigung kostet.", "kündigungsfrist"),
        ("dutch", "Het bestand met de configuratie.", "configuratiebestand"),
        ("swedish", "Väggen bakom ett diagram.", "diagramvägg"),
        ("danish", "Navnet på en bruger.", "brugernavnet"),
        ("norwegian", "Navnet på en bruker.", "brukernavnet"),
    ],
)
def test_a_compound_that_the_documents_lack_is_found_by_its_two_words(language, text, word):
    document = Document.from_texts([text, "x y z 7"], language=language)
    assert found(document, word) == [text]
    assert not document.analyze(word).unmatched_terms


@pytest.mark.parametrize("word", ["Festplattenlaufwerk", "Rotabbild"])
def test_both_parts_of_a_compound_must_be_words_of_the_documents(word):
    document = Document.from_texts(["Ein Abbild der Festplatte entsteht, rot."], language="german")
    assert document.analyze(word).unmatched_terms == (word,)


def test_a_compound_that_the_documents_have_is_not_taken_apart():
    document = Document.from_texts(["Das Festplattenabbild.", "Ein Abbild der Festplatte."], language="german")
    assert found(document, "Festplattenabbild") == ["Das Festplattenabbild."]


def test_in_english_words_are_taken_apart_only_where_both_stand_side_by_side():
    document = Document.from_chunks(["The cart is on the left, and the pets run."], language="english")
    assert document.analyze("cartpets").unmatched_terms == ("cartpets",)
