import pytest

from secondhop import Document
from secondhop.chunking import chunk_tables, whole_tables
from secondhop.chunking.prose import paragraphs, titled_paragraphs
from secondhop.text.sentences import size
from secondhop.types import Section, SourceText


def sentences_of(table):
    return list(zip(table.sentence_start.tolist(), table.sentence_end.tolist(), strict=True))


def shown(text, spans):
    return [text[start:end] for start, end in spans]


def test_paragraphs_stand_between_blank_lines():
    text = "One.\nStill one.\n\nTwo.\n \n\nThree.\fFour.\n"
    assert shown(text, paragraphs(text, 0, len(text))[0]) == ["One.\nStill one.", "Two.", "Three.", "Four."]


def test_without_blank_lines_short_lines_that_end_a_sentence_close_a_paragraph():
    wide = "This line goes on to the margin of the page, as the lines of a paragraph do"
    text = "\n".join([wide, wide, "and it ends here.", wide, "it ends.", wide, "- a bullet", wide])
    found = shown(text, paragraphs(text, 0, len(text))[0])
    assert [paragraph.splitlines()[-1] for paragraph in found][:2] == ["and it ends here.", "it ends."]
    assert found[-1].startswith("- a bullet")


@pytest.mark.parametrize("bullets", ["ab", "аб", "αβ"])
def test_letters_of_a_list_close_the_paragraph_before(bullets):
    wide = "Исполнитель обязуется выполнить все работы по договору в срок и в полном объёме"
    items = [f"{letter}) сдать работы по договору и все ключи от помещений" for letter in bullets]
    text = "\n".join([wide] * 5 + items)
    assert shown(text, paragraphs(text, 0, len(text))[0])[1:] == items


def test_a_title_joins_the_sentence_that_follows_it():
    text = "Fees\n\nFees are due in May. They are high.\n\nTerm\n"
    (first, second) = titled_paragraphs(text, 0, len(text))
    assert text[first[0] : first[2]] == "Fees\n\nFees are due in May. They are high."
    assert text[first[1] : first[2]] == "Fees are due in May. They are high."
    assert text[second[0] : second[2]] == text[second[1] : second[2]] == "Term"
    (table,) = chunk_tables([SourceText("a", text, (Section(0, len(text)),))], 200)
    assert shown(text, sentences_of(table)) == ["Fees\n\nFees are due in May.", "They are high.", "Term"]


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["Ես գնացի տուն։", "Նա եկավ։"],
        ["میں گھر گیا۔", "وہ آیا۔"],
        ["ខ្ញុំទៅ។", "គាត់មក។"],
        ["ቤት ሄድኩ።", "እሱ መጣ።"],
        ["步骤如下：", "打开门。"],
        ["「はい。」", "彼は来た。"],
        ["„Ja.“", "Er kam."],
        ["« Oui\u202f! »", "« Vraiment ? »", "Il vint."],
        ["He waited…", "“Nobody came …”", "He left.[1][citation needed]", "Then it rained.²", "It was late."],
    ],
)
def test_what_ends_as_a_sentence_of_its_script_does_is_no_title(paragraphs):
    text = "\n\n".join(paragraphs)
    assert [text[title:end] for title, _, end, _ in titled_paragraphs(text, 0, len(text))] == paragraphs


def test_a_numbered_line_is_a_title_unless_it_is_of_a_list():
    titled = "1. Fees\n\nThey are due in May.\n\nII. Term\n\n- One year.\n\n"
    listed = "Bring:\n\n1. Ropes\n\n2. Lamps\n\nNobody else has any."
    found = list(titled_paragraphs(titled + listed, 0, len(titled + listed)))
    assert [(titled + listed)[title:end] for title, _, end, _ in found] == [
        "1. Fees\n\nThey are due in May.",
        "II. Term\n\n- One year.",
        "Bring:",
        "1. Ropes",
        "2. Lamps",
        "Nobody else has any.",
    ]
    text = "一、价格\n\n价格为一百元。\n\n请带：\n\n①绳子\n\n②灯"
    assert [text[title:end] for title, _, end, _ in titled_paragraphs(text, 0, len(text))] == [
        "一、价格\n\n价格为一百元。",
        "请带：",
        "①绳子",
        "②灯",
    ]


