"""What sets each strategy apart from the others."""

import pytest

from secondhop import Document, build_context

QUESTION = "Who was the lighthouse keeper?"
FILLER = [
    f"The {noun} of the {place} is old." for noun in ("roof", "door", "tower") for place in ("station", "harbour")
]
CHUNKS = ["The lighthouse keeper was Robert Hale.", *FILLER, "Robert Hale was born in Arbroath."]
TWICE = "The melting point of copper is one thousand and eighty five degrees in a furnace of the usual size."


def reasons(report):
    return {decision.chunk_id: decision.reason.value for decision in report.decisions}


def test_raw_topk_keeps_the_given_order_until_the_budget_is_full():
    context = build_context(QUESTION, CHUNKS, "raw_topk", 20, tokenizer="words")
    assert context.chunks == CHUNKS[:2] or context.chunks == CHUNKS[:3]
    assert reasons(context.report)["c1"] == "kept_unranked"
    assert set(context.report.removed) == {"dropped_budget"}


@pytest.mark.parametrize("strategy", ["raw_topk", "max_density", "redundancy_pruned", "distractor_filtered"])
def test_a_passage_over_the_budget_is_cut_around_its_best_sentence(strategy):
    kettle = "The copper kettle hangs by the stove."
    filler = [f"Filler sentence number {number} says nothing of note." for number in range(12)]
    passage = " ".join([*filler, kettle, *filler[:2]])
    context = build_context("copper kettle", [passage, "The gate is green."], strategy, 25, tokenizer="words")
    assert kettle in context.chunks[0]


def test_distractor_filtered_drops_the_second_hop_and_says_by_how_much():
    report = build_context(QUESTION, CHUNKS, "distractor_filtered").report
    assert report.n_selected == 1
    dropped = report.decisions[-1]
    assert (dropped.reason, dropped.detail) == ("dropped_low_relevance", {"grounding": 0.0, "limit": 0.1})


def test_min_grounding_moves_the_bar():
    chunks = ["Copper and tin and lead and zinc.", "Copper.", "Iron."]
    kept = [
        build_context("copper tin lead zinc", chunks, "distractor_filtered", min_grounding=bar).report.n_selected
        for bar in (0.0, 0.05, 0.5, 1.0)
    ]
    assert kept == [3, 2, 1, 1]


def test_max_density_prefers_the_passage_that_says_it_in_fewer_words():
    long = "Copper melts, " + "and so on, " * 15 + "at 1,085 degrees."
    context = build_context(
        "copper melts degrees", [long, "Copper melts at 1,085 degrees."], "max_density", 6, tokenizer="words"
    )
    assert context.chunks == ["Copper melts at 1,085 degrees."]


def test_redundancy_pruned_keeps_one_of_two_and_names_it():
    report = build_context("copper", [TWICE, "Copper is red.", TWICE.upper()], "redundancy_pruned").report
    (dropped,) = (decision for decision in report.decisions if decision.fate == "dropped")
    assert (dropped.chunk_id, dropped.reason) == ("c2", "dropped_duplicate")
    assert dropped.detail == {"of": "c0", "similarity": 1.0}


def test_whole_chunks_are_not_shown_twice_either():
    report = build_context(
        "copper", [TWICE, "Copper is red.", TWICE.upper()], "reasoning_preserving", grain="chunk"
    ).report
    (dropped,) = (decision for decision in report.decisions if decision.fate == "dropped")
    assert (dropped.chunk_id, dropped.reason, dropped.detail["of"]) == ("c2", "dropped_duplicate", "c0")


def test_a_passage_that_shares_a_sentence_with_a_kept_one_and_says_more_is_no_duplicate():
    shared = "Copper costs nine dollars for every pound of it in the port of Ellery."
    more = "The fee is 14. Lead is five. Zinc is two. Brass is seven. Iron is one. Gold is many."
    gulls = [f"The gull number {number} sleeps near the tower." for number in range(8)]
    document = Document.from_texts([f"{shared} Tin is three.", f"{shared} {more}", *gulls], tokenizer="words")
    report = document.analyze("What does copper cost per pound?", 20)
    assert (report.auto_decision, dict(report.removed)) == ("intervene", {"dropped_budget": 1})


