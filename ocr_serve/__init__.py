"""The course's reader as a web service: a page and an API on your own machine (notebook 09).

`python3 course.py serve` starts it; `python -m ocr_serve --help` lists its options.
"""
