"""The semantic tiers through a document: what is found, in which order, and what the report says of it."""

import json
import pickle
import random

import numpy as np
import pytest

import secondhop
from secondhop import OptionError, Reason
from secondhop.retrieval.semantic.approximate import SMALLEST
from secondhop.retrieval.tiers import Direct, direct_by
from secondhop.retrieval.whole_text import WholeTexts

TOPICS = {
    "ship": "boat vessel ferry ship sail voyage",
    "money": "payment fee cost price money invoice",
    "night": "dark night midnight evening",
    "dog": "dog hound puppy canine",
}
TEXTS = [
    "The ferry leaves the quay at noon. It calls at Grey Holm.",
    "Every invoice is settled within thirty days by the treasurer.",
    "A hound may travel free of charge if it stays on deck.",
    "After midnight the lamps on the quay are put out.",
    "Grey Holm was named by Ada Marsh, who kept the light there.",
]


def by_topic(texts):
    """A vector of four topics: paraphrases are near, whatever their words."""
    return [
        [sum(word in text.lower() for word in words.split()) + 0.01 for words in TOPICS.values()]
        for text in map(str, texts)
    ]


def chunks_of(**options):
    return secondhop.Document.from_chunks(TEXTS, **{"model": by_topic, "tokenizer": "words", **options})


def test_meaning_finds_what_no_word_leads_to():
    question = "Are puppies allowed? canine"
    assert secondhop.Document.from_chunks(TEXTS).search(question) == []
    for tier in ("semantic", "hybrid"):
        hit = chunks_of(retrieval=tier).search(question)[0]
        assert hit.chunk.text == TEXTS[2]
        assert hit.scores["dense"] > 0.9
        assert hit.scores["lexical"] == 0
        assert hit.scores["direct"] == hit.score


def test_the_report_says_that_a_passage_is_there_for_its_meaning():
    report = chunks_of(retrieval="hybrid").context("canine", 30).report
    kept = next(decision for decision in report.decisions if decision.chunk_id == "c2")
    assert kept.reason is Reason.KEPT_SIMILAR
    assert kept.detail["cosine"] > 0.9
    assert "near to the question in meaning" in str(report)
    assert report.timings["embed"] > 0


def test_hybrid_keeps_what_only_words_find():
    found = [hit.chunk.text for hit in chunks_of(retrieval="hybrid").search("Ada Marsh")]
    assert TEXTS[4] in found


def test_a_question_whose_vector_is_zero_is_answered_by_words():
    def topics_alone(texts):
        return [[float(word in text.lower()) for word in ("ferry", "hound", "invoice")] for text in texts]

    lexical = chunks_of(retrieval="hybrid", model=topics_alone).search("Ada Marsh")
    assert [hit.chunk.text for hit in lexical] == [TEXTS[4]]
    assert "dense" not in lexical[0].scores
    semantic = chunks_of(retrieval="semantic", model=topics_alone)
    assert semantic.search("Ada Marsh") == []
    assert semantic.context("Ada Marsh", 100).text() == ""


def test_what_scores_below_zero_by_words_is_found_by_meaning():
    document = chunks_of(retrieval="hybrid")
    for lexical in ([-9.0, 0.0, -9.0, 0.0, 2.0], [-9.0, 0.0, -9.0, 0.0, 0.0]):
        direct = direct_by(document._tiers, document._snapshot, "canine", np.array(lexical), 5, None)
        assert (direct.scores > 0).all()
        assert direct.scores.argmax() in (2, 4)


def test_texts_count_where_no_chunk_has_a_score_by_words():
    texts = WholeTexts(np.array([0]), np.ones((1, 1)), np.array([1.0, 0.0]))
    assert Direct(np.array([3.0, 4.0]), np.zeros(2)).with_texts(texts).scores.tolist() == [4.0, 4.0]


def test_the_bridge_goes_on_from_every_tier():
    for tier in ("hybrid", "semantic"):
        document = chunks_of(retrieval=tier)
        hits = secondhop.retrieval.retrieve(
            document._snapshot, "voyage", costs=document._costs, candidate_k=5, bridge=True, tiers=document._tiers
        )
        linked = next(hit for hit in hits if hit.chunk.id == "c4")
        assert linked.via.seed == "c0"
        assert "Holm" in linked.via.terms


def test_a_filter_holds_for_every_tier():
    items = [{"text": text, "metadata": {"even": number % 2 == 0}} for number, text in enumerate(TEXTS)]
    for tier in ("semantic", "hybrid"):
        document = secondhop.Document.from_chunks(items, retrieval=tier, model=by_topic)
        found = document.search("dark boat", filter={"even": True})
        assert found
        assert all(hit.chunk.metadata["even"] for hit in found)


