"""An item of a list brings the words that introduce the list."""

import pytest

from secondhop import Document
from secondhop.retrieval import rank_given
from secondhop.selection.lists import introduction
from secondhop.selection.packing import Packing
from secondhop.selection.paragraphs import opening
from secondhop.types import Budget

LEAD = "The Receiving Party shall:"
LETTERS = [f"({letter}) do thing {letter}{letter};" for letter in "abcdefghijk"]
ROMAN = [f"({number}) do thing {number}{number};" for number in ("i", "ii", "iii", "iv")]


def introduced(lines, item, *, chunk_size=200):
    """The text that introduces an item, if all lines are candidates."""
    return introduced_in(Document.from_text("\n\n".join(lines), chunk_size=chunk_size), item)


def introduced_in(doc, item):
    hits = rank_given(doc._snapshot, "thing", costs=doc._costs, keep_order=True)
    packing = Packing(hits, Budget(100, len))
    texts = [
        hits[place].chunk.text[start - hits[place].chunk.start : end - hits[place].chunk.start]
        for place, start, end in zip(hits.sentences.hit, hits.sentences.start, hits.sentences.end, strict=True)
    ]
    found = introduction(packing, texts.index(item))
    return None if found is None else texts[found]


@pytest.mark.parametrize("chunk_size", [200, 8], ids=["one chunk", "many chunks"])
@pytest.mark.parametrize("items", [LETTERS, ROMAN], ids=["letters", "roman"])
def test_every_item_finds_the_introduction(items, chunk_size):
    assert {introduced([LEAD, *items], item, chunk_size=chunk_size) for item in items} == {LEAD}


@pytest.mark.parametrize("mark", ["-", "1."])
def test_a_title_above_a_list_introduces_it(mark):
    items = [f"{mark if mark == '-' else f'{number}.'} Do thing {number}{number}." for number in range(1, 6)]
    document = Document.from_text("\n\n".join(["A thing was done.", "Version 7", *items]))
    assert {introduced_in(document, item) for item in items[1:]} == {f"Version 7\n\n{items[0]}"}


@pytest.mark.parametrize("mark", ["1.", "2)", "(3)", "-", "*", "•", "a)", "b.", "(B)"])
def test_items_are_marked_in_many_ways(mark):
    firsts = {
        "2)": ["1) first thing;"],
        "(3)": ["(1) one thing;", "(2) other thing;"],
        "b.": ["a. first thing;"],
        "(B)": ["(A) first thing;"],
    }
    item = f"{mark} another thing."
    assert introduced([LEAD, *firsts.get(mark, []), item], item) == LEAD


def test_the_ninth_letter_is_not_taken_for_the_first_roman_number():
    lines = ["Something else:", "(h) do the eighth thing;", "(i) do the ninth thing;"]
    assert introduced(lines, lines[2]) is None
    assert introduced([LEAD, *LETTERS], LETTERS[8]) == LEAD
    assert introduced([LEAD, *LETTERS], LETTERS[9]) == LEAD


@pytest.mark.parametrize("item", range(3))
def test_rows_of_a_timetable_bring_its_title(item):
    rows = ["8:15 first thing leaves.", "10.30 second thing leaves.", "12:05 third thing leaves."]
    assert introduced(["Departures on Sundays:", *rows], rows[item]) == "Departures on Sundays:"
    assert introduced(["Departures on Sundays:", "- a thing;", *rows], rows[item]) is None


def test_lists_with_capital_and_with_small_letters_are_two():
    lines = [LEAD, "(A) things, which are:", "(a) one thing;", "(b) two things;", "(B) stop things."]
    assert [introduced(lines, item) for item in lines[2:]] == [lines[1], lines[1], LEAD]


@pytest.mark.parametrize("title", ["Version 7 (May)", "Things to do\n\nOn Sundays"])
def test_a_title_may_end_in_brackets_or_have_one_below_it(title):
    document = Document.from_text(f"A thing was done.\n\n{title}\n\n- Do thing one.\n\n- Do thing two.")
    assert introduced_in(document, "- Do thing two.") == f"{title}\n\n- Do thing one."


def test_two_lines_of_prose_are_no_title():
    assert introduced(["No thing\nhere at all", "- a thing", "- b thing"], "- b thing") is None


def test_a_list_without_an_introduction_does_not_borrow_that_of_the_list_before():
    lines = [LEAD, "(a) do a thing;", "(a) do another thing;", "(b) do a third thing;"]
    assert introduced(lines, lines[3]) is None


def test_a_list_within_a_list_hangs_on_its_own_introduction():
    lines = [LEAD, "(a) do a thing;", "(b) do the following things:", "(i) one thing;", "(ii) two things;", "(c) stop."]
    assert introduced(lines, "(ii) two things;") == "(b) do the following things:"
    assert introduced(lines, "(c) stop.") == LEAD


