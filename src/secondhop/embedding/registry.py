"""The models that go by a short name: where they live, and how they want to be asked.

Commits and digests stand here only where several independent public projects state the same ones for the same file;
where a field is None, the first download is recorded in `models.lock.json` and every later use is checked against that
(trust on first use).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Pooling = Literal["mean", "cls"]
"""How token vectors become one: their mean, or the vector of the first token."""

_BERT_TOKENIZER = "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What is known of a model before it is opened. None means: as the model's own files say."""

    repo: str
    """Repository on the hub."""
    file: str = "onnx/model.onnx"
    """The ONNX file in it."""
    revision: str | None = None
    """The commit to fetch; None for the newest one when it is first fetched, and that one from then on."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of files, by name."""
    pooling: Pooling | None = None
    dims: int | None = None
    max_length: int | None = None
    """Tokens of a text that are read."""
    query_prefix: str | None = None
    document_prefix: str | None = None


EMBEDDERS: Mapping[str, ModelSpec] = {
    "bge-small": ModelSpec(
        repo="BAAI/bge-small-en-v1.5",
        revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
        digests={
            "onnx/model.onnx": "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35",
            "tokenizer.json": _BERT_TOKENIZER,
        },
        pooling="cls",
        dims=384,
        max_length=512,
        query_prefix="Represent this sentence for searching relevant passages: ",
    ),
    "bge-base": ModelSpec(
        repo="BAAI/bge-base-en-v1.5",
        pooling="cls",
        dims=768,
        max_length=512,
        query_prefix="Represent this sentence for searching relevant passages: ",
    ),
    "e5-small": ModelSpec(
        repo="intfloat/e5-small-v2",
        pooling="mean",
        dims=384,
        max_length=512,
        query_prefix="query: ",
        document_prefix="passage: ",
    ),
    "all-minilm": ModelSpec(
        repo="sentence-transformers/all-MiniLM-L6-v2",
        revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        digests={
            "onnx/model.onnx": "6fd5d72fe4589f189f8ebc006442dbb529bb7ce38f8082112682524616046452",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        pooling="mean",
        dims=384,
        max_length=256,
    ),
    "multilingual-e5-small": ModelSpec(
        repo="intfloat/multilingual-e5-small",
        revision="614241f622f53c4eeff9890bdc4f31cfecc418b3",
        digests={"onnx/model.onnx": "ca456c06b3a9505ddfd9131408916dd79290368331e7d76bb621f1cba6bc8665"},
        pooling="mean",
        dims=384,
        max_length=512,
        query_prefix="query: ",
        document_prefix="passage: ",
    ),
}

CROSS_ENCODERS: Mapping[str, ModelSpec] = {
    "ms-marco-minilm": ModelSpec(
        repo="cross-encoder/ms-marco-MiniLM-L6-v2",
        revision="c5ee24cb16019beea0893ab7796b1df96625c6b8",
        digests={
            "onnx/model.onnx": "5d3e70fd0c9ff14b9b5169a51e957b7a9c74897afd0a35ce4bd318150c1d4d4a",
            "tokenizer.json": _BERT_TOKENIZER,
        },
        max_length=512,
    ),
    "ms-marco-tinybert": ModelSpec(repo="cross-encoder/ms-marco-TinyBERT-L2-v2", max_length=512),
}

DEFAULT_CROSS_ENCODER = "ms-marco-minilm"
