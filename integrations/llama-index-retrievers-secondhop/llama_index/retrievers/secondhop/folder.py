"""The files below a folder as nodes, read and cut by secondhop."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from llama_index.core.schema import NodeRelationship, ObjectType, RelatedNodeInfo, TextNode

from secondhop import Chunk, Document, FolderOptions

_NOT_FOR_MODELS = ["kind", "line"]


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
    metadata: dict[str, Any] = {"file_name": chunk.source}
    if chunk.page is not None:
        metadata["page_label"] = str(chunk.page)
    if chunk.heading_path:
        metadata["header_path"] = f"/{'/'.join(chunk.heading_path)}/"
    metadata |= {"kind": chunk.kind, "line": chunk.line}
    return TextNode(
        id_=chunk.id,
        text=chunk.text,
        metadata=metadata,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        excluded_llm_metadata_keys=list(_NOT_FOR_MODELS),
        excluded_embed_metadata_keys=list(_NOT_FOR_MODELS),
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(
                node_id=chunk.source, node_type=ObjectType.DOCUMENT, metadata={"file_name": chunk.source}
            )
        },
    )
