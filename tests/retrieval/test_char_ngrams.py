import random

import pytest

from secondhop import Document, OptionError
from secondhop.text.analysis import Analyzer, analyzer_named, is_piece

PLACES = (
    "Amsterdam Bergen Coimbra Dubrovnik Edinburgh Fukuoka Gdansk Heraklion Innsbruck Jyväskylä Kristiansand Ljubljana"
)
THINGS = (
    "amplifier binoculars compressor dehumidifier extinguisher flashlight generator humidifier inverter jackhammer kettle "
    "lawnmower microphone navigator oscilloscope projector refrigerator screwdriver thermostat vaporizer wheelbarrow"
)
CATALOGUE = [
    f"{thing.title()} {place}, item {number}."
    for number, (thing, place) in enumerate((thing, place) for thing in THINGS.split() for place in PLACES.split())
]


def misspelt(word, rng):
    """With one letter left out, doubled, changed, or two changed about, not the first."""
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + rng.choice("aeiostrn") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def recall(document, slips):
    """Share of questions with both words misspelt, each by so many slips, of which the item meant is among the first three."""
    rng = random.Random(0)
    found = 0
    for text in rng.sample(CATALOGUE, 100):
        words = text.split(",")[0].lower().split()
        for _ in range(slips):
            words = [misspelt(word, rng) for word in words]
        hits = document.search(" ".join(words), top_k=3)
        found += any(hit.chunk.text == text for hit in hits)
    return found / 100


@pytest.fixture(scope="module")
def plain():
    return Document.from_texts(CATALOGUE, language="english")


@pytest.fixture(scope="module")
def pieces():
    return Document.from_texts(CATALOGUE, language="english", char_ngrams=3)


def test_words_with_several_slips_find_what_is_meant(plain, pieces):
    assert recall(plain, slips=1) > 0.85
    assert recall(pieces, slips=1) > 0.95
    assert recall(plain, slips=2) < 0.5
    assert recall(pieces, slips=2) > 0.8


def test_words_that_are_spelt_well_find_the_same_first(plain, pieces):
    for text in CATALOGUE[::7]:
        question = text.split(",")[0]
        assert plain.search(question, top_k=1)[0].chunk.text == pieces.search(question, top_k=1)[0].chunk.text == text


def test_switched_off_nothing_is_different(plain):
    off = Document.from_texts(CATALOGUE, language="english", char_ngrams=0)
    one, other = plain._snapshot.to_arrays(), off._snapshot.to_arrays()
    assert all((one[name] == other[name]).all() for name in one | other)


def test_pieces_link_no_passages():
    texts = [
        "The valve was made by Northwind. It broke in May.",
        "Northgate repairs ships.",
        *(f"Filler number {n} says nothing at all." for n in range(40)),
    ]
    report = Document.from_texts(texts, char_ngrams=3).context("Who made the valve?").report
    assert report.second_hop_rescue_count == 0


def test_an_analyzer_is_made_again_from_its_name():
    assert analyzer_named("german").name == "german"
    again = analyzer_named("german 3")
    assert (again.language, again.char_ngrams) == ("german", 3)
    assert Analyzer("english", 3).terms("cat harbour") == [
        "cat", "harbor", "#_ha", "#har", "#arb", "#rbo", "#bor", "#or_",
    ]  # fmt: skip
    assert not any(map(is_piece, Analyzer("english").terms("C# #har harbour")))


def test_a_kept_index_knows_its_pieces_and_is_built_again_without_them(tmp_path):
    (tmp_path / "a.txt").write_text("\n\n".join(CATALOGUE[:50]), "utf-8")
    for _ in range(2):
        document = Document.from_folder(tmp_path, persist=True, char_ngrams=3)
        assert document.search("amplifeirr")[0].chunk.text.startswith("Amplifier")
    assert Document.from_folder(tmp_path, persist=True).search("amplifeirr") == []


def test_a_length_out_of_range_is_refused():
    with pytest.raises(OptionError, match="char_ngrams"):
        Document.from_text("Refunds take ten days.", char_ngrams=-1)
