"""What a model file may not do: reach outside its folder, bring operators, be another file than the one recorded."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from models import load
from onnx import TensorProto, helper

from secondhop.embedding.encoder import encoder_of
from secondhop.embedding.model import open_model
from secondhop.embedding.registry import ModelSpec
from secondhop.embedding.safety import check_onnx
from secondhop.errors import ModelIntegrityError, ModelNotFoundError, OptionError

PLACES = ("initializer", "sparse initializer", "attribute", "sparse attribute", "branch", "function")
"""Where a model may hold a tensor."""


def model_with(path, *, location=None, domain="", place="initializer"):
    """A small ONNX file with a tensor at some place in it, whose numbers perhaps lie at `location`."""
    tensor = onnx.numpy_helper.from_array(np.zeros(4, np.float32), "w")
    if location is not None:
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)
    sparse = onnx.SparseTensorProto(
        values=tensor, indices=helper.make_tensor("i", TensorProto.INT64, [0], []), dims=[4]
    )
    constant = helper.make_node("Constant", [], ["w"])
    if place == "sparse attribute":
        constant.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR, sparse_tensor=sparse)
    else:
        constant.attribute.add(name="value", type=onnx.AttributeProto.TENSOR, t=tensor)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ours", 1)]
    nodes = [helper.make_node("Add", ["x", "w"], ["y"], domain=domain)]
    functions = []
    if place.endswith("attribute"):
        nodes.insert(0, constant)
    elif place == "branch":
        value = helper.make_tensor_value_info("w", TensorProto.FLOAT, [4])
        branch = helper.make_graph([constant], "branch", [], [value])
        nodes = [helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)]
    elif place == "function":
        functions = [helper.make_function("ours", "W", [], ["w"], [constant], opsets[:1])]
        nodes.insert(0, helper.make_node("W", [], ["w"], domain="ours"))
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in "xy"]
    graph = helper.make_graph(nodes, "g", info[:1], info[1:])
    if place == "initializer":
        graph.initializer.append(tensor)
    elif place == "sparse initializer":
        graph.sparse_initializer.append(sparse)
    model = helper.make_model(graph, ir_version=9, opset_imports=opsets, functions=functions)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("place", PLACES)
def test_a_plain_model_has_no_external_files(tmp_path, place):
    assert check_onnx(model_with(tmp_path / "m.onnx", place=place)) == ()


def test_data_beside_the_model_is_allowed_and_counted_into_its_digest(tmp_path):
    (tmp_path / "m.onnx_data").write_bytes(bytes(16))
    assert check_onnx(model_with(tmp_path / "m.onnx", location="m.onnx_data")) == (tmp_path / "m.onnx_data",)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "location", ["../../etc/hostname", "/etc/hostname", "a/../../b", "..", "", "C:\\b", "..\\b", "sub/b"]
)
def test_data_elsewhere_is_refused(tmp_path, location, place):
    with pytest.raises(ModelIntegrityError, match="outside"):
        check_onnx(model_with(tmp_path / "m.onnx", location=location, place=place))


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(bytes(16))
    (tmp_path / "in" / "data").symlink_to(tmp_path / "secret")
    with pytest.raises(ModelIntegrityError, match="outside"):
        check_onnx(model_with(tmp_path / "in" / "m.onnx", location="data"))


def test_missing_data_is_named(tmp_path):
    with pytest.raises(ModelIntegrityError, match="missing"):
        check_onnx(model_with(tmp_path / "m.onnx", location="data"))


def test_operators_of_a_library_are_refused(tmp_path):
    with pytest.raises(ModelIntegrityError, match=r"ai\.evil"):
        check_onnx(model_with(tmp_path / "m.onnx", domain="ai.evil"))


@pytest.mark.parametrize("keep", [0, 1, 7, 100, 1000, 20_000])
def test_a_truncated_model_is_refused(tiny, tmp_path, keep):
    folder = shutil.copytree(tiny, tmp_path / "cut")
    (folder / "model.onnx").write_bytes((tiny / "model.onnx").read_bytes()[:keep])
    with pytest.raises(ModelIntegrityError):
        encoder_of(open_model(folder, name="cut")).session


def test_bytes_that_are_no_model_are_refused(tmp_path):
    draw = np.random.default_rng(1)
    for size in (1, 10, 1000):
        (tmp_path / "m.onnx").write_bytes(draw.bytes(size))
        with pytest.raises(ModelIntegrityError):
            check_onnx(tmp_path / "m.onnx")


def test_a_wrong_digest_is_refused_and_the_right_one_taken(tiny):
    right = sha256((tiny / "model.onnx").read_bytes()).hexdigest()
    assert open_model(tiny, name="m", spec=ModelSpec(repo="m", file="model.onnx", digests={"model.onnx": right}))
    wrong = "0" * 64
    with pytest.raises(ModelIntegrityError, match=right):
        open_model(tiny, name="m", spec=ModelSpec(repo="m", file="model.onnx", digests={"model.onnx": wrong}))


def test_what_is_missing_is_named(tmp_path, tiny):
    with pytest.raises(ModelNotFoundError, match="no such folder"):
        open_model(tmp_path / "none", name="m")
    with pytest.raises(ModelNotFoundError, match="no ONNX model"):
        open_model(tmp_path, name="m")
    shutil.copyfile(tiny / "model.onnx", tmp_path / "model.onnx")
    with pytest.raises(ModelNotFoundError, match="tokenizer"):
        open_model(tmp_path, name="m")
    for name in ("no such model", "./none"):  # the latter is a path, not a repository that could be fetched
        with pytest.raises(OptionError, match=r"is no folder, .* nor one of: bge-small"):
            load(model=name)
    with pytest.raises(OptionError, match="pooling"):
        load(model=tiny, embedder_pooling="max")
    assert load(model=tiny / "model.onnx").name == "model"
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelIntegrityError, match="tokenizer"):
        encoder_of(open_model(tmp_path, name="m")).tokenizer


@pytest.mark.parametrize("model", ["bge-small", "harbour/model"])
def test_a_model_by_name_has_its_own_tokenizer(model):
    with pytest.raises(OptionError, match=r"embedder_tokenizer='tokenizer\.json' is for a local model"):
        load(model=model, embedder_tokenizer="tokenizer.json")


def test_a_path_is_a_folder_or_a_file_and_never_a_name(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    shutil.copytree(tiny, tmp_path / "all-minilm")
    assert load(embedder_model=Path("all-minilm")).embed(["harbour"], "query").shape == (1, 32)
    for missing in ("models/minilm", "bge-small", "model.bin"):
        with pytest.raises(ModelNotFoundError, match="no such folder"):
            load(embedder_model=Path(missing))


def test_the_tokenizer_may_lie_elsewhere(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "model")
    elsewhere = shutil.move(folder / "tokenizer.json", tmp_path / "other.json")
    expected = load(model=tiny).embed(["harbour"], "query")
    (folder / "onnx").mkdir()
    shutil.copy(folder / "model.onnx", folder / "onnx")
    for model in (folder, folder / "model.onnx", folder / "onnx" / "model.onnx"):
        embedder = load(model=model, embedder_tokenizer=elsewhere)
        assert embedder.model.max_length == 48
        assert np.array_equal(embedder.embed(["harbour"], "query"), expected)
        with pytest.raises(ModelNotFoundError, match=r"none\.json"):
            load(model=model, embedder_tokenizer="none.json")


# ── the hub ─────────────────────────────────────────────────────────────────────────────────────────────────────────

COMMIT = "a" * 40


def hub_cache(base, tiny, repo="tests/tiny"):
    """A hub cache as huggingface-hub lays it out: blobs named by digest, links in a snapshot."""
    root = base / f"models--{repo.replace('/', '--')}"
    snapshot = root / "snapshots" / COMMIT
    (root / "blobs").mkdir(parents=True)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(COMMIT)
    for source in (path for path in tiny.rglob("*") if path.is_file()):
        data = source.read_bytes()
        blob = root / "blobs" / sha256(data).hexdigest()
        blob.write_bytes(data)
        name = "onnx/model.onnx" if source.name == "model.onnx" else str(source.relative_to(tiny))
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(blob)
    return root


RUN = """
import sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        print("SOCKET", event, arguments)
        raise SystemExit(9)
