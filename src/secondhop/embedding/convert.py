"""A sentence-transformers folder of the BERT family to ONNX, without PyTorch.

Reads `model.safetensors` by hand, writes the graph with `onnx.helper`. The output is the same bytes on every run, and
embeds as the original does (cosine 0.9999996 at worst; `docs/findings/semantic.md` has the figures).
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.errors import MissingExtraError, ModelError, ModelIntegrityError, ModelNotFoundError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
_OPSET = 20
_IR_VERSION = 9
_HIDDEN = -1e9
"""What is added to the attention scores of padding."""
_COPIED = ("tokenizer.json", "config.json", "modules.json", "config_sentence_transformers.json")


def convert(source: Path, target: Path, *, int8: bool = False) -> Path:
    """Writes `target/model.onnx` with the tokenizer and configuration beside it, and returns its path.

    Args:
        source: a folder with `config.json`, `model.safetensors` and `tokenizer.json`.
        target: the folder to write, made if need be.
        int8: quantise the weights to 8 bits, per channel: a quarter of the size, twice the speed on processors with
            VNNI, a small loss (cosine about 0.99).

    Raises:
        ModelNotFoundError: a file is missing.
        ModelError: the model is not of the BERT family.
        MissingExtraError: the `onnx` package is not installed.
    """
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (source / name).is_file():
            raise ModelNotFoundError(source, f"has no {name}")
    config = json.loads((source / "config.json").read_bytes())
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        raise ModelError(source, f"is {config.get('model_type')}, and only bert with gelu can be converted")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ModelError(source, "has relative positions; only absolute ones can be converted")
    model = _Builder(read_safetensors(source / "model.safetensors"), config).model()
    target.mkdir(parents=True, exist_ok=True)
    path = target / "model.onnx"
    path.write_bytes(_quantized(model, target) if int8 else model.SerializeToString())
    for name in (*_COPIED, *(item.name for item in source.glob("sentence_*_config.json"))):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    for folder in source.glob("*_Pooling"):
        (target / folder.name).mkdir(exist_ok=True)
        shutil.copyfile(folder / "config.json", target / folder.name / "config.json")
    return path


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a safetensors file, mapped into memory."""
    data = np.memmap(path, np.uint8, "r")
    try:
        length = int.from_bytes(data[:8].tobytes(), "little")
        header = json.loads(data[8 : 8 + length].tobytes())
        header.pop("__metadata__", None)
        tensors = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            raw = data[8 + length + start : 8 + length + end]
            tensors[name] = raw.view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
    except (ValueError, KeyError) as error:
        raise ModelIntegrityError(path, f"is not a whole safetensors file ({error})") from None
    return tensors


def _quantized(model: Any, folder: Path) -> bytes:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full, small = folder / "full.onnx.tmp", folder / "int8.onnx.tmp"
    try:
        full.write_bytes(model.SerializeToString())
        with _unconfigured_logging():
            quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)
        return small.read_bytes()
    finally:
        full.unlink(missing_ok=True)
        small.unlink(missing_ok=True)


@contextlib.contextmanager
def _unconfigured_logging() -> Iterator[None]:
    """The quantiser logs through `logging.warning`, which would set up the root logger of a program that has not yet."""
    root, handler = logging.getLogger(), logging.NullHandler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


