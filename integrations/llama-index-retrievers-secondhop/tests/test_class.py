"""What LlamaIndex expects of a retriever, and what its own BM25 retriever is tested for."""

import pickle
import re
from importlib.resources import files

import llama_index.core
import numpy as np
import pytest
from llama_index.core import MockEmbedding, PromptTemplate, StorageContext, SummaryIndex, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import Document, ImageNode, IndexNode, NodeWithScore, QueryBundle, TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.utils import get_tokenizer
from llama_index.core.vector_stores import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    SimpleVectorStore,
)
from llama_index.postprocessor.secondhop import collect_reports
from llama_index.retrievers import secondhop
from llama_index.retrievers.secondhop import SecondhopRetriever

from conftest import QUESTION
from secondhop import EmptyTextError, InputError, OptionError


def ids(found):
    return [item.node.node_id for item in found]


def test_class():
    names_of_base_classes = [b.__name__ for b in SecondhopRetriever.__mro__]
    assert BaseRetriever.__name__ in names_of_base_classes


def test_the_public_names_are_these():
    assert secondhop.__all__ == ["SecondhopRetriever"]
    assert (files("llama_index.retrievers.secondhop") / "py.typed").is_file()


def test_scores_fall_and_are_positive(nodes):
    found = SecondhopRetriever.from_defaults(nodes=nodes, similarity_top_k=5).retrieve("night mail")
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert all(type(score) is float and score > 0 for score in scores)
    assert ids(found)[0] in ("node-0", "node-3")


def test_two_nodes_are_returned_unless_more_are_asked_for(nodes):
    retriever = SecondhopRetriever(nodes)
    assert retriever.similarity_top_k == 2
    assert len(retriever.retrieve(QUESTION)) == 2
    retriever.similarity_top_k = 3
    assert len(retriever.retrieve(QUESTION)) == 3


def test_the_second_hop_is_found(nodes):
    found = SecondhopRetriever(nodes, similarity_top_k=3).retrieve(QUESTION)
    assert "node-2" in ids(found)
    trail = next(item.node.metadata["secondhop"] for item in found if item.node.node_id == "node-2")
    assert trail[-1]["reason"] == "kept_second_hop"


def test_whole_nodes_come_back_as_they_went_in_and_as_copies(nodes):
    for item in SecondhopRetriever(nodes, similarity_top_k=4).retrieve(QUESTION):
        given = nodes[int(item.node.node_id[-1])]
        assert item.node is not given
        assert "secondhop" not in given.metadata
        assert item.node.get_content("llm") == given.get_content("llm")
        assert item.node.relationships == given.relationships
        assert (item.node.start_char_idx, item.node.end_char_idx) == (100, 100 + len(given.text))


def test_a_budget_counts_what_a_query_engine_sends(nodes):
    synthesizer = get_response_synthesizer(llm=MockLLM(), text_qa_template=PromptTemplate("{context_str}"))
    for budget in range(1, 160, 9):
        retriever = SecondhopRetriever(nodes, token_budget=budget)
        sent = str(RetrieverQueryEngine(retriever, synthesizer).query(QUESTION))
        assert len(get_tokenizer()(sent)) <= budget or sent == "Empty Response"
    assert "Brannock" in sent


def test_the_report_counts_what_is_sent_whatever_the_order():
    def joining(text):  # as byte-pair tokenizers do: line ends join the punctuation before them
        return re.findall(r"\w+|[^\w\s]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)", text)

    bodies = ["Tea of the mate.", "Fares of the night", "The night mail ship sails", "Mail bags", "Night school."]
    nodes = [TextNode(text=body, id_=str(number)) for number, body in enumerate(bodies)]
    for budget in range(3, 24):
        with collect_reports() as collected:
            found = SecondhopRetriever(nodes, token_budget=budget, tokenizer=joining).retrieve("night mail ship")
        report, kept = collected.last, [each for each in collected.last["decisions"] if each["fate"] == "kept"]
        sent = "\n\n".join(item.node.get_content("llm") for item in found)
        assert report["total_tokens"] == len(joining(sent)) <= report["token_budget"] == budget
        assert report["total_tokens"] == report["overhead_tokens"] + sum(each["tokens"] for each in kept)
        assert report["token_utilization"] == round(report["total_tokens"] / budget, 6)


