import pytest

from secondhop.evaluation.text import holds, word_set


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("The keeper was Robert Hale.", "robert hale"),
        ("冠军是克罗地亚队。", "克罗地亚"),
        ("ช่องเขาไรน์เกิดจากการสึกกร่อนของหิน", "สึกกร่อน"),
        ("営業収入は463億円だった。", "463億"),
        ("The cafe\u0301 opens.", "café"),
        ("The o\ufb03ce \ufb02oor is waxed.", "office floor"),
        ("A co\u00adoperative of keepers.", "cooperative"),
        ("A cooperative of keepers.", "co\u00adoperative"),
        ("The Aurora™ sails.", "Aurora"),
    ],
)
def test_a_text_holds_a_part_where_words_have_spaces_between_them_and_where_not(text, part):
    assert holds(text, part)
    assert word_set(part) <= word_set(text)


def test_part_of_a_word_is_no_word():
    assert not holds("The keeper was Roberta.", "robert")
    assert not holds("冠军是克罗地亚队。", "")


def test_characters_without_spaces_between_them_count_in_pairs():
    assert word_set("北京市 a GDP") == {"北京", "京市", "gdp"}
