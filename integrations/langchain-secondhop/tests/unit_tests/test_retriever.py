"""The retriever: how it is made, what it returns, what it refuses."""

import asyncio
import copy
import json
import pickle

import pytest
import secondhop
from harbour import FILLER, MAIL, QUESTION, TEXTS, Recorder, documents, reached
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import ConfigurableField, RunnableLambda, RunnablePassthrough
from langchain_core.tools import create_retriever_tool
from langchain_core.vectorstores import InMemoryVectorStore

from langchain_secondhop import SecondhopRetriever, format_context


def everything(query):
    return documents()


def nothing(query):
    return []


MAKERS = {
    "texts": lambda **options: SecondhopRetriever.from_texts(TEXTS, **options),
    "documents": lambda **options: SecondhopRetriever.from_documents(documents(), **options),
    "index": lambda **options: SecondhopRetriever(index=secondhop.Document.from_texts(TEXTS), **options),
    "base": lambda **options: SecondhopRetriever(base_retriever=RunnableLambda(everything), **options),
}


@pytest.fixture(params=MAKERS, ids=str)
def make(request):
    return MAKERS[request.param]


def test_it_reaches_the_passage_that_shares_no_word_with_the_question(make):
    found = make(token_budget=85).invoke(QUESTION)
    assert reached(found)
    assert "second_hop" in {document.metadata["role"] for document in found}


def test_the_best_comes_first_and_scores_fall(make):
    found = make().invoke(QUESTION)
    scores = [document.metadata["relevance_score"] for document in found]
    assert found[0].page_content == MAIL
    assert scores == sorted(scores, reverse=True)


def test_reading_order_can_be_asked_for(make):
    found = make(order="reading").invoke(QUESTION)
    places = [TEXTS.index(document.page_content) for document in found]
    assert places == sorted(places)


def test_reading_order_is_the_text_of_the_core():
    index = secondhop.Document.from_texts(TEXTS)
    for budget in (20, 40, 90):
        retriever = SecondhopRetriever(index=index, order="reading", token_budget=budget)
        context = index.context(QUESTION, budget, text_style="numbered")
        assert (retriever | format_context).invoke(QUESTION) == context.text()
        assert retriever.analyze(QUESTION) == context.report


def test_k_is_a_plain_cap(make):
    retriever = make(k=2)
    assert len(retriever.invoke(QUESTION)) == 2
    assert len(retriever.invoke(QUESTION, k=1)) == 1
    assert len(retriever.invoke(QUESTION, k=3)) == 3
    assert len(make(k=50).invoke(QUESTION)) <= len(TEXTS)


LONG = [" ".join([text, *FILLER[place : place + 12]]) for place, text in enumerate(TEXTS + FILLER[:7])]


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        ({"k": 2}, True),
        ({"k": 2, "token_budget": 120}, False),
        ({"k": 2, "grain": "sentence"}, False),
        ({"token_budget": 600, "grain": "chunk"}, True),
    ],
)
async def test_documents_come_whole_where_documents_are_counted(options, whole):
    given = [Document(page_content=text, id=str(n)) for n, text in enumerate(LONG)]
    over = SecondhopRetriever(base_retriever=RunnableLambda(lambda query: given), **options)
    for retriever in (SecondhopRetriever.from_documents(given, **options), over):
        found = retriever.invoke(QUESTION)
        assert found
        assert all(document.page_content == LONG[int(document.id)] for document in found) is whole
        assert await retriever.ainvoke(QUESTION) == found


async def test_async_calls_return_the_same(make):
    retriever = make(token_budget=60)
    assert await retriever.ainvoke(QUESTION) == retriever.invoke(QUESTION)
    assert await retriever.ainvoke(QUESTION, k=1) == retriever.invoke(QUESTION, k=1)


class First(SecondhopRetriever):
    def _get_relevant_documents(self, query, *, run_manager, k=None):
        return super()._get_relevant_documents(query, run_manager=run_manager, k=k)[:1]


class Mixed:
    def _get_relevant_documents(self, query):
        return documents()[:1]


class Mixin(Mixed, SecondhopRetriever):
    pass


class FirstOrNone(First):
    async def _aget_relevant_documents(self, query, *, run_manager, k=None):
        return (await super()._aget_relevant_documents(query, run_manager=run_manager, k=k)) if query else []


async def test_a_subclass_that_says_how_to_find_in_sync_is_asked_under_async():
    for kind in (First, Mixin, FirstOrNone):
        retriever = kind.from_texts(TEXTS)
        recorder = Recorder()
        found = retriever.invoke(QUESTION)
        assert len(found) == 1
        assert await retriever.ainvoke(QUESTION, {"callbacks": [recorder]}) == found
        assert await retriever.ainvoke(QUESTION, k=2) == found
        assert len(recorder.events) == (kind is not Mixin)
    assert await FirstOrNone.from_texts(TEXTS).ainvoke("") == []


