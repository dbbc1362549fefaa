"""The sheet of notebook 04: what is drawn reaches the lesson, its answer the page."""

import numpy as np

from ocr_lessons import draw_digit


def test_every_stroke_is_answered_below_the_sheet():
    sheet = np.full((draw_digit.HEIGHT, draw_digit.WIDTH), 235, np.uint8)
    sheet[3, 5] = 40
    widget = draw_digit.paper(lambda drawn: f"{drawn.shape}, ink {drawn[3, 5]}")
    answers = []
    widget.send = answers.append
    widget._handle_custom_msg({}, [memoryview(sheet.tobytes())])
    assert answers == ["(200, 280), ink 40"]
