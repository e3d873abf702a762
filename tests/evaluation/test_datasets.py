import json
from dataclasses import replace
from pathlib import Path

import pytest

from secondhop.errors import CorruptFileError, InputError, OptionError, SourceNotFoundError
from secondhop.evaluation.datasets import load, pool
from secondhop.evaluation.metrics import second_hop
from secondhop.evaluation.rows import half
from secondhop.evaluation.unanswerable import off_topic, with_unanswerable, without_evidence

ADA = "Ada Lovelace wrote the first program. She worked with Charles Babbage."


def test_passages_bring_their_gold_sentences(data):
    item = load("pairs", root=data).items[0]
    assert [text for _, text in item.evidence] == ["She worked with Charles Babbage.", "He was born in London."]
    assert item.evidence == item.support
    assert second_hop(item) == 0 or second_hop(item) == 1


def test_hops_are_supported_by_the_sentence_with_their_answer(data):
    row = json.loads((data / "dev/pairs.jsonl").read_text(encoding="utf-8").splitlines()[0])
    for passage in row["passages"]:
        del passage["sentence_spans"], passage["gold_sentences"]
    row["hops"] = [
        {"question": "?", "answer": "Charles Babbage", "gold_passage": "a"},
        {"question": "?", "answer": "London", "gold_passage": "b"},
    ]
    path = data / "dev/hops.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    item = load(str(path)).items[0]
    assert item.support == ((0, "She worked with Charles Babbage."), (1, "He was born in London."))
    assert item.evidence == tuple((n, row["passages"][n]["text"]) for n in (0, 1))


def test_pooled_documents_are_distinct_and_in_the_same_order_every_time(data):
    first, second = (load("pairs", mode="pooled", root=data).documents for _ in range(2))
    assert first == second
    assert len(first) == 8


def test_a_corpus_is_always_pooled_and_ranked(data):
    dataset = load("shelf", root=data)
    assert dataset.mode == "pooled"
    assert dataset.ranked
    assert dataset.items[0].relevant == (1,)


def test_documents_keep_unanswerable_questions_when_asked(data):
    assert [item.id for item in load("nda", root=data).items] == ["n1"]
    both = load("nda", root=data, unanswerable=True)
    assert [item.answerable for item in both.items] == [True, False]
    assert both.items[0].evidence[0][1] == "Charles Babbage designed the Analytical Engine."


def test_halves_and_limits_are_deterministic(data):
    everything = {item.id for item in load("pairs", root=data).items}
    halves = [
        {item.id for item in load("pairs", root=data, split=split).items}
        for split in "AB"
        if any(half(key) == split for key in everything)
    ]
    assert set.union(*halves) == everything
    assert [item.id for item in load("pairs", root=data, limit=3).items] == [
        item.id for item in load("pairs", root=data, limit=3).items
    ]
    with pytest.raises(OptionError, match="not one of"):
        load("nothing", root=data)


def test_a_folder_without_sets_is_named(data):
    with pytest.raises(SourceNotFoundError, match="no evaluation sets") as caught:
        load("pairs", root=data / "dev")
    assert caught.value.source == str(data / "dev" / "dev")


def test_without_evidence_takes_the_gold_documents_away(data):
    bare = without_evidence(load("pairs", root=data))
    assert all(not item.answerable and [doc.title[:5] for doc in item.documents] == ["Noise"] for item in bare.items)


def test_off_topic_questions_are_asked_of_the_same_documents(data):
    pairs, other = load("pairs", root=data), load("shelf", root=data)
    strange = off_topic(pairs, other)
    several = replace(pairs, items=tuple(replace(item, question=item.id) for item in pairs.items))
    assert off_topic(pairs, several) == off_topic(pairs, several)
    assert {item.question for item in strange.items} == {other.items[0].question}
    assert all(not item.answerable and not item.evidence for item in strange.items)
    both = with_unanswerable(pairs, strange)
    assert len({item.id for item in both.items}) == len(both.items) == 12


