"""Let LlamaIndex find many nodes, and choose what the model sees within a token budget. Needs no keys."""

from pathlib import Path

from llama_index.core import MockEmbedding, PromptTemplate, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.postprocessor.secondhop import SecondhopPostprocessor, collect_reports
from llama_index.retrievers.secondhop.folder import nodes_from_folder

DATA = Path(__file__).parent / "data"

index = VectorStoreIndex(nodes_from_folder(DATA), embed_model=MockEmbedding(embed_dim=8))
engine = index.as_query_engine(
    llm=MockLLM(),  # answers with its prompt
    similarity_top_k=40,
    node_postprocessors=[SecondhopPostprocessor(token_budget=400, tokenizer="estimate")],
    text_qa_template=PromptTemplate("{context_str}\n\nQuestion: {query_str}"),
)
with collect_reports() as collected:
    print(engine.query("Who repairs the engine of the ship that carries the night mail?"))

print("\nWhat became of each node:")
for decision in collected.last["decisions"]:
    if decision["fate"] == "kept" or decision["rank"]:
        print(f"  {decision['reason']:22} {decision['tokens']:4} tokens  {decision['label']}")
