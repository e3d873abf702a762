"""The compressor: what it keeps, what it leaves as it was."""

import copy

import pytest
import secondhop
from harbour import MAIL, QUESTION, TEXTS, documents, reached
from langchain_core._api import LangChainBetaWarning
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, collect_reports, format_context


def test_it_keeps_the_second_hop_within_the_budget():
    kept = SecondhopCompressor(token_budget=85).compress_documents(documents(), QUESTION)
    assert reached(kept)


def test_documents_come_back_best_first_or_in_the_order_given():
    best = SecondhopCompressor().compress_documents(documents(), QUESTION)
    scores = [document.metadata["relevance_score"] for document in best]
    assert scores == sorted(scores, reverse=True)
    given = SecondhopCompressor(order="reading").compress_documents(documents(), QUESTION)
    assert [document.id for document in given] == sorted(document.id for document in given)


def test_top_n_is_a_plain_cap():
    assert len(SecondhopCompressor(top_n=2).compress_documents(documents(), QUESTION)) == 2


def test_documents_come_whole_where_documents_are_counted():
    given = [Document(page_content=" ".join([text, *TEXTS]), id=str(n)) for n, text in enumerate(TEXTS)]
    for options, whole in (({"top_n": 1}, True), ({"top_n": 1, "token_budget": 40}, False)):
        kept = SecondhopCompressor(**options).compress_documents(given, QUESTION)
        assert [document.page_content == given[int(document.id)].page_content for document in kept] == [whole]


@pytest.mark.parametrize(
    ("options", "question", "text"),
    [
        ({"synonyms": [["PTO", "vacation"]]}, "PTO?", "Vacation is for the mate to say."),
        ({"language": "de"}, "Buchungen?", "Buchung: Tisch 3."),
    ],
)
def test_synonyms_and_a_language_say_what_words_mean(options, question, text):
    given = [Document(page_content=each) for each in ("Grants: a list.", text, "Tea is sold.")]
    assert SecondhopCompressor(top_n=1).compress_documents(given, question)[0].page_content != text
    (kept,) = SecondhopCompressor(top_n=1, **options).compress_documents(given, question)
    assert kept.page_content == text
    retriever = SecondhopRetriever(base_retriever=RunnableLambda(lambda _: given), k=1, **options)
    assert retriever.invoke(question) == [kept]
    with pytest.raises(ValueError, match="where the index is made"):
        SecondhopRetriever(index=secondhop.Document.from_text(text), **options)


def test_code_stays_whole_and_is_cited_without_an_id():
    code = "def leave(hour):\n    boat = boats.at(hour)\n    return boat.leave()"
    given = [Document(page_content=code, id="x", metadata={"source": "boats.py"}), *documents()]
    best, *_ = SecondhopCompressor(token_budget=60).compress_documents(given, "boats.at hour leave")
    assert (best.page_content, best.metadata["citation"]) == (code, "boats.py")


def test_metadata_survive_and_the_input_stays_as_it_was():
    given = documents()
    before = copy.deepcopy(given)
    kept = SecondhopCompressor(token_budget=30).compress_documents(given, QUESTION)
    assert given == before
    for document in kept:
        origin = next(one for one in given if one.id == document.id)
        assert document is not origin
        assert document.metadata["tags"] == origin.metadata["tags"]
        assert document.metadata["tags"] is not origin.metadata["tags"]
        assert document.metadata["source"] == origin.metadata["source"]


def test_offsets_go_on_from_those_of_the_splitter():
    whole = "".join(f"{text:<100}" for text in TEXTS)
    given = [Document(page_content=text, metadata={"start_index": whole.index(text)}) for text in TEXTS]
    for document in SecondhopCompressor(token_budget=40).compress_documents(given, QUESTION):
        pieces = [whole[start:end] for start, end in document.metadata["spans"]]
        assert " … ".join(pieces) == document.page_content


def test_a_cut_document_says_which_sentences_are_left():
    long = Document(page_content=" ".join([TEXTS[3], MAIL, TEXTS[1]] * 3), id="long")
    kept = SecondhopCompressor(token_budget=40).compress_documents([long], QUESTION)
    assert [document.id for document in kept] == ["long"]
    assert len(kept[0].page_content) < len(long.page_content)
    assert kept[0].page_content.count(" … ") == len(kept[0].metadata["spans"]) - 1


def test_the_score_of_an_earlier_step_is_kept_beside_ours():
    given = [Document(page_content=MAIL, metadata={"relevance_score": 0.25, "score": 3})]
    kept = SecondhopCompressor().compress_documents(given, QUESTION)[0]
    assert (kept.metadata["base_relevance_score"], kept.metadata["score"]) == (0.25, 3)
    assert kept.metadata["relevance_score"] != 0.25