def test_program_text_without_names_says_its_format(data):
    (data / "corpora/codebase.jsonl").write_text('{"id": "f", "title": "f", "text": "fn main() {}"}', encoding="utf-8")
    row = {"id": "c1", "question": "main?", "gold_doc_ids": ["f"], "corpus": "codebase.jsonl"}
    (data / "dev/codebase.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert load("code", root=data).documents[0].format == "code"


def test_a_question_without_documents_left_is_dropped(data):
    assert pool(without_evidence(load("nda", root=data)).items) == ()


@pytest.mark.parametrize(
    "row",
    [
        '{"question": "?"}',
        '{"id": "q", "passages": 5}',
        '{"corpus": "shelf.jsonl", "id": 5}',
        '{"id": "q", "passages": [{"text": "One.", "sentence_spans": [[0]], "gold_sentences": [0]}]}',
        '{"id": "q", "passages": [{"text": "One.", "sentence_spans": [[0, 4]], "gold_sentences": [-2]}]}',
    ],
)
def test_a_file_of_another_form_is_refused_by_name(data, row):
    (data / "dev/odd.jsonl").write_text(row, encoding="utf-8")
    with pytest.raises(InputError, match=r"odd\.jsonl is of none of the forms of evaluation sets: question 1: "):
        load("odd", root=data)


@pytest.mark.parametrize(
    ("name", "sheet", "change", "message"),
    [
        (
            "pairs",
            "dev/pairs.jsonl",
            {"passages": [{"text": ADA, "is_gold": "false"}]},
            "question 2: is_gold='false' is",
        ),
        ("pairs", "dev/pairs.jsonl", {"id": None}, "question 2: the id None is neither a text nor a number"),
        ("shelf", "corpora/shelf.jsonl", {"id": "z", "text": None}, "document 2: None is no text"),
        ("shelf", "corpora/shelf.jsonl", {"id": ["x"]}, r"document 2: the id \['x'\] is neither"),
        (
            "nda",
            "dev/nda/questions.jsonl",
            {"answerable": "no"},
            "question 2: answerable='no' is neither true nor false",
        ),
        ("nda", "dev/nda/questions.jsonl", {"evidence": None}, "question 2: 'NoneType' object is not iterable"),
    ],
)
def test_a_row_of_another_form_is_told_with_its_file_and_place(data, name, sheet, change, message):
    first, *rest = (data / sheet).read_text("utf-8").splitlines()
    wrong = json.dumps({**json.loads(first), **change})
    (data / sheet).write_text("\n".join([first, "", wrong, *rest]), "utf-8")
    with pytest.raises(InputError, match=rf"{Path(sheet).name} is of none of the forms .*: {message}"):
        load(name, root=data, unanswerable=True)


def test_ids_may_be_numbers(data):
    for file in ("dev/shelf.jsonl", "corpora/shelf.jsonl"):
        rows = [json.loads(line) for line in (data / file).read_text("utf-8").splitlines()]
        number = {key: place for place, key in enumerate("xy")}
        for row in rows:
            row["id"] = number.get(row["id"], 7)
            row["gold_doc_ids"] = [str(number[key]) for key in row.get("gold_doc_ids", ())]
        (data / file).write_text("\n".join(map(json.dumps, rows)), "utf-8")
    item = load("shelf", root=data).items[0]
    assert (item.id, item.relevant) == ("7", (1,))


def test_a_set_that_is_nowhere_is_named(data, monkeypatch):
    monkeypatch.delenv("SECONDHOP_EVAL_DATA", raising=False)
    with pytest.raises(OptionError, match=r"dataset='.*pears\.jsonl' is no JSONL file.* SECONDHOP_EVAL_DATA"):
        load(data / "dev/pears.jsonl")


def test_a_set_over_two_collections_is_refused(data):
    path = data / "dev/shelf.jsonl"
    row = json.loads(path.read_text("utf-8"))
    path.write_text("\n".join(json.dumps(each) for each in (row, {**row, "id": "s2", "corpus": "rack.jsonl"})), "utf-8")
    with pytest.raises(InputError, match=r"of one corpus, not of shelf\.jsonl, rack\.jsonl"):
        load("shelf", root=data)


@pytest.mark.parametrize("named", [{"gold_doc_ids": ["z"]}, {"evidence": [{"doc_id": "z", "text": "Bread rises"}]}])
def test_a_document_that_is_not_in_the_collection_is_named(data, named):
    path = data / "dev/shelf.jsonl"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **named}), "utf-8")
    with pytest.raises(
        InputError, match=r"question 's1' is of the document 'z', which is not in .*corpora.shelf\.jsonl"
    ):
        load("shelf", root=data)


