import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

import secondhop
from secondhop.errors import CorruptFileError
from secondhop.loading.encodings import decode, is_binary, printable

LEGACY = {
    "cp1252": "Le café est fermé à midi. Les élèves étudient la géographie où l’été est très chaud.",
    "cp932": "日本語の文章です。これは文字コードの検出を試すための短い文です。",
    "euc_jp": "日本語の文章です。これは文字コードの検出を試すための短い文です。",
    "gb18030": "这是一个用于测试编码检测的中文句子。我们希望它能正确识别。",
    "cp949": "이것은 인코딩 감지를 시험하기 위한 한국어 문장입니다. 잘 되기를 바랍니다.",
    "cp1251": "Это предложение на русском языке для проверки определения кодировки.",
    "koi8_r": "Это предложение на русском языке для проверки определения кодировки.",
    "cp1250": "Zażółć gęślą jaźń. Właściciel mieszkania płaci czynsz każdego miesiąca.",
    "iso2022_jp": "A note: 日本語の文章です。",
}


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_reads_unicode_with_or_without_a_mark_and_without_a_warning(mark, encoding):
    text = "# Größe\r\nПривет, мир; plain words too.\n"
    assert decode(mark + text.encode(encoding), "a.txt") == (text, [])


@pytest.mark.parametrize("encoding", LEGACY)
def test_guesses_older_encodings_and_says_so(encoding):
    text, warnings = decode(LEGACY[encoding].encode(encoding), "a.txt")
    assert text == LEGACY[encoding]
    assert len(warnings) == 1
    assert encoding in warnings[0]


HUNGARIAN = "Az idő tűzálló és jó külső felület."
POLISH = "Właściciel mieszkania płaci czynsz każdego miesiąca, a opłatę za wodę osobno."
CZECH = "Loď přistála u vnějšího mola a poplatek zaplatila až v pondělí; člun čeká venku."
UKRAINIAN = "Їхній човен стоїть біля зовнішнього причалу, і плата за нього внесена."
FRENCH = "Le café est fermé à midi\xa0: « les élèves étudient\xa0», dit-on à l'hôtel."


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", HUNGARIAN),
        ("iso8859_2", HUNGARIAN),
        ("cp852", HUNGARIAN),
        ("iso8859_2", POLISH),
        ("iso8859_2", CZECH),
        ("cp866", LEGACY["cp1251"].upper()),
        ("cp1251", "Да, он и я. Мы не те, но все за то!"),
        ("iso8859_5", LEGACY["cp1251"]),
        ("koi8_u", UKRAINIAN),
        ("cp1253", "Η αποβάθρα βρίσκεται έξω από το λιμάνι."),
        ("cp1255", "הרציף החיצוני נמצא מחוץ לנמל והתשלום בוצע"),
        ("cp1255", "The option --quiet of the program means: שלום לכולם"),
        ("cp1256", "الرصيف الخارجي خارج الميناء والدفع يوم الاثنين"),
        ("cp1254", "İskele dışarıda, ücreti ise pazartesi günü ödendi; çok güzel bir yağmurluk şart."),
        ("cp1257", "Išorinė krantinė yra už uosto, o mokestis sumokėtas pirmadienį; čia reikia būti atsargiems."),
        ("cp850", "Größe und Maß der Brücke überprüfen, schön wäre es früh."),
        ("cp1252", FRENCH),
        ("cp1252", "From Zürich and São Paulo to Tromsø; Señor Ibáñez and Åsa heard a cœur naïf in Besançon."),
    ],
)
def test_older_encodings_are_told_by_the_letters_of_languages(encoding, text):
    decoded, warnings = decode(text.encode(encoding) * 3, "a.txt")
    assert decoded == text * 3
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "text",
    ["café", "Åsa går på ön och äter räksmörgås.", "A informação não está disponível.", "It costs £5 – “cheap”."],
)
def test_reads_short_western_texts(text):
    decoded, warnings = decode(text.encode("cp1252"), "a.txt")
    assert decoded == text
    assert warnings


def test_keeps_damaged_utf8_readable_and_warns():
    text, warnings = decode("Größe und Maß überall, schön".encode() + b"\xff!", "a.txt")
    assert text == "Größe und Maß überall, schön\ufffd!"
    assert "U+FFFD" in warnings[0]


@pytest.mark.parametrize("line", ["alpha\0beta\0\0gamma\n", "alpha\0\0\n", f"{'alpha ' * 9}\0\n"])
def test_keeps_nul_characters_and_warns(line):
    text, warnings = decode(line.encode() * 9, "a.txt")
    assert text == line * 9
    assert warnings == [f"The text holds {text.count(chr(0))} NUL characters; they are kept."]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        b"ab\0\0" * 9,
        b"\xde\x12\x04\x95\0\0\0\0" + b"\x1c\0\0\0" * 9 + b"The words of a catalogue of messages.\0" * 9,
    ],
)
def test_refuses_binary_data(data):
    assert is_binary(data)
    with pytest.raises(CorruptFileError, match=r"a\.txt: holds binary data"):
        decode(data, "a.txt")


def test_a_path_that_is_not_utf8_can_be_printed():
    assert printable(b"caf\xe9.txt".decode("utf-8", "surrogateescape")) == r"caf\xe9.txt"
    assert printable("café.txt") == "café.txt"


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_a_typed_error(data):
    try:
        text, _ = decode(data, "a")
    except CorruptFileError:
        return
    assert text.encode().decode() == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_utf8_is_decoded_exactly(text):
    assert decode(codecs.BOM_UTF8 + text.encode(), "a") == (text, [])


def test_carriage_returns_alone_are_read_as_line_feeds_with_a_warning():
    text, warnings = decode(b"Aurora,Quay\rVellamo,Sound\r", "a.csv")
    assert text == "Aurora,Quay\nVellamo,Sound\n"
    assert any("carriage returns" in warning for warning in warnings)
    for kept in ("Aurora\r\nVellamo\r\n", "10%\r20%\r\n", "Aurora\nVellamo"):
        assert decode(kept.encode(), "a.csv") == (kept, [])


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.md", "a.py", "a.log", "a.xml", "a.rst"])
@pytest.mark.parametrize("as_string", [False, True])
def test_chunks_do_not_depend_on_which_line_ends_a_file_has(name, as_string):
    lines = [f"Boat {number},Quay {number}\n" + "\n" * (number % 10 == 0) for number in range(300)]
    if name == "a.xml":
        lines = ["<boats>\n", *(f"<boat>{line.strip()}</boat>\n" for line in lines), "</boats>\n"]

    def chunks(text):
        make = secondhop.Document.from_text if as_string else secondhop.Document.from_bytes
        return make(text if as_string else text.encode(), source=name).chunks

    text = "".join(lines)
    assert chunks(text.replace("\n", "\r")) == chunks(text)
