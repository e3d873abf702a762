"""What is told of texts is remembered, but for long ones."""

from secondhop.text.remembered import LONGEST_TEXT, Remembered


def test_a_function_is_asked_once_for_each_text_and_what_goes_with_it():
    asked = []

    def tell(*arguments):
        asked.append(arguments)
        return len(arguments[0])

    told = Remembered(tell)
    assert [told["abc"], told["abc"], told["abc", 1], told["abc", 1], told["abc", 2]] == [3] * 5
    assert asked == [("abc",), ("abc", 1), ("abc", 2)]


def test_nothing_is_kept_of_long_texts():
    told = Remembered(len)
    assert [told["a" * LONGEST_TEXT], told["a" * (LONGEST_TEXT + 1)]] == [LONGEST_TEXT, LONGEST_TEXT + 1]
    assert len(told) == 1


def test_the_table_never_holds_more_than_so_many_texts():
    told = Remembered(str.upper, most=3)
    assert [told[letter] for letter in "abcdeab"] == list("ABCDEAB")
    assert len(told) <= 3
