"""Text whose line ends are meant is read as entries."""

import textwrap

import pytest

from secondhop import Document
from secondhop.chunking.entries import entries
from secondhop.chunking.prose import titled_paragraphs

LOG = """2026-03-01 08:00:07 INFO started
2026-03-01 08:00:09 ERROR the pump is stuck
Traceback (most recent call last):
  File "pump.py", line 7, in run
PumpError: 7 bar
2026-03-01 08:00:12 INFO stopped
"""
CHAT = "[12:31] Anna: what does the pump cost\n[12:32] Boris: 300 euros\n[12:33] Anna: ok\n[12:34] Boris: bye\n"
MINUTES = "1. Pump\nAnna: It leaks.\nDecision: none.\n2. Valve\nBoris: It is new.\nDecision: 7 euros.\n"
API = "  connect(host, port)\n      Opens a line. Returns it.\n  close(line)\n      Ends it.\n"
CHANGES = "Version 2 (2025)\n- The pump leaks no more\n- The fan is new\nVersion 1 (2024)\n- The valve is new\n- Done\n"
PROSE = textwrap.fill("The pump of the town was sold to a man from Siena, who did not want it, for 70 euros. " * 9, 60)


def read(text):
    found = entries(text, 0, len(text))
    return found and [[text[start:end] for start, end in entry] for entry in found]


def firsts(text):
    """The first line of the first sentence of each entry."""
    return [entry[0].splitlines()[0] for entry in read(text)]


def test_a_line_of_a_log_is_an_entry_with_the_trace_below_it():
    assert firsts(LOG) == [line for line in LOG.splitlines() if line.startswith("2026")]
    assert read(LOG)[1][0].endswith("PumpError: 7 bar")


def test_messages_numbers_and_what_is_not_indented_begin_entries():
    assert firsts(CHAT) == CHAT.splitlines()
    assert firsts(MINUTES) == ["1. Pump", "2. Valve"]
    assert firsts(API) == ["connect(host, port)", "close(line)"]
    assert read(API)[0] == ["connect(host, port)\n      Opens a line. Returns it."]


@pytest.mark.parametrize(
    "numbers", [("一、", "二、", "十一、"), ("①", "②", "③"), ("（1）", "（2）", "（3）")], ids=ascii
)
def test_numbers_with_no_blank_behind_them_begin_entries(numbers):
    first, second, third = (f"{number}打开水泵的电源" for number in numbers)
    assert firsts(f"{first}\n等待指示灯变绿\n{second}\n关闭阀门\n{third}\n") == [first, second, third]


def test_a_title_comes_with_the_entries_below_it():
    assert read(CHANGES)[0] == CHANGES.splitlines()[:3]
    assert read(CHANGES)[1] == CHANGES.splitlines()[3:]


@pytest.mark.parametrize("text", [PROSE, "\n".join([PROSE] * 3), "one\ntwo\nthree"], ids=["prose", "more", "too few"])
def test_lines_of_paragraphs_are_none(text):
    assert read(text) is None


def test_a_wrapped_item_is_one():
    item = "- the pump of the town was sold to a man from Siena who did\nnot want it\n"
    assert read((item + "- it was new\n") * 3) == [[item.strip()], ["- it was new"]] * 3


def test_bullets_below_a_number_belong_to_it():
    text = "1. Pump\n- leaks\n- is old\n2. Valve\n- is new\n- is red\n"
    assert firsts(text) == ["1. Pump", "2. Valve"]


def test_a_line_behind_a_stop_or_a_short_one_goes_on_with_nothing():
    full = "- The pump of the town was sold to a man from Siena who did not want it"
    for line, n in ((full, 4), (f"{full}.", 5), ("- The pump", 5)):
        assert len(firsts(f"{full}\n{full}\n{full}\n{line}\nfor seven hundred euros\n")) == n


