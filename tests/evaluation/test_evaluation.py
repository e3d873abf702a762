import importlib.util
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from secondhop.errors import InputError, OptionError
from secondhop.evaluation import run_eval, run_golden
from secondhop.evaluation.datasets import Item, half, load, without_evidence
from secondhop.evaluation.golden import compare
from secondhop.evaluation.metrics import (
    auroc,
    bootstrap,
    evidence_scores,
    ndcg,
    precision_at_recall,
    readability,
    recall_at,
    reciprocal_rank,
    second_hop,
)
from secondhop.evaluation.peers import PEERS, MissingPeerError, fill
from secondhop.evaluation.runner import results, run
from secondhop.evaluation.systems import Answer, SecondhopSystem, make_system
from secondhop.evaluation.tables import rows_of
from secondhop.text.tokens import count_words

ADA = "Ada Lovelace wrote the first program. She worked with Charles Babbage."
BABBAGE = "Charles Babbage designed the Analytical Engine. He was born in London."
NOISE = "Bread rises when yeast ferments the sugars of the flour."


def passages(number):
    return {
        "id": f"q{number}",
        "question": "Where was the man born with whom Ada Lovelace worked?",
        "answer": "London",
        "type": "bridge",
        "passages": [
            {
                "id": "a",
                "title": "Ada",
                "text": ADA,
                "is_gold": True,
                "sentence_spans": [[0, 37], [38, 70]],
                "gold_sentences": [1],
            },
            {
                "id": "b",
                "title": "Babbage",
                "text": BABBAGE,
                "is_gold": True,
                "sentence_spans": [[0, 47], [48, 70]],
                "gold_sentences": [1],
            },
            {
                "id": "c",
                "title": f"Noise {number}",
                "text": NOISE,
                "is_gold": False,
                "sentence_spans": [],
                "gold_sentences": [],
            },
        ],
    }


@pytest.fixture
def data(tmp_path):
    """All three forms, in small."""

    def write(path, rows):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    write(tmp_path / "dev/pairs.jsonl", [passages(number) for number in range(6)])
    write(
        tmp_path / "corpora/shelf.jsonl",
        [{"id": "x", "title": "Ada", "text": ADA}, {"id": "y", "title": "Bread", "text": NOISE}],
    )
    write(
        tmp_path / "dev/shelf.jsonl",
        [
            {
                "id": "s1",
                "question": "What makes bread rise?",
                "answer": None,
                "gold_doc_ids": ["y"],
                "corpus": "shared/shelf.jsonl",
            }
        ],
    )
    write(tmp_path / "dev/nda/docs.jsonl", [{"id": "d1", "text": ADA + "\n" + BABBAGE}])
    asked = {"doc_id": "d1", "question": "Who designed the Analytical Engine?", "category": "who"}
    gold = [{"start": 0, "end": 47, "text": "Charles  Babbage designed the\nAnalytical Engine."}]
    write(
        tmp_path / "dev/nda/questions.jsonl",
        [
            {**asked, "id": "n1", "answerable": True, "evidence": gold},
            {**asked, "id": "n2", "answerable": False, "evidence": []},
        ],
    )
    return tmp_path


class Whole:
    """Shows its documents whole, in order, as far as they fit."""

    def __init__(self, name="whole", fails=False):
        self.name, self.fails = name, fails

    def build(self, documents):
        self.documents = documents
        return self

    def context(self, question, budget, count_tokens):
        if self.fails:
            raise ValueError("cannot")
        kept = fill([(doc.text, number) for number, doc in enumerate(self.documents)], budget, count_tokens, skip=True)
        texts = tuple(text for text, _ in kept)
        return Answer("\n\n".join(texts), texts, tuple(number for _, number in kept), confidence=len(texts) / 3)

    def ranked(self, question, top_k):
        return list(range(len(self.documents)))[:top_k]


