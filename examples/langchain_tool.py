"""The retriever as a tool that a model calls: cited passages within the budget, and the documents as an artifact."""

from pathlib import Path

from langchain_core.prompts import PromptTemplate
from langchain_core.tools import create_retriever_tool
from langchain_secondhop import SecondhopRetriever

DATA = Path(__file__).resolve().parent / "data"

tool = create_retriever_tool(
    SecondhopRetriever.from_folder(DATA, token_budget=250),
    "harbour_handbook",
    "Passages of the harbour's handbook, notes and supplier list that bear on a question.",
    document_prompt=PromptTemplate.from_template("{citation}\n{page_content}"),
    response_format="content_and_artifact",
)

call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"query": "How long is lost property kept?"}}
message = tool.invoke(call)
print(message.content)
print()
print([document.metadata["source"] for document in message.artifact])
