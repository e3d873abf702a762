from secondhop.loading import load_bytes
from secondhop.types import Section


def test_plain_text_is_one_section_with_every_character_kept():
    loaded = load_bytes(b"\xef\xbb\xbf  # no heading\r\n\r\nx\t\n", "notes.txt")
    assert loaded.text == "  # no heading\r\n\r\nx\t\n"
    assert loaded.sections == (Section(0, len(loaded.text)),)
    assert loaded.warnings == ()


def test_letters_struck_over_one_another_are_read_once():
    loaded = load_bytes("N\bNA\bAM\bME\bE\n       _\bé_\bt_\bé - +\bo\n".encode(), "SASL_README")
    assert loaded.text == "NAME\n       été - o\n"
    assert "struck over" in loaded.warnings[0]