sys.addaudithook(forbid)
from secondhop import DocumentOptions
from secondhop.embedding import load_embedder
from secondhop.errors import SecondhopError
try:
    print(load_embedder(DocumentOptions(retrieval="semantic", model=sys.argv[1])).embed(["harbour"], "query").shape)
except SecondhopError as error:
    print(type(error).__name__, error)
"""


def run_offline(tmp_path, model="tests/tiny", **environment):
    base = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    base |= {"HF_HUB_CACHE": str(tmp_path / "hub"), "SECONDHOP_CACHE": str(tmp_path / "ours"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, model],
        env=base | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_offline_a_model_of_the_cache_is_used_without_a_socket(tmp_path, tiny):
    hub_cache(tmp_path / "hub", tiny)
    assert run_offline(tmp_path) == "(1, 32)"
    lock = json.loads((tmp_path / "ours" / "models.lock.json").read_text())
    assert lock["models"]["tests/tiny"]["revision"] == COMMIT
    # A recorded commit is asked for as it is, so the network is left alone even when it is allowed.
    assert run_offline(tmp_path, HF_HUB_OFFLINE="0") == "(1, 32)"


def test_a_model_is_used_where_nothing_can_be_recorded(tmp_path, tiny):
    hub_cache(tmp_path / "hub", tiny)
    (tmp_path / "file").write_text("")
    assert run_offline(tmp_path, SECONDHOP_CACHE=str(tmp_path / "file" / "ours")) == "(1, 32)"


@pytest.mark.parametrize("model", ["tests/none", "bge-small"])
def test_offline_a_model_that_is_not_here_is_a_clear_error_without_a_socket(tmp_path, model):
    said = run_offline(tmp_path, model)
    assert said.startswith("ModelNotFoundError")
    assert "HF_HUB_OFFLINE" in said


def test_a_file_of_the_hub_cache_that_was_cut_short_is_refused_at_first_use(tmp_path, tiny):
    root = hub_cache(tmp_path / "hub", tiny)
    blob = (root / "snapshots" / COMMIT / "onnx" / "model.onnx").resolve()
    blob.write_bytes(blob.read_bytes()[:-1])
    assert "cut short" in run_offline(tmp_path)


def test_a_model_that_is_not_the_recorded_one_is_refused(tmp_path, tiny, tiny_cross_encoder):
    root = hub_cache(tmp_path / "hub", tiny)
    run_offline(tmp_path)
    link = root / "snapshots" / COMMIT / "onnx" / "model.onnx"
    other = (tiny_cross_encoder / "model.onnx").read_bytes()
    blob = root / "blobs" / sha256(other).hexdigest()
    blob.write_bytes(other)
    link.unlink()
    link.symlink_to(blob)
    assert run_offline(tmp_path).startswith("ModelIntegrityError")
    (tmp_path / "ours" / "models.lock.json").write_text("{")
    assert "damaged" in run_offline(tmp_path)