def test_vectors_of_the_callers_are_used_as_they_are():
    calls = []

    def counting(texts):
        calls.append(len(texts))
        return by_topic(texts)

    document = secondhop.Document.from_chunks(
        [*TEXTS, "  "], vectors=[*by_topic(TEXTS), [9, 9, 9, 9]], retrieval="semantic", model=counting
    )
    assert document.search("canine")[0].chunk.text == TEXTS[2]
    assert calls == [1]  # the question alone
    with pytest.raises(secondhop.InputError, match=r"\(1, 4\) for 5"):
        secondhop.Document.from_chunks(TEXTS, vectors=[[1, 2, 3, 4]], retrieval="semantic", model=by_topic)
    with pytest.raises(OptionError, match="does not use vectors"):
        secondhop.Document.from_chunks(TEXTS, vectors=by_topic(TEXTS))


def test_embedders_of_the_frameworks_are_taken():
    from langchain_core.embeddings import DeterministicFakeEmbedding
    from llama_index.core.embeddings import MockEmbedding

    for model in (DeterministicFakeEmbedding(size=16), MockEmbedding(embed_dim=8)):
        options = secondhop.DocumentOptions(retrieval="hybrid", model=model)
        document = secondhop.Document.from_chunks(TEXTS, options=options)
        assert len(document.search("anything at all", top_k=5)) == 5


def test_a_reranker_reorders_the_pool_and_the_report_says_what_it_took():
    def longest(query, texts):
        return [len(text) for text in texts]

    for tier in ("lexical", "hybrid"):
        options = {} if tier == "lexical" else {"model": by_topic}
        document = secondhop.Document.from_chunks(TEXTS, retrieval=tier, rerank=longest, tokenizer="words", **options)
        hits = document.search("quay")
        scores = [hit.scores["rerank"] for hit in hits]
        assert len(scores) > 1
        assert scores == sorted(scores, reverse=True)
        assert document.context("quay", 100).report.timings["rerank"] >= 0
    some = secondhop.Document.from_chunks(TEXTS, retrieval="hybrid", model=by_topic, rerank=longest, candidate_pool=1)
    assert sum("rerank" in hit.scores for hit in some.search("quay", 5)) == 1


def test_a_reranker_is_not_asked_about_nothing():
    def like_the_first(query, texts):
        first = texts[0]
        return [float(text == first) for text in texts]

    document = secondhop.Document.from_chunks(TEXTS, rerank=like_the_first)
    assert document.search("zebra") == []
    assert document.context("zebra", 100).text() == ""


def test_min_candidates_is_a_floor():
    question = "quay"
    for least, expected in ((0, 2), (4, 4)):
        document = chunks_of(retrieval="hybrid", candidate_k=2, min_candidates=least, strategy="raw_topk")
        assert document.context(question, 1000).report.n_input_chunks == expected


def test_options_without_use_are_refused():
    for options in (
        {"model": by_topic},
        {"embedder_dim": 4},
        {"vector_index": "hnsw"},
        {"embedding_cache": "kept.sqlite"},
    ):
        with pytest.raises(OptionError, match=next(iter(options))):
            secondhop.Document.from_text("A text.", **options)
    with pytest.raises(OptionError, match="not both"):
        chunks_of(retrieval="hybrid", embedder_model="x")
    for given in ({}, {"vectors": by_topic(TEXTS)}):
        assert len(chunks_of(retrieval="semantic", embedder_dim=4, **given).search("canine")) == 5
        with pytest.raises(OptionError, match="embedder_dim=7, and the vectors have 4"):
            chunks_of(retrieval="semantic", embedder_dim=7, **given)
    with pytest.raises(OptionError, match="vector_index"):
        chunks_of(retrieval="hybrid", vector_index="annoy")


def test_a_document_with_vectors_travels_in_a_pickle():
    document = chunks_of(retrieval="hybrid")
    copy = pickle.loads(pickle.dumps(document))
    assert copy.context("canine", 30).report.to_dict() == document.context("canine", 30).report.to_dict()


def test_an_empty_question_embeds_nothing():
    document = chunks_of(retrieval="hybrid", model=lambda texts: by_topic(texts) if texts != [""] else 1 / 0)
    assert document.context("", 100).text() == ""


WORDS = [f"word{number}" for number in range(400)]


