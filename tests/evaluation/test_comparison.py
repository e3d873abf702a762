"""The driver of `make bench-quality`: entries, and the pages made from them."""

import argparse
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
import quality
import quality_pages
import quality_passages
from quality_plan import BM25, CONTEXT_ORDER, MINE, OURS, TOP_K, Job


@pytest.fixture
def found(data):
    arguments = argparse.Namespace(data=data, split="all", limit=None, ours=True, tokenizer="words")
    jobs = [
        Job("context", "pairs", "own", (12, 64)),
        Job("abstain", "pairs", "own", (64,), "removed", (OURS,)),
        Job("tripled", "pairs", "own", (12,), systems=(OURS,)),
        Job("rank", "shelf", "pooled", systems=(OURS, BM25)),
    ]
    entries = [entry for job in jobs for entry in quality.measure((job, arguments))[1]]
    return {
        "date": "2000-01-01", "command": "make", "minutes": 1, "versions": {"secondhop": "0"}, "split": "all",
        "limit": None, "tokenizer": "words", "auroc_evidence_kept": 0.5, "n_evidence_kept": 12, "entries": entries,
    }  # fmt: skip


def test_ours_is_compared_in_pairs_with_the_rest(found):
    json.dumps(found, allow_nan=False)
    cells = quality_pages.by_cell(found, "context")
    assert list(cells) == [("pairs", "own", 12), ("pairs", "own", 64)]
    assert set(cells["pairs", "own", 12]) == set(MINE)
    ours = cells["pairs", "own", 64][OURS]
    assert ours["full"] == [1.0, 1.0, 1.0]
    assert ours["versus"][TOP_K]["full"] == [0.0, 0.0, 0.0]
    assert quality.best_peer(ours, "full") is None


def test_the_best_peer_is_the_one_with_the_smallest_lead():
    versus = {"langchain:128": {"full": [0.2, 0.1, 0.3]}, "llamaindex:128": {"full": [0.1, 0.0, 0.2]}, TOP_K: {}}
    assert quality.best_peer({"versus": versus}, "full") == "llamaindex:128"


def test_what_is_chosen_from_a_peers_chunks_is_compared_with_the_peer():
    job, peer, over = Job("context", "pairs", "own", (64,)), "langchain:128", "langchain:128+secondhop"
    cells = {
        (64, name): [{"full": full, "tokens": 9} for full in scores]
        for name, scores in ((peer, [0, 1]), (over, [1, 1]))
    }
    entry = quality.entry(job, 64, over, cells[64, over], ("full",), cells)
    assert list(entry["versus"]) == [peer]
    assert entry["versus"][peer]["full"][0] == 0.5
    found = {place: quality.entry(job, 64, place[1], rows, ("full",), cells) for place, rows in cells.items()}
    page = quality_pages.over({("pairs", "own", 64): {name: each for (_, name), each in found.items()}})
    assert "| pairs q 64 | all evidence verbatim | 50.0 | 100.0 | +50.0" in page


def test_the_page_says_whether_a_target_is_met(found, monkeypatch):
    monkeypatch.setitem(quality_pages.TARGETS, ("pairs", "own", 64), {"full": 99})
    monkeypatch.setitem(quality_pages.TARGETS, ("pairs", "own", 12), {"full": 101})
    page = quality_pages.page(found)
    assert "| pairs q 64 | 6 | ≥ 99 | **100.0** [100, 100] | met |" in page
    assert "**not met**" in page
    for title in ("Paired differences", "Readability", "Confidence", "Ranked retrieval", "three times"):
        assert title in page


def test_the_readme_keeps_what_stands_around_its_table(found, monkeypatch):
    monkeypatch.setattr(quality_pages, "README_ROWS", (("pairs", "own", 64),))
    readme = f"before\n{quality_pages.BEGIN}\nold\n{quality_pages.END}\nafter\n"
    made = quality_pages.with_table(readme, found)
    assert made.startswith("before\n")
    assert made.endswith("\nafter\n")
    assert "old" not in made
    assert "| pairs q 64 words | 100.0 |" in made
    assert quality_pages.with_table(made, found) == made


def test_passages_are_sought_in_the_pool_of_all_sets(found, data, monkeypatch):
    monkeypatch.setattr(quality_passages, "SETS", ("pairs",))
    quality_passages._pool.cache_clear()
    arguments = argparse.Namespace(data=data, split="A", limit=None, ours=True)
    job = Job("passages", "pairs", "pooled", systems=(CONTEXT_ORDER, OURS, BM25))
    dataset = quality.dataset_of(job, arguments)
    assert len(dataset.items) < 6
    assert len(dataset.documents) == 8  # two passages for all questions and one for each
    for item in dataset.items:
        assert {dataset.documents[place].title for place in item.relevant} == {"Ada", "Babbage"}
    entries = quality.measure((job, arguments))[1]
    assert [entry["system"] for entry in entries] == [CONTEXT_ORDER, OURS, BM25]
    assert entries[0]["recall5"][0] == 1.0
    assert set(entries[0]["versus"]) == {OURS, BM25}
    assert "Passages of one large pool" in quality_pages.page(found | {"entries": entries})