def test_a_budget_can_be_given_with_the_question(make):
    small, large = (make().invoke(QUESTION, token_budget=budget) for budget in (25, 500))
    assert sum(len(document.page_content) for document in small) < sum(len(document.page_content) for document in large)


def test_min_score_drops_with_a_reason(make):
    free = make().invoke(QUESTION)
    limit = free[1].metadata["relevance_score"]
    assert [document.id for document in make(min_score=limit).invoke(QUESTION)] == [
        document.id for document in free[:2]
    ]
    assert set(make(min_score=limit).analyze(QUESTION).removed) <= {"dropped_low_score", "dropped_low_relevance"}


def test_the_options_of_an_index_hold_unless_the_retriever_has_its_own():
    index = secondhop.Document.from_texts(TEXTS, token_budget=25, strategy="raw_topk", top_k=1)
    report = SecondhopRetriever(index=index).analyze(QUESTION)
    assert (report.token_budget, report.requested_strategy, report.n_selected) == (25, "raw_topk", 1)
    report = SecondhopRetriever(index=index, token_budget=90, strategy="auto", k=2).analyze(QUESTION)
    assert (report.token_budget, report.requested_strategy, report.n_selected) == (90, "auto", 2)


def test_a_strategy_of_the_users_own_is_called(make):
    seen = []

    def mine(query, hits, budget):
        seen.append(query.text)
        return secondhop.selection.STRATEGIES["raw_topk"](query, hits, budget)

    assert make(strategy=mine).analyze(QUESTION).requested_strategy == "mine"
    assert seen


def test_files_bring_their_source_page_and_heading(tmp_path):
    (tmp_path / "fares.md").write_text("# Fares\n\nFares are set by the board in May.\n")
    (tmp_path / "notes.txt").write_text("The board meets in January.\n")
    from_file = SecondhopRetriever.from_file(tmp_path / "fares.md").invoke("Who sets fares?")[0]
    assert from_file.metadata["source"] == str(tmp_path / "fares.md")
    assert from_file.metadata["heading"] == "Fares"
    folder = SecondhopRetriever.from_folder(tmp_path, ignore=["notes.*"], chunk_size=64)
    assert folder.index.sources == ("fares.md",)
    found = folder.invoke("fares")[0]
    text = folder.index.source_text("fares.md")
    assert text[found.metadata["start_index"] : found.metadata["end_index"]] == found.page_content


BERTHS = [
    Document(
        page_content=f"A berth costs {price} crowns.", id=team, metadata={"team": team, "page": page, "source": "a"}
    )
    for page, (team, price) in enumerate({"quay": "four", "slip": "five", "yard": "six"}.items())
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"team": "slip"}, {"slip"}),
        ({"team": ["slip", "yard"], "source": "a"}, {"slip", "yard"}),
        ({"page": 0}, {"quay"}),  # as the document has it, which a loader may count from 0
        ({"teem": "slip"}, set()),
        (lambda document: document.id == "yard" and "six" in document.page_content, {"yard"}),
    ],
)
def test_a_filter_asks_for_what_documents_have_in_their_metadata_or_calls_a_function(wanted, found):
    retriever = SecondhopRetriever.from_documents(BERTHS)
    assert {document.id for document in retriever.invoke("berth", filter=wanted)} == found
    assert retriever.analyze("berth", filter=wanted).n_selected == len(found)
    of_its_own = SecondhopRetriever.from_documents(BERTHS, filter=wanted)
    assert {document.id for document in asyncio.run(of_its_own.ainvoke("berth"))} == found
    assert len(of_its_own.invoke("berth", filter={"source": "a"})) == 3


def test_a_filter_of_a_generator_holds_for_every_question():
    retriever = SecondhopRetriever.from_documents(BERTHS, filter={"team": (team for team in ("slip", "yard"))})
    assert [len(retriever.invoke("berth")) for _ in range(2)] == [2, 2]


def test_a_filter_sees_the_place_of_passages_of_files(tmp_path):
    (tmp_path / "a.md").write_text("# Fares\n\nFares are set in May.\n\n# Fees\n\nFares and fees are paid in June.\n")
    (tmp_path / "b.md").write_text("# Fees\n\nFares of the ferry.\n")
    retriever = SecondhopRetriever.from_folder(tmp_path)
    (found,) = retriever.invoke("fares", filter={"source": "a.md", "heading": "Fees"})
    assert "June" in found.page_content