def test_passages_bring_their_gold_sentences(data):
    item = load("pairs", root=data).items[0]
    assert [text for _, text in item.evidence] == ["She worked with Charles Babbage.", "He was born in London."]
    assert item.evidence == item.support
    assert item.hops == 2
    assert second_hop(item) == 0 or second_hop(item) == 1


def test_hops_are_supported_by_the_sentence_with_their_answer(data):
    row = passages(0)
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
    assert item.evidence == ((0, ADA), (1, BABBAGE))


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


def test_without_evidence_takes_the_gold_documents_away(data):
    bare = without_evidence(load("pairs", root=data))
    assert all(not item.answerable and [doc.text for doc in item.documents] == [NOISE] for item in bare.items)


def test_evidence_scores_of_all_half_and_nothing(data):
    item = load("pairs", root=data).items[0]
    everything = evidence_scores(item, f"{ADA}\n\n{BABBAGE}")
    assert everything == {"wr": 1.0, "wr80": 1.0, "full": 1.0, "ev": 1.0, "hop2": 1.0, "ans": 1.0}
    assert evidence_scores(item, ADA)["ev"] == 0.5
    assert evidence_scores(item, ADA)["full"] == 0.0
    assert evidence_scores(item, "")["wr"] == 0.0


def test_the_first_span_alone_decides_word_recall_where_asked():
    item = Item(
        "i",
        "q",
        "",
        (),
        ((0, "alpha beta"), (0, "gamma delta")),
        ((0, "alpha beta"), (0, "gamma delta")),
        first_span=True,
    )
    assert evidence_scores(item, "Alpha, beta!") == {"wr": 1.0, "wr80": 1.0, "full": 0.0, "ev": 0.5}


def test_ranking_metrics_on_known_values():
    assert ndcg([3, 1, 2], {1}) == pytest.approx(1 / math.log2(3))
    assert recall_at([3, 1, 2], {1, 9}, 2) == 0.5
    assert reciprocal_rank([3, 1], {1}) == 0.5
    assert reciprocal_rank([3], {1}) == 0.0


def test_auroc_counts_ties_half():
    assert auroc([0.9, 0.8, 0.1], [True, True, False]) == 1.0
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert math.isnan(auroc([0.5], [True]))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_the_share_of_pairs_in_order(pairs):
    high = [score for score, positive in pairs if positive]
    low = [score for score, positive in pairs if not positive]
    if high and low:
        wins = np.mean([(a > b) + 0.5 * (a == b) for a in high for b in low])
        assert auroc(*zip(*pairs, strict=True)) == pytest.approx(wins)


def test_precision_at_full_recall():
    assert precision_at_recall([0.9, 0.8, 0.7, 0.1], [True, False, True, False]) == pytest.approx(2 / 3)


def test_bootstrap_is_seeded_paired_and_skips_nan():
    x = np.array([0.0, 1.0, 1.0, np.nan, 1.0])
    rng = np.random.default_rng(0)
    clean = x[~np.isnan(x)]
    means = clean[rng.integers(0, 4, (2000, 4))].mean(1)
    found = bootstrap(x)
    assert (found.mean, found.low, found.high, found.n) == (
        0.75,
        np.percentile(means, 2.5),
        np.percentile(means, 97.5),
        4,
    )
    assert bootstrap(x, x).mean == 0.0
    assert bootstrap([np.nan]).n == 0


def test_readability_sees_gaps_and_open_pronouns():
    assert readability([ADA], [ADA]) == (11.0, 0.0)
    words, open_runs = readability(["She worked with Charles Babbage. … Bread rises"], [ADA])
    assert words == 3.5
    assert open_runs == 0.5
    assert readability(["He was first."], ["He was first. Then not."])[1] == 0.0
    assert all(map(math.isnan, readability([], [])))


