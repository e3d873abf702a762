"""What stands behind a label is about what the label names."""

import numpy as np
import pytest

from secondhop import Document
from secondhop.retrieval import rank_given
from secondhop.selection.facts import facts_of
from secondhop.selection.labels import carried

NAMES = ["Anna Adler", "Anna Becker", "Boris Adler", "Carla Castillo", "Dario Conti", "Elena Rossi"]
FORMS = {
    "invoice": "Bill to: {}\n\n2 x pump, 3 x valve\n\nTotal: {} euros\n\n",
    "mail": "To: {}\nSubject: Re: costs\n\nHello,\n\nit is {} euros. We met in May.\n\n",
    "lines": "{}\ncame by boat\n{} euros\n",
    "minutes": "{}. {}\n\nIt was raining. Nobody spoke. The sum is {} euros.\n\n",
}


def worth(hits):
    """What each sentence is worth for labels, if all are worth 1 themselves."""
    ones = np.ones(len(hits.sentences.hit))
    facts = facts_of(hits)
    return carried(hits, ones, facts.labels, facts.lines)


@pytest.mark.parametrize("form", FORMS)
def test_an_entry_is_read_on_behind_its_label(form):
    places = FORMS[form].count("{}") - 1
    entries = [FORMS[form].format(*[n, name][-places:], 70 + n) for n, name in enumerate(NAMES)]
    document = Document.from_text("".join(entries), tokenizer="words")
    for number, name in enumerate(NAMES):
        assert f"{70 + number} euros" in document.context(f"What did {name} pay?", 32).text()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Copper leaks. Tea is sold.", 0),
        ("- copper pumps\n\n- tea is sold", 0),
        ("| copper | pumps |\n| --- | --- |\n| tea | sold |", 0),
        ("Copper: pumps,\n\nTea is sold. Soup is hot.", 1),
        ("Copper\r\n\r\nIt leaks. Tea is sold.", 1),
    ],
    ids=["sentences", "items", "rows", "a greeting", "a title"],
)
def test_whole_sentences_items_and_rows_are_no_labels(text, labels):
    document = Document.from_text(text)
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert np.count_nonzero(worth(hits)) == labels


def test_the_value_of_a_label_falls_with_each_sentence_up_to_the_fifth():
    document = Document.from_text("Copper\n\n" + " ".join(f"Thing {letter} is here." for letter in "abcdefgh"))
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert worth(hits) == pytest.approx([0, 0.8, 0.64, 0.512, 0.4096, 0.32768, 0, 0])


def test_a_label_at_the_end_of_a_chunk_says_nothing_about_the_next_one():
    document = Document.from_chunks(["Tea is sold. Copper:", "It leaks. Soup is hot."])
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert worth(hits).tolist() == [0, 0, 0, 0]


def test_all_items_of_a_list_are_about_its_title():
    document = Document.from_text(
        "Copper\n\n" + "\n".join(f"- thing {letter}" for letter in "abcdefgh"), format="markdown"
    )
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert worth(hits) == pytest.approx([0, *[0.8] * 7])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prices.csv", "name,price\ncopper,5\ntin,6\niron,7\n"),
        ("pumps.py", "def copper():\n    return 5\n\n\ndef tin():\n    return 6\n"),
        ("thai.txt", "ทองแดงอยู่ที่นี่ " * 20),
    ],
)
def test_rows_of_values_code_and_sentences_of_scripts_without_stops_are_no_labels(name, text):
    document = Document.from_text(text, source=name)
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert not worth(hits).any()


def test_what_stands_behind_a_list_is_not_about_its_title():
    document = Document.from_text(
        "Copper\n" + "\n".join(f"- thing {n}." for n in range(7)) + "\nTea is sold.\nSoup is hot."
    )
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert worth(hits) == pytest.approx([0, *[0.8] * 7, 0, 0])


def test_items_on_a_page_laid_out_are_about_the_title_less_and_less():
    page = "Copper\n\n" + "\n\n".join(f"- thing {letter}" for letter in "abcdefg")
    document = Document.from_texts([page, "Tea\n" * 6])
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert worth(hits) == pytest.approx([0, 0.8, 0.64, 0.512, 0.4096, 0.32768, 0, 0, *[0.8] * 5])


def test_a_list_ends_with_its_chunk():
    first = "- milk is here.\n- bread is.\nCopper\n- thing a.\n- thing b.\n- thing c.\n- thing d."
    other = "\n".join(f"- {word}." for word in ("tea", "soup", "rice", "fish", "salt", "corn"))
    document = Document.from_chunks([first, other])
    hits = rank_given(document._snapshot, "copper", costs=document._costs, keep_order=True)
    assert worth(hits) == pytest.approx([0, 0, 0, *[0.8] * 4, *[0] * 6])