@pytest.mark.parametrize(
    ("name", "sheet", "key"),
    [("pairs", "dev/pairs.jsonl", "q0"), ("nda", "dev/nda/docs.jsonl", "d1"), ("shelf", "corpora/shelf.jsonl", "x")],
)
def test_an_id_that_is_there_twice_is_refused(data, name, sheet, key):
    path = data / sheet
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:1] * 2), encoding="utf-8")
    with pytest.raises(InputError, match=rf"{path.name}: the id '{key}' is there twice"):
        load(name, root=data)


def test_a_set_with_the_name_of_an_alias_is_found_before_the_one_that_this_stands_for(data):
    for name, source in (("hotpotqa", "pairs"), ("hotpot", "shelf")):
        (data / f"dev/{name}.jsonl").write_bytes((data / f"dev/{source}.jsonl").read_bytes())
    assert [item.id for item in load("hotpot", root=data).items] == ["s1"]
    (data / "dev/hotpot.jsonl").unlink()
    assert load("hotpot", root=data).name == "hotpotqa"


def test_a_folder_may_end_in_what_stands_for_another_question_of_contracts(data):
    (data / "dev/nda").rename(data / "dev/nda-natural")
    assert load("nda-natural", root=data).name == "nda-natural"
    (data / "dev/nda-natural").rename(data / "dev/nda")
    assert load("nda-natural", root=data).name == "nda-natural"
    with pytest.raises(OptionError, match=r"not one of: nda, pairs, shelf$"):
        load("nothing", root=data)


def test_a_set_may_be_a_path(data):
    assert load(data / "dev/pairs.jsonl").items == load("pairs", root=data).items


def test_a_document_may_be_called_corpus(data):
    folder = data / "dev/nda"
    for file in folder.iterdir():
        file.write_text(file.read_text("utf-8").replace('"d1"', '"corpus"'), encoding="utf-8")
    assert load("nda", root=data).mode == "own"


def test_a_document_without_a_file_name_is_the_text_file_of_its_id(data):
    folder = data / "dev/nda"
    (folder / "docs.jsonl").unlink()
    (folder / "d1.txt").write_text("Charles Babbage designed the Analytical Engine.", "utf-8")
    assert load("nda", root=data).items[0].documents[0].text == "Charles Babbage designed the Analytical Engine."
    (folder / "d1.txt").write_text("Nobody knows who designed it.", "utf-8")
    assert load("nda", root=data).items[0].documents[0].text == "Nobody knows who designed it."


def test_a_damaged_pdf_is_named(data):
    folder = data / "dev/nda"
    (folder / "docs.jsonl").unlink()
    (folder / "d1.PDF").write_bytes(b"%PDF-1.7 nothing")
    row = {"id": "p", "doc_id": "d1", "question": "?", "evidence": [{"text": "words", "file": "d1.PDF"}]}
    (folder / "questions.jsonl").write_text(json.dumps(row), "utf-8")
    with pytest.raises(CorruptFileError, match=r"d1\.PDF: cannot be read as PDF"):
        load("nda", root=data)


@pytest.mark.parametrize("question", [5, None])
def test_a_question_that_is_no_text_is_refused(data, question):
    row = json.loads((data / "dev/pairs.jsonl").read_text("utf-8").splitlines()[0]) | {"question": question}
    (data / "dev/pairs.jsonl").write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError, match=rf"the question of 'q0' is {question}"):
        load("pairs", root=data)


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")


def test_evidence_that_is_marked_in_a_collection_is_what_its_questions_are_measured_by(data):
    asked = {"question": "?", "gold_doc_ids": ["y"], "corpus": "shelf.jsonl"}
    marked = {**asked, "id": "m", "evidence": [{"doc_id": "y", "text": "Bread  rises"}]}
    write(data / "dev/marks.jsonl", marked, {**asked, "id": "n", "evidence": []})
    dataset = load("marks", root=data)
    assert [(item.id, item.evidence) for item in dataset.items] == [("m", ((1, "Bread rises"),))]
    assert (dataset.ranked, dataset.documents[0].text) == (False, ADA)  # as written, so that places agree
    assert load("shelf", root=data).documents[0].text == f"Ada\n\n{ADA}"


@pytest.mark.parametrize("name", ["pairs", "shelf", "nda"])
def test_each_question_is_in_one_half_and_one_without_evidence_in_none(data, name):
    sheet = data / ("dev/nda/questions.jsonl" if name == "nda" else f"dev/{name}.jsonl")
    row, documents = json.loads(sheet.read_text("utf-8").splitlines()[0]), data / "dev/nda/docs.jsonl"
    write(documents, *({"id": str(number), "text": ADA} for number in range(12)))
    ids = [{"id": str(n), "doc_id": str(n)} for n in range(12)]
    bare = {"passages": [], "gold_doc_ids": [], "answerable": False, "id": "bare"}
    write(sheet, *(row | each for each in ids), row | bare | {"doc_id": "0"})
    halves = [[item.id for item in load(name, root=data, split=split).items] for split in "AB"]
    assert halves == [[each["id"] for each in ids if half(each["id"]) == split] for split in "AB"]


