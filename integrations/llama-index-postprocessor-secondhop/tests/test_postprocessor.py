"""What a caller sees: which nodes come back, in which order, with what in them."""

import pytest
import yaml
from llama_index.core.schema import Document, ImageNode, IndexNode, MetadataMode, NodeWithScore, QueryBundle, TextNode
from llama_index.postprocessor.secondhop import (
    SecondhopBudgetPacker,
    SecondhopDeduplicator,
    SecondhopPostprocessor,
    SecondhopRelevanceFloor,
    SecondhopSentencePruner,
    collect_reports,
)

from conftest import CLASSES, QUESTION, SCORES, TEXTS, node, source_of
from secondhop import Selection


def ids(items):
    return [item.node.node_id for item in items]


@pytest.mark.parametrize("cls", CLASSES)
def test_a_missing_query_is_an_error_even_without_nodes(cls):
    with pytest.raises(ValueError, match="Missing query bundle"):
        cls().postprocess_nodes([])


@pytest.mark.parametrize("cls", CLASSES)
def test_no_nodes_give_no_nodes(cls):
    assert cls().postprocess_nodes([], query_str=QUESTION) == []


@pytest.mark.parametrize("cls", CLASSES)
def test_an_empty_query_is_answered(cls, nodes):
    assert isinstance(cls(token_budget=50).postprocess_nodes(nodes, query_bundle=QueryBundle("")), list)


def test_everything_is_kept_as_it_is_where_everything_fits(nodes):
    kept = SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)
    assert [item.node.get_content(MetadataMode.LLM) for item in kept] == [
        item.node.get_content(MetadataMode.LLM) for item in nodes
    ]
    assert [item.score for item in kept] == SCORES


def test_the_second_hop_is_kept_when_the_budget_is_short(nodes):
    kept = SecondhopPostprocessor(token_budget=90).postprocess_nodes(nodes, query_str=QUESTION)
    assert "Brannock" in " ".join(item.node.text for item in kept)
    plain = SecondhopBudgetPacker(token_budget=90).postprocess_nodes(nodes, query_str=QUESTION)
    assert "Brannock" not in " ".join(item.node.text for item in plain)


def test_nodes_come_back_in_the_order_given(nodes):
    turned = nodes[::-1]
    kept = SecondhopPostprocessor(token_budget=90).postprocess_nodes(turned, query_str=QUESTION)
    assert ids(kept) == [name for name in ids(turned) if name in ids(kept)]
    assert len(kept) > 1


def test_top_n_caps_the_nodes_and_more_than_there_are_is_no_error(nodes):
    assert len(SecondhopPostprocessor(top_n=2).postprocess_nodes(nodes, query_str=QUESTION)) == 2
    assert len(SecondhopPostprocessor(top_n=50).postprocess_nodes(nodes, query_str=QUESTION)) == 5


def test_offsets_follow_a_cut(nodes):
    document = "x" * 1000 + TEXTS[0]
    kept = SecondhopSentencePruner(keep_ratio=0.75).postprocess_nodes(nodes[:1], query_str=QUESTION)
    assert kept[0].node.text == "The night mail is carried by the Aurora Vellamo. It sails at ten each evening."
    assert source_of(kept[0], document) == kept[0].node.text


def test_offsets_of_something_else_than_the_text_stay_as_they_are():
    window = f"The harbour is open. {TEXTS[0]}"  # as `MetadataReplacementPostProcessor` puts it in place of a sentence
    given = node(window, end_char_idx=1048)
    (kept,) = SecondhopSentencePruner(keep_ratio=0.5).postprocess_nodes(
        [NodeWithScore(node=given, score=1.0)], query_str=QUESTION
    )
    assert kept.node.text != window
    assert (kept.node.start_char_idx, kept.node.end_char_idx) == (1000, 1048)


def test_a_node_kept_whole_has_the_hash_that_it_had(nodes):
    """By which `QueryFusionRetriever` knows a node that another retriever found, too."""
    for item in SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION):
        given = next(each.node for each in nodes if each.node.node_id == item.node.node_id)
        assert item.node.metadata["secondhop"]
        assert item.node.hash == given.hash


@pytest.mark.parametrize("dump", [yaml.safe_dump, yaml.dump])
def test_metadata_with_a_trail_are_plain_yaml(nodes, dump):
    (kept, *_) = SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)
    assert yaml.safe_load(dump(kept.node.metadata)) == kept.node.metadata


@pytest.mark.parametrize("value", ["mine", 3, {"a": 1}])
def test_a_value_of_somebody_else_under_our_key_is_kept(nodes, value):
    nodes[0].node.metadata["secondhop"] = value
    kept = SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)
    assert kept[0].node.metadata["secondhop"][:-1] == [value]