def test_index_docstore_and_nodes_give_the_same(nodes):
    docstore = SimpleDocumentStore()
    docstore.add_documents(nodes)
    index = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=4))
    expected = ids(SecondhopRetriever.from_defaults(nodes=nodes, similarity_top_k=3).retrieve(QUESTION))
    assert ids(SecondhopRetriever.from_defaults(docstore=docstore, similarity_top_k=3).retrieve(QUESTION)) == expected
    assert ids(SecondhopRetriever.from_defaults(index=index, similarity_top_k=3).retrieve(QUESTION)) == expected


@pytest.mark.parametrize("kind", [VectorStoreIndex, SummaryIndex])
def test_what_was_deleted_from_an_index_or_is_of_another_is_not_found(kind):
    def document(name, text):
        return Document(text=text, id_=name)

    def found(index):
        return {item.node.ref_doc_id for item in SecondhopRetriever.from_defaults(index=index).retrieve("night mail")}

    storage = StorageContext.from_defaults()
    model = {"embed_model": MockEmbedding(embed_dim=4)} if kind is VectorStoreIndex else {}
    ours = [document("a", "The night mail sails at ten."), document("b", "The night mail is carried by the Aurora.")]
    index = kind.from_documents(ours, storage_context=storage, **model)
    other = kind.from_documents([document("c", "Night mail of others.")], storage_context=storage, **model)
    assert found(index) == {"a", "b"}
    assert found(other) == {"c"}
    index.delete_ref_doc("a")
    assert found(index) == {"b"}
    index.delete_ref_doc("b")
    with pytest.raises(EmptyTextError):
        found(index)


def test_a_node_that_was_deleted_from_the_vector_store_alone_is_not_found(nodes):
    index = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=4))
    index.delete_nodes([nodes[0].node_id])
    expected = ids(SecondhopRetriever.from_defaults(nodes=nodes[1:]).retrieve(QUESTION))
    assert ids(SecondhopRetriever.from_defaults(index=index).retrieve(QUESTION)) == expected


def test_the_docstore_of_an_index_whose_vector_store_keeps_the_text_is_searched(nodes):
    class KeepsText(SimpleVectorStore):
        stores_text: bool = True

    storage = StorageContext.from_defaults(vector_store=KeepsText())
    image = ImageNode(image_path="a.png", id_="image", text="A photograph of the lighthouse.")
    index = VectorStoreIndex([*nodes, image], embed_model=MockEmbedding(embed_dim=4), storage_context=storage)
    index.docstore.add_documents(nodes)
    expected = ids(SecondhopRetriever.from_defaults(nodes=[image, *nodes]).retrieve(QUESTION))
    assert ids(SecondhopRetriever.from_defaults(index=index).retrieve(QUESTION)) == expected


def test_a_folder_is_read_and_cut(tmp_path):
    (tmp_path / "a.md").write_text("# Mail\n\nThe night mail sails at ten.\n\n## Fees\n\nA berth costs four crowns.\n")
    found = SecondhopRetriever.from_defaults(folder=tmp_path, similarity_top_k=1).retrieve("What does a berth cost?")
    (item,) = found
    text = (tmp_path / "a.md").read_text()
    assert text[item.node.start_char_idx : item.node.end_char_idx] == item.node.text
    assert item.node.metadata["file_name"] == "a.md"
    assert item.node.metadata["header_path"] == "/Mail/Fees/"
    assert item.node.ref_doc_id == "a.md"
    assert item.node.prev_node.node_id
    assert "line" not in item.node.get_content("llm")


def test_what_a_file_says_of_itself_can_be_filtered_by_and_is_not_sent_to_models(tmp_path):
    for name in ("anna", "bob"):
        mail = f"From: {name}@quay.example\nSubject: Berths\n\nA berth costs four crowns, says {name}.\n"
        (tmp_path / f"{name}.eml").write_text(mail)
    filters = MetadataFilters(filters=[MetadataFilter(key="author", value="bob@quay.example")])
    (item,) = SecondhopRetriever.from_defaults(folder=tmp_path, filters=filters).retrieve("What does a berth cost?")
    assert item.node.metadata["file_name"] == "bob.eml"
    assert "author" not in item.node.get_content("llm") + item.node.get_content("embed")


@pytest.mark.parametrize("given", [{}, {"nodes": [], "folder": "."}])
def test_exactly_one_source_is_wanted(given):
    with pytest.raises(InputError, match="exactly one"):
        SecondhopRetriever.from_defaults(**given)


