"""Options as JSON: what comes back is equal, and is given the same."""

import json
from pathlib import Path

import pydantic
import pytest

import secondhop
from secondhop.options import ContextOptions, DocumentOptions, FolderOptions

OPTIONS = [
    ContextOptions(),
    ContextOptions(top_k=3, min_score=0.25, strategy="raw_topk"),
    DocumentOptions(),
    DocumentOptions(chunk_size=100, text_style="numbered", tokenizer="words", password="open sesame", source="é\u2028"),
    DocumentOptions(rerank=Path("models/cross.onnx")),
    DocumentOptions(retrieval="hybrid"),
    DocumentOptions(retrieval="hybrid", model=Path("models/small"), embedding_cache=Path("auto"), embedder_dim=384),
    DocumentOptions(
        retrieval="semantic", embedder_model="m.onnx", embedder_tokenizer=Path("t.json"), embedding_cache=None
    ),
    FolderOptions(),
    FolderOptions(ignore=["drafts/", "*.log"], index_dir=Path("kept"), workers=2, lock_timeout=0),
    FolderOptions(index_dir="kept/", token_budget=9, options=DocumentOptions(token_budget=40, chunk_size=64)),
]


@pytest.mark.parametrize("options", OPTIONS, ids=range(len(OPTIONS)))
def test_options_that_come_back_from_json_are_equal(options):
    text = options.model_dump_json()
    for again in (
        type(options).model_validate_json(text),
        type(options)(**json.loads(text)),
        type(options)(**options.model_dump(mode="json")),
        type(options)(**options.model_dump()),
    ):
        assert again == options
        assert again.given == options.given  # what was not given may still be said beside it, as before


def test_options_within_a_configuration_come_back_equal():
    class Settings(pydantic.BaseModel):
        name: str
        options: FolderOptions

    settings = Settings(name="harbour", options=FolderOptions(index_dir="kept", options=DocumentOptions(chunk_size=64)))
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_a_path_says_the_same_as_its_text(tmp_path):
    assert DocumentOptions(retrieval="hybrid", model=tmp_path) == DocumentOptions(
        retrieval="hybrid", model=str(tmp_path)
    )
    assert FolderOptions(index_dir=tmp_path) == FolderOptions(index_dir=str(tmp_path))
    cache = DocumentOptions(retrieval="hybrid", embedding_cache=Path("auto")).embedding_cache
    assert (cache != "auto", Path(cache)) == (True, Path("auto").absolute())  # a file of that name, not the default one


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("strategy", {"strategy": lambda query, hits, budget: None}),
        ("text_style", {"text_style": lambda passage: passage.text}),
        ("tokenizer", {"tokenizer": len}),
        ("rerank", {"rerank": lambda query, texts: [0.0] * len(texts)}),
        ("model", {"retrieval": "hybrid", "model": DocumentOptions()}),  # an object that pydantic could take apart
    ],
)
def test_an_object_is_not_written_as_json(name, given):
    for options in (DocumentOptions(**given), FolderOptions(options=DocumentOptions(**given))):
        for write in (options.model_dump_json, lambda options=options: options.model_dump(mode="json")):
            with pytest.raises(secondhop.OptionError, match=rf"^{name}=.* is an object, and only names and paths"):
                write()
    options = DocumentOptions(**given)
    assert name not in json.loads(options.model_dump_json(exclude={name}))


def test_options_of_a_folder_given_inside_others_are_kept_in_json():
    inner = FolderOptions(ignore=["*.txt"], workers=2, chunk_size=64)
    options = FolderOptions(workers=1, options=inner)
    assert FolderOptions.model_validate_json(options.model_dump_json()) == options
    assert (options.ignore, options.workers, options.chunk_size) == (("*.txt",), 1, 64)


def test_options_inside_options_inside_options_are_heeded(tmp_path):
    (tmp_path / "a.txt").write_text("Copper melts.")
    innermost = DocumentOptions(token_budget=40, text_style="numbered")
    options = FolderOptions(options=FolderOptions(token_budget=9, options=innermost))
    report = secondhop.Document.from_folder(tmp_path, options=options).analyze("copper")
    assert (report.token_budget, report.text_style) == (9, "numbered")


def test_an_index_is_kept_unless_that_is_switched_off(tmp_path):
    (tmp_path / "a.txt").write_text("Copper melts.")
    index = tmp_path / "index"
    secondhop.Document.from_folder(tmp_path, persist=False, index_dir=index)
    assert not index.exists()
    secondhop.Document.from_folder(tmp_path, index_dir=index)
    assert index.exists()


