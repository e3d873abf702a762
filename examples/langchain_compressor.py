"""What another retriever found, cut down to a budget: here a vector store's with LangChain's fake embeddings."""

from pathlib import Path

from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.runnables import RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, format_context

import secondhop

DATA = Path(__file__).resolve().parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"

chunks = secondhop.Document.from_folder(DATA).chunks
store = InMemoryVectorStore(DeterministicFakeEmbedding(size=64))
store.add_documents(
    [
        Document(page_content=chunk.text, metadata={"source": chunk.source, "page_number": chunk.page}, id=chunk.id)
        for chunk in chunks
    ]
)
found = store.as_retriever(search_kwargs={"k": 60})

# As a retriever over the store's ...
retriever = SecondhopRetriever(base_retriever=found, token_budget=300)
print((retriever | format_context).invoke(QUESTION))

# ... or as one step of a chain of your own.
step = SecondhopCompressor(token_budget=300, top_n=3).as_runnable()
chain = {"query": RunnablePassthrough(), "documents": found} | step
print()
for document in chain.invoke(QUESTION):
    print(document.id, document.metadata["citation"], document.metadata["spans"])
