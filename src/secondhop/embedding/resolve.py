"""From what the options say to something that embeds: names, folders, files, objects."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from secondhop.embedding.cache import EmbeddingCache
from secondhop.embedding.given import as_cross_encoder, as_embedder
from secondhop.embedding.hub import open_named
from secondhop.embedding.model import Model, open_model
from secondhop.embedding.onnx_models import OnnxCrossEncoder, OnnxEmbedder
from secondhop.embedding.protocol import CrossEncoder, Embedder
from secondhop.embedding.registry import CROSS_ENCODERS, DEFAULT_CROSS_ENCODER, EMBEDDERS, ModelSpec
from secondhop.embedding.user_cache import vectors_path
from secondhop.errors import InputError, ModelNotFoundError, OptionError
from secondhop.options import DocumentOptions

_log = logging.getLogger(__name__)

_URL = re.compile(r"\w{2,}://")
"""One letter is a drive of Windows."""
_REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_caches: WeakValueDictionary[str | Path, EmbeddingCache] = WeakValueDictionary()
"""Those that somebody has open."""


def load_embedder(options: DocumentOptions) -> Embedder:
    """The embedder.

    Raises:
        OptionError: no such model.
        ModelError: it cannot be used; see `errors.py`.
    """
    model = options.model if options.embedder_model is None else Path(options.embedder_model)
    if not isinstance(model, (str, Path)):
        return as_embedder(
            model,
            identity=options.embedder_id,
            query_prefix=options.embedder_query_prefix or "",
            document_prefix=options.embedder_passage_prefix or "",
        )
    changes: dict[str, Any] = {
        "pooling": options.embedder_pooling,
        "dims": options.embedder_dim,
        "max_length": options.embedder_max_length,
        "query_prefix": options.embedder_query_prefix,
        "document_prefix": options.embedder_passage_prefix,
    }
    spec = replace(_spec(model, EMBEDDERS), **{key: value for key, value in changes.items() if value is not None})
    opened = _open("model", model, spec, EMBEDDERS, options.embedder_tokenizer)
    return OnnxEmbedder(opened, threads=options.embedder_threads)


def load_cross_encoder(model: Any, *, threads: int | None = None) -> CrossEncoder:
    """The cross-encoder: `cross-encoder` for the default one, a name, a folder, an ONNX file, or a callable.

    Raises:
        OptionError: no such model.
        ModelError: it cannot be used.
    """
    if not isinstance(model, (str, Path)):
        return as_cross_encoder(model)
    name = DEFAULT_CROSS_ENCODER if model == "cross-encoder" else model
    return OnnxCrossEncoder(_open("rerank", name, _spec(name, CROSS_ENCODERS), CROSS_ENCODERS), threads=threads)


def open_cache(cache: Any) -> EmbeddingCache | None:
    """A cache: `auto` for the SQLite file in the user's cache folder, a path, a Redis URL, an object, or None for none.

    Who asks for one that is open gets that one, so that many documents take no more descriptors than one.

    Raises:
        InputError: it is none of these.
    """
    if cache is None or isinstance(cache, EmbeddingCache):
        return cache
    if isinstance(cache, str) and _URL.match(cache):
        from secondhop.embedding.redis_cache import RedisCache

        return _caches.setdefault(cache, RedisCache(cache))
    if isinstance(cache, (str, Path)) and cache != "":
        from secondhop.embedding.sqlite_cache import SqliteCache

        try:
            path = vectors_path() if cache == "auto" else Path(cache).expanduser().absolute()
        except (OSError, RuntimeError) as error:  # there is no home folder
            _log.warning("embedding_cache=%r: nothing is cached: %s", str(cache), error)
            return None
        return _caches.setdefault(path, SqliteCache(path))
    raise InputError(f"embedding_cache={cache!r} is no path, Redis URL or cache")


def _spec(model: str | Path, named: Mapping[str, ModelSpec]) -> ModelSpec:
    known = named.get(model) if isinstance(model, str) else None
    return known or ModelSpec(repo=str(model))


def _open(
    option: str,
    model: str | Path,
    spec: ModelSpec,
    named: Mapping[str, ModelSpec],
    tokenizer: str | Path | None = None,
) -> Model:
    if isinstance(model, Path) or model not in named:
        path = Path(model).expanduser()
        beside = None if tokenizer is None else Path(tokenizer).expanduser()
        if path.is_dir():
            return open_model(path, name=path.name, spec=spec, tokenizer=beside)
        if path.suffix == ".onnx":
            folder = path.parent.parent if path.parent.name == "onnx" else path.parent
            return open_model(folder, name=path.stem, spec=spec, file=path, tokenizer=beside)
        if isinstance(model, Path):
            raise ModelNotFoundError(model, "no such folder, and no .onnx file")
        if not _REPOSITORY.fullmatch(model):
            choices = ", ".join(named)
            raise OptionError(f"{option}={model!r} is no folder, .onnx file or hub repository, nor one of: {choices}")
    if tokenizer is not None:
        raise OptionError(f"embedder_tokenizer={str(tokenizer)!r} is for a local model; {model!r} brings its own")
    return open_named(model, spec)
