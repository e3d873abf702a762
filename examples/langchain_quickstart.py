"""A folder, a LangChain chain, a cited answer. The chat model is LangChain's fake one: put yours in its place."""

from pathlib import Path

from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_secondhop import SecondhopRetriever, collect_reports, format_context

DATA = Path(__file__).resolve().parent / "data"
QUESTION = "Who repairs the engine of the ship that carries the night mail?"

retriever = SecondhopRetriever.from_folder(DATA, token_budget=400)
prompt = ChatPromptTemplate.from_template(
    "Answer from the context and cite passages by their numbers.\n\n{context}\n\nQuestion: {question}"
)
model = FakeListChatModel(responses=["Brannock & Daughters, Port Ellery [3]."])
chain = {"context": retriever | format_context, "question": RunnablePassthrough()} | prompt | model | StrOutputParser()

with collect_reports() as collected:
    print(chain.invoke(QUESTION))

print()
for number, document in enumerate(retriever.invoke(QUESTION), 1):
    print(f"[{number}] {document.metadata['citation']}  {document.metadata['relevance_score']:.1f}")

report = collected.last
print()
print(f"{report['n_selected']} of {report['n_input_chunks']} passages, {report['total_tokens']} of 400 tokens")