def test_entries_below_a_title_are_parted_from_it_where_they_are_many():
    points = [f"- The pump number {n} of the town leaks no more" for n in range(30)]
    found = read("Version 2 (2025)\n" + "\n".join(points) + "\nVersion 1 (2024)\n- Done\n- New\n- Old\n")
    assert found[0] == ["Version 2 (2025)", *points[: len(found[0]) - 1]]
    assert 5 < len(found[0]) < 15
    assert found[1:-1] == [[point] for point in points[len(found[0]) - 1 :]]


def test_entries_within_entries_without_end_are_read():
    text = "\n".join(" " * depth + f"thing {depth} " + "word " * 60 for depth in range(2000))
    assert sum(map(len, read(text.replace("word ", "w")))) >= 1
    Document.from_text(text)


@pytest.mark.parametrize("suffix", ["log", "txt"])
def test_one_event_of_a_log_is_shown_with_its_trace_and_without_the_others(suffix):
    lines = [LOG.replace("pump", f"{kind} pump").replace("7 bar", f"{n} bar") for n, kind in enumerate(KINDS, 60)]
    document = Document.from_text("".join(lines), source=f"a.{suffix}", tokenizer="words")
    for number, kind in enumerate(KINDS, 60):
        shown = document.context(f"Which error did the {kind} pump raise?", 30).text()
        assert f"PumpError: {number} bar" in shown


KINDS = ["green", "heavy", "narrow", "steel", "spare", "northern", "upper", "electric", "round", "seasonal"]


def test_an_answer_in_the_next_message_is_shown():
    text = "".join(CHAT.replace("pump", f"{kind} pump").replace("300", str(n)) for n, kind in enumerate(KINDS, 300))
    document = Document.from_text(text, tokenizer="words")
    for number, kind in enumerate(KINDS, 300):
        assert f"{number} euros" in document.context(f"What does the {kind} pump cost?", 20).text()


def test_lines_of_a_page_are_layout():
    rows = "\n".join(f"Item {number} of the balance sheet   {number},000" for number in range(40))
    assert next(titled_paragraphs(rows, 0, len(rows))).entries is not None
    assert all(each.entries is None for each in titled_paragraphs(rows, 0, len(rows), on_page=True))


MAIL = """Dear Helen,

> On 14 Nov 2025, at 11:03, Helen wrote:
>
> the boiler at Albion Road failed its inspection on Friday (see page 3: the heat
> exchanger is cracked). Can you quote for a replacement? The owner wants it done
> before Christmas, and he will not pay more than 4,500 for all of the six flats
> in the house. The cylinder was new in 2021 and it can stay where it is now, so
> that all you need is a key. I have left one with the porter of the house, and
> he will be there until 17:30. If you come later, please call me before on the
> number that you have. The tenants on the first floor know that you will come.
>
> Thanks
"""


def test_quoted_mail_is_read_as_it_was_written():
    *_, quoted, last = titled_paragraphs(MAIL, 0, len(MAIL))
    assert quoted.entries is None
    assert MAIL[quoted.start : quoted.end].startswith("> the boiler")
    assert MAIL[last.start : last.end] == "> Thanks"
    assert "Can you quote for a replacement?" in sentences(MAIL)


def test_a_sentence_of_a_short_list_ends_with_its_line():
    items = [
        "- A training at the bench",
        "- Dutch at B2. English is nice",
        "- A licence",
        "- You led people. Two are enough",
    ]
    assert sentences("\n".join(["About us\n\nWe build bikes.\n\nWhat we expect", *items]))[-4:] == items


def test_short_lines_of_whole_sentences_or_none_are_left_as_they_are():
    for text in ("Bill to:\nAlpine Clinics\nSeeweg 2\nLuzern", "We came. We saw.\nWe won.\nWe left.\nWe slept."):
        (*_, last) = titled_paragraphs(f"One.\n\nTwo.\n\n{text}", 0, len(text) + 12)
        assert last.entries is None


def sentences(text):
    snapshot = Document.from_text(text)._snapshot
    return [text[a:b] for a, b in zip(snapshot.sentence_start, snapshot.sentence_end, strict=True)]
