"""Reading order as a person would read: skewed scans, columns, forms, signs."""

import numpy as np
import pytest

from ocr_utils import layout
from ocr_utils.layout import group_lines, page_angle, reading_order, to_text
from ocr_utils.words import Word


def page(*lines, left=0, top=0, height=20, spacing=30):
    """Words of a monospaced page: every character 12 wide, every line `spacing` below the last."""
    words = []
    for row, line in enumerate(lines):
        for start, text in split(line):
            x, y = left + 12 * start, top + spacing * row
            words.append(Word.from_bounds(text, 0.9, x, y, x + 12 * len(text), y + height))
    return words


def split(line):
    position = 0
    for text in line.split(" "):
        if text:
            yield position, text
        position += len(text) + 1


def turned(words, degrees, boxes="slanted"):
    """The page turned clockwise; `boxes="upright"` gives rectangles, as Tesseract reports them."""
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    result = [Word(word.text, word.confidence, word.polygon @ turn) for word in words]
    if boxes == "upright":
        result = [Word.from_bounds(word.text, word.confidence, *word.bounds) for word in result]
    return result


def shuffled(words):
    return [words[i] for i in np.random.default_rng(0).permutation(len(words))]


LETTER = (
    "dear reader this letter",
    "has four lines of words",
    "and every word has its place",
    "yours truly the author",
)


def test_a_words_box_must_have_four_points():
    with pytest.raises(ValueError, match="four"):
        Word("a", None, [(0, 0), (1, 1)])


def test_nothing_read_is_an_empty_text():
    assert group_lines([]) == [] and to_text([]) == ""


def test_lines_come_from_top_to_bottom_whatever_the_order_of_findings():
    assert to_text(shuffled(page(*LETTER))) == "\n".join(LETTER)


@pytest.mark.parametrize("degrees", [-12, -5, 3, 8, 15])
@pytest.mark.parametrize("boxes", ["slanted", "upright"])
def test_a_skewed_page_reads_the_same(degrees, boxes):
    assert to_text(shuffled(turned(page(*LETTER), degrees, boxes))) == "\n".join(LETTER)


@pytest.mark.parametrize("degrees", [90, -90, 40])
def test_a_page_on_its_side_reads_along_its_words(degrees):
    assert to_text(shuffled(turned(page(*LETTER), degrees))) == "\n".join(LETTER)


def test_the_angle_of_a_page_is_found_from_upright_boxes_too():
    for boxes in ("slanted", "upright"):
        angle = np.rad2deg(page_angle(turned(page(*LETTER), 6, boxes)))
        assert angle == pytest.approx(6, abs=1)


COLUMNS = (
    "the left column tells      while on the right side",
    "a first story in four      another story is told,",
    "lines, it goes on and      quite unlike the other,",
    "then it ends right here    and it ends here too",
)


def test_two_columns_are_read_one_after_the_other():
    lines = to_text(shuffled(page(*COLUMNS))).split("\n")
    assert lines[:4] == [
        "the left column tells",
        "a first story in four",
        "lines, it goes on and",
        "then it ends right here",
    ]
    assert lines[4] == "while on the right side"


def test_a_headline_over_columns_is_read_first_and_a_footer_last():
    headline = "a headline that runs over both of the columns"
    words = page(headline, *COLUMNS, "and a footer line that also runs across them all")
    lines = to_text(shuffled(words)).split("\n")
    assert lines[0] == headline and lines[4] == "then it ends right here"
    assert lines[-1].startswith("and a footer")


def test_skewed_columns_and_lines_out_of_step():
    left = page(*(line[:24] for line in COLUMNS))
    right = page(*(line[27:] for line in COLUMNS), left=27 * 12, top=11)
    lines = to_text(shuffled(turned(left + right, 4))).split("\n")
    assert lines[3:5] == ["then it ends right here", "while on the right side"]


@pytest.mark.parametrize("gap, first", [(16, "a0 a0 a0 b0 b0 b0"), (24, "a0 a0 a0")])
def test_columns_begin_where_a_stripe_is_wider_than_the_words_are_high(gap, first):
    """Words 20 high: 16 between two of them is a space that stands in every line by chance."""
    words = [
        Word.from_bounds(text, 0.9, left + 60 * i, 30 * row, left + 60 * i + 52, 30 * row + 20)
        for row in range(4)
        for text, left in ((f"a{row}", 0), (f"b{row}", 172 + gap))
        for i in range(3)
    ]
    assert to_text(shuffled(words)).split("\n")[0] == first


def test_three_columns():
    three = [f"a{i} a a a     b{i} b b b     c{i} c c c" for i in range(4)]
    starts = [line[0].text for line in group_lines(shuffled(page(*three)))]
    assert starts == [f"{column}{i}" for column in "abc" for i in range(4)]


