"""Pictures: texts are shown as they were read."""

import matplotlib.pyplot as plt
import numpy as np

from ocr_lessons import plots
from ocr_utils.words import Word

PRICE = "$96.59  (is $96.50)"  # what lies between two dollars would become a formula


def test_dollars_stay_dollars():
    image, words = np.zeros((20, 60), np.uint8), [Word.from_bounds(PRICE, None, 0, 5, 20, 15)]
    figures = (
        plots.show_grid([image], [PRICE], columns=1, suptitle=PRICE),
        plots.draw_words(image, words, title=PRICE).figure,
        plots.draw_reading(image, words, title=PRICE),
    )
    for figure in figures:
        shown = [text for text in figure.findobj(plt.Text) if "$" in text.get_text()]
        assert [text.get_text() for text in shown] == [PRICE, PRICE]
        assert not any(text.get_parse_math() for text in shown)


def test_a_box_is_drawn_around_the_letters_and_not_on_them():
    tilted = [(10, 20), (50, 50), (35, 70), (-5, 40)]  # 50 x 25 pixels
    for box, moved in (
        ([(10, 12), (40, 12), (40, 36), (10, 36)], [(8, 10), (42, 10), (42, 38), (8, 38)]),
        (tilted, None),
        ([(5, 5)] * 4, [(5, 5)] * 4),  # a point stays one
    ):
        ax = plots.draw_words(np.zeros((80, 80), np.uint8), [Word("a", 1.0, box)])
        drawn = ax.patches[0].get_xy()[:4]
        if moved is None:
            one, two, _, four = np.float64(box)
            along, down = (two - one) / 50, (four - one) / 25
            moved = [np.float64(box)[0] - (along + down) * 25 / 12]
            drawn = drawn[:1]
        np.testing.assert_allclose(drawn, moved, atol=1e-5)
