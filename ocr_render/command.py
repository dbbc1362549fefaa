"""How the commands of this package end."""

import sys

from ocr_utils.errors import OcrError


def status(job, *arguments) -> int:
    """Exit status of `job(*arguments)`: 0, or 1 after the sentence of its OcrError."""
    try:
        job(*arguments)
    except OcrError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
