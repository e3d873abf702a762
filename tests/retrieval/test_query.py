import pytest

from secondhop import Document
from secondhop.retrieval.question.query import parse_query

DOC = Document.from_chunks(
    ["Copper melts in Leeds.", "Tin melts in York.", "To be or not to be.", "Show me the lead pipe."]
)


def parsed(text):
    return parse_query(DOC._snapshot, text)


def test_terms_are_those_the_index_holds_and_the_rest_is_unmatched():
    query = parsed("Which zebra melts copper?").query
    assert query.terms == ("melt", "copper")
    assert query.unmatched == ("zebra",)
    assert 0 < query.coverage < 1


def test_coverage_is_one_where_every_word_is_known_and_zero_where_none_is():
    assert parsed("copper").query.coverage == 1.0
    assert parsed("zebra giraffe").query.coverage == 0.0
    assert parsed("").query.coverage == 0.0


def test_function_words_of_a_question_in_another_language_are_not_missed():
    query = parsed("Wo und wie lange ist das Kupfer in Leeds?").query
    assert query.terms == ("leed",)
    assert query.unmatched == ("lange", "Kupfer")
    quoted = parsed('Wo und wie lange ist das "wie" in Leeds?').query
    assert "wie" in quoted.unmatched
    plain = Document.from_chunks(["Copper melts in Leeds."], language="none")
    assert "wie" in parse_query(plain._snapshot, "Wo und wie lange ist das Kupfer in Leeds?").query.unmatched


def test_repeated_words_count_once():
    assert parsed("copper Copper coppers").query.terms == ("copper",)
    assert parsed("zebra zebra").query.unmatched == ("zebra",)


def test_quoted_words_weigh_more_and_words_of_the_request_less():
    query = parsed('Show the "copper" lead')
    weights = dict(zip(query.query.terms, query.weights.tolist(), strict=True))
    assert weights["copper"] > weights["lead"] > weights["show"] > 0


def test_words_of_a_request_may_be_what_it_is_about_where_nothing_is_quoted():
    query = parsed("Show the copper lead")
    assert set(query.weights.tolist()) == {1.0}


def test_words_of_a_request_weigh_less_where_most_words_are_such():
    query = parsed("Please show the related parts, copper")
    assert dict(zip(query.query.terms, query.weights.tolist(), strict=True))["copper"] == max(query.weights) == 1.0
    assert min(query.weights) < 1.0


def test_pairs_of_hiragana_weigh_less_as_they_are_grammar_mostly():
    document = Document.from_texts(
        ["別のサーバにログを送信すると、侵入されたときに役に立つ。", "どういう意味になるの。"]
    )
    query = parse_query(document._snapshot, "ログを送信するときに「とき」")
    weights = dict(zip(query.query.terms, query.weights.tolist(), strict=True))
    assert weights["とき"] > weights["送信"] > weights["する"] > 0


@pytest.mark.parametrize(
    "text", ['Show "copper"', "Show “copper”", "Show „copper“", "Show «copper»", "Show 「copper」"]
)
def test_quotation_marks_of_other_languages_quote(text):
    query = parsed(text)
    assert dict(zip(query.query.terms, query.weights.tolist(), strict=True))["copper"] > 1


@pytest.mark.parametrize("text", ["to be or not to be", "TO BE"])
def test_a_question_of_stopwords_alone_finds_their_passage(text):
    assert DOC.search(text, top_k=1)[0].chunk.text == "To be or not to be."


@pytest.mark.parametrize("text", ["", "?!", "\ud800", "\x00", "   "])
def test_strings_without_words_ask_for_nothing(text):
    query = parsed(text)
    assert (query.query.terms, query.query.unmatched, len(query.terms)) == ((), (), 0)
    assert DOC.search(text) == []


def weights_of(text, document=DOC):
    query = parse_query(document._snapshot, text)
    return dict(zip(query.query.terms, query.weights.tolist(), strict=True))


def test_a_quoted_word_weighs_as_much_whatever_else_it_is():
    plain = weights_of('"copper"')["copper"]
    assert weights_of('"show" me')["show"] == weights_of('"Copper" coppers')["copper"] == plain


def test_what_is_quoted_or_repeated_covers_no_more_of_the_question():
    wanted = parsed("copper zebra").query.coverage
    for text in ('"copper" zebra', 'copper "zebra"', "copper zebra zebra", "copper copper zebra"):
        assert parsed(text).query.coverage == wanted


def test_what_the_documents_write_in_one_may_be_quoted_in_parts():
    document = Document.from_chunks(["The email is full.", "The quay is long.", "Tin melts."])
    query = parse_query(document._snapshot, '"e-mail"').query
    assert (query.terms, query.unmatched) == (("email",), ())
    assert weights_of('"e-mail"', document)["email"] > weights_of("e-mail", document)["email"]


@pytest.mark.parametrize(
    ("question", "first"),
    [("to be", "TO be or not."), ("not to", "TO be or not."), ("and", "And the rest."), ("with", "Tin melts with it.")],
)
def test_for_a_question_of_stopwords_alone_the_passage_with_most_of_them_comes_first(question, first):
    document = Document.from_chunks(
        ["Copper to Leeds.", "To York, to Hull.", "TO be or not.", "And the rest.", "Tin melts with it."]
    )
    assert document.search(question)[0].chunk.text == first


GREETED = "Hi, my boss asked me about tin at lunch.\n\nHow does copper melt? thanks, and show me York.\n\nKind regards"


def test_words_beside_a_question_weigh_half():
    weights, plain = weights_of(GREETED), weights_of("tin copper melt show York")
    assert {term: weights[term] / plain[term] for term in plain} == {
        "tin": 0.5,
        "copper": 1.0,
        "melt": 1.0,
        "show": 0.5,
        "york": 0.5,
    }


@pytest.mark.parametrize(
    "text",
    [
        "锡在约克。铜怎么熔化？谢谢。",
        "القصدير في يورك. كيف ينصهر النحاس؟ شكرا.",
        "Ο κασσίτερος είναι εδώ. Πώς λιώνει ο χαλκός; Ευχαριστώ.",
    ],
)
def test_questions_of_other_languages_are_told_from_what_stands_beside_them(text):
    document = Document.from_texts([text])
    assert {0.5, 1.0} <= set(weights_of(text, document).values())


@pytest.mark.parametrize(
    "text",
    [
        "How does the tin of York melt in Leeds?",
        "Tin melts in York. Copper melts in Leeds.",
        "Does tin melt in York? And copper in Leeds?",
        "See https://lead.example/?tin=York. It melts.",
        "error: tin of York melts\n\nWhat now?",
        "melt(copper) failed in Leeds. Why?",
        "The leadPipe of York melts. Why?",
    ],
)
def test_single_sentences_texts_that_do_not_ask_and_pasted_data_count_in_full(text):
    assert 0.5 not in weights_of(text).values()


def test_a_quoted_word_beside_a_question_keeps_its_weight():
    assert weights_of('I read "tin". Does it melt?')["tin"] == weights_of('"tin"')["tin"]


def test_a_question_is_answered_whatever_the_writer_tells_of_himself():
    document = Document.from_texts(
        [
            "A cable may be 90 metres long.",
            "The boss eats lunch at noon and thanks the cook.",
            "Lunch is at noon, boss.",
        ]
    )
    asked = "Hi, my boss asked at lunch. How long may a cable be? Thanks, the lunch is at noon!"
    assert "90 metres" in document.context(asked, budget=12).text()
