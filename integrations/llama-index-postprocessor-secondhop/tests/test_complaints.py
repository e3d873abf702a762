"""What users of LlamaIndex have complained about in other postprocessors, and does not happen here."""

import copy
import math

import pytest
from llama_index.core.postprocessor import SentenceEmbeddingOptimizer
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle
from llama_index.core.utils import get_tokenizer
from llama_index.postprocessor.secondhop import (
    SecondhopBudgetPacker,
    SecondhopPostprocessor,
    SecondhopRelevanceFloor,
    SecondhopSentencePruner,
    collect_reports,
)

from conftest import QUESTION, TEXTS, engine, node, source_of

LONG = "Soup is sold. The mail leaves at ten. Bread is baked. The night mail is carried by the Aurora. Tea is hot."


def test_sentences_stay_in_source_order():  # llama_index#22354
    item = NodeWithScore(node=node(LONG), score=1.0)
    kept = SecondhopSentencePruner(keep_ratio=0.6).postprocess_nodes([item], query_str="Aurora night mail")
    parts = kept[0].node.text.split(" … ")
    assert [LONG.index(part) for part in parts] == sorted(LONG.index(part) for part in parts)


def test_no_sentence_is_repeated():  # its default windows repeat them
    item = NodeWithScore(node=node(LONG), score=1.0)
    kept = SecondhopSentencePruner(keep_ratio=0.9).postprocess_nodes([item], query_str="mail Aurora")
    sentences = [s for s in kept[0].node.text.replace(" … ", " ").split(". ") if s]
    assert len(set(sentences)) == len(sentences)


def test_a_second_query_sees_the_nodes_as_they_were(nodes):  # an index in memory does not degrade
    before = copy.deepcopy(nodes)
    asked = engine(nodes, SecondhopPostprocessor(token_budget=60))
    first = str(asked.query(QUESTION))
    asked.query("What does tea cost?")
    assert nodes == before
    assert str(asked.query(QUESTION)) == first


def test_the_query_bundle_is_left_alone(nodes):
    query = QueryBundle(QUESTION)
    SecondhopPostprocessor(token_budget=60).postprocess_nodes(nodes, query_bundle=query)
    assert query == QueryBundle(QUESTION)


def test_metadata_text_does_not_end_up_in_the_body(nodes):
    kept = SecondhopSentencePruner().postprocess_nodes(nodes, query_str=QUESTION)
    assert all("file_name" not in item.node.text for item in kept)
    assert all("handbook.md" in item.node.get_content(MetadataMode.LLM) for item in kept)


def test_our_own_metadata_are_not_shown_to_any_model(nodes):
    for item in SecondhopPostprocessor(token_budget=90).postprocess_nodes(nodes, query_str=QUESTION):
        for mode in (MetadataMode.LLM, MetadataMode.EMBED):
            assert "secondhop" not in item.node.get_content(mode)
            assert "kept_relevant" not in item.node.get_content(mode)


def test_offsets_match_the_text(nodes):
    for item in SecondhopSentencePruner(keep_ratio=0.7).postprocess_nodes(nodes, query_str=QUESTION):
        document = "x" * 1000 + TEXTS[int(item.node.node_id[-1])]
        first, last = item.node.text.split(" … ")[0], item.node.text.split(" … ")[-1]
        assert source_of(item, document).startswith(first)
        assert source_of(item, document).endswith(last)


def test_an_empty_selection_is_no_error(nodes):  # "Optimizer returned zero sentences."
    assert SecondhopRelevanceFloor(min_grounding=1).postprocess_nodes(nodes, query_str="zeppelin quartz") == []
    assert SecondhopPostprocessor(token_budget=1).postprocess_nodes(nodes, query_str=QUESTION) == []
    assert str(engine(nodes, SecondhopPostprocessor(token_budget=1)).query(QUESTION)) == "Empty Response"


@pytest.mark.parametrize("score", [None, math.nan, math.inf])
def test_nodes_without_a_score_are_kept_and_reported(nodes, score):  # llama_index#12497
    nodes[1].score = score
    with collect_reports() as collected:
        kept = SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)
    assert repr([item.score for item in kept]) == repr([0.91, score, 0.74, 0.62, 0.41])
    assert collected.last["unscored"] == ["node-1"]


def test_nodes_keep_their_own_scores(nodes):  # not overwritten in place by another scale
    kept = SecondhopPostprocessor(token_budget=90).postprocess_nodes(nodes, query_str=QUESTION)
    given = {item.node.node_id: item.score for item in nodes}
    assert all(item.score == given[item.node.node_id] for item in kept)


def test_each_node_says_what_was_done_to_it(nodes):  # llama_index#6930, #6836
    once = SecondhopPostprocessor(token_budget=90).postprocess_nodes(nodes, query_str=QUESTION)
    twice = SecondhopBudgetPacker(token_budget=60).postprocess_nodes(once, query_str=QUESTION)
    trail = twice[0].node.metadata["secondhop"]
    assert [step["step"] for step in trail] == ["SecondhopPostprocessor", "SecondhopBudgetPacker"]
    assert trail[0]["reason"] == "kept_relevant"
    assert set(trail[0]) == {"step", "reason", "role", "tokens", "rank", "relevance_score", "score", "spans"}


def test_nodes_stay_attributed_to_their_documents(nodes):  # LongLLMLingua joins them into one
    for item in SecondhopPostprocessor(token_budget=90).postprocess_nodes(nodes, query_str=QUESTION):
        given = next(each.node for each in nodes if each.node.node_id == item.node.node_id)
        assert item.node.relationships == given.relationships
        assert {key: item.node.metadata[key] for key in given.metadata} == given.metadata


def test_the_budget_counts_the_metadata_that_the_model_sees(nodes):  # llama_index#8046, #10368
    sent = str(engine(nodes, SecondhopPostprocessor(token_budget=60)).query(QUESTION))
    assert "file_name: handbook.md" in sent
    assert 40 < len(get_tokenizer()(sent)) <= 60


def test_a_page_label_of_many_digits_is_no_page(nodes):
    nodes[0].node.metadata["page_label"] = "9" * 5_000
    assert SecondhopPostprocessor(token_budget=20_000).postprocess_nodes(nodes, query_str=QUESTION)


def test_excluded_metadata_cost_nothing(nodes):  # LlamaIndexTS#1120
    with collect_reports() as collected:
        SecondhopPostprocessor(token_budget=500).postprocess_nodes(nodes, query_str=QUESTION)
        for item in nodes:
            item.node.excluded_llm_metadata_keys = ["file_name", "page_label"]
        SecondhopPostprocessor(token_budget=500).postprocess_nodes(nodes, query_str=QUESTION)
    with_metadata, without = collected.reports
    assert with_metadata["overhead_tokens"] - without["overhead_tokens"] > 5 * 8
    assert with_metadata["text_style"] == "llama_index"


def test_the_optimizer_of_llama_index_really_has_these_faults(nodes):
    """So that this file is about something: if this fails, the migration page is out of date."""
    from llama_index.core.embeddings import MockEmbedding

    before = copy.deepcopy(nodes)
    optimizer = SentenceEmbeddingOptimizer(
        embed_model=MockEmbedding(embed_dim=4), percentile_cutoff=1.0, tokenizer_fn=lambda text: text.split(". ")
    )
    optimizer.postprocess_nodes(nodes, query_str=QUESTION)
    assert nodes != before
    assert "file_name" in nodes[0].node.text
    assert nodes[0].node.end_char_idx == before[0].node.end_char_idx
