"""What holds for all nodes, queries and budgets."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.schema import ImageNode, NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode
from llama_index.core.utils import get_tokenizer
from llama_index.postprocessor.secondhop import (
    SecondhopBudgetPacker,
    SecondhopDeduplicator,
    SecondhopPostprocessor,
    SecondhopRelevanceFloor,
    SecondhopSentencePruner,
    collect_reports,
)

from conftest import engine

WORDS = ["mail", "Aurora", "Vellamo", "soup", "bread", "harbour", "engine", "naïve", "日本", "x1", "…", "🚢", "don't"]
sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(lambda words: " ".join(words) + ".")
text = st.lists(sentence, max_size=6).flatmap(
    lambda parts: st.sampled_from([" ", "\n\n", "  ", "\n "]).map(lambda gap: gap.join(parts))
)
padded = st.tuples(st.sampled_from(["", " ", "\n"]), text, st.sampled_from(["", "  ", "\n\n"])).map("".join)
metadata = st.dictionaries(
    st.sampled_from(["file_name", "page_label", "title", "header_path", "n"]),
    st.one_of(st.integers(0, 99), st.sampled_from(["a.md", "/Mail/Night mail/", "{content}", "x\ny", ""])),
)
TEMPLATES = ["{metadata_str}\n\n{content}", "{content}\n({metadata_str})", "<{metadata_str}> {content} </>"]


@st.composite
def items(draw):
    made = []
    for number in range(draw(st.integers(1, 6))):
        body, score = draw(padded), draw(st.one_of(st.none(), st.floats(-2, 2)))
        if draw(st.integers(0, 9)) == 0:
            made.append(NodeWithScore(node=ImageNode(id_=f"n{number}", image_path="a.png", metadata=draw(metadata))))
            continue
        offset = draw(st.one_of(st.none(), st.integers(0, 500)))
        node = TextNode(
            text=body,
            id_=f"n{number}",
            metadata=draw(metadata),
            text_template=draw(st.sampled_from(TEMPLATES)),
            excluded_llm_metadata_keys=draw(st.lists(st.sampled_from(["file_name", "n"]), max_size=2)),
            start_char_idx=offset,
            end_char_idx=None if offset is None else offset + len(body),
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id="document")},
        )
        made.append(NodeWithScore(node=node, score=score))
    return made


postprocessors = st.one_of(
    st.builds(
        SecondhopPostprocessor,
        token_budget=st.integers(1, 200),
        strategy=st.sampled_from(["auto", "distractor_filtered", "max_density", "redundancy_pruned", "raw_topk"]),
        grain=st.sampled_from(["sentence", "chunk"]),
        top_n=st.one_of(st.none(), st.integers(1, 4)),
        tokenizer=st.sampled_from(["settings", "words", "characters", "estimate"]),
    ),
    st.builds(SecondhopBudgetPacker, token_budget=st.integers(1, 120)),
    st.builds(SecondhopSentencePruner, keep_ratio=st.floats(0.1, 1)),
    st.builds(SecondhopRelevanceFloor, min_grounding=st.floats(0, 1)),
    st.builds(SecondhopDeduplicator),
)
queries = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


@settings(deadline=None, max_examples=80)
@given(items(), postprocessors, queries)
def test_inputs_stay_as_they_are_and_everything_is_accounted_for(given_nodes, postprocessor, query):
    before = copy.deepcopy(given_nodes)
    with collect_reports() as collected:
        kept = postprocessor.postprocess_nodes(given_nodes, query_str=query)
    assert given_nodes == before
    report = collected.last
    decided = [decision["chunk_id"] for decision in report.get("decisions", ())]
    seen = [*decided, *report["passed_through"], *report["dropped_without_text"]]
    assert sorted(seen) == sorted(item.node.node_id for item in given_nodes)
    chosen = {d["chunk_id"] for d in report.get("decisions", ()) if d["fate"] == "kept"} | set(report["passed_through"])
    assert [item.node.node_id for item in kept] == [n.node.node_id for n in given_nodes if n.node.node_id in chosen]


@settings(deadline=None, max_examples=80)
@given(items(), postprocessors, queries)
def test_ids_metadata_scores_and_offsets_come_through(given_nodes, postprocessor, query):
    originals = {item.node.node_id: item for item in given_nodes}
    for item in postprocessor.postprocess_nodes(given_nodes, query_str=query):
        original = originals[item.node.node_id]
        trail = item.node.metadata.pop("secondhop", None)
        assert item.score == original.score
        assert item.node.metadata == original.node.metadata
        assert item.node.relationships == original.node.relationships
        assert item.node is not original.node
        if trail is None:
            continue
        cuts = [original.node.text[start:end] for start, end in trail[-1]["spans"]]
        assert item.node.text in (" … ".join(cuts), original.node.text)
        if item.node.start_char_idx is not None:
            document = "#" * original.node.start_char_idx + original.node.text
            shown = document[item.node.start_char_idx : item.node.end_char_idx]
            assert shown.startswith(cuts[0])
            assert shown.endswith(cuts[-1])


@pytest.mark.parametrize("mode", [ResponseMode.COMPACT, ResponseMode.TREE_SUMMARIZE])
@settings(deadline=None, max_examples=40)
@given(items(), st.integers(1, 200), st.sampled_from(["auto", "raw_topk", "max_density"]), queries)
def test_what_the_model_is_sent_never_passes_the_budget(mode, given_nodes, budget, strategy, query):
    postprocessor = SecondhopPostprocessor(token_budget=budget, strategy=strategy)
    sent = str(engine(given_nodes, postprocessor, mode=mode).query(query))
    assert len(get_tokenizer()(sent)) <= budget or sent == "Empty Response"


@settings(deadline=None, max_examples=40)
@given(items(), st.integers(20, 200), st.integers(5, 100), queries)
def test_a_chain_keeps_the_last_budget_and_the_first_offsets(given_nodes, first, last, query):
    steps = [
        SecondhopPostprocessor(token_budget=first),
        SecondhopDeduplicator(),
        SecondhopBudgetPacker(token_budget=last),
    ]
    originals = {item.node.node_id: item.node for item in given_nodes}
    kept = given_nodes
    for step in steps:
        kept = step.postprocess_nodes(kept, query_str=query)
    # Synthesizers leave out nodes that show nothing.
    shown = [text for item in kept if (text := item.node.get_content("llm").strip())]
    assert len(get_tokenizer()("\n\n".join(shown))) <= last
    for item in kept:
        if "secondhop" in item.node.metadata:
            spans = item.node.metadata["secondhop"][-1]["spans"]
            original = originals[item.node.node_id].text
            assert " … ".join(original[start:end] for start, end in spans).strip() == item.node.text.strip()


@settings(deadline=None, max_examples=30)
@given(items(), postprocessors, queries)
def test_the_same_input_gives_the_same_nodes(given_nodes, postprocessor, query):
    once = postprocessor.postprocess_nodes(given_nodes, query_str=query)
    assert once == postprocessor.postprocess_nodes(given_nodes, query_str=query)
