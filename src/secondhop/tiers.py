"""The semantic tiers of a document, from its options: what embeds, the vectors of its chunks, the index over them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secondhop import embedding
from secondhop.embedding.cache import digest_of
from secondhop.embedding.given import checked_vectors
from secondhop.embedding.vectors import read_vectors, write_vectors
from secondhop.errors import OptionError, StoreError
from secondhop.options import DocumentOptions
from secondhop.retrieval import Tiers
from secondhop.retrieval.semantic.approximate import build_index
from secondhop.retrieval.semantic.dense import Order, unit_rows
from secondhop.retrieval.semantic.fusion import FUSIONS, by_meaning
from secondhop.retrieval.tiers import Dense
from secondhop.types import Chunk

if TYPE_CHECKING:
    from secondhop.embedding.protocol import Matrix
    from secondhop.indexing import Snapshot

_log = logging.getLogger(__name__)

VECTOR_FILE = "vectors.f32"


def make_tiers(snapshot: Snapshot, options: DocumentOptions, vectors: Any = None, folder: Path | None = None) -> Tiers:
    """What ranks besides words, where the options or vectors ask for any of it.

    Args:
        snapshot: the index.
        options: which tier, and how.
        vectors: those of the chunks, where the caller has them.
        folder: where to keep them in a file that is mapped into memory; None for memory alone.
    """
    if options.retrieval == "lexical":
        if vectors is not None:
            raise OptionError("retrieval='lexical' does not use vectors; say retrieval='hybrid' or 'semantic'")
        return Tiers(rerank=_reranker(options), candidate_pool=options.candidate_pool)
    embedder, cache = embedding.load_embedder(options), embedding.open_cache(options.embedding_cache)
    if cache is not None:
        embedder = embedding.CachedEmbedder(embedder, cache)
    order: Order = "F" if options.vector_index == "flat" else "C"  # the others read single rows
    rows = _chunk_vectors(snapshot, embedder, order, folder) if vectors is None else unit_rows(vectors, order)
    if len(rows) and options.embedder_dim not in (None, rows.shape[1]):
        raise OptionError(f"embedder_dim={options.embedder_dim}, and the vectors have {rows.shape[1]} dimensions")
    return Tiers(
        dense=Dense(
            embed=partial(_query_vector, embedder),
            index=build_index(options.vector_index, rows),
            fuse=by_meaning if options.retrieval == "semantic" else FUSIONS[options.fusion],
        ),
        rerank=_reranker(options),
        candidate_pool=options.candidate_pool,
        min_candidates=options.min_candidates,
    )


def checked_rows(vectors: Any, chunks: Sequence[Chunk]) -> Matrix:
    """The caller's vectors of the chunks that are indexed: those with text.

    Raises:
        InputError: there is not one row of numbers for each chunk.
    """
    rows = checked_vectors(vectors, len(chunks), "vectors=")
    return rows[[place for place, chunk in enumerate(chunks) if chunk.text.strip()]]


def _reranker(options: DocumentOptions) -> Any:
    if options.rerank is None:
        return None
    return embedding.load_cross_encoder(options.rerank, threads=options.embedder_threads).score


def _query_vector(embedder: embedding.Embedder, text: str) -> Matrix:
    vector: Matrix = embedder.embed([text], "query")[0]
    return vector


def _chunk_vectors(snapshot: Snapshot, embedder: embedding.Embedder, order: Order, folder: Path | None) -> Matrix:
    """[C, dimensions] unit vectors of the chunks, from the file in the folder if they are those of these texts."""
    texts = [chunk.text for chunk in snapshot.all_chunks()]
    identity = embedder.identity("document")
    if folder is None or identity is None:
        return unit_rows(embedder.embed(texts, "document"), order)
    path, wanted = folder / VECTOR_FILE, digest_of((identity, *texts)).hex()
    stored = _stored(path, wanted)
    if stored is not None:
        return stored
    rows = unit_rows(embedder.embed(texts, "document"), order)
    try:
        write_vectors(path, rows, wanted)
    except OSError as error:  # a full disk, or an index that is there to be read only
        _log.warning("%s: the vectors are not kept: %s", path, error)
        return rows
    stored = _stored(path, wanted)
    return rows if stored is None else stored


def _stored(path: Path, identity: str) -> Matrix | None:
    """The vectors of a file; None if there is none, or none of use: they are made again."""
    try:
        return read_vectors(path, identity)
    except OSError:
        return None
    except StoreError as error:
        _log.warning("%s: the vectors are made again", error)
        return None
