from itertools import pairwise
from time import process_time

import pytest

from secondhop.text.sentences import size, split_lines, split_run_on, split_sentences

LONGEST_BYTES = 2_000
BLANKS = {ord(" "): None, ord("\n"): None}


def sentences(text):
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Dr. Smith met Mr. Jones at 5 p.m.", "They left.", "U.S. law applies, e.g. in tax."],
        ["J. R. R. Tolkien wrote it.", "C. S. Lewis read it."],
        ['He said "Stop."', "Then he left.", "(It was late.)", "Nobody saw."],
        ["Is it?", "Yes!", "See No. 5 of the list.", "Use the MPL, v. 2.0."],
        ["one. two. three"],
        ["Version 3.5 is out.", "It costs $10.50 now."],
        ["Ärzte kamen.", "Über allem stand er.", "«Oui.»", "«Non.»"],
        ["Sie ging.", "„Warte!“ rief er.", "„Nein.“", "‚Doch.‘", "Er blieb."],
        ["Er ging.", "»Ja.«", "»Nein.«", "Sie blieb."],
        ["Hän lähti.", "”Ei.”", "”Kyllä.”", "Loppu."],
        ["यह पहला वाक्य है।", "यह दूसरा है।"],
        ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔"],
        ["هذه جملة أولى.", "هل هذه ثانية؟"],
        ["Սա առաջինն է։", "Սա երկրորդն է։"],
        ["これは文です。", "これも文です。"],
        ["នេះជាប្រយោគទីមួយ។", "នេះជាប្រយោគទីពីរ។"],
        ["ဒါကပထမစာကြောင်းပါ။", "ဒါကဒုတိယစာကြောင်းပါ။"],
        ["डॉ. शर्मा आए।", "एम. एस. धोनी, प्रो. राव और पं. नेहरू गए.", "वह आई."],
        ["MR. HORVAT: It was.", "DR. ROSSI: It was not."],
        ["Premium ........ 440 Euro.", "He waited...", "Then he left."],
        [
            "Le roi sortit.",
            "« Vive le roi ! » cria la foule.",
            "« Oui. »",
            "Il partit.",
            "« Non\u202f! »",
            "Elle resta.",
        ],
        [
            "Am 12. März 2020 sah er z. B. Herrn Abel.",
            "Vgl. § 9 Abs. 3 S. 1 BGB.",
            "Im 19. Jahrhundert, d. h. Jahre später, kam er.",
        ],
        [
            "Cäsar starb 44 v. Chr. Er war es.",
            "Das war am 3. April 1999.",
            "Gilt z.\xa0B. Art. 5 oder §\xa07?",
            "Ja, ggf. Nr. 8.",
        ],
        [
            "А. С. Пушкин родился в 1799 г. в Москве, т. е. не здесь.",
            "См. рис. 5 на стр. 7.",
            "Он жил в г. Москве с 1831 г.",
            "И вот.",
        ],
        ["Il vint avec M. É. Zola.", "Éva, elle, partit.", "«Oui!» écrivit-elle."],
        ["Er kam um 5 p.m.", "Dazu gehören u.a. Äpfel, d.h. Obst, und u. ä. Dinge."],
        ["Selon l'art. 12, al. 3, et l’art. 5 du chap. 2.", "Fin."],
        ["Ai sensi dell'art. 5, co. 2, del d.lgs. n. 231 del 2001.", "Fine (pag. 5)."],
        ["EE. UU. y el Sr. Paz, de la Av. Sol, firman.", "Fin."],
        ["Ustawa z dn. 12 maja, prof. dr hab. Jan Lis.", "Koniec."],
        ["Zákon č. 89/2012 platí.", "Ing. Jan Novák ví, s. 12."],
        ["Potrivit art. 5 alin. (2) din lege.", "Dl. Pop a venit."],
        ["It was the mid-70's.", "1,001 were made."],
        ["Dne 5. října 1999 přišel.", "Dne 12. 3. 2020 odešel.", "Např. Karel, čl. 5 odst. 2."],
        ["이 법은 2020. 3. 12. 시행한다.", "제2조를 본다."],
        [
            "Vea pág. 5 y núm. 3.",
            "La Sra. Díaz vino.",
            "Il dott. Bianchi, art. 5.",
            "Por św. Jan, np. Kraków i ust. 3.",
        ],
        ["Ο κ. Α. Β. Γεωργίου, δηλ. αυτός, π.χ. το ένα.", "Βλ. σελ. 5."],
        ["β-Catenin is one.", "α is another."],
        ["جاء أ. د. محمد.", "ثم ذهب علي."],
        ["כתב ש. י. עגנון.", "הוא סופר."],
        ["真的吗？！", "他走了。。。", "好！！", "“走吧。”", "《书》在。", "他说：“好。”"],
        [
            "Sales rose.[1]",
            "The output fell.[2][citation needed]",
            "“Nobody knew.”[note 3]",
            "See [4] or Fig. 5.¹",
            "It was.",
        ],
        ["See fig. 3, no. 12 and pp. 5-7.", "Cf. Smith, p. 5, vol. II.", "It was on Sept. 11, cf. Abel."],
        [
            "It is in Room 12.",
            "See FIG. 2 and FIGS. 3 and 4.",
        ],
        ["See Sch. 2, reg. 4 and Chap. III.", "Tel. 030 12, Apt. 4, тел. 5."],
        ["Es ist Hauptstr. 5 oder Str. 7.", "Er ging in die Hauptstr.", "Es regnet."],
        ["Is it on p.5?", "It was the end of Sept.", "He said no.", "Nobody, e.g. Sen. Abel, saw Mt. Etna."],
        ["He waited… and left…", "Then “it” came…”", "Of 1, 2, … 9 and […] Ten, it is Tax …… 40."],
        ["Πού πήγε;", "Έφυγε.", "«Γιατί;»", "Δεν ξέρω."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected):
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["The gate:", "1. Opens at dawn", "2. Closes at dusk;", "10.2. Has two keys.", "Nobody else has one."],
        ["Bring:", "a. Ropes", "b. Lamps", "c. Food"],
        ["(i). Salt;", "(ii). Pepper and", "(iii). Oil"],
        [
            "It was built\nby John\nF. Kennedy in a place\nNo. 7 near it in\n1999.",
            "It was sold for\n0.5.",
            "It is gone.",
        ],
        ["The case is\ncivil.", "The other is not."],
        ["It does this:\n1. it opens the door\n2. it closes it"],
        ["Er kam am\n12. Mai an und blieb\nbis zum\n3. Juni.", "Dann ging er."],
    ],
    ids=["numbers", "letters", "roman", "no items", "words", "one run of clauses", "dates"],
)
def test_a_numbered_line_begins_a_sentence_where_a_capital_follows(expected):
    assert sentences("\n".join(expected)) == expected