@pytest.mark.parametrize(
    ("lines", "item"),
    [
        (["(b) do a thing;"], "(b) do a thing;"),
        (["No list follows.", "(a) do a thing;"], "(a) do a thing;"),
        ([LEAD, "A sentence of its own.", "- a thing"], "- a thing"),
        ([LEAD, "It does a thing."], "It does a thing."),
        ([LEAD, "(a) one thing;", "1. another thing;"], "(a)  a thing"),
    ],
    ids=["nothing before", "no introduction", "a sentence between", "no item", "absent"],
)  # fmt: skip
def test_what_is_no_item_of_an_introduced_list_has_no_introduction(lines, item):
    assert item not in "\n\n".join(lines) or introduced(lines, item) is None


def test_the_introduction_is_looked_for_in_the_same_source_only():
    doc = Document.from_texts([LEAD, "\n\n".join(LETTERS[:2])])
    assert introduced_in(doc, LETTERS[1]) is None


FILLER = "\n\n".join(
    f"The {noun} of the {place} is old and grey." for noun in ("roof", "door") for place in ("station", "harbour")
)
LIST = "(a) keep the garden tidy;\n\n(b) insure every lantern;\n\n(c) pay on demand."
CONTRACT = f"{FILLER}\n\nThe tenant shall at all times during the term:\n\n{LIST}\n\n{FILLER}"


@pytest.mark.parametrize("chunk_size", [200, 12], ids=["one chunk", "many chunks"])
def test_an_item_that_answers_is_shown_with_its_introduction(chunk_size):
    doc = Document.from_text(CONTRACT, tokenizer="words", chunk_size=chunk_size)
    text = doc.context("Who must insure a lantern during the term?", 22).text()
    assert "(b) insure every lantern;" in text
    assert "The tenant shall" in text


def test_an_item_is_shown_alone_where_its_introduction_does_not_fit():
    doc = Document.from_text(CONTRACT, tokenizer="words")
    text = doc.context("insure lantern", 5).text()
    assert text == "(b) insure every lantern;"


@pytest.mark.parametrize("budget", range(1, 40, 3))
def test_the_budget_holds_whatever_is_introduced(budget):
    context = Document.from_text(CONTRACT, tokenizer="words").context("insure lantern garden demand", budget)
    assert len(context.text().split()) <= budget


def opened_by(text, sentence):
    document = Document.from_text(text)
    hits = rank_given(document._snapshot, "thing", costs=document._costs, keep_order=True)
    packing = Packing(hits, Budget(100, len))
    starts = zip(hits.sentences.start.tolist(), hits.sentences.end.tolist(), strict=True)
    texts = [text[start:end] for start, end in starts]
    found = opening(packing, texts.index(sentence))
    return None if found is None else texts[found]


SAID = "We looked at every house in town. The rent was too high. The hall in Ghent is free in June."
TURNS = [
    ("0:01:10 Priya Raman\n", "I thought that we had a place."),
    ("Lena Vogt  9:12 AM\n", SAID),
    ("-- Lena (Tier 2), 2025-07-02 09:40\n", SAID),
    ("LENA:\n", SAID),
    ("Lena Vogt: ", SAID),
    ("Q: Where do we meet?\nA: ", SAID),
]


@pytest.mark.parametrize(("who", "said"), TURNS[1:])
def test_what_somebody_says_is_shown_with_who_does(who, said):
    turns = [f"{first}{text}" for first, text in (TURNS[0], (who, said), TURNS[0])]
    text = Document.from_text("\n\n".join([*turns, FILLER])).context("Ghent hall June?", 44).text()
    name = who.splitlines()[0].strip()
    assert name in text
    assert text.index(name) < text.index("The hall in Ghent is free in June.")


def test_a_paragraph_that_names_nothing_first_is_not_opened():
    prose = f"There was a long discussion about the place for the meeting of the members. {SAID}"
    assert opened_by(prose, "The hall in Ghent is free in June.") is None
    assert opened_by(f"Ann: {prose}", "The hall in Ghent is free in June.") == f"Ann: {prose.partition(' We')[0]}"


@pytest.mark.parametrize(
    "first", ["Ann (Kyrgyz: Анна) spoke first.", f"Ann: {'we went to see the place and ' * 12}it was old."]
)
def test_an_opening_is_short_and_names_before_it_explains(first):
    assert opened_by(f"{first} {SAID}", "The hall in Ghent is free in June.") is None


def test_lines_with_a_speaker_each_do_not_bring_that_of_the_first():
    lines = [f"[12:3{n}] {who}: the {what} is on the table" for n, who, what in [(1, "Ann", "lamp"), (2, "Bo", "key")]]
    text = Document.from_text("\n".join([*lines, *(f"[12:4{n}] Cy: we saw no {n} of them" for n in range(9))]))
    assert text.context("key", 20).text() == lines[1]
