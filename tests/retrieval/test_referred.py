"""A part that a question names, or that the best hit refers to by number, is evidence."""

import pickle

import pytest

from secondhop import Chunk, Document, build_context

SUBJECTS = "ropes lamps buoys flags carts ladders pumps hooks chains cranes tents bells nets oars sails masts"
FILLER = "\n\n".join(
    f"{number} On {subject}\n\n{number}.1 The office keeps a list of the {subject}. It is open to every member of the "
    f"harbour, who may ask for a copy of it.\n\n{number}.2 Lost {subject} are told to the office, which has them "
    "looked for, and which says after a week what has become of them."
    for number, subject in enumerate(SUBJECTS.split(), 5)
)
RULES = f"""1 Moorings

1.1 Berths are let by the season. A berth that is not paid for is dealt with under {{reference}}.

1.2 Visitors may stay for three nights at the outer quay, and for one at the inner quay.

{FILLER}

{{title}}

After thirty days the boat is hauled out and put on a chain. It is released against cash.
"""
QUESTION = "What becomes of a berth that is not paid for?"
ANSWER = "the boat is hauled out"


def rules(reference="section 44.2", title="44.2 Arrears"):
    return Document.from_text(RULES.format(reference=reference, title=title), source="rules.txt")


def rules_in_pieces():
    *pieces, title, text = RULES.format(reference="section 44.2", title="44.2 Arrears").split("\n\n")
    return [*pieces, f"{title}\n\n{text}"]


@pytest.mark.parametrize(
    ("reference", "title"),
    [
        ("section 44.2", "44.2 Arrears"),
        ("Sections 44.1 and 44.2", "Section 44.2: Arrears"),
        ("Article XLIV", "ARTICLE XLIV"),
        ("Appendix B", "Appendix B"),
        ("Schedule A", "SCHEDULE A"),
        ("§ 44", "§ 44 Arrears"),
        ("Annex C-2", "Annex C-2: Arrears"),
        ("Anhang 4", "Anhang 4"),
    ],
)
def test_what_the_best_hit_refers_to_is_shown(reference, title):
    context = rules(reference, title).context(QUESTION, 120)
    assert ANSWER in context.text()
    plain = rules(reference, title).context(QUESTION, 120, strategy="raw_topk").text()
    assert ANSWER not in plain


@pytest.mark.parametrize(
    ("reference", "title"),
    [
        ("section 45.2", "44.2 Arrears"),  # another number
        ("Appendix B", "B Arrears"),  # a letter alone opens too much
        ("an old custom", "44.2 Arrears"),
    ],
)
def test_what_it_does_not_refer_to_is_not(reference, title):
    assert ANSWER not in rules(reference, title).context(QUESTION, 120).text()


def test_the_report_names_the_part():
    context = rules().context(QUESTION, 120)
    hop = [decision for decision in context.report.decisions if "section 44.2" in decision.detail.get("terms", ())]
    assert [(each.role, each.reason.value) for each in hop] == [("second_hop", "kept_second_hop")]


@pytest.mark.parametrize("question", ["What does section 44.2 say?", "SECTION 44.2", "explain Sec. 44.2"])
def test_a_part_that_the_question_names_comes_first(question):
    assert ANSWER in rules().context(question, 60).text()


def test_small_letters_name_a_part_as_well():
    assert ANSWER in rules("Appendix B", "Appendix B").context("what is in appendix b", 60).text()


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What does article 44 say?", "ARTICLE XLIV"),
        ("article xliv", "Article 44"),
        ("Art.44", "Art. XLIV"),
        ("section XLIV", "44. Section of arrears"),
        ("what is in chapter 4?", "CHAPTER FOUR"),
        ("chapter four", "CHAPTER IV: Arrears"),
        ("the fourth chapter", "Chapter 4: Arrears"),
        ("the 44th chapter", "44. Chapter"),
        ("schedule 4", "FOURTH SCHEDULE"),
        ("lesson four", "Lesson 4: Arrears"),
        ("cláusula 44", "Cláusula 44ª - Atrasos"),
        ("articulo 44", "Artículo 44º.- Atrasos"),
        ("44. madde", "Madde 44"),
        ("44 §", "44 § Arrears"),
        ("第44条", "第44条 Arrears"),
        ("第４４条", "第44条 Arrears"),
        ("제44조", "제44조 (Arrears)"),
        ("appendices x and z", "Appendix Z"),
    ],
)
def test_a_part_is_found_however_its_number_is_written(question, title):
    told = [f"{who} spoke of {title.split()[0]} {number}." for who in ("Anna", "Boris") for number in (7, 8, 9)]
    texts = [*told, f"{title}\n\nAfter thirty days the boat is hauled out."]
    assert ANSWER in build_context(question, texts, token_budget=18, tokenizer="words").text()


