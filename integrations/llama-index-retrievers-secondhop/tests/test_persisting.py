"""A retriever comes back from disk as it was, or not at all."""

import datetime
import json
import threading

import numpy as np
import pytest
from llama_index.core.schema import ImageNode, IndexNode, TextNode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters
from llama_index.retrievers.secondhop import SecondhopRetriever, storage

from conftest import QUESTION
from secondhop import InputError, OptionError
from secondhop.errors import IndexCorruptError, IndexLockedError, IndexVersionError
from secondhop.storage.lock import writer_lock


def test_nodes_and_settings_come_back(nodes, tmp_path):  # llama_index#22978: settings were lost
    filters = MetadataFilters(filters=[MetadataFilter(key="part", value=3, operator="<=")])
    retriever = SecondhopRetriever(
        [*nodes, ImageNode(image_path="a.png", id_="image")], similarity_top_k=4, token_budget=90, strategy="raw_topk",
        grain="chunk", candidate_k=7, filters=filters, tokenizer="words", language="english",
        synonyms=[["post", "night mail"]], verbose=True,
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


def test_an_empty_path_is_not_the_current_folder(nodes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for call in (SecondhopRetriever(nodes).persist, SecondhopRetriever.from_persist_dir):
        with pytest.raises(InputError, match="empty"):
            call("")
    assert list(tmp_path.iterdir()) == []


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
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".jsonl", ".lock"]
    assert SecondhopRetriever.from_persist_dir(tmp_path).retrieve("Brannock") == []


def test_a_file_of_the_users_stays(nodes, tmp_path):
    (tmp_path / "nodes-old.jsonl").write_text("{}")
    SecondhopRetriever(nodes).persist(tmp_path)
    assert (tmp_path / "nodes-old.jsonl").read_text() == "{}"


def test_writers_and_readers_of_one_folder_do_not_meet(nodes, tmp_path):
    retrievers = [SecondhopRetriever(nodes[:1]), SecondhopRetriever(nodes[:2])]
    retrievers[0].persist(tmp_path)
    errors, done = [], threading.Event()

    def write(retriever):
        try:
            for _ in range(20):
                retriever.persist(tmp_path)
        except Exception as error:
            errors.append(error)

    def read():
        while not done.is_set():
            try:
                storage.load(tmp_path)
            except Exception as error:
                errors.append(error)

    writers, reader = (
        [threading.Thread(target=write, args=[each]) for each in retrievers],
        threading.Thread(target=read),
    )
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert errors == []
    assert len(SecondhopRetriever.from_persist_dir(tmp_path).retrieve("night mail")) == 1


def test_a_reader_that_a_writer_overtakes_reads_what_is_new(nodes, tmp_path, monkeypatch):
    SecondhopRetriever(nodes).persist(tmp_path)
    newer, read = SecondhopRetriever(nodes[:2]), storage._manifest

    def overtaken(path):
        manifest = read(path)
        monkeypatch.undo()
        newer.persist(tmp_path)
        return manifest

    monkeypatch.setattr(storage, "_manifest", overtaken)
    assert len(storage.load(tmp_path)[0]) == 2


def test_who_waited_too_long_for_another_writer_is_told(nodes, tmp_path):
    with writer_lock(tmp_path), pytest.raises(IndexLockedError, match="is writing to this index"):
        SecondhopRetriever(nodes).persist(tmp_path, lock_timeout=0)


@pytest.mark.parametrize("value", [datetime.date(2024, 1, 1), np.float32(1), {"deep": {1, 2}}])
def test_metadata_that_json_cannot_hold_are_named_and_nothing_is_written(nodes, tmp_path, value):
    nodes[3].metadata["issued"] = value
    with pytest.raises(InputError, match=r"node 'node-3': metadata key 'issued' cannot be stored"):
        SecondhopRetriever(nodes).persist(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_json_cannot_hold_is_named(nodes, tmp_path):
    with pytest.raises(InputError, match="setting 'min_grounding' cannot be stored"):
        SecondhopRetriever(nodes, min_grounding=np.float32(0.1)).persist(tmp_path)


def test_a_folder_that_holds_none_says_so(tmp_path):
    with pytest.raises(IndexCorruptError, match=r"retriever\.json.*is this a persisted retriever"):
        SecondhopRetriever.from_persist_dir(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b"\xff"])
def test_a_damaged_manifest_is_refused(nodes, tmp_path, damage):
    SecondhopRetriever(nodes).persist(tmp_path)
    (tmp_path / "retriever.json").write_bytes(damage)
    with pytest.raises(IndexCorruptError, match="persist the retriever again"):
        SecondhopRetriever.from_persist_dir(tmp_path)


CHANGES = [
    ('"similarity_top_k": 2', '"similarity_top_k": 7'),
    ('"nodes":', '"nodez":'),
    ('"settings":', '"settingz":'),
    ('"verbose":', '"verbosf":'),
    ('"filters": null', '"filters": 5'),
    ('"callables": []', '"callables": ["strategy"]'),
]


@pytest.mark.parametrize(("written", "read"), CHANGES)
def test_a_changed_manifest_is_refused(nodes, tmp_path, written, read):
    SecondhopRetriever(nodes).persist(tmp_path)
    path = tmp_path / "retriever.json"
    assert written in path.read_text()
    path.write_text(path.read_text().replace(written, read))
    with pytest.raises(IndexCorruptError, match="not as it was written"):
        SecondhopRetriever.from_persist_dir(tmp_path)


def test_a_manifest_from_before_there_were_digests_is_read(nodes, tmp_path):
    SecondhopRetriever(nodes).persist(tmp_path)
    _rewrite(tmp_path)
    assert SecondhopRetriever.from_persist_dir(tmp_path).retrieve(QUESTION)


@pytest.mark.parametrize(
    "change", [{"nodes": "../nodes.jsonl"}, {"nodes": 1}, {"sha256": None}, {"settings": {}}, {"callables": 5}]
)
def test_a_manifest_of_another_shape_is_refused(nodes, tmp_path, change):
    SecondhopRetriever(nodes).persist(tmp_path)
    _rewrite(tmp_path, **change)
    with pytest.raises(IndexCorruptError, match="not as it was written"):
        SecondhopRetriever.from_persist_dir(tmp_path)


def _rewrite(folder, **change):
    """The manifest with these keys changed, without its digest."""
    manifest = json.loads((folder / "retriever.json").read_text())
    del manifest["digest"]
    (folder / "retriever.json").write_text(json.dumps({**manifest, **change}))


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