def test_filters_that_cannot_be_heeded_are_refused():
    base = RunnableLambda(everything)
    with pytest.raises(ValueError, match="base retriever filters by itself"):
        SecondhopRetriever(base_retriever=base, filter={"team": "slip"})
    with pytest.raises(secondhop.InputError, match="base retriever filters by itself"):
        SecondhopRetriever(base_retriever=base).invoke(QUESTION, filter={"team": "slip"})
    for wanted in ({"page": {"$gte": 1}}, {"$and": [{"team": "slip"}]}):
        with pytest.raises(ValueError, match="operator of a store's; give a function"):
            SecondhopRetriever.from_documents(BERTHS, filter=wanted)
    with pytest.raises(secondhop.InputError, match="'slip' is neither a mapping nor a callable"):
        SecondhopRetriever.from_documents(BERTHS).invoke("berth", filter="slip")


def test_a_passage_of_a_file_has_the_label_of_its_own_page_alone():
    metadata = {"page_count": 3, "page_labels": ["i", "ii", "1"]}
    index = secondhop.Document.from_chunks([{"text": "Fares are set in May.", "page": 2, "metadata": metadata}])
    (found,) = SecondhopRetriever(index=index).invoke("fares")
    assert found.metadata["page_label"] == "ii"
    assert "page_labels" not in found.metadata


def test_a_vector_store_is_a_base_retriever():
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
    store.add_documents([Document(page_content=text, id=str(n)) for n, text in enumerate(TEXTS + FILLER)])
    base = store.as_retriever(search_kwargs={"k": 40})
    found = SecondhopRetriever(base_retriever=base, token_budget=85).invoke(QUESTION)
    assert reached(found)


async def test_the_base_retriever_is_configured_with_the_question():
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
    store.add_documents([Document(page_content=f"A note of {tenant}.", id=tenant) for tenant in ("ann", "bob")])
    searching = ConfigurableField(id="searching")
    base = store.as_retriever(search_kwargs={"filter": lambda document: False}).configurable_fields(
        search_kwargs=searching
    )
    retriever = SecondhopRetriever(base_retriever=base)
    configs = [
        {"configurable": {"searching": {"filter": lambda document, only=tenant: document.id == only}}}
        for tenant in ("bob", "ann")
    ]
    chain = RunnablePassthrough() | retriever
    for call in (retriever.batch, retriever.abatch, chain.batch, chain.abatch):
        found = call(["note"] * 2, configs)
        found = found if isinstance(found, list) else await found
        assert [[document.id for document in documents] for documents in found] == [["bob"], ["ann"]]
    assert [document.id for document in retriever.with_config(configs[0]).invoke("note")] == ["bob"]
    assert retriever.invoke("note") == []


async def test_a_base_retriever_that_finds_nothing_gives_nothing():
    retriever = SecondhopRetriever(base_retriever=RunnableLambda(nothing))
    assert retriever.invoke(QUESTION) == await retriever.ainvoke(QUESTION) == []
    assert retriever.analyze(QUESTION) is None


def test_a_question_without_an_answer_gives_no_document_from_an_index():
    assert SecondhopRetriever.from_texts(TEXTS).invoke("xylophone zebra") == []
    assert SecondhopRetriever.from_texts(TEXTS).invoke("") == []


def test_texts_bring_their_metadata_and_ids():
    retriever = SecondhopRetriever.from_texts(iter(TEXTS), ({"n": n} for n in range(5)), (f"t{n}" for n in range(5)))
    found = retriever.invoke(QUESTION)[0]
    assert (found.id, found.metadata["n"]) == ("t0", 0)
    retriever = SecondhopRetriever.from_texts(
        TEXTS, [{"n": 0}, None, None, None, {"n": 4}], ["a", None, None, None, "b"]
    )
    assert [(found.id, found.metadata["n"]) for found in retriever.invoke("night mail Brannock")] == [
        ("a", 0),
        ("b", 4),
    ]


@pytest.mark.parametrize("given", [{"metadatas": {"n": 1}}, {"ids": "abcde"}])
def test_one_id_or_mapping_is_no_list_of_them(given):
    with pytest.raises(secondhop.InputError, match=f"give a list of {next(iter(given))}"):
        SecondhopRetriever.from_texts(TEXTS, **given)


def test_citations_of_the_index_have_the_metadata_of_the_documents_alone():
    context = SecondhopRetriever.from_documents(documents()).index.context(QUESTION)
    assert json.loads(json.dumps(context.to_dict()))["citations"] == context.citations
    assert context.citations[0]["metadata"] == documents()[0].metadata


