"""Nodes as a vector store returns them, and a query engine whose model answers with the context that it was sent."""

import pytest
from llama_index.core import PromptTemplate
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode
from llama_index.postprocessor.secondhop import (
    SecondhopBudgetPacker,
    SecondhopDeduplicator,
    SecondhopPostprocessor,
    SecondhopRelevanceFloor,
    SecondhopSentencePruner,
)

QUESTION = "Who repairs the engine of the ship that carries the night mail?"
TEXTS = [
    "The night mail is carried by the Aurora Vellamo. It sails at ten each evening. The crew is paid weekly.",
    "The cafe sells soup and bread. The soup is hot until eight. Tea costs two crowns.",
    "The Aurora Vellamo goes to Brannock & Daughters for gearbox and diesel. They live in Port Ellery.",
    "Night mail bags are counted aboard by the mate. The mate signs for them twice.",
    "The school rotation carries pupils from Grey Holm. It runs on school days only.",
]
SCORES = [0.91, 0.83, 0.74, 0.62, 0.41]
CLASSES = [
    SecondhopBudgetPacker,
    SecondhopDeduplicator,
    SecondhopPostprocessor,
    SecondhopRelevanceFloor,
    SecondhopSentencePruner,
]


def node(text, number=0, **options):
    """A node with offsets and relationships, cut from the middle of a document."""
    options = {
        "metadata": {"file_name": "handbook.md", "page_label": "3"},
        "start_char_idx": 1000,
        "end_char_idx": 1000 + len(text),
        **options,
    }
    return TextNode(
        text=text,
        id_=f"node-{number}",
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(node_id="handbook", metadata={"author": "Marsh"}),
            NodeRelationship.NEXT: RelatedNodeInfo(node_id=f"node-{number + 1}"),
        },
        embedding=[0.1, 0.2, 0.3],
        excluded_embed_metadata_keys=["file_name"],
        **options,
    )


@pytest.fixture
def nodes():
    return [
        NodeWithScore(node=node(text, number), score=score)
        for number, (text, score) in enumerate(zip(TEXTS, SCORES, strict=True))
    ]


class Fixed(BaseRetriever):
    """Returns the same nodes for every query, and not copies of them, as a docstore in memory does."""

    def __init__(self, nodes):
        self.nodes = nodes
        super().__init__()

    def _retrieve(self, query_bundle):
        return list(self.nodes)


def engine(nodes, *postprocessors, mode=ResponseMode.COMPACT):
    """A query engine whose answer is the context that the model was sent."""
    template = PromptTemplate("{context_str}")
    synthesizer = get_response_synthesizer(
        llm=MockLLM(), response_mode=mode, text_qa_template=template, summary_template=template
    )
    return RetrieverQueryEngine(Fixed(nodes), synthesizer, node_postprocessors=list(postprocessors))


def source_of(item, document):
    """What the node's offsets point to."""
    return document[item.node.start_char_idx : item.node.end_char_idx]
