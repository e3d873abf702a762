"""A retriever on disk: its nodes as JSON lines, and its settings. Versioned, digested, never executable.

`retriever.json` names the file with the nodes and is written last, by renaming, so a reader sees the old state or the
new one. The index is made again from the nodes when they are read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from llama_index.core.schema import BaseNode, IndexNode
from llama_index.core.storage.docstore.utils import doc_to_json, json_to_doc
from llama_index.core.vector_stores.types import MetadataFilters

from secondhop.errors import IndexCorruptError, IndexVersionError

FORMAT = 1
MANIFEST = "retriever.json"


def save(folder: Path, nodes: Iterable[BaseNode], settings: Mapping[str, Any]) -> None:
    """Writes nodes and settings; settings that are callables are only named."""
    lines = "".join(json.dumps(doc_to_json(_storable(node)), ensure_ascii=False) + "\n" for node in nodes)
    data = lines.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(data).hexdigest()
    filters = settings["filters"]
    plain = {name: value for name, value in settings.items() if not callable(value)}
    plain["filters"] = filters if filters is None else filters.model_dump(mode="json")
    manifest = {
        "format": FORMAT,
        "nodes": f"nodes-{digest[:16]}.jsonl",
        "sha256": digest,
        "settings": plain,
        "callables": sorted(name for name, value in settings.items() if callable(value)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _publish(folder / str(manifest["nodes"]), data)
    _publish(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2).encode())
    for stale in folder.glob("nodes-*.jsonl"):
        if stale.name != manifest["nodes"]:
            stale.unlink(missing_ok=True)


def load(folder: Path) -> tuple[list[BaseNode], dict[str, Any], list[str]]:
    """Nodes, settings, and the names of the settings that were callables."""
    manifest = _manifest(folder / MANIFEST)
    path = folder / str(manifest["nodes"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IndexCorruptError(path, f"cannot be read ({error.strerror}); persist the retriever again") from None
    if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
        raise IndexCorruptError(path, "is not as it was written; persist the retriever again")
    lines = data.decode("utf-8", "surrogatepass").split("\n")  # splitlines would break at other separators too
    nodes = [json_to_doc(json.loads(line)) for line in lines if line]
    settings = dict(manifest["settings"])
    if settings["filters"] is not None:
        settings["filters"] = MetadataFilters.model_validate(settings["filters"])
    return nodes, settings, list(manifest["callables"])


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
    return dict(manifest)


def _storable(node: BaseNode) -> BaseNode:
    """The node; without what it points to if that is not a node, which has to be given again as `objects=`."""
    if isinstance(node, IndexNode) and not isinstance(node.obj, BaseNode):
        return node.model_copy(update={"obj": None})
    return node


def _publish(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