def test_excerpts_of_one_node_are_joined_in_reading_order_inside_it():
    text = "The night mail is carried by the Aurora. Soup is served. Bread is baked. The night mail leaves at ten."
    given = [NodeWithScore(node=node(text), score=1.0)]
    kept = SecondhopPostprocessor(token_budget=20, tokenizer="words").postprocess_nodes(
        given, query_str="When does the night mail leave, and who carries it?"
    )
    assert kept[0].node.text == "The night mail is carried by the Aurora. … The night mail leaves at ten."
    step = kept[0].node.metadata["secondhop"][-1]
    assert [text[start:end] for start, end in step["spans"]] == kept[0].node.text.split(" … ")
    assert (kept[0].node.start_char_idx, kept[0].node.end_char_idx) == (1000, 1000 + len(text))


def test_gaps_beside_rows_stand_on_a_line_of_their_own():
    rows = "\n".join(f"| mail {n} | leaves at {n} |" for n in range(5, 80))
    given = [NodeWithScore(node=node(f"| Boat | Hour |\n| --- | --- |\n{rows}"), score=1.0)]
    kept = SecondhopPostprocessor(token_budget=32, tokenizer="words").postprocess_nodes(
        given, query_str="When does mail 68 leave?"
    )
    assert (
        kept[0].node.text == "| Boat | Hour |\n| --- | --- |\n…\n| mail 67 | leaves at 67 |\n| mail 68 | leaves at 68 |"
    )


def test_nodes_of_code_stay_whole_and_keep_their_indentation():
    code = "    def leave(self, hour):\n        return self.mail.at(hour)\n"
    given = [
        NodeWithScore(node=node(code, 0, metadata={"file_name": "mail.py"}), score=0.9),
        NodeWithScore(node=node("Soup is hot. " * 9, 1), score=0.8),
    ]
    kept = SecondhopPostprocessor(token_budget=20, tokenizer="words").postprocess_nodes(given, query_str="mail at hour")
    assert [item.node.text for item in kept] == [code]


def test_offsets_are_those_of_the_original_after_several_cuts():
    text = "Soup is hot. The night mail is carried by the Aurora. Bread is baked. Tea is sold. The mail leaves at ten."
    item = NodeWithScore(node=node(text, start_char_idx=0, end_char_idx=len(text)), score=1.0)
    query = "When does the night mail leave, and who carries it?"
    once = SecondhopPostprocessor(token_budget=23, tokenizer="words").postprocess_nodes([item], query_str=query)
    assert " … " in once[0].node.text
    twice = SecondhopPostprocessor(token_budget=18, tokenizer="words").postprocess_nodes(once, query_str=query)
    assert twice[0].node.text != once[0].node.text
    spans = twice[0].node.metadata["secondhop"][-1]["spans"]
    assert " … ".join(text[start:end] for start, end in spans) == twice[0].node.text
    assert source_of(twice[0], text).startswith(text[spans[0][0] : spans[0][1]])
    assert [step["step"] for step in twice[0].node.metadata["secondhop"]] == ["SecondhopPostprocessor"] * 2


def test_a_node_without_offsets_gets_none():
    item = NodeWithScore(node=TextNode(text=TEXTS[0]), score=1.0)
    kept = SecondhopSentencePruner().postprocess_nodes([item], query_str=QUESTION)
    assert (kept[0].node.start_char_idx, kept[0].node.end_char_idx) == (None, None)


def test_images_pass_through_in_their_place_and_are_reported(nodes):
    image = NodeWithScore(node=ImageNode(image_path="ship.png", id_="ship"), score=None)
    with collect_reports() as collected:
        kept = SecondhopPostprocessor(token_budget=60).postprocess_nodes(
            [nodes[0], image, *nodes[1:]], query_str=QUESTION
        )
    assert ids(kept)[1] == "ship"
    assert kept[1].node == image.node
    assert collected.last["passed_through"] == ["ship"]
    assert "ship" not in [decision["chunk_id"] for decision in collected.last["decisions"]]


def test_images_alone_pass_through():
    image = NodeWithScore(node=ImageNode(image_path="ship.png", id_="ship"), score=0.5)
    with collect_reports() as collected:
        kept = SecondhopPostprocessor().postprocess_nodes([image], query_str=QUESTION)
    assert kept == [image]
    assert collected.last == {
        "query": QUESTION,
        "passed_through": ["ship"],
        "dropped_without_text": [],
        "unscored": [],
    }


def test_metadata_of_images_counts_and_what_does_not_fit_is_dropped_and_reported(nodes):
    images = [
        NodeWithScore(node=ImageNode(image_path="a.png", id_=f"image-{n}", metadata={"caption": "mail ship " * 20}))
        for n in range(3)
    ]
    with collect_reports() as collected:
        kept = SecondhopPostprocessor(token_budget=80).postprocess_nodes([*images, *nodes], query_str=QUESTION)
    assert collected.last["passed_through"] == ["image-0"]
    assert collected.last["dropped_without_text"] == ["image-1", "image-2"]
    assert len(kept) > 1


