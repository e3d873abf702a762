import pickle

import pytest

import secondhop
from secondhop import Document
from secondhop.errors import OptionError

LEAVE = ["PTO", "paid time off", "vacation"]
TEXTS = [
    "Vacation is requested from the team lead two weeks ahead.",
    "Each member earns 1.5 days of paid time off a month.",
    "Members may eat in the canteen.",
    "PTO ends with the year.",
    "The canteen is open at noon.",
]


def found(question, *, texts=TEXTS, synonyms=(LEAVE,)):
    return {hit.chunk.text for hit in Document.from_texts(texts, synonyms=synonyms).search(question)}


def files_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("phrase", LEAVE)
def test_each_phrase_of_a_group_finds_the_others(phrase):
    assert found(f"When does {phrase} end?") == {TEXTS[0], TEXTS[1], TEXTS[3]}
    assert found(f"When does {phrase} end?", synonyms=()) < {TEXTS[0], TEXTS[1], TEXTS[3]}


def test_a_phrase_is_known_in_other_inflections():
    assert TEXTS[3] in found("How are vacations counted?")


def test_a_word_that_the_documents_lack_is_found_by_its_synonyms():
    texts = [text for text in TEXTS if "PTO" not in text]
    document = Document.from_texts(texts, synonyms=[LEAVE])
    context = document.context("How is PTO requested?", 30)
    assert texts[0] in context.text()
    assert context.report.unmatched_terms == ()


def test_part_of_a_phrase_is_not_the_phrase():
    assert TEXTS[3] not in found("Is the time paid?")


def test_what_holds_several_synonyms_counts_once():
    texts = ["Vacation, which is PTO or paid time off, is a right.", "PTO ends.", "The canteen is open at noon."]
    document = Document.from_texts(texts, synonyms=[LEAVE])
    alone = Document.from_texts(texts)
    assert document.search("PTO")[0].score == pytest.approx(alone.search("PTO")[0].score, rel=0.3)


def test_what_holds_a_word_that_several_synonyms_share_is_found():
    texts = ["Leave is granted.", "PTO ends.", "Paid, annual and of absence.", "The canteen is open at noon."]
    group = ["PTO", "paid leave", "leave of absence", "annual leave"]
    hits = Document.from_texts(texts, synonyms=[group]).search("PTO")
    assert {hit.chunk.text for hit in hits} == set(texts[:3])


def test_a_question_that_repeats_itself_says_no_more():
    document = Document.from_texts(["PTO, which is vacation, ends.", *TEXTS], synonyms=[LEAVE])
    once, often = (
        [(hit.chunk.text, hit.score) for hit in document.search(question)] for question in ("PTO", "PTO " * 2_000)
    )
    assert once == often
    assert len(once) == 4


def test_phrases_that_share_a_word_take_nothing_from_what_holds_it():
    groups = [["time", "def"], ["paid time", "ghi"], ["time off", "jkl"], ["paid time off", "def"]]
    texts = ["Time is def, ghi and jkl.", "Here def, ghi and jkl are kept.", "The canteen is open at noon."]
    document = Document.from_texts(texts, synonyms=groups)
    assert all(hit.score > 0 for hit in document.search("paid time off"))
    decisions = document.context("paid time off", strategy="raw_topk").report.decisions
    assert all(0 <= decision.detail.get("grounding", 0) <= 1 for decision in decisions)


def test_a_word_with_synonyms_is_not_misspelt():
    texts = ["Vocation training is offered.", "PTO ends with the year.", "The canteen is open at noon."]
    document = Document.from_texts(texts, synonyms=[LEAVE])
    assert document.context("When does vacation end?").report.misspelt_terms == {}
    assert [hit.chunk.text for hit in document.search("vacation")] == [texts[1]]


def test_a_misspelt_word_has_the_synonyms_of_the_word_that_it_is_read_as():
    assert found("vacaton") == found("vacation")


def test_a_synonym_is_no_doubt():
    plain, synonyms = (
        Document.from_texts(TEXTS, synonyms=given).context("When does PTO end?").report.confidence
        for given in ((), [LEAVE])
    )
    assert synonyms == pytest.approx(plain, abs=0.05)


def test_chunks_of_another_retriever_are_chosen_by_synonyms_too():
    assert (
        "vacation"
        in secondhop.build_context("How is PTO requested?", TEXTS[:3], token_budget=14, synonyms=[LEAVE]).text().lower()
    )


def test_documents_with_synonyms_survive_pickling():
    document = Document.from_texts(TEXTS, synonyms=[LEAVE])
    again = pickle.loads(pickle.dumps(document))
    assert again.context("When does PTO end?").text() == document.context("When does PTO end?").text()


def test_a_kept_index_stays_when_synonyms_change(tmp_path):
    (tmp_path / "leave.md").write_text("\n\n".join(TEXTS))
    Document.from_folder(tmp_path, persist=True)
    kept = files_in(tmp_path / ".secondhop")
    again = Document.from_folder(tmp_path, persist=True, synonyms=[LEAVE])
    assert "Vacation" in again.context("How is PTO requested?", 20).text()
    assert files_in(tmp_path / ".secondhop") == kept


@pytest.mark.parametrize(
    ("synonyms", "why"),
    [
        ("PTO", "no list of groups"),
        (["PTO", "vacation"], "no list of groups"),
        ({"PTO": ["vacation"]}, "no list of groups"),
        ([["PTO"]], "has a group of less than two"),
        ([["PTO", "the"]], "'the'"),
        ([["PTO", ""]], "''"),
        ([[1, 2]], "valid string"),
        ([{"PTO", "vacation"}], "order"),
        ({("PTO", "vacation")}, "order"),
    ],
)
def test_what_are_no_groups_of_phrases_is_refused(synonyms, why):
    with pytest.raises(OptionError, match=f"synonyms.*{why}"):
        Document.from_texts(TEXTS, synonyms=synonyms)
