"""Read images from the command line: python -m ocr_utils photo.jpg (notebook 08)."""

import sys

from ocr_output.command import main

if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped: nothing more is read.")
