"""A question is shown with its answer, a heading with what stands under it."""

import pytest

from secondhop import Document, build_context
from secondhop.selection.openers import count_openers

FAQ = (
    (
        "How do I rename my backup after the trial?",
        "Press and hold the green key for five seconds. Nothing is charged.",
    ),
    ("How do I rename my ticket on my phone?", "Write to the help desk and name your number. It may take a while."),
    ("How do I delete my backup on my phone?", "Call the hotline between eight and noon. You get a message."),
    ("How do I delete my folder after the trial?", "Log out, wait a minute and log in again. This cannot be undone."),
)
FORMS = {
    "text": lambda question, answer: f"Q: {question}\nA: {answer}",
    "paragraphs": lambda question, answer: f"**{question}**\n\n{answer}",
    "markdown": lambda question, answer: f"## {question}\n\n{answer}",
    "quoted": lambda question, answer: f"“{question}” {answer}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("budget", [24, 40])
def test_a_question_brings_its_answer(form, budget):
    text = "\n\n".join(FORMS[form](*entry) for entry in FAQ)
    document = Document.from_texts(
        [{"text": text, "format": "markdown" if form == "markdown" else "text"}], tokenizer="words"
    )
    for question, answer in FAQ:
        assert answer.split(". ")[0] in document.context(question, budget).text()


@pytest.mark.parametrize("mark", ["?", "？", "؟", "?**", "?”", "?::"])
def test_question_marks_of_other_scripts_and_marks_behind_them_count(mark):
    chunk = f"Tea is sold here. Where does the copper lie{mark} Soup is hot today. Bread is baked at noon."
    assert (
        "Soup is hot today." in build_context("where copper lies", [chunk], token_budget=12, tokenizer="words").text()
    )


def test_questions_in_a_row_bring_the_answer_behind_them():
    chunk = (
        "Tea is sold. Where does the copper lie? Who may take it? Ask at the gate. Soup is hot. Bread is baked at noon."
    )
    shown = build_context("where does copper lie", [chunk], token_budget=16, tokenizer="words").text()
    assert shown == "Where does the copper lie? Who may take it? Ask at the gate."


def test_a_question_whose_answer_does_not_fit_leaves_the_room_to_others():
    long = "Ask at the gate " + "and at the other gate " * 9 + "too."
    chunks = [f"Where does the copper lie? {long} Tea is sold.", "The copper lies in the north."]
    assert build_context("where does the copper lie", chunks, token_budget=14, tokenizer="words").chunks == [chunks[1]]


def test_a_question_at_the_end_of_a_chunk_is_shown_as_before():
    assert build_context("copper", ["Tea is sold. Where is the copper?"], token_budget=4, tokenizer="words").text() == (
        "Where is the copper?"
    )


@pytest.mark.parametrize("title", ["", "By-laws of the club\n\n"])
def test_the_number_of_a_part_is_shown_with_what_it_numbers(title):
    rules = ["The club has a house.", "Visitors may stay.", "Dues are paid in March.", "Members may be expelled."]
    text = " ".join(f"Section {number}. {rule}" for number, rule in enumerate(rules, start=1))
    shown = Document.from_text(f"{title}{text}\n\n{'Nothing of this kind. ' * 60}").context("Which section?", 40).text()
    assert "Section 1. The club has a house." in shown


CLAUSES = {
    "1. Use of Our Names.": "Nobody may call a shop or a boat after the harbour unless the board has agreed to it in writing",
    "2. Fees.": "They are due in the first week of May and are not paid back to those who leave early",
    "3.1 Repair and Loss of Names.": "What is torn off by wind or water is put up again by those who look after the house",
}


def test_a_numbered_heading_that_ends_in_a_stop_is_shown_with_its_clause():
    text = "\n\n".join(f"{heading} {clause}. There is a form for it." for heading, clause in CLAUSES.items())
    shown = Document.from_text(text, tokenizer="words").context("How are names and fees dealt with?", 30).text()
    assert any(clause in shown for clause in CLAUSES.values())
    for heading, clause in CLAUSES.items():
        assert heading not in shown or f"{heading} {clause}" in shown


@pytest.mark.parametrize(
    "text", ["2. Close Both Valves.\n3. Open the lid.", "1.1 Berths are let by the season.\nIt is long."]
)
def test_a_step_and_a_numbered_sentence_are_no_headings(text):
    first = text.index("\n")
    assert count_openers(text, [(0, first), (first + 1, len(text))], None) == (0, 0)


@pytest.mark.parametrize(
    ("sentences", "heading", "counts"),
    [
        (["Berths", "They are let in May."], "Berths", (1, 0)),
        (["== Berths ==\n_of the harbour_", "They are let in May."], "Berths", (1, 0)),
        (["Berths", "Berths", "They are let in May."], "Berths", (1, 0, 0)),
        (["Berths", "They are let in May."], "Fees", (0, 0)),
        (["***", "They are let in May."], "", (0, 0)),
        (["## Berths", "They are let in May."], None, (1, 0)),
        (["##Berths", "They are let in May."], None, (0, 0)),
        (["## Berths\nThey are let in May.", "They are dear."], None, (0, 0)),
        (["Berths\n======", "They are let in May."], None, (1, 0)),
        (["**********\n Berths\n**********", "They are let in May."], None, (1, 0)),
        (["``berths``\n----------", "They are let in May."], "berths", (1, 0)),
        (["Berths\r\n======", "They are let in May."], None, (1, 0)),
        (["Berths\n===", "They are let in May."], None, (0, 0)),
        (["May\n=-=", "They are let in May."], None, (0, 0)),
        (["======\n======", "They are let in May."], None, (0, 0)),
        (["======", "They are let in May."], None, (0, 0)),
        (["Berth  Fee\n----------", "A1  3"], None, (0, 0)),
        (["|Berth|Fee|\n-----------", "|A1|3|"], None, (0, 0)),
        (["Who?", "Where?", "When?", "Why?", "Nobody knows."], None, (3, 3, 2, 1, 0)),
        (["Who (and why?) asks:", "Nobody knows."], None, (0, 0)),
        (["Rules of the club\nRule 7.", "Dues are paid in March."], None, (1, 0)),
        (["As said in Rule 7.", "Dues are paid in March."], None, (0, 0)),
        (["By-laws\n 7. Dues.", "They are paid in March."], None, (1, 0)),
        (["8. General.", "8.1 Notices.", "They are sent by mail."], None, (2, 1, 0)),
        (["1. Open Both Valves.", "2. Close the heavy cover behind it.", "Wait."], None, (0, 0, 0)),
        (["See rule 6. Trademarks.", "They are let in May."], None, (0, 0)),
        (["II. General.", "1. It is open all the year.", "None is late."], None, (1, 0, 0)),
    ],
)
def test_headings_and_questions_are_told_from_other_sentences(sentences, heading, counts):
    text, spans = "\n".join(sentences), []
    for sentence in sentences:
        start = spans[-1][1] + 1 if spans else 0
        spans.append((start, start + len(sentence)))
    assert count_openers(text, spans, heading) == counts


def test_a_line_of_short_words_that_is_no_heading_is_told_at_once():
    text = "1. A B C D E F G H I J K L M N O P Q R S T U V W X Y Z A B C D where.\nIt is long."
    assert count_openers(text, [(0, text.index("\n")), (text.index("\n") + 1, len(text))], None) == (0, 0)
