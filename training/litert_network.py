"""A network in a .tflite file, run by LiteRT's interpreter, without TensorFlow."""

import numpy as np


class LitertNetwork:
    """A .tflite network of one input and one output, which answers as a Keras model does.

    input_shape, output_shape: as of a Keras model, None for the batch and where any size will do.
    """

    def __init__(self, content: bytes, threads: int = 2):
        from ai_edge_litert.interpreter import Interpreter

        self.interpreter = Interpreter(model_content=content, num_threads=threads)
        (self.source,) = self.interpreter.get_input_details()
        (self.target,) = self.interpreter.get_output_details()
        self.input_shape, self.output_shape = _shape(self.source), _shape(self.target)
        self.allocated = None  # shape of the input for which there is memory

    def predict_on_batch(self, batch) -> np.ndarray:
        """The network's output for a batch, float32; one sample after the other."""
        return np.concatenate([self._predict(sample[None]) for sample in np.float32(batch)])

    def _predict(self, sample: np.ndarray) -> np.ndarray:
        if sample.shape != self.allocated:
            self.interpreter.resize_tensor_input(self.source["index"], sample.shape)
            self.interpreter.allocate_tensors()
            self.allocated = sample.shape
        self.interpreter.set_tensor(self.source["index"], sample)
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.target["index"])


def _shape(end: dict) -> tuple[int | None, ...]:
    return (None, *(int(side) if side > 0 else None for side in end["shape_signature"][1:]))
