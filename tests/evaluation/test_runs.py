import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from secondhop.errors import InputError, OptionError
from secondhop.evaluation import run_eval
from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Doc
from secondhop.evaluation.named import make_system
from secondhop.evaluation.ours import Over, PlainBM25, SecondhopSystem
from secondhop.evaluation.peers import Filled, MissingPeerError
from secondhop.evaluation.runner import rank, run
from secondhop.evaluation.summary import results, summarize
from secondhop.evaluation.systems import Answer, document_number, fill, source_name
from secondhop.evaluation.tables import mark, rows_of
from secondhop.evaluation.unanswerable import with_unanswerable, without_evidence
from secondhop.text.tokens import count_words

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "data"


def test_fill_skips_or_stops_at_what_does_not_fit():
    texts = [("a b", 0, None), ("c d e f", 1, None), ("g", 2, None)]
    assert [n for _, n, _ in fill(texts, 3, count_words, skip=True)] == [0, 2]
    assert [n for _, n, _ in fill(texts, 3, count_words, skip=False)] == [0]


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize("budget", [1, 2, 3, 5, 8])
def test_no_filled_context_passes_the_budget(skip, budget):
    texts = [("a  b\nc d e f", 0, None), ("g h i j k", 1, None)]
    for count in (count_words, len, lambda text: len(text.split()) + 3 * text.strip().count("\n\n")):
        text = Answer.of(fill(texts, budget, count, skip=skip), 0.0).text
        assert 0 < count(text) <= budget
    assert fill(texts, 4, count_words, skip=skip) == [("a  b\nc d", 0, None)]
    assert not fill([("word", 0, None)], 3, len, skip=skip)


def test_a_system_that_passes_the_budget_has_chosen_nothing(data, whole):
    system = whole()
    system.context = lambda question, budget, count_tokens: Answer("Ada Lovelace " * budget)
    row = run([system], [load("pairs", root=data)], [12], count_words)[0]
    assert (row["tokens"], row["error"]) == (0, "24 tokens for a budget of 12")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("a text", "AttributeError"),
        (None, "AttributeError"),
        (Answer(None), "TypeError"),
        (Answer("Ada", passages=5), "TypeError"),
        (Answer("Ada", ms=math.inf), "ValueError"),
        (Answer("Ada", confidence="high"), "ValueError"),
        (Answer("Ada", confidence=math.nan), "ValueError"),
    ],
)
def test_what_is_no_answer_has_chosen_nothing(data, whole, answer, error):
    system = whole()
    system.context = lambda *_: answer
    row = run([system], [load("pairs", root=data)], [12], count_words)[0]
    assert (row["tokens"], row["full"], row["error"].split(":")[0]) == (0, 0.0, error)


def test_numbers_of_numpy_are_written_as_json(data, whole, tmp_path):
    system = whole()
    system.context = lambda *_: Answer("Ada", ms=np.float32(1.5), confidence=np.float32(0.5))
    budgets = np.array([12, 12, 64])
    run_eval(
        ["pairs"], systems=[system], budgets=budgets, data=data, tokenizer="words", json_path=tmp_path / "run.json"
    )
    rows = json.loads((tmp_path / "run.json").read_text("utf-8"))["rows"]
    assert [row["budget"] for row in rows] == [12] * 6 + [64] * 6
    assert (rows[0]["ms"], rows[0]["confidence"]) == (1.5, 0.5)


def test_errors_are_counted_in_the_tables_and_on_the_page(data, whole, tmp_path):
    console = Console(record=True, width=40)
    run_eval(
        ["pairs"], systems=[whole(), whole("failing", fails=True)], budgets=[12, 64], data=data, tokenizer="words",
        html_path=tmp_path / "run.html", console=console,
    )  # fmt: skip
    counted = "errors, scored as empty contexts: failing 12 of 12;"
    assert counted in console.export_text()
    assert counted in (tmp_path / "run.html").read_text("utf-8")


def test_systems_are_compared_on_the_questions_and_metrics_that_both_have():
    key = {"dataset": "pairs", "mode": "own", "budget": 64, "answerable": 1}
    asked = {"a": {"full": 1.0, "confidence": 0.9}, "b": {"full": 0.0, "confidence": 0.2}, "c": {"ans": 1.0}}
    rows = [{**key, "system": "ours", "id": name, **scores} for name, scores in asked.items()]
    rows += [{**key, "system": "theirs", "id": name, "full": 0.5, "ev": 1.0} for name in "ad"]
    ours, theirs = summarize(rows, baseline="theirs")
    assert ours["versus"] == {"full": {"mean": 0.5, "low": 0.5, "high": 0.5, "n": 1}}
    assert ours["auroc_evidence_kept"] == 1.0
    assert "auroc_evidence_kept" not in theirs