def test_chinese_sentences_end_without_blanks():
    assert sentences("今天下雨。我们回家！“走吧。”你呢？好的") == [
        "今天下雨。",
        "我们回家！",
        "“走吧。”",
        "你呢？",
        "好的",
    ]
    assert sentences("产量增长。[1][2]销量下降。¹然后[3]停了。[来源请求]") == [
        "产量增长。[1][2]",
        "销量下降。¹",
        "然后[3]停了。[来源请求]",
    ]


def test_japanese_goes_on_behind_quotations_and_may_end_sentences_with_wide_points():
    said = ["「行こう。」と言った。", "「はい！」", "『え？』って何。", "終わり。"]
    assert sentences("".join(said)) == said
    paper = ["これは図１．５である．", "次も（例）．", "Ｊ．アベルは３．１を見た．", "終わり"]
    assert sentences("".join(paper)) == paper


def test_spans_carry_no_blanks_and_leave_nothing_out():
    text = "  One here.\n\n  Two there.  \n"
    assert sentences(text) == ["One here.", "Two there."]
    assert sentences(" \n\t ") == []


def test_only_the_part_asked_for_is_split():
    text = "One. Two. Three."
    assert [text[start:end] for start, end in split_sentences(text, 5, 9)] == ["Two."]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 20_000,
        "漢" * 20_000,
        "word " * 5_000,
        "a,b;c" * 5_000,
        "line\n" * 5_000,
        "no capital. " * 2_000,
        "{" + '"k":1,' * 4_000 + "}",
    ],
    ids=["letters", "han", "words", "stops", "lines", "lower-case", "json"],
)
@pytest.mark.parametrize(
    "split", [split_sentences, lambda text: split_lines(text, 0, len(text))], ids=["prose", "lines"]
)
def test_run_ons_are_cut_and_nothing_is_lost(text, split):
    spans = split(text)
    assert max(len(text[start:end].encode()) for start, end in spans) <= LONGEST_BYTES
    assert "".join(text[start:end] for start, end in spans).translate(BLANKS) == text.translate(BLANKS)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize(
    "kept", ["10. of the list", "(b). of it", "the U.S. courts", "see e.g. this", "it is Mr. de Vries"]
)
def test_run_ons_are_not_cut_after_enumerators_and_abbreviations(kept):
    # No capital follows a stop, so that all of it is one run-on; it may be cut at "here.".
    found = sentences(f"{kept} and so it goes on and on until it ends here. " * 8)
    assert found == [f"{kept} and so it goes on and on until it ends here."] * 8