def test_images_are_not_searched_and_are_listed(nodes):
    retriever = SecondhopRetriever([*nodes, ImageNode(image_path="a.png", id_="image")])
    assert retriever.unindexed == ("image",)
    assert len(retriever.retrieve(QUESTION)) == 2


def test_an_image_is_found_by_its_caption(nodes):
    image = ImageNode(image_path="a.png", id_="image", text="A photograph of the lighthouse.")
    retriever = SecondhopRetriever([*nodes, image], similarity_top_k=1)
    (found,) = retriever.retrieve("Where is the lighthouse?")
    assert (type(found.node), found.node.node_id, found.node.image_path) == (ImageNode, "image", "a.png")
    assert retriever.unindexed == ()


def test_documents_can_be_searched():
    found = SecondhopRetriever([Document(text="The mail sails at ten.", id_="d")]).retrieve("mail")
    assert ids(found) == ["d"]


def test_an_index_node_leads_to_its_object(nodes):
    entrance = IndexNode(text="Everything about the night mail.", index_id="mail", id_="entrance")
    retriever = SecondhopRetriever([entrance, nodes[4]], object_map={"mail": TextNode(text="found", id_="inside")})
    assert "inside" in ids(retriever.retrieve("night mail"))


def test_what_an_index_node_of_an_index_points_to_is_found(nodes):
    entrance = IndexNode(text="Everything about the night mail.", index_id="mail", obj=SecondhopRetriever(nodes))
    index = VectorStoreIndex(nodes[4:], objects=[entrance], embed_model=MockEmbedding(embed_dim=4))
    found = SecondhopRetriever.from_defaults(index=index).retrieve("night mail")
    assert ids(found) == ids(SecondhopRetriever(nodes).retrieve("night mail"))


def test_a_fusion_retriever_adds_up_what_two_retrievers_say_of_a_node(nodes):
    by_vectors = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=4)).as_retriever(similarity_top_k=6)
    fusion = QueryFusionRetriever(
        [by_vectors, SecondhopRetriever(nodes, similarity_top_k=4)], mode="reciprocal_rerank", similarity_top_k=6,
        llm=MockLLM(), num_queries=1, use_async=False,
    )  # fmt: skip
    ours = ids(SecondhopRetriever(nodes, similarity_top_k=4).retrieve(QUESTION))
    by_vector = ids(by_vectors.retrieve(QUESTION))
    scores = {item.node.node_id: item.score for item in fusion.retrieve(QUESTION)}
    for name in by_vector:
        ranks = [each.index(name) for each in (by_vector, ours) if name in each]
        assert scores[name] == pytest.approx(sum(1 / (60 + rank) for rank in ranks))


FILTERS = [
    ([MetadataFilter(key="part", value=2)], "and", {2}),
    ([MetadataFilter(key="part", value=2, operator=FilterOperator.NE)], "and", {0, 1, 3, 4, 5}),
    ([MetadataFilter(key="part", value=2, operator=FilterOperator.GT)], "and", {3, 4, 5}),
    ([MetadataFilter(key="part", value=[0, 3], operator=FilterOperator.IN)], "and", {0, 3}),
    ([MetadataFilter(key="part", value=[0, 3], operator=FilterOperator.NIN)], "and", {1, 2, 4, 5}),
    ([MetadataFilter(key="file_name", value="hand", operator=FilterOperator.TEXT_MATCH)], "and", set(range(6))),
    ([MetadataFilter(key="file_name", value="HAND", operator=FilterOperator.TEXT_MATCH_INSENSITIVE)], "and", set(range(6))),
    ([MetadataFilter(key="absent", value=None, operator=FilterOperator.IS_EMPTY)], "and", set(range(6))),
    ([MetadataFilter(key="absent", value=1)], "and", set()),
    ([MetadataFilter(key="part", value=0), MetadataFilter(key="part", value=3)], "or", {0, 3}),
    ([MetadataFilter(key="part", value=0), MetadataFilter(key="part", value=3)], "not", {1, 2, 4, 5}),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "condition", "parts"), FILTERS)