def test_a_passage_whose_sentences_stand_in_several_kept_ones_names_the_one_that_shows_most_of_them():
    one, two, three = (f"Copper from the {place} mine is sold by the pound there." for place in ("old", "new", "deep"))
    chunks = [f"The price is high. {one} {two}", f"The price is low. {three}", f"{three} {one} {two}"]
    report = build_context("price of copper", chunks, "reasoning_preserving", tokenizer="words").report
    (dropped,) = [decision for decision in report.decisions if decision.fate == "dropped"]
    assert (dropped.chunk_id, dropped.reason.value) == ("c2", "dropped_duplicate")
    assert dropped.detail == {"of": "c0", "similarity": 0.6667}


@pytest.mark.parametrize("strategy", ["raw_topk", "distractor_filtered"])
def test_where_copies_are_not_refused_the_budget_leaves_them_out(strategy):
    def report(budget):
        return build_context("copper", [TWICE, TWICE], strategy, budget, tokenizer="words").report

    small = report(len(TWICE.split()))
    assert dict(small.removed) == {"dropped_budget": 1}
    assert report(small.token_budget + small.decisions[1].detail["tokens_short"]).n_selected == 2


def test_auto_passes_everything_through_where_it_fits_and_chooses_where_not():
    wide = build_context(QUESTION, CHUNKS, "auto")
    assert (wide.chunks, wide.report.auto_decision, wide.report.strategy) == (CHUNKS, "passthrough", "auto")
    tight = build_context(QUESTION, CHUNKS, "auto", 14, tokenizer="words")
    assert (tight.report.auto_decision, tight.report.strategy) == ("intervene", "reasoning_preserving")
    assert tight.chunks == [CHUNKS[0], CHUNKS[-1]]


def test_reasoning_preserving_keeps_sentences_or_whole_chunks():
    text = "Copper melts at 1,085 degrees. Lunch is served at noon. Buses leave every hour."
    sentence = build_context("copper melts", [text], "reasoning_preserving", 6, tokenizer="words")
    assert sentence.chunks == ["Copper melts at 1,085 degrees."]
    whole = build_context("copper melts", [text], "reasoning_preserving", 20, tokenizer="words", grain="chunk")
    assert whole.chunks == [text]


def test_a_sentence_that_refers_back_brings_what_it_refers_to():
    text = "Robert Hale was born in Arbroath. He kept the lighthouse. " + "Buses leave every hour. " * 6
    context = Document.from_chunks([text, *FILLER], tokenizer="words").context("Who kept the lighthouse?", 20)
    assert "Robert Hale was born in Arbroath. He kept the lighthouse." in context.text()


def test_what_a_sentence_refers_back_to_is_not_looked_for_in_another_chunk():
    chunks = [
        "The keeper of the lighthouse and its lamp was paid by the lighthouse board. Soup is served at noon in the hall.",
        "He was keeper of the lighthouse. Buses leave every hour from here.",
    ]
    for order in (chunks, chunks[::-1]):
        context = build_context(QUESTION, order, "reasoning_preserving", 24, tokenizer="words")
        assert sorted(context.chunks) == ["He was keeper of the lighthouse.", chunks[0].partition(" Soup")[0]]


def test_long_evidence_comes_before_the_second_hop():
    long = "The lighthouse keeper was Robert Hale, " + "who liked it, " * 10 + "and stayed."
    context = Document.from_chunks([long, *FILLER, CHUNKS[-1]], tokenizer="words").context("lighthouse", 40)
    assert "lighthouse keeper" in context.text()


def test_the_best_sentence_is_not_passed_over_for_shorter_ones_because_it_takes_more_than_half():
    best = (
        "The red kiln by the old harbour gate is fired on every second Thursday of the month before the market opens."
    )
    others = [f"A kiln number {n} is cold." for n in range(8)]
    context = Document.from_chunks([*others, best], tokenizer="words").context(
        "When is the red harbour kiln fired?", 30
    )
    assert best in context.text()


@pytest.mark.parametrize(
    ("before", "budget"),
    [
        ("The old kiln stands by the harbour gate.", 30),  # both fit, but not half of the budget
        ("The old kiln stands by the harbour gate, " + "which is painted, " * 6 + "and leans.", 28),  # no room for it
    ],
)
def test_the_best_sentence_is_not_passed_over_for_shorter_ones_because_it_refers_back(before, budget):
    best = "It is fired red every second Thursday when the harbour market opens."
    others = [f"A kiln number {n} is cold." for n in range(8)]
    document = Document.from_chunks([*others, f"{before} {best}"], tokenizer="words")
    context = document.context("When is the red kiln fired at the harbour market?", budget)
    assert best in context.text()
    assert (before in context.text()) == (budget == 30)