@pytest.mark.parametrize(
    "given", [[], [Document(page_content="")], [Document(page_content=" \n"), Document(page_content="")]]
)
async def test_nothing_to_choose_from_gives_nothing(given):
    compressor = SecondhopCompressor()
    assert compressor.compress_documents(given, QUESTION) == []
    assert await compressor.acompress_documents(given, QUESTION) == []
    assert compressor.analyze(given, QUESTION) is None


def test_documents_without_text_are_passed_over():
    kept = SecondhopCompressor().compress_documents([Document(page_content=" "), *documents()], QUESTION)
    assert all(document.page_content.strip() for document in kept)


def test_copies_are_dropped_as_copies_even_under_one_id():
    given = [*documents(), *documents()]
    compressor = SecondhopCompressor()
    kept = compressor.compress_documents(given, QUESTION)
    assert len({document.page_content for document in kept}) == len(kept)
    assert compressor.analyze(given, QUESTION).removed["dropped_duplicate"] >= len(kept)


def test_a_document_keeps_its_id_where_a_copy_of_another_might_have_taken_it():
    given = [Document(page_content=text, id=name) for name, text in zip(["a", "a", "a-2", "a"], TEXTS, strict=False)]
    kept = SecondhopCompressor(order="reading").compress_documents(given, QUESTION)
    assert [document.id for document in kept] == ["a", "a-3", "a-2", "a-4"]
    assert [document.page_content for document in kept] == TEXTS[:4]


async def test_async_keeps_the_same():
    compressor = SecondhopCompressor(token_budget=50)
    assert await compressor.acompress_documents(documents(), QUESTION) == compressor.compress_documents(
        documents(), QUESTION
    )


class First(SecondhopCompressor):
    def compress_documents(self, documents, query, callbacks=None):
        return super().compress_documents(documents, query, callbacks)[:1]


class FirstOrNone(First):
    async def acompress_documents(self, documents, query, callbacks=None):
        return (await super().acompress_documents(documents, query, callbacks)) if query else []


async def test_a_subclass_that_says_how_to_compress_in_sync_is_asked_under_async():
    for compressor in (First(), FirstOrNone()):
        kept = compressor.compress_documents(documents(), QUESTION)
        assert len(kept) == 1
        with collect_reports() as collected:
            assert await compressor.acompress_documents(documents(), QUESTION) == kept
            assert await compressor.as_runnable().ainvoke({"query": QUESTION, "documents": documents()}) == kept
        assert len(collected.reports) == 2
    assert await FirstOrNone().acompress_documents(documents(), "") == []


async def test_as_a_runnable_it_takes_query_and_documents():
    compressor = SecondhopCompressor(token_budget=85)
    given = {"query": QUESTION, "documents": documents()}
    assert compressor.as_runnable().invoke(given) == compressor.compress_documents(documents(), QUESTION)
    assert await compressor.as_runnable().ainvoke(given) == compressor.compress_documents(documents(), QUESTION)
    base = RunnableLambda(lambda query: documents())
    chain = {"query": RunnablePassthrough(), "documents": base} | compressor.as_runnable() | format_context
    assert "Brannock" in chain.invoke(QUESTION)


def test_as_a_runnable_it_says_what_it_takes():
    compressor = SecondhopCompressor().as_runnable()
    for schema in (compressor.get_input_jsonschema(), (compressor | format_context).get_input_jsonschema()):
        assert set(schema["$defs"]["CompressorInput"]["properties"]) == {"query", "documents"}
    with pytest.warns(LangChainBetaWarning):
        tool = compressor.as_tool(name="compress", description="What a question needs.")
    assert set(tool.args) == {"query", "documents"}
    assert tool.invoke({"query": QUESTION, "documents": documents()}) == compressor.invoke(
        {"query": QUESTION, "documents": documents()}
    )
    assert (compressor | format_context).get_graph().to_json(with_schemas=True)


@pytest.mark.parametrize(
    "options",
    [
        {"top_n": 0},
        {"token_budget": 0},
        {"strategy": "best"},
        {"tokenizer": "gpt-4o"},
        {"k": 3},
        {"order": "random"},
        {"language": "klingon"},
        {"synonyms": ["lunch"]},
        {"synonyms": [["lunch"]]},
    ],
)
def test_options_are_checked_where_they_are_given(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        SecondhopCompressor(**options)
