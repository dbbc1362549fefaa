"""Pictures: texts are shown as they were read."""

import matplotlib.pyplot as plt
import numpy as np

from ocr_utils import plots
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
