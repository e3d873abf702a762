"""A retriever on disk: its nodes as JSON lines, and its settings. Versioned, digested, never executable.

`retriever.json` names the file with the nodes and is written last, by renaming, so a reader sees the old state or the
new one. The index is made again from the nodes when they are read. One writer at a time; readers take no lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from llama_index.core.schema import BaseNode, IndexNode
from llama_index.core.storage.docstore.utils import doc_to_json, json_to_doc
from llama_index.core.vector_stores.types import MetadataFilters

from secondhop.errors import IndexCorruptError, IndexVersionError, InputError
from secondhop.storage.files import errors_of, make_folder, publish, write_new
from secondhop.storage.lock import writer_lock

FORMAT = 1
MANIFEST = "retriever.json"

_NODES = re.compile(r"nodes-[0-9a-f]{16}\.jsonl")
_SHAPE = {"nodes": str, "sha256": str, "settings": dict, "callables": list}


def save(folder: Path, nodes: Iterable[BaseNode], settings: Mapping[str, Any], lock_timeout: float) -> None:
    """Writes nodes and settings; settings that are callables are only named.

    Raises:
        IndexLockedError: another writer has not finished within `lock_timeout` seconds.
        InputError: the metadata of a node, or a setting, hold what JSON cannot.
    """
    data = "".join(_line(_storable(node)) for node in nodes).encode("utf-8", "surrogatepass")
    filters = settings["filters"]
    plain = {name: value for name, value in settings.items() if not callable(value)}
    plain["filters"] = filters if filters is None else filters.model_dump(mode="json")
    _check(plain, "setting")
    # A name of its own, so that no file that a reader may have open is ever written to.
    name = f"nodes-{secrets.token_hex(8)}.jsonl"
    manifest = {
        "format": FORMAT,
        "nodes": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "settings": plain,
        "callables": sorted(name for name, value in settings.items() if callable(value)),
    }
    manifest["digest"] = _digest(manifest)
    stored = json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "surrogatepass")
    temporary = folder / f"{MANIFEST}.tmp"
    make_folder(folder)
    with writer_lock(folder, lock_timeout):
        write_new(folder / name, [data], len(data))
        with errors_of(temporary):
            temporary.unlink(missing_ok=True)  # a writer that died may have left it
        write_new(temporary, [stored], len(stored))
        publish(temporary, folder / MANIFEST)
        for stale in folder.glob("nodes-*.jsonl"):
            if stale.name != name and _NODES.fullmatch(stale.name):
                with contextlib.suppress(OSError):  # Windows keeps what a reader has open; the next writer removes it
                    stale.unlink()


def load(folder: Path) -> tuple[list[BaseNode], dict[str, Any], list[str]]:
    """Nodes, settings, and the names of the settings that were callables."""
    manifest, data = _read(folder)
    lines = data.decode("utf-8", "surrogatepass").split("\n")  # splitlines would break at other separators too
    nodes = [json_to_doc(json.loads(line)) for line in lines if line]
    settings = dict(manifest["settings"])
    if settings["filters"] is not None:
        settings["filters"] = MetadataFilters.model_validate(settings["filters"])
    return nodes, settings, list(manifest["callables"])


def _read(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The manifest, and what is in the file that it names."""
    manifest = _manifest(folder / MANIFEST)
    while True:
        path = folder / manifest["nodes"]
        try:
            data = path.read_bytes()
        except OSError as error:
            before, manifest = manifest, _manifest(folder / MANIFEST)
            if manifest == before:  # else a writer has come by, and the file is no longer part of it
                raise IndexCorruptError(
                    path, f"cannot be read ({error.strerror}); persist the retriever again"
                ) from None
            continue
        if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
            raise IndexCorruptError(path, "is not as it was written; persist the retriever again")
        return manifest, data


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
        version = manifest["format"]
    except OSError as error:
        raise IndexCorruptError(path, f"cannot be read ({error.strerror}); is this a persisted retriever?") from None
    except (ValueError, KeyError, TypeError):
        raise IndexCorruptError(path, "is not a retriever's manifest; persist the retriever again") from None
    if version != FORMAT:
        raise IndexVersionError(
            path, f"has format {version!r}; this version reads {FORMAT}: persist the retriever again"
        )
    if not _is_whole(manifest):
        raise IndexCorruptError(path, "is not as it was written; persist the retriever again")
    return dict(manifest)


def _is_whole(manifest: Mapping[str, Any]) -> bool:
    """Whether what is read of it is there, and as it was written; older ones have no digest."""
    return (
        all(isinstance(manifest.get(key), kind) for key, kind in _SHAPE.items())
        and _NODES.fullmatch(manifest["nodes"]) is not None
        and isinstance(manifest["settings"].get("filters", ""), (dict, type(None)))
        and ("digest" not in manifest or manifest["digest"] == _digest(manifest))
    )


def _digest(manifest: Mapping[str, Any]) -> str:
    fields = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _line(node: BaseNode) -> str:
    try:
        return json.dumps(doc_to_json(node), ensure_ascii=False) + "\n"
    except (TypeError, ValueError) as error:
        _check(node.metadata, f"node {node.node_id!r}: metadata key")
        raise InputError(f"node {node.node_id!r} cannot be stored: {error}") from error


def _check(values: Mapping[str, Any], what: str) -> None:
    for key, value in values.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise InputError(f"{what} {key!r} cannot be stored ({error}): make it a text or a number") from error


def _storable(node: BaseNode) -> BaseNode:
    """The node; without what it points to if that is not a node, which has to be given again as `objects=`."""
    if isinstance(node, IndexNode) and not isinstance(node.obj, BaseNode):
        return node.model_copy(update={"obj": None})
    return node