def test_sentences_that_begin_with_a_word_are_no_parts():
    texts = ["I saw that the part of the quay is dry.", "The ships of part of the quay are old.", "Cats sleep."]
    text = build_context("part I: which ships are old?", texts, token_budget=9, tokenizer="words").text()
    assert text == texts[1]


def test_a_number_that_opens_many_sentences_is_of_none_of_them():
    pages = "\n\n".join(f"7 Harbour rules and much else of page {page}." for page in range(4))
    document = Document.from_text(RULES.format(reference="section 7", title="Arrears") + "\n" + pages)
    kept = document.context(QUESTION, 120).report.decisions
    assert not any("section 7" in decision.detail.get("terms", ()) for decision in kept)


def test_parts_are_looked_for_in_the_same_text_only():
    other = "44.2 Arrears\n\nAfter thirty days the boat is hauled out and put on a chain.\n\n" + FILLER
    here = RULES.format(reference="section 44.2", title="Arrears").replace("hauled out", "sold")
    document = Document.from_texts([here, other])
    assert ANSWER not in document.context(QUESTION, 120).text()


def test_given_chunks_of_one_source_refer_to_each_other():
    texts = rules_in_pieces()
    same = [Chunk(text, id=str(number), source="rules.txt") for number, text in enumerate(texts)]
    apart = [Chunk(text, id=str(number), source=f"{number}.txt") for number, text in enumerate(texts)]
    assert ANSWER in build_context(QUESTION, same, token_budget=120).text()
    assert ANSWER not in build_context(QUESTION, apart, token_budget=120).text()


@pytest.mark.parametrize("blanks", [" ", "\n\n   ", " " * 200])
def test_blanks_before_a_given_chunk_change_nothing(blanks):
    seed = "The fee is due each month, as Section 3.1 says. The law that governs is set out in Section 4.2."
    others = ["3.1 Rates rise in May.", "4.2 Lisbon decides.", "5.1 Notices are written.", "Cats sleep."]
    plain, padded = (
        build_context("What is the governing law?", [before + seed, *others], token_budget=40)
        for before in ("", blanks)
    )
    assert "Lisbon" in plain.text()
    assert padded.text() == plain.text()


def test_a_given_chunk_that_is_asked_for_is_the_first_seed():
    """What it refers to itself is found, although other chunks hold more words of the question."""
    *texts, part = rules_in_pieces()
    texts += [f"{who} was told of section 44.2." for who in ("Anna", "Boris", "Clara", "Dora")]
    texts.append(part.replace("After thirty days", "As Appendix Q says,"))
    texts.append("Appendix Q\n\nThe cashier sits in the lighthouse.")
    chunks = [Chunk(text, id=str(number), source="rules.txt") for number, text in enumerate(texts)]
    decisions = build_context("What does section 44.2 say?", chunks, token_budget=250).report.decisions
    assert any("Appendix Q" in decision.detail.get("terms", ()) for decision in decisions)


def test_what_may_not_be_shown_is_not_referred_to():
    chunks = [Chunk(text, id=str(number), source="rules.txt", metadata={"open": "hauled" not in text})
              for number, text in enumerate(rules_in_pieces())]  # fmt: skip
    document = Document.from_chunks(chunks)
    assert ANSWER in document.context(QUESTION, 120).text()
    assert ANSWER not in document.context(QUESTION, 120, filter={"open": True}).text()


@pytest.mark.parametrize("question", [QUESTION, "What does section 44.2 say?"])
def test_a_document_may_end_with_a_line_of_signs_after_the_part(question):
    document = Document.from_text(
        f"1 Moorings\n\nA berth that is not paid for falls under section 44.2.\n\n{FILLER}\n\n44.2 It is let.\n\n***"
    )
    assert "44.2 It is let." in document.context(question, 60).text()


