"""You have a retriever already: hand over what it found, and get a context within a budget."""

import secondhop

# As they come from a vector store or a search engine: best first, with scores, ids and metadata of your own.
retrieved = [
    {"id": "kb-12", "text": "Refunds are paid within ten days to the card that was used.", "score": 0.83},
    {"id": "kb-40", "text": "The office is open from nine to five.", "score": 0.71, "source": "contact"},
    {"id": "kb-13", "text": "Refunds are paid within ten days to the card that was used!", "score": 0.70},
    {"id": "kb-77", "text": "A refund is asked for at the window.", "score": 0.64, "metadata": {"team": "sales"}},
]
context = secondhop.build_context("How long does a refund take?", retrieved, token_budget=30)

print(context.text())
print()
for citation in context.citations:
    print(citation["marker"], citation["chunk_id"], citation["metadata"])
for decision in context.report.decisions:
    print(f"{decision.chunk_id}: {decision.reason.value}")

# Or index them, when you have no retriever, or the same chunks are asked often.
document = secondhop.Document.from_chunks(retrieved)
print(document.context("opening hours of the office", top_k=1).citations[0]["text"])