def test_filtered_out_nodes_do_not_come_back(nodes, filters, condition, parts):  # llama_index#22897
    wanted = MetadataFilters(filters=filters, condition=FilterCondition(condition))
    retriever = SecondhopRetriever(nodes, similarity_top_k=6, filters=wanted)
    query = "night mail soup Brannock mate school meadow"
    assert {item.node.metadata["part"] for item in retriever.retrieve(query)} == parts


def test_filters_nest(nodes):
    inner = MetadataFilters(filters=[MetadataFilter(key="part", value=n) for n in (0, 3)], condition="or")
    wanted = MetadataFilters(filters=[inner, MetadataFilter(key="part", value=1, operator=FilterOperator.GT)])
    assert ids(SecondhopRetriever(nodes, filters=wanted).retrieve("night mail soup")) == ["node-3"]


MIXED = [
    (FilterOperator.GT, 1, {2}),
    (FilterOperator.CONTAINS, "a", {1, 3}),
    (FilterOperator.ANY, ["a", "z"], {1, 3}),
    (FilterOperator.TEXT_MATCH, "a", {1, 3}),
    (FilterOperator.TEXT_MATCH_INSENSITIVE, "A", {1}),
]


@pytest.mark.parametrize(("operator", "value", "parts"), MIXED)
def test_a_value_of_another_type_in_one_node_matches_nothing(nodes, operator, value, parts):
    for each, mixed in zip(nodes, [None, "abc", 2, ["a"], {}, 0.5], strict=True):
        each.metadata["mixed"] = mixed
    wanted = MetadataFilters(filters=[MetadataFilter(key="mixed", value=value, operator=operator)])
    retriever = SecondhopRetriever(nodes, similarity_top_k=6, filters=wanted)
    found = retriever.retrieve("night mail soup Brannock mate school meadow")
    assert {item.node.metadata["part"] for item in found} == parts


@pytest.mark.parametrize("operator", ["in", "nin", "any", "all"])
@pytest.mark.parametrize(("key", "value"), [("part", 3), ("file_name", "handbook.md and more"), ("absent", "handbook")])
def test_an_operator_of_lists_needs_one(nodes, operator, key, value):
    wanted = MetadataFilters(filters=[MetadataFilter(key=key, value=value, operator=operator)])
    with pytest.raises(InputError, match=f"'{key}': {operator} needs a list"):
        SecondhopRetriever(nodes, filters=wanted)


def test_a_heading_key_alone_is_refused(nodes):
    with pytest.raises(OptionError, match=r"heading_keys='company' is one key.*\['company'\]"):
        SecondhopRetriever(nodes, heading_keys="company")


@pytest.mark.parametrize("keys", [["company"], iter(["company"])])
def test_headings_are_searched_in_every_node(keys):
    nodes = [
        TextNode(text="It fell by two percent.", id_=name, metadata={"company": name}) for name in ("Acme", "Globex")
    ]
    assert ids(SecondhopRetriever(nodes, heading_keys=keys).retrieve("Globex")) == ["Globex"]


def test_a_path_without_headings_leaves_it_to_the_next_key():
    nodes = [
        TextNode(text="They cost two.", id_=path, metadata={"header_path": path, "title": "Berths"})
        for path in ("/", "/Fees/")  # as `MarkdownNodeParser` writes them
    ]
    assert ids(SecondhopRetriever(nodes).retrieve("berths")) == ["/"]


def test_a_tokenizer_may_return_numbers_of_numpy(nodes):
    counted = SecondhopRetriever(nodes, token_budget=40, tokenizer=lambda text: np.int64(len(text.split())))
    assert ids(counted.retrieve(QUESTION)) == ids(
        SecondhopRetriever(nodes, token_budget=40, tokenizer="words").retrieve(QUESTION)
    )


def test_what_is_no_number_of_tokens_is_refused(nodes):
    with pytest.raises(OptionError, match=r"tokenizer=.* returned 1\.5"):
        SecondhopRetriever(nodes, tokenizer=lambda text: 1.5)
    with pytest.raises(OptionError, match="tokenizer=5: input should be a valid string or callable"):
        SecondhopRetriever(nodes, tokenizer=5)


def test_a_budget_counts_with_the_tokenizer_that_is_set_now(nodes, monkeypatch):
    retriever = SecondhopRetriever(nodes, token_budget=110)
    for tokenizer in (str.split, list, str.split):  # words, characters
        monkeypatch.setattr(llama_index.core, "global_tokenizer", tokenizer)
        found = retriever.retrieve(QUESTION)
        assert found == SecondhopRetriever(nodes, token_budget=110).retrieve(QUESTION)
        assert 0 < len(tokenizer("\n\n".join(item.node.get_content("llm") for item in found))) <= 110