@pytest.mark.parametrize(("metadatas", "ids"), [([{}], None), (None, ["a", "b"])])
def test_metadata_or_ids_of_another_number_are_refused(metadatas, ids):
    with pytest.raises(secondhop.InputError, match="5 texts, but"):
        SecondhopRetriever.from_texts(TEXTS, metadatas, ids)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either index= or base_retriever="),
        ({"index": secondhop.Document.from_text("A b."), "base_retriever": RunnableLambda(nothing)}, "either"),
        ({"index": secondhop.Document.from_text("A b."), "tokenizer": "words"}, "where the index is made"),
        ({"base_retriever": RunnableLambda(nothing), "k": 0}, "greater than 0"),
        ({"base_retriever": RunnableLambda(nothing), "token_budget": -1}, "greater than 0"),
        ({"base_retriever": RunnableLambda(nothing), "strategy": "best"}, "is not one of"),
        ({"base_retriever": RunnableLambda(nothing), "tokenizer": "gpt-4o"}, "is not one of"),
        ({"base_retriever": RunnableLambda(nothing), "min_score": float("nan")}, "finite"),
        ({"base_retriever": RunnableLambda(nothing), "trace": "loud"}, "auto"),
        ({"base_retriever": RunnableLambda(nothing), "budget": 7}, "budget"),
    ],
)
def test_options_are_checked_where_they_are_given(options, message):
    with pytest.raises(ValueError, match=message):
        SecondhopRetriever(**options)


def test_unknown_options_of_the_index_are_refused_by_name():
    with pytest.raises(ValueError, match="preprocess_func"):
        SecondhopRetriever.from_texts(TEXTS, preprocess_func=str.split)
    with pytest.raises(ValueError, match="no text"):
        SecondhopRetriever.from_texts([])


def test_an_unknown_argument_of_invoke_is_an_error(make):
    with pytest.raises(TypeError, match="top_k"):
        make().invoke(QUESTION, top_k=3)


def test_an_index_counts_with_the_tokenizer_it_was_made_with():
    retriever = SecondhopRetriever.from_texts(TEXTS, tokenizer=len, token_budget=100)
    assert len((retriever | format_context).invoke(QUESTION)) <= 100
    assert retriever.analyze(QUESTION).tokenizer == "len"


def test_it_survives_copies_and_pickling():
    retriever = SecondhopRetriever.from_documents(documents(), k=2, tokenizer="words")
    for twin in (pickle.loads(pickle.dumps(retriever)), copy.deepcopy(retriever), copy.copy(retriever)):
        assert twin.invoke(QUESTION) == retriever.invoke(QUESTION)


def test_it_is_a_runnable_like_any_other():
    retriever = SecondhopRetriever.from_texts(TEXTS).configurable_fields(k=ConfigurableField("k"))
    assert len(retriever.with_config(configurable={"k": 1}).invoke(QUESTION)) == 1
    plain = SecondhopRetriever.from_texts(TEXTS, k=1)
    failing = SecondhopRetriever(base_retriever=RunnableLambda(lambda query: 1 / 0))
    assert failing.with_fallbacks([plain]).invoke(QUESTION) == plain.invoke(QUESTION)
    assert plain.with_retry().batch([QUESTION, "school"]) == [plain.invoke(QUESTION), plain.invoke("school")]
    assert isinstance(plain, BaseRetriever)
    assert plain.get_name() == "SecondhopRetriever"


async def test_a_chain_sends_what_format_context_writes():
    sent = []
    model = RunnableLambda(lambda prompt: sent.append(prompt.to_string()) or prompt) | FakeListChatModel(
        responses=["HL-2207"]
    )
    retriever = SecondhopRetriever.from_texts(TEXTS, token_budget=85)
    prompt = ChatPromptTemplate.from_template("{context}\n--\n{question}")
    head = {"context": retriever | format_context, "question": RunnablePassthrough()}
    chain = head | prompt | model | StrOutputParser()
    assert chain.invoke(QUESTION) == await chain.ainvoke(QUESTION) == "HL-2207"
    found = retriever.invoke(QUESTION)
    shown = sent[0].removeprefix("Human: ").split("\n--\n")[0]
    assert sent[0] == sent[1]
    assert shown == format_context.invoke(found)
    for number, document in enumerate(found, 1):
        assert f"[{number}] {document.metadata['citation']}\n{document.page_content}" in shown
    assert retriever.index.context(QUESTION, 85).budget.count_tokens(shown) <= 85


async def test_a_tool_gives_cited_passages_within_the_budget():
    retriever = SecondhopRetriever.from_texts(TEXTS, token_budget=60, tokenizer="words")
    prompt = PromptTemplate.from_template("{citation}\n{page_content}")
    tool = create_retriever_tool(
        retriever,
        "harbour",
        "What is known of the harbour.",
        document_prompt=prompt,
        response_format="content_and_artifact",
    )
    message = tool.invoke({"type": "tool_call", "id": "1", "name": "harbour", "args": {"query": QUESTION}})
    assert "Brannock" in message.content
    assert len(message.content.split()) <= 60
    assert message.artifact == retriever.invoke(QUESTION)
    assert await tool.ainvoke({"query": QUESTION}) == message.content