def test_questions_about_one_document_are_in_one_half(data):
    row = json.loads((data / "dev/nda/questions.jsonl").read_text("utf-8").splitlines()[0])
    write(data / "dev/nda/questions.jsonl", *(row | {"id": str(number)} for number in range(12)))
    assert len(load("nda", root=data, split=half("d1")).items) == 12


def test_a_limit_takes_a_sample_and_not_the_first(data):
    ids = [item.id for item in load("pairs", root=data).items]
    assert [item.id for item in load("pairs", root=data, limit=3).items] != ids[:3]


def test_a_set_without_questions_is_told(data):
    write(data / "dev/none.jsonl")
    with pytest.raises(OptionError, match="dataset='none' has no questions"):
        load("none", root=data)


def test_the_collection_of_a_file_given_by_its_path_lies_beside_it_or_with_the_others(data):
    row = json.loads((data / "dev/shelf.jsonl").read_text("utf-8"))
    write(data / "more/one.jsonl", row)
    assert len(load(data / "more/one.jsonl").documents) == 2
    (data / "corpora/shelf.jsonl").rename(data / "more/shelf.jsonl")
    assert len(load(data / "more/one.jsonl").documents) == 2
    with pytest.raises(SourceNotFoundError, match=r"the corpus of .*dev.shelf\.jsonl does not exist"):
        load(data / "dev/shelf.jsonl")


def test_program_text_in_one_language_has_its_suffix(data):
    write(data / "corpora/cosqa.jsonl", {"id": "f", "text": "def main(): ..."})
    write(data / "dev/cosqa.jsonl", {"id": "c1", "question": "main?", "gold_doc_ids": ["f"], "corpus": "cosqa.jsonl"})
    assert load("cosqa", root=data).documents[0].source == "f.py"


def test_contracts_are_asked_in_the_words_of_the_sheet_or_in_natural_ones_unless_they_are_short(data):
    row = {"id": "c", "doc_id": "long", "question": "When does it end?", "cuad_question": "Expiration Date",
           "evidence": [{"text": "It ends in May."}, {"text": "It ends."}]}  # fmt: skip
    write(data / "dev/cuad/docs.jsonl", {"id": "long", "text": "It ends in May. " * 400}, {"id": "short", "text": ADA})
    write(data / "dev/cuad/questions.jsonl", row, {**row, "id": "s", "doc_id": "short"})
    (item,) = load("cuad", root=data).items
    assert (item.id, item.question, item.first_span) == ("c", "Expiration Date", True)
    assert [item.question for item in load("cuad-natural", root=data).items] == ["When does it end?"]


def test_a_document_lies_in_the_folder_of_its_set_or_in_one_above(data):
    folder = data / "dev/nda"
    (folder / "docs.jsonl").unlink()
    for place in (data / "d1.txt", folder / "d1.txt", data / "dev/d1.txt"):
        place.write_text("Charles Babbage designed the Analytical Engine.", "utf-8")
        assert load("nda", root=data).items[0].documents[0].title == "d1.txt"
        place.unlink()


def test_gold_sentences_that_a_passage_does_not_have_are_left_out(data):
    row = json.loads((data / "dev/pairs.jsonl").read_text("utf-8").splitlines()[0])
    row["passages"][0] |= {"sentence_spans": [[0, 37], [37, 38]], "gold_sentences": [0, 1, 7]}
    write(data / "dev/odd.jsonl", row)
    found = load("odd", root=data).items[0].evidence
    assert [text for number, text in found if number == 0] == ["Ada Lovelace wrote the first program."]


def test_a_hop_of_a_passage_that_is_not_there_has_no_support(data):
    row = json.loads((data / "dev/pairs.jsonl").read_text("utf-8").splitlines()[0])
    hops = [{"answer": "London", "gold_passage": place} for place in ("z", "b")]
    write(data / "dev/hops.jsonl", {**row, "hops": hops})
    assert load("hops", root=data).items[0].support == ((1, "He was born in London."),)