def test_it_pickles_whatever_tokenizer_is_set(nodes, monkeypatch):
    monkeypatch.setattr(llama_index.core, "global_tokenizer", lambda text: text.split())
    retriever = SecondhopRetriever(nodes, token_budget=40)
    found = retriever.retrieve(QUESTION)
    assert pickle.loads(pickle.dumps(retriever)).retrieve(QUESTION) == found


@pytest.mark.parametrize(
    "options",
    [
        {"tokenizer": str.split},
        {"filters": MetadataFilters(filters=[MetadataFilter(key="part", value=2, operator=FilterOperator.LTE)])},
    ],
)
def test_it_pickles_with_a_tokenizer_and_with_filters(nodes, options):
    retriever = SecondhopRetriever(nodes, token_budget=60, **options)
    assert pickle.loads(pickle.dumps(retriever)).retrieve(QUESTION) == retriever.retrieve(QUESTION) != []


def test_more_than_there_are_is_no_error(nodes):  # llama_index#19568
    assert 0 < len(SecondhopRetriever(nodes, similarity_top_k=500).retrieve(QUESTION)) < len(nodes)


def test_none_asked_for_gives_none(nodes):
    assert SecondhopRetriever(nodes, similarity_top_k=0).retrieve(QUESTION) == []


@pytest.mark.parametrize("top_k", [-1, 2.5, True, "3"])
def test_a_wrong_number_is_refused(nodes, top_k):
    with pytest.raises(OptionError, match=r"similarity_top_k=.* is not a whole number of at least 0"):
        SecondhopRetriever(nodes, similarity_top_k=top_k)


def test_a_number_of_numpy_is_one(nodes, tmp_path):
    SecondhopRetriever(nodes, similarity_top_k=np.int64(3)).persist(tmp_path)
    assert SecondhopRetriever.from_persist_dir(tmp_path).similarity_top_k == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"nodes": ["A text."]}, r"nodes\[0\]='A text.' is not a node"),
        (
            {"nodes": [TextNode(text="a"), NodeWithScore(node=TextNode(text="b"))]},
            r"nodes\[1\]=NodeWithScore.* is not a node",
        ),
        ({"nodes": TextNode(text="a")}, "is not a node"),
        ({"nodes": SummaryIndex([])}, "give a list of nodes"),
        ({"index": [TextNode(text="a")]}, "is not an index.*nodes="),
    ],
)
def test_what_is_no_node_or_index_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        SecondhopRetriever.from_defaults(**given)


@pytest.mark.parametrize("nothing", [[], [TextNode(text=" ")]])
def test_nothing_to_search_is_a_clear_error(nothing):  # llama_index#10344, #12732
    with pytest.raises(EmptyTextError, match="nothing to retrieve from"):
        SecondhopRetriever.from_defaults(nodes=nothing)


def test_an_empty_docstore_is_a_clear_error():
    with pytest.raises(EmptyTextError, match=r"docstore is empty.*nodes="):
        SecondhopRetriever.from_defaults(docstore=SimpleDocumentStore())


@pytest.mark.parametrize("query", ["", "   ", "zeppelin quartz", "?!"])
def test_a_query_that_nothing_matches_finds_nothing(nodes, query):
    assert SecondhopRetriever(nodes).retrieve(QueryBundle(query)) == []


def test_nodes_that_share_nothing_with_the_query_are_not_filled_up_with(nodes):
    assert ids(SecondhopRetriever(nodes, similarity_top_k=6).retrieve("soup")) == ["node-1"]


def test_the_rest_of_a_small_index_comes_last_with_a_score_of_zero(nodes):
    found = SecondhopRetriever([*nodes[:1], TextNode(text="Soup.", id_="rest")]).retrieve(QUESTION)
    assert [(item.node.node_id, item.score > 0) for item in found] == [("node-0", True), ("rest", False)]
    assert found[-1].node.metadata["secondhop"][-1]["reason"] == "kept_unranked"


def test_an_id_that_is_given_twice_is_refused(nodes):
    with pytest.raises(InputError, match=r"node-0.*twice"):
        SecondhopRetriever([*nodes, nodes[0]])