def test_a_path_to_a_model_is_never_its_name():
    assert DocumentOptions(retrieval="hybrid", model=Path("all-minilm")).model == str(Path("all-minilm").absolute())


def test_threads_and_a_pool_may_be_given_for_a_reranker_alone():
    options = DocumentOptions(rerank="cross-encoder", embedder_threads=2, candidate_pool=9)
    assert (options.embedder_threads, options.candidate_pool) == (2, 9)
    with pytest.raises(secondhop.OptionError, match="does not use candidate_pool and embedder_threads"):
        DocumentOptions(embedder_threads=2, candidate_pool=9)


@pytest.mark.parametrize("name", ["retrieval", "rerank"])
def test_threads_are_refused_where_all_models_are_functions(name):
    model = {"retrieval": "hybrid", "model": len} if name == "retrieval" else {"rerank": len}
    with pytest.raises(secondhop.OptionError, match="does not use embedder_threads"):
        DocumentOptions(**model, embedder_threads=2)
    assert DocumentOptions(retrieval="hybrid", model=len, rerank="cross-encoder", embedder_threads=2)


def test_meaning_alone_is_not_fused():
    with pytest.raises(secondhop.OptionError, match="retrieval='semantic' does not use fusion"):
        DocumentOptions(retrieval="semantic", fusion="rrf")


def test_none_is_as_if_not_given():
    assert DocumentOptions(embedder_model=None, embedder_dim=None, embedding_cache=None).retrieval == "lexical"
    assert FolderOptions(format=None).format is None
    assert DocumentOptions(retrieval="hybrid", model=None, embedder_model="m.onnx").embedder_model == Path("m.onnx")


@pytest.mark.parametrize("name", ["model", "rerank", "embedder_model", "embedder_tokenizer"])
def test_an_empty_name_is_not_the_current_folder(name):
    with pytest.raises(secondhop.OptionError, match=f"{name}='' names nothing"):
        DocumentOptions(retrieval="hybrid", **{name: ""})


def test_options_are_shown_as_they_were_given():
    options = DocumentOptions(top_k=3, password="secret")
    assert repr(options) == "DocumentOptions(top_k=3)"
    assert repr(FolderOptions(options=options)) == "FolderOptions(options=DocumentOptions(top_k=3))"


def test_a_model_is_given_in_one_way():
    with pytest.raises(secondhop.OptionError, match="model or embedder_model, not both"):
        DocumentOptions(retrieval="hybrid", model="bge-small", embedder_model="m.onnx")


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (len, "embedder_tokenizer", "tokenizer.json"),
        (len, "embedder_pooling", "mean"),
        (len, "embedder_max_length", 256),
        ("bge-small", "embedder_id", "v2"),
    ],
)
def test_options_that_a_model_does_not_use_are_refused(model, name, value):
    with pytest.raises(secondhop.OptionError, match=f"does not use {name}"):
        DocumentOptions(retrieval="hybrid", model=model, **{name: value})


def test_options_of_meaning_alone_are_refused_without_it():
    with pytest.raises(secondhop.OptionError, match="does not use min_candidates"):
        DocumentOptions(min_candidates=3)


def test_a_mistyped_option_is_told_the_one_that_was_meant():
    with pytest.raises(
        secondhop.OptionError, match=r"unknown option chunksize=9; did you mean chunk_size\?; the options are: bm25_b,"
    ):
        DocumentOptions(chunksize=9)
    with pytest.raises(secondhop.OptionError, match="unknown option glob=9; the options are: bm25_b,"):
        DocumentOptions(glob=9)


def test_an_option_of_folders_is_said_to_be_one():
    with pytest.raises(secondhop.OptionError, match=r"unknown option persist=True; it is for from_folder$"):
        secondhop.Document.from_file("a.txt", persist=True)


def test_one_pattern_is_no_list_of_its_letters():
    with pytest.raises(secondhop.OptionError, match=r"ignore='\*\.log' is one pattern; give a list of patterns"):
        FolderOptions(ignore="*.log")


@pytest.mark.parametrize("name", ["", "a\0b", "a\ud800b"])
def test_what_names_no_folder_is_no_place_for_an_index(name):
    with pytest.raises(secondhop.OptionError, match=r"index_dir=.* is not the name of a folder"):
        FolderOptions(index_dir=name)