def test_run_ons_are_not_cut_between_the_short_words_of_other_scripts():
    found = sentences(
        "это было в 1799 г. в городе, т. е. не в селе, и стоило 5 млн. рублей, как он и сказал им всем. " * 4
    )
    assert all(sentence.startswith("это") and sentence.endswith("всем.") for sentence in found)
    assert len(found) == 4


def test_run_ons_are_cut_before_the_numbers_of_their_lines():
    items = [f"{number}. it opens the gates of the town and lets all of its people in or out" for number in range(1, 9)]
    assert sentences("\n".join(["the guard", *items])) == ["the guard", *items]


@pytest.mark.parametrize("unit", ["x", ".", "A. ", '"', " ", "\n1. A"])
@pytest.mark.parametrize("ends", ["", "x"])
def test_time_grows_with_length_and_no_faster(unit, ends):
    def seconds(n):
        text = ends + unit * (n // len(unit)) + ends
        began = process_time()
        split_sentences(text)
        return process_time() - began

    once, eightfold = (min(seconds(n) for _ in range(2)) for n in (12_500, 100_000))
    assert eightfold < 2.5**3 * once + 0.1


def test_run_ons_are_cut_before_lines_that_are_not_indented():
    entries = [f"the {name} of copper::\n  what a {name} is\n  and what it is for" for name in "abcdefghijklm"]
    pieces = sentences("\n".join(entries))
    assert len(pieces) > 2
    assert all(piece.startswith("the ") and piece.endswith("it is for") for piece in pieces)


@pytest.mark.parametrize(
    "letter", ["e\u0301", "e\u0301\u0323", "កំ", "ក្ក", "ที่", "👩\u200d🚀", "👍🏽", "❤\ufe0f"], ids=ascii
)
def test_no_piece_of_a_run_on_begins_inside_a_letter(letter):
    pieces = sentences("x" + letter * 900)
    assert len(pieces) > 2
    assert "".join(pieces) == "x" + letter * 900
    assert all(piece.removeprefix("x").count(letter) * len(letter) == len(piece.removeprefix("x")) for piece in pieces)


@pytest.mark.parametrize(
    "clause",
    ["وقال الوزير إن الحكومة تعمل على تحسين الخدمات في جميع المدن والقرى ", "ورحل الناس عن المدينة في المساء "],
)
@pytest.mark.parametrize("stop", ["،", "؛"])
def test_run_ons_in_arabic_are_cut_at_its_commas_and_semicolons(clause, stop):
    text = " ".join([f"{clause.strip()}{stop}"] * 40)
    assert len(sentences(text)) > 1
    assert all(sentence.endswith(stop) for sentence in sentences(text))


def test_lines_keep_their_indentation():
    text = "def f():\n\n    return 1  \n"
    assert [text[start:end] for start, end in split_lines(text, 0, len(text))] == ["def f():", "    return 1"]


def test_a_span_up_to_the_limit_stays_whole():
    text = "word " * 400
    assert split_run_on(text, (0, len(text)), limit=size(text)) == [(0, len(text))]
    assert len(split_run_on(text, (0, len(text)), limit=size(text) - 1)) > 1


def test_size_counts_bytes_in_any_script():
    assert size("a" * 300) == size("é" * 150) == size("漢" * 100) > 0
    assert size("\ud800" * 100) == size("漢" * 100)


THAI = "ท่าเรือเปิดเวลาหกโมงเช้าทุกวันตลอดทั้งปี เรือข้ามฟากออกทุกชั่วโมงไปยังเกาะต่าง ๆ ในอ่าว ตั๋วขายบนเรือและที่ท่าเรือเท่านั้น ในฤดูหนาวเรือเที่ยวสุดท้ายออกตอนสองทุ่ม"
LAO = "ທ່າເຮືອເປີດເວລາຫົກໂມງເຊົ້າທຸກໆມື້ຕະຫຼອດປີ ເຮືອຂ້າມຟາກອອກທຸກຊົ່ວໂມງໄປຫາເກາະຕ່າງໆ ປີ້ຂາຍຢູ່ໃນເຮືອແລະຢູ່ທ່າເຮືອເທົ່ານັ້ນ ໃນລະດູໜາວຖ້ຽວສຸດທ້າຍອອກຕອນສອງທຸ່ມ"


@pytest.mark.parametrize("text", [THAI, LAO])
def test_thai_and_lao_are_cut_at_blanks_as_they_have_no_stops(text):
    found = sentences(text)
    assert len(found) > 1
    assert max(map(len, found)) <= 90
    assert " ".join(found) == text


def test_points_of_thai_abbreviations_end_nothing():
    text = "เปิดเมื่อ พ.ศ. 2500 โดย ดร. สมชาย"
    assert split_sentences(text) == [(0, len(text))]
