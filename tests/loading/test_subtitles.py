"""WebVTT and SubRip."""

import pytest

from secondhop import Document
from secondhop.errors import NoTextError
from secondhop.loading import parse

VTT = """WEBVTT - Board meeting

NOTE made by a machine

STYLE
::cue { color: white }

intro
00:01.000 --> 00:04.500 align:start
<v Ada Byron>The mooring fee is</v>

00:04.500 --> 00:06.000
<v Ada Byron>forty euros &amp; due <i>monthly</i>.</v>

01:00:07.000 --> 01:00:09.000
<v.loud Bob>Who<00:08.000> pays?</v>
"""


def lines(text, source="a.vtt"):
    return parse(text.encode(), source).text.split("\n")


def test_what_a_voice_says_is_one_line_with_its_time_and_name():
    assert lines(VTT) == [
        "[00:01] Ada Byron: The mooring fee is forty euros & due monthly.",
        "[01:00:07] Bob: Who pays?",
    ]


def test_who_goes_on_in_a_sentence_need_not_be_named_again():
    text = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ada>It is inspected\n\n00:03.000 --> 00:04.000\non 3 December.\n\n"
    assert lines(f"{text}00:04.500 --> 00:05.000\nBy whom?") == [
        "[00:01] Ada: It is inspected on 3 December.",
        "[00:04] By whom?",
    ]


def test_numbers_of_subrip_are_left_out_and_a_name_a_dash_or_two_angles_begin_a_line():
    text = (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<font color='red'>ADA:</font> One\r\ntwo.\r\n\r\n"
        "2\r\n00:00:02,500 --> 00:00:04,000\r\n- Three?\r\n- Four.\r\n\r\n"
        "3\r\n00:00:04,500 --> 00:00:05,000\r\n>> Five.\r\n"
    )
    assert lines(text, "a.srt") == [
        "[00:00:01] ADA: One two.",
        "[00:00:02] Three?",
        "[00:00:02] Four.",
        "[00:00:04] Five.",
    ]


def test_a_line_ends_at_a_pause_and_with_a_sentence_where_it_is_long():
    cues = [
        f"00:{second // 60:02}:{second % 60:02}.000 --> 00:{second // 60:02}:{second % 60:02}.900"
        for second in range(70)
    ]
    text = "WEBVTT\n\n" + "\n\n".join(f"{cue}\nThe tide is at mark number {n}." for n, cue in enumerate(cues) if n < 60)
    assert max(map(len, lines(text))) < 400
    assert lines(text)[0].startswith("[00:00:00] The tide is at mark number 0. The tide")
    assert lines(f"WEBVTT\n\n{cues[0]}\nOne\n\n{cues[9]}\nTwo") == ["[00:00:00] One", "[00:00:09] Two"]


def test_captions_that_roll_up_are_read_once():
    text = "00:00:01.000 --> 00:00:02.000\nso the tide\n\n00:00:02.000 --> 00:00:03.000\nso the tide\ncomes in\n"
    assert lines(text) == ["[00:00:01] so the tide comes in"]


def test_what_is_no_markup_stays():
    assert lines("00:01.000 --> 00:02.000\na <b>x</b> < y, {z} and 3 > 2\n") == ["[00:01] a x < y, {z} and 3 > 2"]


def test_a_file_without_words_has_no_text():
    with pytest.raises(NoTextError):
        parse(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "a.vtt")


def test_an_answer_is_shown_with_its_time_and_speaker():
    others = "".join(
        f"\n\n00:{n:02}:00.000 --> 00:{n:02}:05.000\n<v Bob>The berth {n} is let to a ship." for n in range(1, 50)
    )
    document = Document.from_text(
        VTT.replace("01:00:07", "00:00:07").replace("01:00:09", "00:00:09") + others, source="a.vtt"
    )
    assert (
        "[00:01] Ada Byron: The mooring fee is forty"
        in document.context("How much is the mooring fee?", budget=60).text()
    )