def test_fill_skips_or_stops_at_what_does_not_fit():
    texts = [("a b", 0), ("c d e f", 1), ("g", 2)]
    assert [n for _, n in fill(texts, 3, count_words, skip=True)] == [0, 2]
    assert [n for _, n in fill(texts, 3, count_words, skip=False)] == [0]
    assert [n for _, n in fill(texts, 1, count_words, skip=False)] == [0]


def test_runs_are_deterministic_and_compared_in_pairs(data):
    systems = [Whole(), Whole("failing", fails=True)]
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
    assert all(row["tokens"] <= row["budget"] for row in rows)


def test_unanswerable_questions_measure_confidence(data):
    found = results(
        run([Whole()], [load("nda", root=data, unanswerable=True)], [64], count_words), baseline=None, tokenizer="words"
    )
    assert found["summary"][0]["auroc_answerable"] == 0.5


def test_ranked_sets_have_ranking_metrics(data):
    row = run([Whole()], [load("shelf", root=data)], [64], count_words)[0]
    assert row["mrr"] == 0.5
    assert row["documents"] == 1.0


def test_the_default_system_answers_within_budget(data):
    rows = run([SecondhopSystem("ours")], [load("pairs", root=data), load("shelf", root=data)], [40], count_words)
    assert all("error" not in row and 0 < row["tokens"] <= 40 for row in rows)
    assert rows[-1]["mrr"] == 1.0


def test_run_eval_writes_table_json_and_page(data, tmp_path):
    console = Console(record=True, width=200)
    found = run_eval(
        ["pairs", "shelf"], systems=["secondhop", Whole()], budgets=[32, 64], data=data, mode="both", tokenizer="words",
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


def test_systems_go_by_name_with_options():
    system = make_system("secondhop:strategy=raw_topk,chunk_size=64")
    assert system.options == {"strategy": "raw_topk", "chunk_size": 64}
    with pytest.raises(OptionError, match="system="):
        make_system("elsewhere")


@pytest.mark.skipif(importlib.util.find_spec("redhop") is not None, reason="peers are installed")
def test_a_missing_peer_says_how_to_get_it(data):
    with pytest.raises(MissingPeerError, match="--group peers"):
        PEERS["redhop:auto"]().build(load("pairs", root=data).items[0].documents)


@pytest.fixture
def golden(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/ada.txt").write_text(f"{ADA}\n\n{BABBAGE}", encoding="utf-8")
    (tmp_path / "golden.jsonl").write_text(
        json.dumps(
            {
                "id": "g",
                "question": "Who designed the Analytical Engine?",
                "expected": ["Charles Babbage designed the Analytical Engine."],
            }
        ),
        encoding="utf-8",
    )
    return tmp_path


def test_a_golden_set_holds_until_its_evidence_goes(golden):
    files = {
        "golden": golden / "golden.jsonl",
        "files": golden / "docs",
        "baseline": golden / "baseline.json",
        "tokenizer": "words",
    }
    assert run_golden(**files) == 0
    assert run_golden(**files) == 0
    (golden / "docs/ada.txt").write_text(NOISE, encoding="utf-8")
    console = Console(record=True)
    assert run_golden(**files, console=console) == 1
    assert "lost: g" in console.export_text()
    assert run_golden(**files, tolerance=1) == 1, "the whole interval lies below 0"
    assert run_golden(**files, update=True) == 0
    assert run_golden(**files) == 0


def test_golden_questions_need_expected_texts(golden):
    (golden / "bad.jsonl").write_text('{"question": "?"}', encoding="utf-8")
    with pytest.raises(InputError, match="expected"):
        run_golden(golden / "bad.jsonl", golden / "docs", baseline=golden / "b.json")


def test_single_losses_are_tolerated_up_to_a_number():
    old = {str(n): {"full": 1.0, "ev": 1.0} for n in range(20)}
    new = {**old, "3": {"full": 0.0, "ev": 0.5}}
    assert compare(new, old).regressed
    assert not compare(new, old, tolerance=1).regressed
    assert compare(old, {}).new == tuple(old)