def test_code_is_ordered_by_its_chunks_as_in_top_k():
    texts = {
        "short.py": "# load\n# cache\n# table\n",  # the best chunk, of lines that say less than this one:
        "long.py": "# load the cache table\n" + "".join(f"name_{n} = other_{n}\n" for n in range(6)),
        "third.py": "# load\nname = 1\n",
    }
    files = [{"source": source, "format": "code", "text": text} for source, text in texts.items()]
    document = Document.from_texts(files, tokenizer="words")
    for budget in (9, 20, 40):
        ours, plain = (document.context("table or cache or load", budget, strategy=s) for s in ("auto", "raw_topk"))
        assert ours.text() == plain.text()


def test_prose_takes_no_half_of_the_budget_where_code_says_it_best():
    code = "def carry(parcel):\n" + "".join(f"    parcel.weight_limit = {n}\n" for n in range(6))
    notes = [f"- Fixed a weight of release {n}, and how it is told." for n in range(9)]
    files = [
        {"source": "carry.py", "text": code},
        *({"source": f"{n}.md", "text": note} for n, note in enumerate(notes)),
    ]
    document = Document.from_texts(files, tokenizer="words")
    assert code.strip() in document.context("where is the weight limit of a parcel set?", 28).text()


def test_code_that_hardly_matches_takes_no_room_of_a_second_hop():
    files = [
        {"source": "routes.md", "text": "The night mail for the outer isles is carried by the cutter Aurora."},
        {"source": "yards.md", "text": "Holm of Skerry yard keeps Aurora in repair."},
        {"source": "tariff.py", "text": "MAIL = 3\n" + "".join(f"RATE_{n} = {n}\n" for n in range(6))},
        *({"source": f"{n}.md", "text": f"Berth {n} is dredged in autumn."} for n in range(9)),
    ]
    document = Document.from_texts(files, tokenizer="words")
    context = document.context("who mends what carries the night mail for the outer isles?", 34)
    assert "Holm of Skerry" in context.text()


def test_a_listing_in_a_text_takes_no_half_of_the_budget_from_texts():
    listing = "".join(f"light_of_harbour_{n} = red if bar_closed else green\n" for n in range(20))
    page = f"<h1>Lights</h1><p>The harbour light is red when the bar is closed.</p><h1>All of them</h1><pre>{listing}</pre>"
    others = [f"<p>The light of berth {n} is for boats.</p>" for n in range(9)]
    document = Document.from_texts([{"text": text, "format": "html"} for text in (page, *others)], tokenizer="words")
    text = document.context("which harbour light is red?", 60).text()
    assert (text.count("berth"), text.count("light_of")) == (2, 3)


@pytest.mark.parametrize("budget", [7, 12, 30])
def test_a_dropped_hit_says_how_many_tokens_it_was_short(budget):
    report = build_context(
        "copper", [f"Copper lies in box {n} of {n}." for n in range(9)], "raw_topk", budget, tokenizer="words"
    ).report
    short = [decision.detail["tokens_short"] for decision in report.decisions if decision.fate == "dropped"]
    assert short
    assert all(0 < tokens <= 8 for tokens in short)  # with the blank line before it


@pytest.mark.parametrize("style", ["plain", "numbered", "fenced"])
def test_a_budget_larger_by_what_a_hit_was_short_holds_it_whole(style):
    chunks = ["Copper lies in a box by the old mill.", "A copper kettle hangs there."]

    def report(budget):
        return build_context("copper", chunks, "raw_topk", budget, text_style=style, tokenizer="words").report

    smallest = build_context("copper", chunks[:1], text_style=style, tokenizer="words").report.total_tokens
    for budget in range(smallest, smallest + 4):
        short = report(budget).decisions[1].detail["tokens_short"]
        assert report(budget + short).removed_total == 0
        assert report(budget + short - 1).removed_total == 1


def tens(text):
    """Counts in a way in which two texts together are more than each alone."""
    return len(text) // 10


@pytest.mark.parametrize("top_k", [None, 2])
def test_what_was_given_back_again_is_no_reason_to_leave_out_anything(top_k):
    """The second passage seems to fit until the text is counted as a whole."""
    chunks = ["Copper mine opened.", "That copper is red.", "That copper is red.", "A copper kettle."]
    report = build_context("copper", chunks, "redundancy_pruned", 3, top_k=top_k, tokenizer=tens).report
    assert report.n_selected == 1
    assert dict(report.removed) == {"dropped_budget": 3}
