"""What keras-ocr 0.9.3 expects of older packages, put back before it is imported (notebook 02).

imgaug 0.4 looks up `numpy.sctypes`, which NumPy 2 no longer has; keras-ocr imports `editdistance`,
which has no wheel for Python 3.13. Both projects have stopped; nothing else in the course needs
either name.
"""

import importlib.util
import sys
from types import ModuleType

import numpy as np
from rapidfuzz.distance import Levenshtein

SCALAR_TYPES = {
    "int": [np.int8, np.int16, np.int32, np.int64],
    "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
    "float": [np.float16, np.float32, np.float64, np.longdouble],
    "complex": [np.complex64, np.complex128, np.clongdouble],
    "others": [bool, object, bytes, str, np.void],
}


def restore() -> None:
    """Define `numpy.sctypes` and `editdistance` where they are missing; safe to call twice.

    >>> restore()
    >>> import editdistance, numpy
    >>> editdistance.eval("kitten", "sitting"), len(numpy.sctypes["uint"])
    (3, 4)
    """
    if not hasattr(np, "sctypes"):
        np.sctypes = SCALAR_TYPES
    if "editdistance" not in sys.modules and importlib.util.find_spec("editdistance") is None:
        module = ModuleType("editdistance")
        module.eval = module.distance = Levenshtein.distance
        sys.modules["editdistance"] = module