class _Builder:
    """Nodes and weights while the graph grows."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]], config: Mapping[str, Any]) -> None:
        try:
            import onnx
        except ImportError:
            raise MissingExtraError("onnx", extra="convert") from None
        self._onnx = onnx
        self._tensors = {name.removeprefix("bert."): value for name, value in tensors.items()}
        self._heads = int(config["num_attention_heads"])
        self._head_size = int(config["hidden_size"]) // self._heads
        self._layers = int(config["num_hidden_layers"])
        self._epsilon = float(config["layer_norm_eps"])
        self._nodes: list[Any] = []
        self._weights: dict[str, Any] = {}

    def model(self) -> Any:
        """The whole: with `classifier` weights a cross-encoder (`logits`), else an encoder (`last_hidden_state`)."""
        helper, types = self._onnx.helper, self._onnx.TensorProto
        hidden = self._embeddings()
        mask = self._mask()
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, mask)
        name, shape = "last_hidden_state", ["batch", "sequence", self._heads * self._head_size]
        if "classifier.weight" in self._tensors:
            hidden = self._classifier(hidden)
            name, shape = "logits", ["batch", len(self._tensors["classifier.bias"])]
        self._nodes.append(helper.make_node("Identity", [hidden], [name]))
        inputs = [
            helper.make_tensor_value_info(item, types.INT64, ["batch", "sequence"])
            for item in ("input_ids", "attention_mask", "token_type_ids")
        ]
        output = helper.make_tensor_value_info(name, types.FLOAT, shape)
        graph = helper.make_graph(self._nodes, "bert", inputs, [output], list(self._weights.values()))
        opsets = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="secondhop")
        self._onnx.checker.check_model(model)
        return model

    def _op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind}_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def _constant(self, name: str, value: Any, dtype: Any) -> str:
        if name not in self._weights:
            array = np.ascontiguousarray(value, dtype)
            self._weights[name] = self._onnx.numpy_helper.from_array(array, name)
        return name

    def _tensor(self, name: str, *, transposed: bool = False) -> str:
        try:
            value = self._tensors[name]
        except KeyError:
            raise ModelError("model.safetensors", f"has no tensor {name}; this is no BERT encoder") from None
        # Transposed here rather than by a node, so that quantisation sees a matrix product with constant weights.
        return self._constant(name, value.T if transposed else value, np.float32)

    def _ints(self, name: str, values: Sequence[int]) -> str:
        return self._constant(name, values, np.int64)

    def _embeddings(self) -> str:
        words = self._op("Gather", self._tensor("embeddings.word_embeddings.weight"), "input_ids")
        kinds = self._op("Gather", self._tensor("embeddings.token_type_embeddings.weight"), "token_type_ids")
        length = self._op("Slice", self._op("Shape", "input_ids"), self._ints("one", [1]), self._ints("two", [2]))
        positions = self._op(
            "Slice", self._tensor("embeddings.position_embeddings.weight"), self._ints("zero", [0]), length, "zero"
        )
        total = self._op("Add", self._op("Add", words, kinds), positions)
        return self._norm("embeddings.LayerNorm", total)

    def _mask(self) -> str:
        kept = self._op("Cast", "attention_mask", to=self._onnx.TensorProto.FLOAT)
        hidden = self._op("Sub", self._constant("full", 1.0, np.float32), kept)
        bias = self._op("Mul", hidden, self._constant("hidden", _HIDDEN, np.float32))
        return self._op("Unsqueeze", bias, self._ints("middle", [1, 2]))

    def _layer(self, name: str, hidden: str, mask: str) -> str:
        heads = self._ints("heads", [0, 0, self._heads, self._head_size])
        parts = [
            self._op("Reshape", self._linear(f"{name}.attention.self.{part}", hidden), heads)
            for part in ("query", "key", "value")
        ]
        query, value = (self._op("Transpose", parts[place], perm=[0, 2, 1, 3]) for place in (0, 2))
        key = self._op("Transpose", parts[1], perm=[0, 2, 3, 1])
        scale = self._constant("scale", self._head_size**-0.5, np.float32)
        scores = self._op("Add", self._op("Mul", self._op("MatMul", query, key), scale), mask)
        mixed = self._op("MatMul", self._op("Softmax", scores, axis=-1), value)
        merged = self._op(
            "Reshape",
            self._op("Transpose", mixed, perm=[0, 2, 1, 3]),
            self._ints("merged", [0, 0, self._heads * self._head_size]),
        )
        attended = self._op("Add", self._linear(f"{name}.attention.output.dense", merged), hidden)
        attended = self._norm(f"{name}.attention.output.LayerNorm", attended)
        inner = self._op("Gelu", self._linear(f"{name}.intermediate.dense", attended))
        return self._norm(
            f"{name}.output.LayerNorm", self._op("Add", self._linear(f"{name}.output.dense", inner), attended)
        )

    def _classifier(self, hidden: str) -> str:
        first = self._op("Gather", hidden, self._constant("first", 0, np.int64), axis=1)
        pooled = self._op("Tanh", self._linear("pooler.dense", first))
        return self._linear("classifier", pooled)

    def _linear(self, name: str, value: str) -> str:
        product = self._op("MatMul", value, self._tensor(f"{name}.weight", transposed=True))
        return self._op("Add", product, self._tensor(f"{name}.bias"))

    def _norm(self, name: str, value: str) -> str:
        weights = self._tensor(f"{name}.weight"), self._tensor(f"{name}.bias")
        return self._op("LayerNormalization", value, *weights, axis=-1, epsilon=self._epsilon)
