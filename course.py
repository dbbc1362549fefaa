#!/usr/bin/env python3
"""The OCR course in one file to start: needs nothing but CPython 3.11, 3.12 or 3.13.

    python3 course.py lab                  set up what is missing, then open JupyterLab
    python3 course.py test                 set up what is missing, then run the whole test suite
    python3 course.py check                show what is installed and what is missing
    python3 course.py refresh [NOTEBOOK]   execute notebooks in place: the only way outputs are made
    python3 course.py bench                measure speed and write benchmarks/RESULTS.md
    python3 course.py serve                start the reader as a web page, at http://127.0.0.1:8000
    python3 course.py handout FOLDER       write a copy of the course without the solutions

What stands behind a command is passed on: `lab --no-browser --port 9999`, `test -k words`.
"""

import sys

if sys.version_info < (3, 8):  # noqa: UP036 - every Python must get as far as this sentence
    sys.exit("This Python is too old. The course needs 3.11, 3.12 or 3.13: get one at python.org.")

from tools import commands  # noqa: E402 - older Pythons could not even read it

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:], __doc__))
