"""A retriever comes back from disk as it was, or not at all."""

import json

import pytest
from llama_index.core.schema import ImageNode, IndexNode, TextNode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters
from llama_index.retrievers.secondhop import SecondhopRetriever

from conftest import QUESTION
from secondhop import OptionError
from secondhop.errors import IndexCorruptError, IndexVersionError


def test_nodes_and_settings_come_back(nodes, tmp_path):  # llama_index#22978: settings were lost
    filters = MetadataFilters(filters=[MetadataFilter(key="part", value=3, operator="<=")])
    retriever = SecondhopRetriever(
        [*nodes, ImageNode(image_path="a.png", id_="image")], similarity_top_k=4, token_budget=90, strategy="raw_topk",
        grain="chunk", candidate_k=7, filters=filters, tokenizer="words", language="english", verbose=True,
    )  # fmt: skip
    retriever.similarity_top_k = 3
    retriever.persist(tmp_path / "kept")
    again = SecondhopRetriever.from_persist_dir(tmp_path / "kept")
    assert again.similarity_top_k == 3
    assert again._settings == retriever._settings
    assert again.unindexed == ("image",)
    assert again.retrieve(QUESTION) == retriever.retrieve(QUESTION)


def test_settings_can_be_replaced_when_reading(nodes, tmp_path):
    SecondhopRetriever(nodes).persist(tmp_path)
    assert len(SecondhopRetriever.from_persist_dir(tmp_path, similarity_top_k=1).retrieve(QUESTION)) == 1


def test_odd_text_comes_back_as_it_was(tmp_path):
    text = "The mail\u2028sails\u0085 at ten.\x1e 日本 🚢 \ud800"
    SecondhopRetriever([TextNode(text=text, id_="odd")]).persist(tmp_path)
    assert SecondhopRetriever.from_persist_dir(tmp_path).retrieve("mail")[0].node.text == text


def test_a_callable_has_to_be_given_again(nodes, tmp_path):
    SecondhopRetriever(nodes, tokenizer=len).persist(tmp_path)
    with pytest.raises(OptionError, match="tokenizer was a callable"):
        SecondhopRetriever.from_persist_dir(tmp_path)
    assert SecondhopRetriever.from_persist_dir(tmp_path, tokenizer=len).retrieve(QUESTION)


def test_objects_have_to_be_given_again(tmp_path):
    retriever = SecondhopRetriever([IndexNode(text="night mail", index_id="mail", id_="i", obj=SecondhopRetriever)])
    retriever.persist(tmp_path)
    again = SecondhopRetriever.from_persist_dir(tmp_path, object_map={"mail": TextNode(text="x", id_="inside")})
    assert again.retrieve("night mail")[0].node.node_id == "inside"


def test_persisting_again_replaces_what_was_there(nodes, tmp_path):
    SecondhopRetriever(nodes).persist(tmp_path)
    SecondhopRetriever(nodes[:2]).persist(tmp_path)
    assert len(list(tmp_path.glob("nodes-*.jsonl"))) == 1
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".jsonl"]
    assert SecondhopRetriever.from_persist_dir(tmp_path).retrieve("Brannock") == []


def test_a_folder_that_holds_none_says_so(tmp_path):
    with pytest.raises(IndexCorruptError, match=r"retriever\.json.*is this a persisted retriever"):
        SecondhopRetriever.from_persist_dir(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b"\xff"])
def test_a_damaged_manifest_is_refused(nodes, tmp_path, damage):
    SecondhopRetriever(nodes).persist(tmp_path)
    (tmp_path / "retriever.json").write_bytes(damage)
    with pytest.raises(IndexCorruptError, match="persist the retriever again"):
        SecondhopRetriever.from_persist_dir(tmp_path)


def test_changed_or_missing_nodes_are_refused(nodes, tmp_path):
    SecondhopRetriever(nodes).persist(tmp_path)
    (path,) = tmp_path.glob("nodes-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"Aurora", b"Aurorb"))
    with pytest.raises(IndexCorruptError, match="not as it was written"):
        SecondhopRetriever.from_persist_dir(tmp_path)
    path.unlink()
    with pytest.raises(IndexCorruptError, match="cannot be read"):
        SecondhopRetriever.from_persist_dir(tmp_path)


def test_another_format_is_refused(nodes, tmp_path):
    SecondhopRetriever(nodes).persist(tmp_path)
    manifest = json.loads((tmp_path / "retriever.json").read_text())
    (tmp_path / "retriever.json").write_text(json.dumps({**manifest, "format": 2}))
    with pytest.raises(IndexVersionError, match="format 2; this version reads 1"):
        SecondhopRetriever.from_persist_dir(tmp_path)