def test_lines_of_a_paragraph_that_end_in_marks_of_notes_end_sentences():
    wide = "A line of an encyclopedia holds a paragraph, and so it is a good deal longer than the margin of a page would let. "
    text = "\n".join(f"{wide * 3}It ends in {number}.[{number}][citation needed]" for number in range(9))
    assert shown(text, paragraphs(text, 0, len(text))[0]) == text.split("\n")


def test_the_label_of_an_entry_is_the_title_of_what_stands_below():
    text = "See below.\n\n--depth=<depth>::\n\n  How deep it is.\n\nFor example:\n\n  git log"
    found = list(titled_paragraphs(text, 0, len(text)))
    assert [text[title:end] for title, _, end, _ in found] == [
        "See below.",
        "--depth=<depth>::\n\n  How deep it is.",
        "For example:",
        "git log",
    ]


def test_without_blank_lines_a_colon_leads_on():
    text = "\n".join(f"Term {letter}::\n  What a term of the letter {letter} means here." for letter in "abcd")
    assert (
        shown(text, paragraphs(text, 0, len(text))[0])[0].splitlines()[1] == "  What a term of the letter a means here."
    )


def test_small_paragraphs_share_a_chunk_and_large_ones_are_divided_evenly():
    small = "\n\n".join(f"Paragraph number {number} is short." for number in range(40))
    large = " ".join(f"Sentence number {number} of one long paragraph." for number in range(60))
    for text in (small, large):
        sizes = [size(piece.text) for piece in Document.from_text(text, chunk_size=64).chunks]
        assert len(sizes) > 3
        assert max(sizes) <= 1.5 * 64
    sizes = [size(piece.text) for piece in Document.from_text(large, chunk_size=64).chunks]
    assert min(sizes) > 0.5 * max(sizes)


def test_chunks_do_not_cross_a_heading_or_a_page(small_pdf):
    doc = Document.from_text("# A\n\nOne.\n\n# B\n\nTwo.\n", source="a.md")
    assert [piece.heading for piece in doc.chunks] == ["A", "B"]
    assert [piece.page for piece in Document.from_bytes(small_pdf, source="a.pdf").chunks] == [1, 2]


def test_chunk_size_is_honoured():
    text = " ".join(f"Sentence number {number} of one long paragraph." for number in range(200))
    counts = [len(Document.from_text(text, chunk_size=chunk_size)) for chunk_size in (16, 64, 256, 4096)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 1


def test_chunks_of_a_source_are_its_sentences_in_order():
    text = "One is here. Two is there.\n\nThree."
    (table,) = chunk_tables([SourceText("a", text, (Section(0, len(text)),))], 200)
    assert shown(text, sentences_of(table)) == ["One is here.", "Two is there.", "Three."]
    assert (table.n_sentences, table.opens) == ([3], [True])


def test_a_given_chunk_stays_whole():
    text = "Word. " * 5_000
    (table,) = whole_tables([SourceText("a", text, (Section(0, len(text)),))])
    spans = sentences_of(table)
    assert table.n_sentences == [len(spans)]
    assert (spans[0][0], spans[-1][1]) == (0, len(text) - 1)


@pytest.mark.parametrize("kind", ["prose", "table", "code"])
def test_a_given_chunk_with_a_large_table_stays_whole(kind):
    table = "| id | text |\n|---|---|\n" + "".join(f"| {n} | screen, fine and bright |\n" for n in range(100))
    texts = [f"Goods that we have:\n\n{table}\nThat is all.", table.strip()]
    document = Document.from_chunks([{"text": text, "kind": kind} for text in texts])
    assert [chunk.text for chunk in document.chunks] == texts
