"""Abbreviations that the documents spell out: one is found by the other."""

import numpy as np
import pytest

from secondhop import Document
from secondhop.retrieval.question.abbreviations import Abbreviations
from secondhop.retrieval.question.query import parse_query

LOG = [
    "Changes go to the write-ahead log (WAL) first.",
    "The WAL is kept in its own directory.",
    "Archive the write-ahead log every hour.",
    "The log of the server ahead of it is rotated.",
    "Cats sleep all day.",
]


def document(texts=LOG):
    return Document.from_chunks(texts, language="english")


def found(texts, question):
    return [hit.chunk.text for hit in document(texts).search(question)]


def spelt_out(text):
    """What the index takes for abbreviations, as its terms."""
    snapshot = document([text, "Cats sleep."])._snapshot
    strings = snapshot.lexicon.terms.strings
    words = snapshot.table(Abbreviations.of).words
    return {strings[short]: " ".join(strings[word] for word in long) for short, long in words.items()}


@pytest.mark.parametrize("question", ["WAL", "wal", "Where are WALs?", "write-ahead log", "Write Ahead Logs"])
def test_words_find_their_abbreviation_and_the_other_way_round(question):
    assert set(found(LOG, question)[:3]) == set(LOG[:3])


def test_whoever_uses_an_abbreviation_comes_before_who_has_some_of_its_words():
    assert found(LOG, "directory of the write-ahead log")[0] == LOG[1]
    assert found(LOG, "archive of the WAL")[0] == LOG[2]


def test_a_text_that_spells_it_out_counts_once():
    explained, *_, used = scores = [
        hit.scores["lexical"]
        for hit in document(["Write-ahead log (WAL).", "Cats sleep.", "A dog.", "The write-ahead log."]).search("WAL")
    ]
    assert len(scores) == 2
    assert explained < 1.5 * used


@pytest.mark.parametrize(
    "text",
    [
        "the access control list (ACL) is read",
        "ACL (access control list) is read",
        "ACL: access control list",
        "access control lists (ACLs) are read",
        "Access Control List, ACL for short",
    ],
)
def test_it_stands_before_or_behind_its_words(text):
    assert spelt_out(text) == {"acl": "access control list"}


@pytest.mark.parametrize(
    ("text", "short", "words"),
    [
        ("the quality of service (QoS) class", "qos", "qualiti servic"),
        ("the extended Berkeley packet filter (eBPF)", "ebpf", "extend berkeley packet filter"),
        ("a BPF type format (BTF) file", "btf", "bpf type format"),
    ],
)
def test_letters_may_be_those_of_small_words_and_of_abbreviations(text, short, words):
    assert spelt_out(text)[short] == words


@pytest.mark.parametrize(
    "text",
    [
        "the memory map (MM)",  # two letters fit too often
        "data structures are in DSA",  # ends in a stopword
        "THE SELLER ACCEPTS TERMS AND TAXES TO SAT",
        "a list of names (ACL)",
        "write ahead",
        "WAL",
    ],
)
def test_what_does_not_spell_it_out_is_none(text):
    assert spelt_out(text) == {}


@pytest.mark.parametrize("question", ["AWS", "aws", "Amazon Web Services"])
def test_one_that_the_stemmer_cuts_is_found_too(question):
    texts = ["Amazon Web Services (AWS) is a cloud.", "AWS has regions.", "Amazon Web Services bills by the hour."]
    assert set(found([*texts, "Cats sleep all day."], question)[:3]) == set(texts)


def test_one_that_the_stemmer_cuts_to_another_word_is_none():
    texts = ["An intrusion detection system (IDS) listens.", "The ID of a user is a number.", "Cats sleep."]
    assert found(texts, "intrusion detection system") == texts[:1]
    assert found(texts, "ID")[0] == texts[1]


def test_a_stopword_is_none():
    texts = ["The wide area switch (WAS) hums.", "Cats sleep."]
    assert found(texts, "wide area switch") == texts[:1]


def test_an_abbreviation_stands_for_what_most_places_say():
    text = "resident set size (RSS). receive side scaling (RSS). RSS: receive side scaling."
    assert spelt_out(text) == {"rss": "receiv side scale"}


def test_a_word_that_is_mostly_written_small_is_no_abbreviation_unless_in_capitals():
    texts = ["Random early detection (RED).", "A red car.", "The red door is red.", "Use random early detection."]
    assert texts[3] not in found(texts, "red paint")
    assert texts[3] in found(texts, "RED queues")


def test_all_of_a_question_that_is_read_otherwise_counts_as_found():
    context = document().context("Where is the write-ahead log kept?", 60)
    by_chunk = {decision.chunk_id: decision for decision in context.report.decisions}
    used = next(hit for hit in document().search("WAL directory") if hit.chunk.text == LOG[1])
    assert by_chunk[used.chunk.id].detail["grounding"] == 1.0
    assert "wal" in context.report.matched_terms


def test_a_question_that_has_both_is_read_as_it_is():
    snapshot = document()._snapshot
    assert parse_query(snapshot, "Is the write-ahead log (WAL) kept?").alternatives == []
    assert parse_query(snapshot, "Do cats sleep?").alternatives == []


def test_the_other_words_weigh_as_much_as_those_asked_and_are_no_words_of_the_question():
    snapshot = document()._snapshot
    for question in ("WAL", "write-ahead log"):
        query = parse_query(snapshot, question)
        ((asked, otherwise),) = query.alternatives
        worth = query.weights * snapshot.idf[query.terms]
        assert worth[asked].sum() == pytest.approx(worth[otherwise].sum())
        assert query.total_idf == pytest.approx(worth[asked].sum())
        assert not np.array(query.query.weights)[otherwise].any()


def test_an_index_without_words_has_none():
    snapshot = Document.from_texts(["…!"])._snapshot
    assert snapshot.table(Abbreviations.of) == ({}, {}, set())
