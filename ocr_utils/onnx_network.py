"""A network in an ONNX file, run by onnxruntime, which starts in a fraction of a second (nb 08).

ONNX (onnx.ai) is a format for networks that many programs can run, in browsers and on phones too.
`python -m training.export_onnx` writes such a file beside the weights it was made of.
"""

import hashlib
import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ocr_utils.errors import OcrError

PART = 4  # inputs that a thread of its own is worth
REMAKE = "restore it with git checkout, or make it with python -m training.export_onnx."


class OnnxNetwork:
    """An ONNX network of one input and one output, which answers as a Keras model does.

    input_shape, output_shape: as of a Keras model, None where any size will do.
    threads: how many compute at once; None, all cores. Where several processes read side by side,
    give each one: together they would start more threads than there are cores (nb 10).
    share_batches: a batch is cut into a part for each thread, where a small network gains most.
    """

    def __init__(self, content: bytes, threads: int | None = None, share_batches: bool = False):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.enable_mem_pattern = False  # a plan for each size of input doubles the memory
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        options.intra_op_num_threads = 1 if share_batches else threads or 0
        self.parts = (threads or os.cpu_count() or 1) if share_batches else 1
        self.session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        (source,), (target,) = self.session.get_inputs(), self.session.get_outputs()
        self.input_shape, self.output_shape = _shape(source), _shape(target)

    def predict_on_batch(self, batch) -> np.ndarray:
        """The network's output for a batch, float32."""
        count = min(self.parts, -(-len(batch) // PART))
        if count <= 1:
            return self._run(batch)
        with ThreadPoolExecutor(count) as pool:
            return np.concatenate(list(pool.map(self._run, np.array_split(batch, count))))

    def _run(self, batch) -> np.ndarray:
        (source,) = self.session.get_inputs()
        return self.session.run(None, {source.name: np.asarray(batch, np.float32)})[0]


def _shape(end) -> tuple[int | None, ...]:
    return tuple(side if isinstance(side, int) else None for side in end.shape)


def load_network(
    path, card: dict, threads: int | None = None, share_batches: bool = False
) -> OnnxNetwork:
    """The network in an ONNX file whose SHA-256 is the card's `onnx_sha256`.

    threads, share_batches: as of `OnnxNetwork`. Raises OcrError: no file, a damaged one, one of
    older weights, or onnxruntime is missing.

    >>> from ocr_utils.paths import WEIGHTS
    >>> from ocr_utils.weights import DETECTOR, read_card
    >>> card = read_card(WEIGHTS / "detector.json", DETECTOR)
    >>> load_network(WEIGHTS / "detector.onnx", card).output_shape
    (None, None, None, 2)
    """
    path = Path(path)
    if not is_installed():
        raise OcrError(f"{path} needs the package onnxruntime: pip install onnxruntime.")
    try:
        content = path.read_bytes()
    except OSError:
        raise OcrError(f"{path} is missing: {REMAKE}") from None
    if hashlib.sha256(content).hexdigest() != card.get("onnx_sha256"):
        raise OcrError(f"{path} is damaged or not its card's: {REMAKE}")
    try:
        return OnnxNetwork(content, threads, share_batches)
    except Exception as error:  # onnxruntime has a class for each of its reasons
        reason = str(error).strip().split("\n")[0][:160]
        raise OcrError(f"{path} holds no network that can be run ({reason}): {REMAKE}") from None


def is_installed() -> bool:
    """Whether onnxruntime is."""
    return importlib.util.find_spec("onnxruntime") is not None


def runtime_for(path) -> str:
    """What should run the network whose ONNX file is at `path`: "onnxruntime", or else "Keras".

    >>> runtime_for("no_such_file.onnx")
    'Keras'
    """
    return "onnxruntime" if is_installed() and Path(path).exists() else "Keras"


def runtime_of(model) -> str:
    """What runs a network: "onnxruntime" or "Keras"."""
    return "onnxruntime" if isinstance(model, OnnxNetwork) else "Keras"
