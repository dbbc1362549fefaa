"""Read millions of pages: images in, Parquet tables of words out (notebook 10).

`python -m ocr_batch IN OUT` is the whole job; `job.run` is the same from Python. At that
size everything that can die does: workers, nodes, the driver; and some pages cannot be read.

OUT/plan.parquet         which page belongs to which part, decided once
OUT/words/part-N.parquet the words of a part: page, frame, place, text, confidence, box
OUT/errors/...           its pages that could not be read: page, error
OUT/pages/...            its pages that could: page, frame, width, height, words; written last
"""
