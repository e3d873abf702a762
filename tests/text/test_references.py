"""References to numbered parts are told by the word before the number."""

import pytest

from secondhop.text.references import references, references_asked


def named(text):
    return [(reference.kind, reference.label) for reference in references(text)]


def several(kind, labels):
    return [(kind, label) for label in labels]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("subject to Section 9.4(b), and", [("Section", "9.4")]),
        ("under Sections 3, 4 and 7.2.", [("Sections", "3"), ("Sections", "4"), ("Sections", "7.2")]),
        ("nach § 12 Abs. 3 und §§ 3 und 4a", [("", "12"), ("", "3"), ("", "4a")]),
        ("(see Appendix B-2, Schedule A)", [("Appendix", "B-2"), ("Schedule", "A")]),
        (
            "Appendices C.2, Exhibit D-1, Schedule I-3 and Table V2",
            [("Appendices", "C.2"), ("Exhibit", "D-1"), ("Schedule", "I-3"), ("Table", "V2")],
        ),
        ("Articles V, VI and IX survive", [("Articles", "V"), ("Articles", "VI"), ("Articles", "IX")]),
        ("cf. Art. 5 and (Fig. 2)", [("Art", "5"), ("Fig", "2")]),
        ("Sch. 2, regs. 4 and 5, cl. 7", [("Sch", "2"), ("regs", "4"), ("regs", "5"), ("cl", "7")]),
        ("siehe Anhang C und Tabelle 3", [("Anhang", "C"), ("Tabelle", "3")]),
        ("véase la cláusula 8.1", [("cláusula", "8.1")]),
        ("clause\u00a012 of the deed", [("clause", "12")]),
        ("Section 4\n9 apples", [("Section", "4")]),
        ("Item 1A. Risk Factors, Figures 3A and 3b", [("Item", "1A"), ("Figures", "3A"), ("Figures", "3b")]),
        (
            "Appendices A and B, or Exhibits D-1 to D-3",
            [*several("Appendices", "AB"), *several("Exhibits", ["D-1", "D-3"])],
        ),
        ("Sections 4.1(12), 4.2(b)(ii) and 5 through 7", several("Sections", ["4.1", "4.2", "5", "7"])),
        ("Section 4, A man", [("Section", "4")]),
        ("в статьях, статья 5 и пункты 2 и 3", [("статья", "5"), ("пункты", "2"), ("пункты", "3")]),
        ("l'article 12 et l’annexe B, dell'articolo 5", [("article", "12"), ("annexe", "B"), ("articolo", "5")]),
        ("podle čl. 5 a 7, kapitola 3 a příloha 2", [*several("čl", "57"), ("kapitola", "3"), ("příloha", "2")]),
        ("у статті 5 та розділі 4, согласно п. 3.2", [("статті", "5"), ("розділі", "4"), ("п", "3.2")]),
        ("ks. luku 5 ja liite 2, se bilaga 3", [("luku", "5"), ("liite", "2"), ("bilaga", "3")]),
        ("βλ. άρθρο 5 και πίνακας 2", [("άρθρο", "5"), ("πίνακας", "2")]),
        (
            "المادة 5 والجدول 2، धारा 12, סעיף 7, 별표 2",
            [("المادة", "5"), ("धारा", "12"), ("סעיף", "7"), ("별표", "2")],
        ),
        ("Điều 5 và Chương III, Pasal 6", [("Điều", "5"), ("Chương", "III"), ("Pasal", "6")]),
        ("art. 5 ust. 2 oraz załącznik 3, rozdział 4", [("art", "5"), ("załącznik", "3"), ("rozdział", "4")]),
        ("Madde 5 ve Ek 2", [("Madde", "5"), ("Ek", "2")]),
        ("o art. 5º e a cláusula 8ª", [("art", "5º"), ("cláusula", "8ª")]),
        ("el articulo 4 y la clausula 8", [("articulo", "4"), ("clausula", "8")]),
        ("根据第5条和第 十二 章，第４条", [("", "第5条"), ("", "第十二章"), ("", "第４条")]),
        ("제5조에 따라", [("", "제5조")]),
    ],
)
def test_parts_that_are_named(text, found):
    assert named(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "in May 5 of 10 came",
        "a section of 12 men",
        "Section",
        "Section Nine",
        "section9",
        "5 sections",
        "Is section a row?",
        "",
    ],
)
def test_other_numbers_and_words_are_none(text):
    assert named(text) == []


def test_a_part_is_told_with_its_name():
    assert [str(reference) for reference in references("§ 7 and Clause 2.1, 第5条")] == ["§ 7", "Clause 2.1", "第5条"]


def test_a_part_may_open_with_its_number_alone_unless_it_is_known_by_its_name_too():
    text = "see § 7, Clauses 2.1 and 3, Table 4"
    found = [(text[each.start], each.may_be_bare) for each in references(text)]
    assert found == [("7", True), ("2", True), ("2", True), ("4", False)]


@pytest.mark.parametrize(
    ("question", "kind", "labels"),
    [
        ("What does sec.4 say?", "sec", "4"),
        ("what is in article iv", "ARTICLE", ["IV"]),
        ("Chapter Four", "Chapter", "4"),
        ("the fourth step", "step", "4"),
        ("the 4th chapter", "chapter", "4"),
        ("4. madde ne diyor?", "madde", "4"),
        ("a 4.§ szerint", "", "4"),
        ("4 § koskee", "", "4"),
        ("4ª cláusula", "cláusula", "4"),
        ("articles 4 to 6", "articles", "456"),
        ("sections 9-11 and 2", "sections", ["9", "10", "11", "2"]),
        ("sections 4 to 400", "sections", ["4", "400"]),
    ],
)
def test_parts_that_are_asked_for_as_people_type_them(question, kind, labels):
    found = [(each.kind, each.label) for each in references_asked(question)]
    assert [each for each in found if each[0] == kind] == several(kind, labels)


@pytest.mark.parametrize(
    "question", ["join two tables", "the 4th of May", "in 4. quarter", "one of the parts", "1-4 men"]
)
def test_other_numbers_of_a_question_name_no_part(question):
    assert references_asked(question) == []


def test_a_number_has_several_ways_to_be_written():
    def ways(label):
        return [each.label for each in next(references(f"Section {label}")).otherwise()]

    words = ["Four", "FOUR", "four", "Fourth", "FOURTH", "fourth"]
    assert ways("4") == ["IV", "4º", "4ª", "４", "四", *words]
    assert ways("XL")[0] == "40"
    assert ways("9.4") == ways("B-2") == ways("B") == []
    assert [each.label for each in next(references("第40条")).otherwise()][-2:] == ["第４０条", "第四十条"]


def test_an_ordinal_opens_no_part_alone():
    assert [each.may_be_bare for each in references_asked("the fourth step")] == [False]
    assert [each.may_be_bare for each in references_asked("step four")] == [True, True]
