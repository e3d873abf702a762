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


def test_a_short_sentence_with_a_word_of_the_question_stands_alone():
    text = "Agreements end. " + "Lunch is at noon in the hall. " * 5
    assert shown(text, 3) == ["Agreements end."]


def test_a_short_chunk_is_shown():
    texts = ["Agreements end.", "The agreement is kept in the hall, every day of the week but one."]
    assert Document.from_texts(texts, tokenizer="words").context(QUESTION, 4).text() == "Agreements end."
