"""From what the options say to something that embeds: names, folders, files, objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from secondhop.embedding.cache import CachedEmbedder, EmbeddingCache
from secondhop.embedding.folder import Model, open_model
from secondhop.embedding.given import as_cross_encoder, as_embedder
from secondhop.embedding.onnx_models import OnnxCrossEncoder, OnnxEmbedder
from secondhop.embedding.protocol import CrossEncoder, Embedder
from secondhop.embedding.registry import CROSS_ENCODERS, DEFAULT_CROSS_ENCODER, DEFAULT_EMBEDDER, EMBEDDERS, ModelSpec
from secondhop.errors import InputError, OptionError

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderOptions:
    """Which embedder, and where it is to differ from what its own files say. None: as they say."""

    model: Any = DEFAULT_EMBEDDER
    """A name, a hub repository, a folder, an ONNX file, a callable, or an embedder of LangChain or LlamaIndex."""
    tokenizer: str | Path | None = None
    """A `tokenizer.json` that does not lie beside the model."""
    dims: int | None = None
    pooling: str | None = None
    max_length: int | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    threads: int | None = None
    identity: str | None = None
    """For a callable: what to call this version of it in the cache. Without one it is not cached."""


def load_embedder(options: EmbedderOptions) -> Embedder:
    """The embedder.

    Raises:
        OptionError: no such model.
        ModelError: it cannot be used; see `errors.py`.
    """
    model = options.model
    if not isinstance(model, (str, Path)):
        return as_embedder(
            model,
            identity=options.identity,
            query_prefix=options.query_prefix or "",
            document_prefix=options.passage_prefix or "",
        )
    if options.pooling not in (None, "mean", "cls"):
        raise OptionError.choice("embedder_pooling", options.pooling, ("mean", "cls"))
    spec = EMBEDDERS.get(str(model), ModelSpec(repo=str(model)))
    changes: dict[str, Any] = {
        "pooling": options.pooling,
        "dims": options.dims,
        "max_length": options.max_length,
        "query_prefix": options.query_prefix,
        "document_prefix": options.passage_prefix,
    }
    spec = replace(spec, **{key: value for key, value in changes.items() if value is not None})
    opened = _open("model", str(model), spec, EMBEDDERS, options.tokenizer)
    return OnnxEmbedder(opened, threads=options.threads)


def load_cross_encoder(model: Any, *, threads: int | None = None) -> CrossEncoder:
    """The cross-encoder: `cross-encoder` for the default one, a name, a folder, an ONNX file, or a callable.

    Raises:
        OptionError: no such model.
        ModelError: it cannot be used.
    """
    if not isinstance(model, (str, Path)):
        return as_cross_encoder(model)
    name = DEFAULT_CROSS_ENCODER if model == "cross-encoder" else str(model)
    spec = CROSS_ENCODERS.get(name, ModelSpec(repo=name))
    return OnnxCrossEncoder(_open("rerank", name, spec, CROSS_ENCODERS), threads=threads)


def open_cache(cache: Any) -> EmbeddingCache | None:
    """A cache: `auto` for the SQLite file in the user's cache folder, a path, a Redis URL, an object, or None for none."""
    if cache is None or isinstance(cache, EmbeddingCache):
        return cache
    if isinstance(cache, str) and cache.startswith(("redis://", "rediss://", "unix://")):
        from secondhop.embedding.redis_cache import RedisCache

        return RedisCache(cache)
    if isinstance(cache, (str, Path)):
        from secondhop.embedding.sqlite_cache import SqliteCache

        return SqliteCache(None if cache == "auto" else cache)
    raise InputError(f"embedding_cache={cache!r} is no path, Redis URL or cache")


def cached(embedder: Embedder, cache: EmbeddingCache | None) -> Embedder:
    """The embedder behind the cache, if there is one."""
    return embedder if cache is None else CachedEmbedder(embedder, cache)


def _open(option: str, model: str, spec: ModelSpec, named: Any, tokenizer: str | Path | None = None) -> Model:
    from secondhop.embedding.hub import open_named

    path = Path(model).expanduser()
    if model in named:
        return open_named(model, spec)
    if path.is_dir():
        return open_model(path, name=path.name, spec=spec)
    if path.suffix == ".onnx":
        folder = path.parent.parent if path.parent.name == "onnx" else path.parent
        beside = None if tokenizer is None else Path(tokenizer)
        return open_model(folder, name=path.stem, spec=spec, file=path, tokenizer=beside)
    if _REPOSITORY.fullmatch(model):
        return open_named(model, spec)
    raise OptionError(f"{option}={model!r} is no folder, .onnx file or hub repository, nor one of: {', '.join(named)}")
