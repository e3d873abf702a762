"""A LlamaIndex query engine over a folder, without a vector store, a model or keys."""

from pathlib import Path
from tempfile import TemporaryDirectory

from llama_index.core import PromptTemplate
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.retrievers.secondhop import SecondhopRetriever

DATA = Path(__file__).parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"

retriever = SecondhopRetriever.from_defaults(folder=DATA, token_budget=400, tokenizer="estimate")
for item in retriever.retrieve(QUESTION):
    step = item.node.metadata["secondhop"][-1]
    print(f"{item.score:5.1f}  {step['reason']:16} {item.node.metadata['file_name']}")

synthesizer = get_response_synthesizer(llm=MockLLM(), text_qa_template=PromptTemplate("{context_str}"))
print("\nSent to the model:\n")
print(RetrieverQueryEngine(retriever, synthesizer).query(QUESTION))

with TemporaryDirectory() as folder:
    retriever.persist(folder)
    assert SecondhopRetriever.from_persist_dir(folder).retrieve(QUESTION) == retriever.retrieve(QUESTION)