def test_a_receipt_stays_in_its_rows():
    receipt = (
        "2 coffee with milk           7.00",
        "1 large apple cake           4.50",
        "1 glass of water             2.00",
        "total                       13.50",
    )
    assert to_text(shuffled(page(*receipt))) == "\n".join(" ".join(row.split()) for row in receipt)


def test_a_form_stays_in_its_rows():
    form = (
        "Name:     Kim Minji       Date:   3 May",
        "Street:   Sejong-ro 5     City:   Seoul",
        "Phone:    02 123          Fax:    none",
    )
    assert to_text(shuffled(page(*form))) == "\n".join(" ".join(row.split()) for row in form)


def test_labels_and_answers_of_unequal_length_stay_in_their_rows():
    form = (
        "name of the person       Kim Min Ji",
        "what the order was       two big cakes with a lot of cream",
        "how much it was          ten and nothing",
        "where to bring it        the last house on the road to the old harbor",
        "on which day             the fifth day",
    )
    assert to_text(shuffled(page(*form))) == "\n".join(" ".join(row.split()) for row in form)


def test_small_marks_stay_on_their_line():
    words = page("yes no") + [Word.from_bounds(",", None, 37, 15, 41, 24)]
    assert to_text(words) == "yes , no"


def test_reading_order_keeps_every_word_once():
    words = shuffled(page(*COLUMNS))
    assert sorted(map(id, reading_order(words))) == sorted(map(id, words))


def table(rows, columns, rng):
    """A table of one word a cell, each of its own width."""
    places = [(row, column) for row in range(rows) for column in range(columns)]
    return [
        Word.from_bounds(
            "x", None, 300 * c, 30 * r, 300 * c + int(rng.integers(15, 99)), 30 * r + 20
        )
        for r, c in places
    ]


def test_a_table_of_a_thousand_rows_ends():
    """In about a second; before rows were compared with their neighbors alone, in minutes."""
    words = table(1000, 5, np.random.default_rng(0))
    lines = group_lines(shuffled(words))
    assert len(lines) == 1000
    assert [line[0].bounds[1] for line in lines] == [30 * row for row in range(1000)]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 20])
def test_columns_below_a_long_table_begin_with_their_first_row(rows):
    cells = [f"cell{i}                     {i}.00" for i in range(rows)]
    headline = "a headline that runs over both of the columns"
    lines = to_text(shuffled(page(*cells, headline, *COLUMNS))).split("\n")
    assert lines[: rows + 1] == [" ".join(cell.split()) for cell in cells] + [headline]
    assert lines[rows + 1] == "the left column tells"
    assert lines[rows + 5] == "while on the right side"


@pytest.mark.parametrize("seed", range(20))
def test_an_upside_down_page_with_a_little_jitter_is_read(seed):
    rng = np.random.default_rng(seed)
    jittered = []
    for word in page(*LETTER, "goodbye"):  # an even number of words
        a = np.deg2rad(rng.normal(0, 1))
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        middle = word.polygon.mean(axis=0)
        jittered.append(Word(word.text, None, (word.polygon - middle) @ turn + middle))
    assert to_text(shuffled(turned(jittered, 180))) == "\n".join((*LETTER, "goodbye"))


def test_boxes_in_parts_of_the_page_read_as_in_pixels():
    small = [Word(word.text, None, word.polygon / 1000) for word in page(*COLUMNS)]
    assert to_text(shuffled(small)) == to_text(page(*COLUMNS))


@pytest.mark.parametrize("degrees", [-5, 3, 6])
def test_an_upright_box_around_a_slanted_word_loses_what_the_slant_added(degrees):
    words = turned(page("an old inn by the sea"), degrees, "upright")
    bounds = layout._upright_bounds(words, np.deg2rad(degrees))
    np.testing.assert_allclose(bounds[:, 3] - bounds[:, 1], 20, atol=1)


def test_a_word_on_a_slant_of_its_own_stays_in_its_row():
    """Twice the slant of a long word may exceed its height: its box must not turn inside out."""
    first = page("now", "in store", spacing=34)
    sale = turned([Word.from_bounds("big sale today", 0.9, 0, 0, 160, 20)], 18)[0]
    x, y = 60 - sale.bounds[0], 10 - (sale.bounds[1] + sale.bounds[3]) / 2
    sale = Word(sale.text, 0.9, sale.polygon + [x, y])
    last = Word.from_bounds("only", 0.9, 260, 0, 308, 20)
    words = [*first, Word.from_bounds("now", 0.9, 320, 34, 360, 54), sale, last]
    assert [word.text for word in group_lines(words)[0]] == ["now", "big sale today", "only"]
