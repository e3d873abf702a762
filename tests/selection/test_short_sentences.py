"""What is too short to stand alone is shown with what stands beside it or not at all."""

from secondhop import Document

HEADED = """9. Fees.

12. Term.

This agreement ends two years after it is signed, unless the parties say otherwise in writing before that day."""
QUESTION = "When does the agreement end?"


def shown(text, budget, **options):
    document = Document.from_text(text, tokenizer="words", **options)
    context = document.context(QUESTION, budget, strategy="reasoning_preserving")
    return [piece for passage in context.passages for piece in passage.pieces]


def test_a_clause_keeps_its_heading_where_that_fits():
    assert shown(HEADED, 21) == [HEADED.partition("12. Term.\n\n")[2]]
    assert shown(HEADED, 24) == [HEADED.partition("9. Fees.\n\n")[2]]
    assert shown(HEADED, 25) == [HEADED]


def test_left_over_tokens_are_left_over():
    best = "The agreement ends when the agreement says that it ends."
    texts = [best, "An agreement is kept in the hall behind the old mill. Lunch is at noon in there. Continued."]
    context = Document.from_texts(texts, tokenizer="words").context(QUESTION, 13)
    assert context.text() == best
    assert context.report.total_tokens == 10


def test_a_short_sentence_does_not_stand_beside_what_is_shown_of_another_chunk():
    other = "An agreement is kept in the hall behind the old mill, which burned down in the winter of that year."
    best = "The agreement ends when the agreement says that it ends."
    for number, chunk in enumerate((f"{other} Continued.", f"Continued. {other}")):
        shown = Document.from_texts([best, chunk], tokenizer="words").context(QUESTION, 20).text()
        assert shown == best, number
    long = best.replace(".", ", which it does whenever both of the parties say that it does. Continued.")
    texts = [long, "Agreement. Lunch is served at noon."]
    assert Document.from_texts(texts, tokenizer="words").context(QUESTION, 12).text() == texts[1]


def test_a_short_sentence_with_a_word_of_the_question_stands_alone():
    text = "Agreements end. " + "Lunch is at noon in the hall. " * 5
    assert shown(text, 3) == ["Agreements end."]


def test_a_short_chunk_is_shown():
    texts = ["Agreements end.", "The agreement is kept in the hall, every day of the week but one."]
    assert Document.from_texts(texts, tokenizer="words").context(QUESTION, 4).text() == "Agreements end."


BESIDE = "The mail is carried by the ferry on every day of the week but {day}. The board decides on fares."


def test_nothing_is_shown_rather_than_a_sentence_that_only_stands_beside_the_evidence():
    report = Document.from_text(BESIDE.format(day="one"), tokenizer="words").analyze("ferry", 6)
    assert (report.n_selected, [warning.code for warning in report.warnings][:1]) == (0, ["budget_too_small"])


def test_evidence_that_fits_is_looked_for_rather_than_what_stands_beside_evidence():
    better = [BESIDE.format(day=day) for day in ("monday", "tuesday", "friday", "saturday", "sunday")]
    poorer = "The ferry is red. " + "The harbour keeps books about coal, rope and all sorts of paint. " * 5
    context = Document.from_texts([*better, poorer], tokenizer="words").context("ferry", 6, candidate_k=3)
    assert context.text() == "The ferry is red."
