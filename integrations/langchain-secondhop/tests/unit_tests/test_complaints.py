"""What users of other integrations complain of, and what ours does instead; named after the behaviour."""

import pytest
from harbour import FILLER, MAIL, QUESTION, TEXTS, YARD, Recorder, documents, joining
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_core.tools import create_retriever_tool
from secondhop import InputError

from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, collect_reports, format_context


def test_request_level_information_is_in_a_report_and_not_on_documents():
    with collect_reports() as collected:
        found = SecondhopRetriever.from_texts(TEXTS).invoke(QUESTION)
    assert {"query", "n_input_chunks", "confidence", "decisions"} <= set(collected.last)
    assert not {"query", "n_input_chunks", "confidence", "decisions"} & {key for d in found for key in d.metadata}


def test_each_document_has_a_score_that_is_the_reports():
    with collect_reports() as collected:
        found = SecondhopRetriever.from_documents(documents()).invoke(QUESTION)
    kept = {d["label"]: d["score"] for d in collected.last["decisions"] if d["fate"] == "kept"}
    assert sorted(round(d.metadata["relevance_score"], 6) for d in found) == sorted(kept.values())
    for document in found:
        match = next(score for label, score in kept.items() if label.startswith(document.metadata["source"]))
        assert round(document.metadata["relevance_score"], 6) == match


def test_retrieved_context_is_limited_by_tokens_in_what_the_model_is_sent():
    sent = []
    model = RunnableLambda(lambda prompt: sent.append(prompt.to_string()) or prompt) | FakeListChatModel(
        responses=["."]
    )
    for budget in (16, 25, 40, 60, 100):
        retriever = SecondhopRetriever.from_texts(TEXTS, tokenizer=joining, token_budget=budget)
        head = {"context": retriever | format_context, "question": RunnablePassthrough()}
        (head | ChatPromptTemplate.from_template("<{context}>{question}") | model).invoke(QUESTION)
        shown = sent.pop().removeprefix("Human: <").rsplit(">", 1)[0]
        assert 0 < joining(shown) <= budget


def test_the_limit_holds_in_what_a_tool_returns():
    prompt = PromptTemplate.from_template("{citation}\n{page_content}")
    for budget in (16, 25, 40, 60, 100):
        retriever = SecondhopRetriever.from_texts(TEXTS, tokenizer=joining, token_budget=budget)
        for options in ({}, {"document_prompt": prompt}):
            tool = create_retriever_tool(retriever, "harbour", "Harbour.", **options)
            assert 0 < joining(tool.invoke({"query": QUESTION})) <= budget


def test_the_token_limit_is_a_runnable_as_well():
    limit = SecondhopCompressor(token_budget=30, tokenizer="words").as_runnable()
    chain = {"query": RunnablePassthrough(), "documents": RunnableLambda(lambda query: documents())} | limit
    assert len(format_context.invoke(chain.invoke(QUESTION)).split()) <= 30


def test_long_documents_get_fewer_places_and_short_ones_more():
    short = [Document(page_content=f"The night mail of day {n} came in time.") for n in range(30)]
    long = [
        Document(page_content=" ".join(document.page_content for document in short[n : n + 10]))
        for n in range(0, 30, 10)
    ]
    compressor = SecondhopCompressor(token_budget=60, tokenizer="words", strategy="raw_topk")
    few, many = (len(compressor.compress_documents(given, "night mail")) for given in (long, short))
    assert many > few >= 1


def test_an_empty_collection_is_a_clear_error_or_an_empty_result():
    with pytest.raises(ValueError, match="there is no text to index"):
        SecondhopRetriever.from_documents([])
    assert SecondhopCompressor().compress_documents([], QUESTION) == []


NO_DOCUMENTS = [
    ([Document(page_content=MAIL), MAIL], r"documents\[1\]='The night mail"),
    ([(Document(page_content=MAIL), 0.5)], r"documents\[0\]=\(Document"),
    ([{"page_content": MAIL}], r"documents\[0\]=\{'page_content'"),
    (Document(page_content=MAIL), r"documents\[0\]="),
    ({"context": documents()}, "documents is one dict"),
    (None, "documents is one NoneType"),
]


@pytest.mark.parametrize(("given", "message"), NO_DOCUMENTS)
def test_what_is_no_document_is_refused_by_its_place(given, message):
    calls = [
        SecondhopRetriever.from_documents,
        lambda found: SecondhopRetriever(base_retriever=RunnableLambda(lambda query: found)).invoke(QUESTION),
        lambda found: SecondhopCompressor().compress_documents(found, QUESTION),
        format_context.invoke,
    ]
    for call in calls:
        with pytest.raises(InputError, match=message):
            call(given)


def test_documents_may_come_one_by_one():
    compressor = SecondhopCompressor(token_budget=60)
    kept = compressor.compress_documents(documents(), QUESTION)
    assert compressor.compress_documents(iter(documents()), QUESTION) == kept != []


def test_what_matches_nothing_does_not_come_back_with_a_score_of_zero():
    found = SecondhopRetriever.from_texts(TEXTS + FILLER, k=20).invoke("lost property")
    assert all(document.metadata["relevance_score"] > 0 for document in found)
    assert "crane" not in str(found)


def test_sentences_stay_in_source_order():
    text = " ".join([TEXTS[3], YARD, TEXTS[1], MAIL, TEXTS[2]])
    for budget in range(10, 80, 5):
        kept = SecondhopCompressor(token_budget=budget, tokenizer="words").compress_documents(
            [Document(page_content=text)], QUESTION
        )
        for document in kept:
            places = [text.index(piece) for piece in document.page_content.split(" … ")]
            assert places == sorted(places)


def test_a_second_question_sees_the_documents_uncut():
    given = documents()
    compressor = SecondhopCompressor(token_budget=15, tokenizer="words")
    compressor.compress_documents(given, "lost property")
    assert compressor.compress_documents(given, QUESTION) == compressor.compress_documents(documents(), QUESTION)


def test_own_runs_can_be_nested_below_the_retriever():
    recorder = Recorder()
    step = RunnableLambda(lambda query: query.lower(), name="rewrite")
    base = step | RunnableLambda(lambda query: documents(), name="search")
    SecondhopRetriever(base_retriever=base).invoke(QUESTION, {"callbacks": [recorder]})
    parents = {run["name"]: run["parent"] for run in recorder.runs.values()}
    ((own, _),) = recorder.named("SecondhopRetriever")
    assert parents["RunnableSequence"] == own
    assert parents["rewrite"] == parents["search"] == recorder.named("RunnableSequence")[0][0]
