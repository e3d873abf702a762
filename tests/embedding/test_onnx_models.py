"""Embedders and cross-encoders on onnxruntime, against a second implementation in numpy."""

import json
import multiprocessing
import os
import pickle
import random
import shutil
import sys
from dataclasses import replace

import models
import numpy as np
import pytest
from models import load
from tokenizers import Tokenizer

from secondhop.embedding.convert import convert, read_safetensors
from secondhop.embedding.model import open_model
from secondhop.embedding.onnx_models import OnnxCrossEncoder, OnnxEmbedder, unit
from secondhop.errors import ModelError, ModelIntegrityError, ModelNotFoundError


def texts(n, seed=3, longest=60):
    draw = random.Random(seed)
    return [" ".join(draw.choices(models.WORDS, k=draw.randint(1, longest))) for _ in range(n)]


def bert(tensors, ids, types, *, layers, heads, epsilon=1e-12):
    """Hidden states of one sequence: BERT as the paper has it, in float64."""

    def get(name):
        return tensors[name].astype(np.float64)

    def linear(name, x):
        return x @ get(f"{name}.weight").T + get(f"{name}.bias")

    def norm(name, x):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon)
        return x * get(f"{name}.weight") + get(f"{name}.bias")

    def gelu(x):
        from math import erf

        return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    x = get("embeddings.word_embeddings.weight")[ids] + get("embeddings.token_type_embeddings.weight")[types]
    x = norm("embeddings.LayerNorm", x + get("embeddings.position_embeddings.weight")[: len(ids)])
    for layer in range(layers):
        name = f"encoder.layer.{layer}"
        parts = [linear(f"{name}.attention.self.{part}", x) for part in ("query", "key", "value")]
        query, key, value = (part.reshape(len(ids), heads, -1).transpose(1, 0, 2) for part in parts)
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(f"{name}.attention.output.LayerNorm", linear(f"{name}.attention.output.dense", mixed) + x)
        inner = linear(f"{name}.output.dense", gelu(linear(f"{name}.intermediate.dense", x)))
        x = norm(f"{name}.output.LayerNorm", inner + x)
    return x


