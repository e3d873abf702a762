"""Words of a question that are one slip away from words of the documents."""

import pytest

from secondhop import Document
from secondhop.retrieval.question.query import parse_query

TEXTS = [
    "You receive the parcel at the desk.",
    "The government separates the posts.",
    "Retrieval takes a second.",
    "Maintenance of the boats costs more.",
    "Ada Lovelace wrote programs.",
    "The licensee pays; the cause is the contract.",
    "Their trousers are thick and thin, as theirs were.",
]
DOCUMENT = Document.from_texts(TEXTS, language="english")


def read_as(question, document=DOCUMENT):
    return dict(document.analyze(question).misspelt_terms)


@pytest.mark.parametrize(
    ("written", "meant", "text"),
    [
        ("recieve", "receive", 0),
        ("goverment", "government", 1),
        ("seperates", "separates", 1),
        ("retreival", "retrieval", 2),
        ("Retrievel", "Retrieval", 2),
        ("progams", "programs", 4),
        ("Lovlace", "Lovelace", 4),
        ("lovelcae", "lovelace", 4),
    ],
)
def test_a_word_that_the_documents_lack_is_read_as_the_one_that_is_a_slip_away(written, meant, text):
    assert DOCUMENT.search(f"the {written}")[0].chunk.text == TEXTS[text]
    report = DOCUMENT.analyze(f"the {written}")
    assert report.misspelt_terms == {written: meant}
    assert not report.unmatched_terms
    assert [warning.code for warning in report.warnings][:1] == ["misspelt_terms"]
    assert f"{written} as {meant}" in report.warnings[0].message


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("couse", "a short word of which one letter is another"),
        ("licensed", "inflections: the last letter is another"),
        ("dovernment", "the first letter is another"),
        ("gvoerenment", "two slips"),
        ("RECIEVE", "capitals inside"),
        ("reciEve", "capitals inside"),
        ("recieve2", "a digit"),
        ("psot", "four letters"),
        ("thier", "what may be a stopword: their"),
        ('"recieve"', "quoted words"),
    ],
)
def test_what_may_be_meant_as_it_is_written_is_read_so(word, why):
    assert not read_as(word), why


def test_a_word_that_the_documents_have_is_read_as_it_is_written():
    assert not read_as("receive", Document.from_texts(["We receive it, not recieve.", "Boats recieve paint."]))
    assert not read_as("recieve", Document.from_texts(["We receive it, not recieve.", "Boats recieve paint."]))


def test_of_several_words_the_one_that_most_passages_have_is_meant():
    texts = ["The planet is near.", "Trees are planted.", "A planted bed.", "Red."]
    assert read_as("planetd", Document.from_texts(texts, language="english")) == {"planetd": "planted"}


def test_accents_are_as_the_documents_have_them_and_other_alphabets_have_their_own_letters():
    german = Document.from_texts(["Die Prüfung beginnt um acht.", "Der Hafen ist groß."], language="german")
    assert read_as("Prüfugn", german) == {"Prüfugn": "Prüfung"}
    russian = Document.from_texts(["Паромы отходят от причала.", "Кошки спят."], language="russian")
    assert read_as("пирчала", russian) == {"пирчала": "причала"}
    assert read_as("пристала", russian) == {}
    greek = Document.from_texts(["Το λιμάνι είναι μεγάλο.", "Οι γάτες κοιμούνται."], language="greek")
    assert read_as("λιμνάι", greek) == {"λιμνάι": "λιμάνι"}


def test_scripts_without_letters_of_these_alphabets_are_left_alone():
    document = Document.from_texts(["渡轮从码头出发。", "ท่าเรืออยู่ทางซ้าย", "القطط تنام في الميناء"])
    for question in ("码渡轮头出发从", "ท่าเรอือยู่ทางซ้าย", "الميانء"):
        assert not read_as(question, document)


def test_pieces_of_words_do_it_where_they_are_indexed():
    document = Document.from_texts(TEXTS, language="english", char_ngrams=3)
    assert not read_as("recieve", document)
    assert len(document.search("recieve")) > 1


def test_a_word_written_otherwise_is_no_misspelt_one():
    document = Document.from_texts(["Log in with your card.", "A logic puzzle."], language="english")
    assert not read_as("login", document)


def test_of_a_pasted_log_only_some_words_are_looked_for():
    letters = "abcdefghijklmnopqrstuvwxyz"
    log = " ".join(f"zz{a}{b}zz" for a in letters for b in letters)
    assert not parse_query(DOCUMENT._snapshot, f"{log} recieve").query.misspelt


def test_the_words_are_left_out_where_reports_are_traced_without_words():
    from secondhop.reporting.flat import without_words

    assert "misspelt_terms" not in without_words(DOCUMENT.analyze("recieve").to_dict())