def test_runs_are_deterministic_and_compared_in_pairs(data, whole):
    systems = [whole(), whole("failing", fails=True)]
    sets = [load("pairs", root=data), load("pairs", mode="pooled", root=data)]
    rows = run(systems, sets, [12, 64], count_words)
    assert rows == run(systems, sets, [12, 64], count_words)
    found = results(rows, baseline="whole", tokenizer="words")
    json.dumps(found, allow_nan=False)
    cells = {(entry["mode"], entry["system"], entry["budget"]): entry for entry in found["summary"]}
    assert cells["own", "whole", 64]["metrics"]["full"]["mean"] == 1.0
    failing = cells["own", "failing", 64]
    assert failing["errors"] == 6
    assert failing["versus"]["full"] == {"mean": -1.0, "low": -1.0, "high": -1.0, "n": 6}
    assert mark(failing, "full") == " ▼"
    assert "versus" not in cells["own", "whole", 64]
    lost = cells["pooled", "failing", 64]["versus"]["tokens"]["mean"]
    assert (
        lost
        == -cells["pooled", "whole", 64]["metrics"]["tokens"]["mean"]
        != -cells["own", "whole", 64]["metrics"]["tokens"]["mean"]
    )
    assert all(row["tokens"] <= row["budget"] for row in rows)


def test_unanswerable_questions_measure_confidence(data, whole):
    found = results(
        run([whole()], [load("nda", root=data, unanswerable=True)], [64], count_words), baseline=None, tokenizer="words"
    )
    assert found["summary"][0]["auroc_answerable"] == 0.5


def test_ranked_sets_have_ranking_metrics(data, whole):
    dataset = load("shelf", root=data)
    row = run([whole()], [dataset], [64], count_words)[0]
    assert row["mrr"] == 0.5
    assert row["documents"] == 1.0
    for ranking in (iter([0, 1]), [0, 0, 1]):
        system = whole()
        system.ranked = lambda *_, ranking=ranking: ranking
        assert rank([system], dataset)[0]["mrr"] == 0.5
    system.ranked = lambda *_: None
    wrong = run([system], [dataset], [64], count_words)[0]
    assert (wrong["mrr"], wrong["tokens"] > 0, wrong["error"].split(":")[0]) == (0.0, True, "TypeError")
    assert rank([whole()], dataset) == [
        {key: row[key] for key in ("dataset", "mode", "system", "id", "ndcg10", "recall5", "recall10", "mrr")}
        | {"budget": 0}
    ]


def test_the_default_system_answers_within_budget(data):
    rows = run([SecondhopSystem("ours")], [load("pairs", root=data), load("shelf", root=data)], [40], count_words)
    assert all("error" not in row and 0 < row["tokens"] <= 40 for row in rows)
    assert rows[-1]["mrr"] == 1.0


def test_variants_in_asking_share_one_index(data):
    documents = load("pairs", root=data).items[0].documents
    one, other = SecondhopSystem("a").build(documents), SecondhopSystem("b", strategy="raw_topk").build(documents)
    assert one._snapshot is other._snapshot
    assert SecondhopSystem("c", chunk_size=64).build(documents)._snapshot is not one._snapshot


def test_every_option_reaches_the_document(data):
    built = SecondhopSystem("ours", min_grounding=0.5, strategy="raw_topk").build(
        load("pairs", root=data).items[0].documents
    )
    assert built.context("Who worked with Charles Babbage?", 5, count_words).text
    assert built._with(count_words)._options.min_grounding == 0.5


def test_plain_bm25_ranks_by_the_questions_words_alone(data):
    built = PlainBM25().build(load("shelf", root=data).documents)
    assert built.ranked("What makes bread rise?", 5) == [1]
    answer = built.context("What makes bread rise?", 30, count_words)
    assert answer.documents == (1,)
    assert "yeast" in answer.text
    assert built.context("Zeppelin", 30, count_words).text == ""


