"""The one exception that bad input raises anywhere in the course."""


class OcrError(Exception):
    """Something the reader can put right: one sentence with what was wrong, where, and what to do.

    >>> raise OcrError("scan.png is empty (0 bytes): save the image again.")
    Traceback (most recent call last):
    ...
    ocr_utils.errors.OcrError: scan.png is empty (0 bytes): save the image again.
    """