def test_documents_and_index_nodes_are_taken_too():
    target = object()
    given = [
        NodeWithScore(node=Document(text=TEXTS[0], id_="document"), score=0.9),
        NodeWithScore(node=IndexNode(text=TEXTS[2], index_id="index", id_="index", obj=target), score=0.8),
    ]
    kept = SecondhopDeduplicator().postprocess_nodes(given, query_str=QUESTION)
    assert ids(kept) == ["document", "index"]
    assert kept[1].node.obj is target


def test_a_node_that_comes_twice_is_decided_on_twice(nodes):
    with collect_reports() as collected:
        kept = SecondhopDeduplicator().postprocess_nodes([nodes[0], nodes[0], nodes[1]], query_str=QUESTION)
    assert ids(kept) == ["node-0", "node-1"]
    fates = {decision["chunk_id"]: decision["fate"] for decision in collected.last["decisions"]}
    assert fates == {"node-0": "kept", "node-0#2": "dropped", "node-1": "kept"}


def test_the_deduplicator_drops_the_near_duplicate_and_says_of_what(nodes):
    twin = NodeWithScore(node=node(TEXTS[0] + " Weekly!", 9), score=0.2)
    with collect_reports() as collected:
        kept = SecondhopDeduplicator().postprocess_nodes([*nodes, twin], query_str=QUESTION)
    assert ids(kept) == ids(nodes)
    dropped = [decision for decision in collected.last["decisions"] if decision["fate"] == "dropped"]
    assert [(one["chunk_id"], one["reason"], one["detail"]["of"]) for one in dropped] == [
        ("node-9", "dropped_duplicate", "node-0")
    ]


def test_the_relevance_floor_drops_what_holds_no_words_of_the_query(nodes):
    kept = SecondhopRelevanceFloor(min_grounding=0.1).postprocess_nodes(nodes, query_str="Where is soup sold?")
    assert ids(kept) == ["node-1"]


def test_the_packer_goes_by_score_and_keeps_the_order_given(nodes):
    shuffled = [nodes[3], nodes[0], nodes[4]]
    kept = SecondhopBudgetPacker(token_budget=70).postprocess_nodes(shuffled, query_str=QUESTION)
    assert ids(kept) == ["node-3", "node-0"]


def test_steps_chain(nodes):
    steps = [
        SecondhopDeduplicator(),
        SecondhopRelevanceFloor(min_grounding=0.05),
        SecondhopSentencePruner(keep_ratio=0.8),
        SecondhopBudgetPacker(token_budget=60),
    ]
    kept = [*nodes, NodeWithScore(node=node(TEXTS[0], 9), score=0.1)]
    for step in steps:
        kept = step.postprocess_nodes(kept, query_str=QUESTION)
    assert kept
    assert all(
        [done["step"] for done in item.node.metadata["secondhop"]] == [s.class_name() for s in steps] for item in kept
    )


def test_a_strategy_of_the_users_own_is_taken(nodes):
    def nothing(query, hits, budget):
        from secondhop import Decision, Reason

        return Selection((), tuple(Decision(hit.chunk.id, "dropped", Reason.DROPPED_LOW_RELEVANCE) for hit in hits))

    with collect_reports() as collected:
        assert SecondhopPostprocessor(strategy=nothing).postprocess_nodes(nodes, query_str=QUESTION) == []
    assert collected.last["requested_strategy"] == "nothing"


def test_headings_in_metadata_are_searched():
    texts = {"/Cafe/Soup/": "It costs two crowns.", "/Cafe/Tea/": "It costs two crowns.", "/Cafe/": "Tea is sold."}
    given = [
        NodeWithScore(node=TextNode(text=text, id_=f"node-{number}", metadata={"header_path": path}))
        for number, (path, text) in enumerate(texts.items())
    ]
    with collect_reports() as collected:
        SecondhopPostprocessor(strategy="max_density").postprocess_nodes(given, query_str="What does tea cost?")
    scores = {decision["label"]: decision["score"] for decision in collected.last["decisions"]}
    assert scores["node node-1 § Tea"] > scores["node node-0 § Soup"]


async def test_async_gives_the_same(nodes):
    processor = SecondhopPostprocessor(token_budget=60)
    assert await processor.apostprocess_nodes(nodes, query_str=QUESTION) == processor.postprocess_nodes(
        nodes, query_str=QUESTION
    )


@pytest.mark.parametrize(
    "trail", ["foreign", [5], [{"spans": "x"}], [{"spans": [[1, 2, 3]]}], [{"spans": [["a", "b"]]}]]
)
def test_a_trail_of_somebody_else_is_none_of_ours(trail):
    given = node(TEXTS[0])
    given.metadata["secondhop"] = trail
    (kept,) = SecondhopPostprocessor().postprocess_nodes([NodeWithScore(node=given)], query_str=QUESTION)
    assert kept.node.metadata["secondhop"][-1]["spans"] == [[0, len(TEXTS[0])]]