@pytest.fixture
def filings(tmp_path):
    """Questions about a PDF file and about a text."""
    folder = tmp_path / "dev/filings"
    folder.mkdir(parents=True)
    (folder / "handbook.PDF").write_bytes((EXAMPLES / "handbook.pdf").read_bytes())
    (folder / "faq.txt").write_bytes((EXAMPLES / "faq.md").read_bytes())
    gold = {"file": "handbook.PDF", "text": "thirty for members, twelve for visitors and ten for working boats"}
    rows = [
        {"id": "p", "doc_id": "handbook", "question": "How many berths are for visitors?", "evidence": [gold]},
        {"id": "q", "doc_id": "faq", "question": "Do dogs travel?", "evidence": [{"text": "Dogs travel"}]},
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_a_cited_page_with_evidence_is_a_hit(filings):
    dataset = load("filings", root=filings)
    assert [item.pages for item in dataset.items] == [(4,), ()]
    rows = run([SecondhopSystem("ours"), PlainBM25()], [dataset], [120], count_words)
    assert [row.get("page_hit") for row in rows] == [1.0, None, 1.0, None]


def test_a_page_of_some_document_is_not_measured(filings):
    rows = run([SecondhopSystem("ours")], [load("filings", mode="pooled", root=filings)], [120], count_words)
    assert all("page_hit" not in row for row in rows)


def test_an_edited_file_is_indexed_anew(filings, small_pdf):
    def answer(question):
        documents = load("filings", root=filings).items[0].documents
        return SecondhopSystem("ours").build(documents).context(question, 120, count_words).text

    assert "twelve for visitors" in answer("How many berths are for visitors?")
    (filings / "dev/filings/handbook.PDF").write_bytes(small_pdf)
    assert "built in 1811" in answer("When was the lighthouse built?")


def test_run_eval_writes_table_json_and_page(data, tmp_path, whole):
    console = Console(record=True, width=200)
    found = run_eval(
        ["pairs", "shelf"], systems=["secondhop", whole()], budgets=[32, 64], data=data, mode="both", tokenizer="words",
        json_path=tmp_path / "run.json", html_path=tmp_path / "run.html", console=console,
    )  # fmt: skip
    stored = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert stored["summary"] == json.loads(json.dumps(found["summary"]))
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "<polyline" in page
    assert "http" not in page
    assert "secondhop" in console.export_text()
    head, body = rows_of(found)
    assert all(len(row) == len(head) for row in body)
    with pytest.raises(OptionError, match="baseline"):
        run_eval(["pairs"], data=data, baseline="nobody")


def test_brackets_in_names_are_no_markup(data, tmp_path, whole):
    (tmp_path / "pairs[red].jsonl").write_bytes((data / "dev/pairs.jsonl").read_bytes())
    console = Console(record=True, width=200)
    run_eval([tmp_path / "pairs[red].jsonl"], systems=[whole("[bold]whole")], budgets=[64], console=console)
    shown = console.export_text()
    assert "pairs[red].jsonl, own documents" in shown
    assert "[bold]whole" in shown


def test_systems_go_by_name_with_options():
    system = make_system("secondhop:strategy=raw_topk,chunk_size=64")
    assert system.options == {"strategy": "raw_topk", "chunk_size": 64}
    assert make_system("secondhop:language=none,isolation=none,top_k=none,embedding_cache=none,retrieval=hybrid").options == {
        "language": "none", "isolation": "none", "top_k": None, "embedding_cache": None, "retrieval": "hybrid",
    }  # fmt: skip
    with pytest.raises(OptionError, match="system="):
        make_system("elsewhere")


def test_labels_tell_the_number_of_a_document_and_its_format():
    names = [source_name(number, Doc("A title", "Ropes.", source)) for number, source in ((3, "fees.py"), (12, "c"))]
    assert names == ["d3/fees.py", "d12"]
    assert list(map(document_number, (*names, "d3", "x7", "data.txt", "7/d3"))) == [3, 12, 3, 0, 0, 0]


def test_the_choice_from_what_a_peer_found_knows_its_documents_pages_and_budget():
    documents = (
        Doc("Fees", "A berth costs four crowns.", "fees.pdf"),
        Doc("Crew", "Maren Holt is the harbour master."),
    )
    found = [
        ("Maren Holt is the harbour master.", 1, None),
        ("A berth costs four crowns.", 0, 3),
        ("Ropes are tarred.", 1, None),
    ]

    class Peer:
        """Stands for a framework, which finds all of it for every question."""

        name = "peer"

        def build(self, _):
            return Filled(lambda _: found, skip=True)

    over = Over(Peer())
    assert over.name == "peer+secondhop"
    answer = over.build(documents).context("What does a berth cost?", 5, count_words)
    assert (answer.text, answer.documents, answer.pages) == ("A berth costs four crowns.", (0,), (3,))
    assert 0 < answer.confidence <= 1
    code = (Doc("", "def tar(rope):\n    return rope", format="code"),)
    found[:] = [("def tar(rope):\n    return rope", 0, None)]
    assert over.build(code).context("What tars a rope?", 9, count_words).text == code[0].text
    found.clear()
    assert over.build(documents).context("What does a berth cost?", 5, count_words).text == ""


@pytest.mark.skipif(importlib.util.find_spec("redhop") is not None, reason="peers are installed")
def test_a_missing_peer_says_how_to_get_it(data):
    with pytest.raises(MissingPeerError, match="--group peers"):
        make_system("redhop:auto").build(load("pairs", root=data).items[0].documents)


@pytest.mark.parametrize(("way", "n"), [("removed", 12), ("shelf", 12)])
def test_unanswerable_questions_are_added_as_asked(data, way, n):
    found = run_eval(["pairs"], budgets=[64], data=data, tokenizer="words", unanswerable=way)
    entry = found["summary"][0]
    assert entry["n"] == n
    assert 0 <= entry["auroc_answerable"] <= 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"systems": ["secondhop:strategy=best"]}, "strategy='best'"),
        ({"systems": ["secondhop:grain"]}, "grain=''"),
        ({"systems": ["secondhop:name=x"]}, "option='name'"),
        ({"systems": ["secondhop:token_budget=64"]}, "option='token_budget' is not one of: bm25_b"),
        ({"systems": ["secondhop:tokenizer=words"]}, "option='tokenizer' is not one of: bm25_b"),
        ({"unanswerable": "pairs"}, "unanswerable='pairs' is the set itself"),
        ({"systems": ["bm25", PlainBM25()]}, "more than one system of the name bm25"),
        ({"budgets": [12.5]}, "budget=12.5 is not a whole number"),
        ({"budgets": [0]}, "budget=0"),
        ({"budgets": 512}, "budgets is one int; give a list of budgets"),
        ({"systems": [5]}, "5 is neither a name nor a System"),
        ({"systems": [PlainBM25(None)]}, "is neither a name nor a System with one"),
        ({"json_path": "/nowhere/run.json"}, "no folder /nowhere"),
        ({"html_path": "."}, "is a folder"),
        ({"unanswerable": "marked"}, "adds no question to 'pairs'"),
        ({"unanswerable": "removed", "mode": "pooled"}, "documents of their own: mode='own'"),
        ({"unanswerable": "removed", "datasets": ["nda"]}, "adds no question to 'nda'"),
        ({"mode": "some"}, "mode='some'"),
        ({"split": "a"}, "split='a' is not one of: A, B, all"),
        ({"systems": "secondhop"}, "systems is one str; give a list of systems"),
        ({"datasets": "pairs"}, "datasets is one str; give a list of datasets"),
        *(({missing: []}, "needs at least one dataset") for missing in ("datasets", "systems", "budgets")),
        ({"limit": 0}, "limit=0"),
        ({"limit": -1}, "limit=-1"),
        ({"limit": "3"}, "limit='3' is not a whole number"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_is(data, wrong, message):
    with pytest.raises(InputError, match=message):
        run_eval(**{"datasets": ["pairs"], "data": data, **wrong})


def test_no_file_of_a_run_is_written_over(data):
    path = data / "dev/pairs.jsonl"
    before = path.read_bytes()
    for outputs in ({"json_path": path}, {"html_path": path}, {"json_path": "same", "html_path": "./same"}):
        with pytest.raises(OptionError, match="is another file of this run"):
            run_eval([path], budgets=[64], **outputs)
    assert path.read_bytes() == before


def test_questions_about_one_document_share_an_index_whatever_their_order(data, whole):
    rows = [json.loads(line) for line in (data / "dev/nda/questions.jsonl").read_text("utf-8").splitlines()][:1]
    rows = [{**rows[0], "id": f"{doc}{n}", "doc_id": doc} for n in range(2) for doc in ("d1", "d2")]
    rows[1]["evidence"] = rows[3]["evidence"] = [{"text": "Bread rises."}]
    (data / "dev/nda/questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with (data / "dev/nda/docs.jsonl").open("a", encoding="utf-8") as sheet:
        sheet.write('\n{"id": "d2", "text": "Bread rises."}')
    system, built = whole(), []
    build = system.build
    system.build = lambda documents: built.append(documents) or build(documents)
    found = run([system], [load("nda", root=data)], [64], count_words)
    assert [row["id"] for row in found] == ["d10", "d11", "d20", "d21"]
    assert all(row["full"] == 1.0 for row in found)
    assert len(built) == 2


def test_a_context_may_be_as_large_as_the_budget(data, whole):
    row = run([whole()], [load("pairs", root=data)], [11], count_words)[0]
    assert (row["tokens"], "error" in row) == (11, False)


def test_what_a_set_or_a_system_cannot_tell_is_not_measured(data, whole):
    row = json.loads((data / "dev/shelf.jsonl").read_text("utf-8"))
    marked = {**row, "evidence": [{"doc_id": "y", "text": "Bread rises"}]}
    (data / "dev/marked.jsonl").write_text(json.dumps(marked), "utf-8")
    assert "mrr" not in run([whole()], [load("marked", root=data)], [64], count_words)[0]
    system = whole()
    system.context = lambda *_: Answer("Bread rises.")
    assert "documents" not in run([system], [load("shelf", root=data)], [64], count_words)[0]
    (entry,) = run_eval(["nda"], budgets=[64], data=data)["summary"]
    assert not {"ans", "page_hit", "mrr"} & set(entry["metrics"])
    assert not {"auroc_answerable", "precision_at_95_recall"} & set(entry)


def test_differences_are_to_the_first_of_several_systems_unless_another_is_named(data, whole):
    def versus(**options):
        found = run_eval(["pairs"], budgets=[64], data=data, **options)
        return found["baseline"], [entry["system"] for entry in found["summary"] if "versus" in entry]

    assert versus() == (None, [])
    assert versus(systems=["bm25", whole()]) == ("bm25", ["whole"])
    assert versus(systems=["bm25", whole()], baseline="whole") == ("whole", ["bm25"])


def test_in_both_modes_a_shared_collection_is_asked_once(data, whole):
    found = run_eval(["pairs", "shelf"], systems=[whole()], budgets=[64, 64], data=data, mode="both")
    asked = [(entry["dataset"], entry["mode"], entry["n"]) for entry in found["summary"]]
    assert asked == [("pairs", "own", 6), ("pairs", "pooled", 6), ("shelf", "pooled", 1)]
    assert len(found["rows"]) == 13


def test_only_the_first_figure_has_the_difference_beside_it(data, whole):
    console = Console(record=True, width=200)
    found = run_eval(["pairs"], systems=[whole("<b>whole"), whole("failing", fails=True)], budgets=[64], data=data,
                     tokenizer="words", html_path=data / "page.html", console=console)  # fmt: skip
    head, (first, second) = rows_of(found)
    shown = dict(zip(head, second, strict=True))
    assert [name for name, figure in shown.items() if "(" in figure] == ["full"]
    assert (shown["full"], shown["tokens"], shown["run_words"]) == ("0.0 (-100.0 [-100.0, -100.0])", "0", "–")
    assert dict(zip(head, first, strict=True))["open_runs"] == "0.0"
    page = (data / "page.html").read_text("utf-8")
    assert ("<b>whole" in page, page.count("&lt;b&gt;whole") >= 3) == (False, True)
    console = Console(record=True, width=200)
    run_eval(["pairs"], systems=[whole()], budgets=[64], data=data, console=console)
    assert "difference" not in console.export_text()


def test_a_difference_whose_interval_ends_at_nought_has_no_arrow():
    def arrow(**gap):
        return mark({"versus": {"full": gap}}, "full")

    assert arrow(mean=0.5, low=0.0, high=1.0) == arrow(mean=-0.5, low=-1.0, high=0.0) == ""
    assert (arrow(mean=0.5, low=0.1, high=1.0), arrow(mean=-0.5, low=-1.0, high=-0.1)) == (" ▲", " ▼")


def test_questions_without_their_evidence_are_asked_of_what_is_left(data, whole):
    pairs = load("pairs", root=data)
    rows = run([whole()], [with_unanswerable(pairs, without_evidence(pairs))], [64], count_words)
    assert {row["tokens"] for row in rows if row["answerable"]} == {32}
    assert {row["tokens"] for row in rows if not row["answerable"]} == {10}


@pytest.mark.parametrize("make", [SecondhopSystem, PlainBM25])
def test_a_document_with_many_hits_pushes_no_other_out_of_the_ranking(make):
    bread = "Bread rises when yeast ferments the sugars of the flour. " * 200
    built = make("ours").build([Doc("", " "), Doc("", bread), Doc("", "Dough with yeast rests.")])
    assert sorted(built.ranked("yeast bread", 2)) == [1, 2]


def test_program_text_is_read_as_such():
    built = SecondhopSystem("ours").build([Doc("", "fn main() {\n    print();\n}\n", format="code")])
    assert built._snapshot.chunk(0).kind == "code"
