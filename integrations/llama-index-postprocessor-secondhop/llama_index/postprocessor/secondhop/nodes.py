"""Nodes to chunks and back: what the model is sent of a node, and the node cut to what was chosen of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, get_args

from llama_index.core.schema import BaseNode, ImageNode, MetadataMode, NodeWithScore, TextNode
from yaml.representer import Representer, SafeRepresenter  # type: ignore[import-untyped]

from secondhop import Chunk, Decision, Passage
from secondhop.loading.formats import kind_by_name
from secondhop.text.pieces import across, are_joined, as_spans, shown_span
from secondhop.text.prompt import joined
from secondhop.types import Kind, Span

TRAIL_KEY = "secondhop"
"""Metadata key of the steps that a node went through, oldest first. The model never sees it."""
HEADING_KEYS = ("header_path", "section_title", "document_title", "title")
"""Metadata keys that hold a heading; the first that a node has is searched along with its text."""
SEPARATOR = "\n\n"
"""What LlamaIndex puts between nodes when it packs them into a prompt."""

_MOST_DIGITS = 9
"""Longer numbers are no pages, and an index does not hold them."""
_TEXT = "\ue000text\ue000"


def has_text(node: BaseNode) -> bool:
    """Whether there is text to choose from; images and blank nodes have none."""
    return not isinstance(node, ImageNode) and bool(node.get_content(MetadataMode.NONE).strip())


def llm_text(node: BaseNode) -> str:
    """The node as response synthesizers put it into a prompt: text and metadata by its own templates, stripped."""
    return node.get_content(MetadataMode.LLM).strip()


@dataclass(frozen=True, slots=True)
class Source:
    """A node as secondhop sees it. The node itself is never changed."""

    node: BaseNode
    score: float | None
    chunk: Chunk
    pieces: tuple[Span, ...]
    """Where the node's text stands in the text that it had before the first step of ours, in reading order."""
    frame: str
    """The node's text for the model, with a placeholder where its own text goes."""

    def excerpt(self, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
        """The text shown for some spans of the chunk, and where that stands in the original text.

        A node that is kept whole keeps its text as it is.
        """
        found = [cut for span in spans for cut in self._cuts(span)]
        origin = tuple(place for _, place in found)
        if origin == tuple(place for _, place in self._cuts((0, len(self.chunk.text)))):
            return self.chunk.text, self.pieces
        return joined([text for text, _ in found], self.chunk.kind), origin

    def shown(self, spans: Sequence[Span]) -> str:
        """What the model is sent when those spans are kept."""
        return self.frame.replace(_TEXT, self.excerpt(spans)[0] if spans else "").strip()

    def cut(self, spans: Sequence[Span], step: Mapping[str, Any]) -> NodeWithScore:
        """A copy of the node that holds those spans, with the step added to its trail."""
        text, origin = self.excerpt(spans)
        node = copied(self.node, {**step, "score": self.score, "spans": [list(span) for span in origin]})
        if text != self.chunk.text:
            node.set_content(text)
            if isinstance(node, TextNode) and self._has_offsets(node):
                base = (node.start_char_idx or 0) - self.pieces[0][0]
                node.start_char_idx, node.end_char_idx = base + origin[0][0], base + origin[-1][1]
        for excluded in (node.excluded_llm_metadata_keys, node.excluded_embed_metadata_keys):
            if TRAIL_KEY not in excluded:
                excluded.append(TRAIL_KEY)
        return NodeWithScore(node=node, score=self.score)

    def _has_offsets(self, node: TextNode) -> bool:
        """Whether the node's offsets are those of its text; of a sentence's window, they are the sentence's."""
        start, end = node.start_char_idx, node.end_char_idx
        return start is not None and end is not None and end - start == self.pieces[-1][1] - self.pieces[0][0]

    def _cuts(self, span: Span) -> list[tuple[str, Span]]:
        """The parts of a span of the current text that hold words, and where what is shown of each stands in the original."""
        text, kind = self.chunk.text, self.chunk.kind
        parts = [(text[start:end], place) for (start, end), place in across(span, self.pieces)]
        return [(part, shown_span(place, part, kind)) for part, place in parts if part.strip()]


def to_source(item: NodeWithScore, chunk_id: str, heading_keys: Sequence[str] = HEADING_KEYS) -> Source:
    """A node with text, ready to be chosen from."""
    node = item.node
    text = node.get_content(MetadataMode.NONE)
    metadata = node.metadata
    source = str(metadata.get("file_name") or metadata.get("file_path") or node.ref_doc_id or "node")
    kind: Kind = metadata["kind"] if metadata.get("kind") in get_args(Kind) else kind_by_name(source)
    page = str(metadata.get("page_label", ""))
    chunk = Chunk(
        text,
        id=chunk_id,
        source=source,
        end=len(text),
        page=int(page) if page.isdecimal() and len(page) <= _MOST_DIGITS else None,
        heading_path=_heading_path(metadata, heading_keys),
        kind=kind,
    )
    probe = node.model_copy()
    probe.set_content(_TEXT)
    return Source(node, item.score, chunk, _pieces(node, text), probe.get_content(MetadataMode.LLM))


def style_of(sources: Sequence[Source]) -> Callable[[int, Passage], str]:
    """A text style under which the budget counts what LlamaIndex sends; passages are numbered like the sources."""

    def llama_index(_: int, passage: Passage) -> str:
        return sources[passage.order].shown(passage.spans)

    return llama_index


def step_of(name: str, decision: Decision) -> dict[str, Any]:
    """What a node's trail records of one step."""
    return {
        "step": name,
        "reason": decision.reason.value,
        "role": decision.role,
        "tokens": decision.tokens,
        "rank": decision.rank,
        "relevance_score": round(decision.score, 6),
    }


class Trailed(dict[str, Any]):
    """Metadata with a trail, which is no part of their text.

    `TextNode.hash` is made of that text, and by the hash fusing retrievers know the nodes that several of them found.
    """

    def __str__(self) -> str:
        return str({key: value for key, value in self.items() if key != TRAIL_KEY})


for _representer in (SafeRepresenter, Representer):  # YAML writes a dict of another type as an object, or not at all
    _representer.add_representer(Trailed, _representer.represent_dict)


def copied(node: BaseNode, step: Mapping[str, Any] | None = None) -> BaseNode:
    """A copy whose metadata, key lists and relationships can be changed, with the step, if any, added to its trail.

    What an index node points to is shared.
    """
    metadata = deepcopy(node.metadata)
    if step is not None:
        trail = metadata.get(TRAIL_KEY, [])
        metadata = Trailed(metadata, **{TRAIL_KEY: [*(trail if isinstance(trail, list) else [trail]), step]})
    return node.model_copy(
        update={
            "metadata": metadata,
            "excluded_llm_metadata_keys": list(node.excluded_llm_metadata_keys),
            "excluded_embed_metadata_keys": list(node.excluded_embed_metadata_keys),
            "relationships": deepcopy(node.relationships),
        }
    )


def distinct_ids(nodes: Sequence[NodeWithScore]) -> list[str]:
    """The nodes' ids; a node that comes a second time gets a number behind its id."""
    seen: dict[str, int] = {}
    taken = {item.node.node_id for item in nodes}
    ids = []
    for item in nodes:
        name = item.node.node_id
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1 or not name:
            number = seen[name]
            while (name := f"{item.node.node_id}#{number}") in taken:
                number += 1
            taken.add(name)
        ids.append(name)
    return ids


def _pieces(node: BaseNode, text: str) -> tuple[Span, ...]:
    """What the last step recorded, if the text is still as that step left it."""
    trail = node.metadata.get(TRAIL_KEY)
    if isinstance(trail, list) and trail and isinstance(trail[-1], Mapping):
        pieces = as_spans(trail[-1].get("spans"))
        if pieces and are_joined(pieces, text):
            return tuple(pieces)
    return ((0, len(text)),)


def _heading_path(metadata: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    for key in keys:
        value = str(metadata.get(key) or "")
        parts = value.split("/") if value.startswith("/") else [value]
        if path := tuple(part.strip() for part in parts if part.strip()):  # none in "/", above the first heading
            return path
    return ()
