"""You have a retriever already: hand over its chunks, and get a context within a budget."""

import secondhop

# As they come from a vector store or a search engine: best first, with scores, ids and metadata of your own.
retrieved = [
    {
        "id": "kb-12",
        "text": "Refunds are paid within ten days to the card that was used.",
        "source": "refunds",
        "score": 0.83,
    },
    {"id": "kb-40", "text": "The office is open from nine to five.", "source": "contact", "score": 0.71},
    {
        "id": "kb-13",
        "text": "Refunds are paid within ten days to the card that was used!",
        "source": "copy",
        "score": 0.70,
    },
    {
        "id": "kb-77",
        "text": "A refund can be asked for at the window.",
        "source": "refunds",
        "score": 0.64,
        "metadata": {"team": "sales"},
    },
]

context = secondhop.build_context("How long does a refund take?", retrieved, "redundancy_pruned", token_budget=60)

print(context.text())
print()
for citation in context.citations:
    print(citation["marker"], citation["chunk_id"], citation["source"], citation["metadata"])
for decision in context.report.decisions:
    print(f"{decision.chunk_id}: {decision.reason.value}")

# Or index them, when the same chunks are asked often.
document = secondhop.Document.from_chunks(retrieved)
print(document.context("opening hours of the office", top_k=1).citations[0]["text"])