@pytest.mark.parametrize("bridge", [True, False])
@pytest.mark.parametrize("n", [400, pytest.param(5_000, marks=pytest.mark.long)])
def test_hybrid_never_has_fewer_candidates_than_lexical(n, bridge):
    """Questions of random words, names, stopwords and nonsense, over a corpus with a long tail of words."""
    draw = random.Random(11)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    texts = []
    for _ in range(1500):
        words = draw.choices(WORDS, weights, k=draw.randint(5, 30))
        texts.append(" ".join(word.capitalize() if draw.random() < 0.2 else word for word in words) + ".")
    rows = np.random.default_rng(1).normal(size=(len(texts), 16))
    vector = np.random.default_rng(2)
    lexical = secondhop.Document.from_chunks(texts)
    options = {"model": lambda texts: vector.normal(size=(len(texts), 16)), "retrieval": "hybrid"}
    hybrid = secondhop.Document.from_chunks(texts, vectors=rows, **options)
    pieces = [*WORDS, "the", "of", "What", "is", "zzz", "Word3", '"word7 word9"', "?", "東京"]
    for number in range(n):
        question = " ".join(draw.choices(pieces, k=draw.randint(0, 12)))
        k = draw.choice([1, 5, 20, 60])
        counts = [
            len(secondhop.retrieval.retrieve(
                document._snapshot, question, costs=document._costs, candidate_k=k, bridge=bridge, tiers=document._tiers
            ))
            for document in (lexical, hybrid)
        ]  # fmt: skip
        assert counts[1] >= counts[0], (number, question, k, counts)


def test_one_changed_paragraph_of_a_long_text_embeds_the_changed_chunks_only(tmp_path):
    embedded = []

    def embed(texts):
        embedded.extend(texts)
        return [[len(text), sum(map(ord, text)) % 97, 1.0] for text in texts]

    draw = random.Random(5)
    paragraphs = [" ".join(draw.choices(WORDS, k=90)).capitalize() + "." for _ in range(1500)]  # some 300 pages

    def build():
        embedded.clear()
        return secondhop.Document.from_text(
            "\n\n".join(paragraphs),
            retrieval="hybrid",
            model=embed,
            embedder_id="v1",
            embedding_cache=tmp_path / "cache",
        )

    first = build()
    assert len(embedded) == len({chunk.text for chunk in first.chunks}) > 1000
    build()
    assert embedded == []
    paragraphs[700] = "A wholly new paragraph stands here. " + paragraphs[700]
    second = build()
    changed = {chunk.text for chunk in second.chunks} - {chunk.text for chunk in first.chunks}
    print(f"{len(embedded)} of {len(second)} chunks embedded again, {len(changed)} changed")
    assert sorted(embedded) == sorted(changed)
    assert 0 < len(changed) < 5


def test_a_persisted_folder_keeps_its_vectors_in_a_mapped_file(tmp_path, caplog):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("\n\n".join(TEXTS))
    calls = []

    def embed(texts):
        calls.append(len(texts))
        return by_topic(texts)

    def build():
        calls.clear()
        return secondhop.Document.from_folder(
            tmp_path / "docs", retrieval="semantic", model=embed, embedder_id="v1", embedding_cache=None, persist=True
        )

    build()
    assert calls
    document = build()
    assert calls == []
    assert not document._tiers.dense.index.vectors.flags.writeable
    file = tmp_path / "docs" / ".secondhop" / "vectors.f32"
    file.write_bytes(file.read_bytes()[:-3])
    assert len(build().search("canine")) == document.n_chunks
    assert calls
    assert "vectors.f32: should hold" in caplog.text
    assert "made again" in caplog.text


def test_a_folder_whose_vectors_cannot_be_kept_is_searched_all_the_same(tmp_path, caplog):
    (tmp_path / "a.md").write_text("\n\n".join(TEXTS))
    (tmp_path / ".secondhop" / "vectors.f32").mkdir(parents=True)  # no file can be put in its place
    options = {"retrieval": "semantic", "model": by_topic, "embedder_id": "v1", "embedding_cache": None}
    for _ in range(2):
        document = secondhop.Document.from_folder(tmp_path, persist=True, **options)
        assert document.search("canine")[0].scores["dense"] > 0
    assert "vectors.f32: the vectors are not kept" in caplog.text


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", ["hnsw", "ivf", "pq"])
def test_an_approximate_index_answers_through_a_document(kind):
    rows = np.random.default_rng(3).normal(size=(SMALLEST, 16))
    options = {"retrieval": "semantic", "model": lambda texts: [rows[7]] * len(texts), "vectors": rows}
    chunks = [f"chunk {number}" for number in range(len(rows))]
    document = secondhop.Document.from_chunks(chunks, vector_index=kind, **options)
    assert document._tiers.dense.index.kind == kind
    assert document.search("anything")[0].chunk.text == "chunk 7"


def test_reports_of_a_semantic_document_are_json():
    report = chunks_of(retrieval="hybrid").context("canine boat", 60).report
    assert json.loads(report.json())["n_selected"] == report.n_selected