def reference(source, wanted, max_length, layers, heads, pool=lambda states: states.mean(0)):
    tensors, tokenizer = (
        read_safetensors(source / "model.safetensors"),
        Tokenizer.from_file(str(source / "tokenizer.json")),
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    rows = []
    for text in wanted:
        encoding = tokenizer.encode(text)
        pooled = pool(bert(tensors, encoding.ids, encoding.type_ids, layers=layers, heads=heads))
        rows.append(pooled / np.linalg.norm(pooled))
    return np.array(rows)


@pytest.mark.parametrize(
    ("pooling", "pool"), [("mean", lambda states: states.mean(0)), ("cls", lambda states: states[0])]
)
def test_a_converted_model_embeds_as_a_second_implementation_does(tiny, tiny_source, pooling, pool):
    wanted = [*texts(60), "", "x", "naïve Ünïcode 東京 🙂", "harbour " * 300]
    expected = reference(tiny_source, wanted, 48, 2, models.HEADS, pool)
    got = load(model=tiny, embedder_pooling=pooling).embed(wanted, "document")
    assert (got * expected).sum(1).min() > 0.999999


def test_the_real_model_embeds_as_a_second_implementation_does(real):
    wanted = ["Who owns the harbour?", "The agreement is governed by the laws of England and Wales.", "x", "東京 🙂"]
    expected = reference(models.REAL_MODEL, wanted, 256, 6, 12)
    got = OnnxEmbedder(open_model(real, name="real")).embed(wanted, "document")
    assert (got * expected).sum(1).min() > 0.9999


def test_conversion_gives_the_same_bytes_every_time(tiny_source, tmp_path):
    assert convert(tiny_source, tmp_path / "a").read_bytes() == convert(tiny_source, tmp_path / "b").read_bytes()


def test_a_text_has_the_same_vector_alone_and_among_others(tiny_embedder):
    wanted = texts(40)
    together = tiny_embedder.embed(wanted, "document")
    alone = np.concatenate([tiny_embedder.embed([text], "document") for text in wanted])
    assert np.abs(together - alone).max() < 1e-6


def test_threads_do_not_change_vectors(tiny):
    wanted, model = texts(50), open_model(tiny, name="tiny")
    one, four = (OnnxEmbedder(model, threads=threads).embed(wanted, "document") for threads in (1, 4))
    assert np.array_equal(one, four)


def test_int8_vectors_do_not_depend_on_their_neighbours(tiny_source, tmp_path, tiny_embedder):
    convert(tiny_source, tmp_path, int8=True)
    model, wanted = open_model(tmp_path, name="int8"), texts(20)
    embedder = OnnxEmbedder(model)
    together = embedder.embed(wanted, "document")
    assert model.is_quantized
    assert np.array_equal(together, np.concatenate([embedder.embed([text], "document") for text in wanted]))
    assert (together * tiny_embedder.embed(wanted, "document")).sum(1).min() > 0.9


def test_the_length_limit_is_the_models_and_not_the_tokenizer_files(tiny_embedder):
    # The tokenizer file pads to 20 tokens and cuts at 20; sentence_bert_config.json says 48.
    long = " ".join(models.WORDS[:30])
    cut = " ".join(models.WORDS[:15])
    vectors = tiny_embedder.embed([long, cut, "harbour"], "document")
    assert abs(float(vectors[0] @ vectors[1])) < 0.9999
    assert tiny_embedder.model.max_length == 48


def test_more_tokens_than_the_model_has_positions_for_are_refused(tiny, tmp_path):
    long = "harbour " * 100
    assert load(model=tiny, embedder_max_length=64).embed([long], "document").shape == (1, 32)
    with pytest.raises(ModelError, match="positions for 64 tokens, and embedder_max_length=65"):
        load(model=tiny, embedder_max_length=65)
    silent = shutil.copytree(tiny, tmp_path / "silent")
    (silent / "config.json").unlink()
    with pytest.raises(ModelError, match="fails on a text of 65 tokens"):
        load(model=silent, embedder_max_length=65).embed([long], "document")


def test_half_a_surrogate_pair_is_read_as_one_unknown_character(tiny_embedder, tiny_cross_encoder):
    half, unknown = "harbour \ud83d engine", "harbour \ufffd engine"
    assert np.array_equal(tiny_embedder.embed([half], "query"), tiny_embedder.embed([unknown], "query"))
    scorer = OnnxCrossEncoder(open_model(tiny_cross_encoder, name="cross"))
    assert np.array_equal(scorer.score(half, [half]), scorer.score(unknown, [unknown]))


@pytest.mark.parametrize("changed", ["model.onnx", "tokenizer.json"])
def test_a_model_that_was_replaced_before_its_first_use_is_refused(tiny, tiny_cross_encoder, tmp_path, changed):
    folder = shutil.copytree(tiny, tmp_path / "model")
    embedder = OnnxEmbedder(open_model(folder, name="model"))
    before = (folder / changed).read_bytes()
    (folder / changed).write_bytes((tiny_cross_encoder / changed).read_bytes() + b" ")
    with pytest.raises(ModelIntegrityError, match="replaced"):
        embedder.embed(["harbour"], "query")
    (folder / changed).unlink()
    with pytest.raises(ModelNotFoundError, match="cannot be read any more"):
        embedder.embed(["harbour"], "query")
    (folder / changed).write_bytes(before)
    assert embedder.embed(["harbour"], "query").shape == (1, 32)


def test_a_model_is_loaded_once_for_all_who_use_it(tiny, tmp_path, monkeypatch):
    import onnxruntime

    folder, loaded, load = shutil.copytree(tiny, tmp_path / "model"), [], onnxruntime.InferenceSession
    monkeypatch.setattr(
        onnxruntime, "InferenceSession", lambda path, *rest, **more: loaded.append(path) or load(path, *rest, **more)
    )
    embedders = [OnnxEmbedder(open_model(folder, name="model")) for _ in range(3)]
    embedders.append(pickle.loads(pickle.dumps(embedders[0])))
    vectors = [embedder.embed(["harbour"], "query") for embedder in embedders]
    assert all(np.array_equal(vector, vectors[0]) for vector in vectors)
    assert len(loaded) == 1
    del embedders  # with the last of them it is let go of
    OnnxEmbedder(open_model(folder, name="model")).embed(["harbour"], "query")
    assert len(loaded) == 2


def test_nothing_gives_no_vectors(tiny_embedder):
    assert tiny_embedder.embed([], "document").shape[0] == 0
    assert OnnxEmbedder(replace(tiny_embedder.model, dims=32)).embed([], "document").shape == (0, 32)


def test_a_model_of_other_dimensions_than_said_is_refused(tiny):
    with pytest.raises(ModelError, match="gives 32 dimensions, not 16"):
        load(model=tiny, embedder_dim=16).embed(["harbour"], "document")


def test_vectors_have_length_1_only_where_the_model_says_so(tiny_embedder):
    as_they_are = OnnxEmbedder(replace(tiny_embedder.model, normalize=False)).embed(["harbour"], "document")
    assert not np.allclose(np.linalg.norm(as_they_are), 1)
    assert np.allclose(unit(as_they_are), tiny_embedder.embed(["harbour"], "document"), atol=1e-6)


def test_a_prefix_is_that_of_its_role(tiny, tiny_embedder):
    embedder = load(model=tiny, embedder_query_prefix="the ", embedder_passage_prefix="a ")
    for role, text in (("query", "the harbour"), ("document", "a harbour")):
        assert np.array_equal(embedder.embed(["harbour"], role), tiny_embedder.embed([text], role))


def test_prefix_and_pooling_are_part_of_the_identity(tiny, tiny_embedder):
    model = tiny_embedder.model
    changed = (
        replace(model, query_prefix="query: "),
        replace(model, max_length=20),
        replace(model, pooling="cls"),
        replace(model, digest="0" * 64),
    )
    identities = {OnnxEmbedder(other).identity("query") for other in (model, *changed)}
    assert len(identities) == 5
    assert tiny_embedder.identity("query") != tiny_embedder.identity("document")


def test_an_embedder_travels_in_a_pickle(tiny_embedder):
    copy = pickle.loads(pickle.dumps(tiny_embedder))
    assert np.array_equal(copy.embed(["harbour"], "query"), tiny_embedder.embed(["harbour"], "query"))


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_an_embedder_survives_a_fork(tiny_embedder):
    expected = tiny_embedder.embed(["harbour"], "query").tobytes()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe()
    child = context.Process(target=lambda: sender.send_bytes(tiny_embedder.embed(["harbour"], "query").tobytes()))
    child.start()
    assert receiver.poll(20)
    assert receiver.recv_bytes() == expected
    child.join(20)


def test_a_cross_encoder_reads_query_and_text_together(tiny_cross_encoder):
    scorer = OnnxCrossEncoder(open_model(tiny_cross_encoder, name="cross"))
    wanted = texts(12)
    scores = scorer.score("harbour engine", wanted)
    assert scores.shape == (12,)
    assert not np.allclose(scores, scorer.score("winter journal", wanted))
    assert np.allclose(scores[3], scorer.score("harbour engine", wanted[3:4])[0], atol=1e-5)


def test_a_sentence_model_is_no_cross_encoder(tiny):
    with pytest.raises(ModelError, match="not one"):
        OnnxCrossEncoder(open_model(tiny, name="tiny")).score("a", ["b"])


def test_a_model_with_an_unknown_step_is_refused(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "dense")
    modules = json.loads((folder / "modules.json").read_text())
    modules.append({"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"})
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match="Dense"):
        open_model(folder, name="dense")


def test_only_bert_is_converted(tiny_source, tmp_path):
    folder = shutil.copytree(tiny_source, tmp_path / "other")
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "mpnet"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="mpnet"):
        convert(folder, tmp_path / "out")
    with pytest.raises(ModelNotFoundError, match=r"config\.json"):
        convert(tmp_path, tmp_path / "out")


def test_cut_weights_are_refused(tiny_source, tmp_path):
    folder = shutil.copytree(tiny_source, tmp_path / "cut")
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[:-1000])
    with pytest.raises(ModelIntegrityError, match="safetensors"):
        convert(folder, tmp_path / "out")