def test_references_survive_pickling():
    document = rules()
    again = pickle.loads(pickle.dumps(document))
    assert again.context(QUESTION, 120).text() == document.context(QUESTION, 120).text()


LAW = "What is the governing law?"


def linked(*texts, question=LAW):
    """What the report says links each second hop, among given chunks of one source."""
    chunks = [Chunk(text, id=str(number), source="rules.txt") for number, text in enumerate(texts)]
    decisions = build_context(question, chunks, token_budget=100, tokenizer="words").report.decisions
    return {each.chunk_id: each.detail["terms"] for each in decisions if each.role == "second_hop"}


def test_a_part_of_another_kind_with_the_same_number_is_not_meant():
    texts = ["The governing law is set out in Section 4.2.", "Exhibit 4.2: flags of all towns.", "4.2 Lisbon decides."]
    assert [(number, terms[0]) for number, terms in linked(*texts).items()] == [("2", "Section 4.2")]


def test_a_number_alone_opens_no_part():
    seed = "The governing law is set out in Section 4.2."
    assert linked(seed, "4.2 Lisbon decides.", "4.2", "4.2", "4.2")["1"][0] == "Section 4.2"


def test_a_number_may_open_a_line_of_the_contents_too():
    seed = "The governing law is set out in Section 4.2."
    assert linked(seed, "4.2 Courts ..... 17", "4.2 Lisbon decides.")["2"][0] == "Section 4.2"


def test_a_sentence_that_answers_in_part_refers_to_something_and_one_that_hardly_does_not():
    others = ["3.1 Rates rise in May.", "4.2 Lisbon decides.", *["A lease is a lease."] * 3]
    near = "The law governs a lease. The governing law is set out in Section 4.2."
    far = "The law governs a lease. The lease runs as Section 3.1 says."
    question = "What is the governing law of a lease?"
    assert linked(near, *others, question=question)["2"][0] == "Section 4.2"
    assert not any("Section 3.1" in terms for terms in linked(far, *others, question=question).values())


def test_a_hit_whose_heading_alone_answers_refers_to_nothing():
    chunks = [{"text": "See Section 4.2.", "heading": "Governing law"}, {"text": "4.2 Lisbon decides."}]
    assert "See Section 4.2." in build_context("governing law", chunks).text()


@pytest.mark.parametrize(
    ("part", "shown", "left_out"),
    [
        ("4 Courts. 4.1 Lisbon decides at noon on Fridays.", "Lisbon decides", "The board"),
        ("4 Courts. Lisbon decides. 5 Cats sleep until noon on the quay.", "The board", "Cats sleep"),
    ],
    ids=["its divisions", "the next part"],
)
def test_a_part_is_all_that_it_is_divided_in_up_to_the_next_one(part, shown, left_out):
    seed = "The law that governs is set out in Section 4."
    others = ["The board governs the harbour and the quay.", "3.1 Rates rise in May.", "The law is old."]
    text = build_context(LAW, [seed, part, *others], token_budget=26, tokenizer="words").text()
    assert shown in text
    assert left_out not in text


@pytest.mark.parametrize(
    ("question", "title", "told"),
    [
        ("what is in appendix b?", "Appendix B", "{} knows what is in appendix b."),
        ("What do sections 44.1 and 44.2 say?", "44.2 Arrears", "{} spoke of section 44.2."),
    ],
)
def test_a_part_that_is_asked_for_comes_before_those_who_speak_of_it(question, title, told):
    part = f"{title}\n\nAfter thirty days the boat is hauled out."
    texts = [*(told.format(who) for who in ("Anna", "Boris", "Clara", "Dora")), part]
    assert ANSWER in build_context(question, texts, token_budget=18, tokenizer="words").text()


def test_of_a_part_with_names_three_links_are_told_the_part_first():
    seed = "The governing law is set out in Section 4.2 by Ada Marsh and Boris Kahn."
    terms = linked(seed, "4.2 Lisbon decides, say Ada Marsh and Boris Kahn.")["1"]
    assert (len(terms), terms[0]) == (3, "Section 4.2")
