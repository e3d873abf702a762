"""The files below a folder as nodes, read and cut by secondhop."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from llama_index.core.schema import NodeRelationship, ObjectType, RelatedNodeInfo, TextNode

from secondhop import Chunk, Document, FolderOptions

_FOR_MODELS = ("file_name", "page_label", "header_path")
_NOT_FOR_NODES = ("title", "page_labels")
"""A title would be searched as the heading of nodes that have none, and the labels of all pages are many."""


def nodes_from_folder(folder: str | Path, options: FolderOptions | None = None) -> list[TextNode]:
    """One node for each chunk, in reading order, with offsets into the text of its file and links to its neighbours."""
    chunks = Document.from_folder(folder, options=options).chunks
    nodes = [_to_node(chunk) for chunk in chunks]
    for (chunk, node), (following, after) in pairwise(zip(chunks, nodes, strict=True)):
        if chunk.source == following.source:
            node.relationships[NodeRelationship.NEXT] = RelatedNodeInfo(node_id=after.node_id)
            after.relationships[NodeRelationship.PREVIOUS] = RelatedNodeInfo(node_id=node.node_id)
    return nodes


def _to_node(chunk: Chunk) -> TextNode:
    of_file = {key: value for key, value in chunk.metadata.items() if key not in _NOT_FOR_NODES}
    metadata: dict[str, Any] = {**of_file, "file_name": chunk.source}
    if chunk.page is not None:
        metadata["page_label"] = str(chunk.page)
    if chunk.heading_path:
        metadata["header_path"] = f"/{'/'.join(chunk.heading_path)}/"
    metadata |= {"kind": chunk.kind, "line": chunk.line}
    not_for_models = [key for key in metadata if key not in _FOR_MODELS]
    return TextNode(
        id_=chunk.id,
        text=chunk.text,
        metadata=metadata,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        excluded_llm_metadata_keys=not_for_models,
        excluded_embed_metadata_keys=list(not_for_models),
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(
                node_id=chunk.source, node_type=ObjectType.DOCUMENT, metadata={"file_name": chunk.source}
            )
        },
    )
