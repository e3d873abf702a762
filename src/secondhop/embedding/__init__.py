"""Texts to vectors: models on ONNX, models of the caller's, and the caches before them.

    registry      the models that go by a name
    resolve       a name, folder, file, callable or framework object to an `Embedder` or `CrossEncoder`
    hub           fetching named models, and checking what is there
    model         a model's files and settings; safety: what an ONNX file would do
    onnx_models   embedders and cross-encoders on onnxruntime; encoder: batches and threads
    given         embedders of the caller's
    cache         vectors by content; sqlite_cache, redis_cache: where they are kept; user_cache: the folder for both
    vectors       the vectors of a document's chunks, in one file that is mapped into memory
    convert       a sentence-transformers folder to ONNX

Importing this package loads none of onnxruntime, tokenizers, huggingface-hub, sqlite3, redis and onnx.
"""

from __future__ import annotations

from secondhop.embedding.cache import CachedEmbedder
from secondhop.embedding.protocol import Embedder
from secondhop.embedding.resolve import load_cross_encoder, load_embedder, open_cache

__all__ = [
    "CachedEmbedder",
    "Embedder",
    "load_cross_encoder",
    "load_embedder",
    "open_cache",
]
