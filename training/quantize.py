"""An ONNX network's convolutions and LSTM in whole numbers of 8 bits, which take half the time.

Jacob et al. 2018, arXiv 1712.05877. Kernels have a scale for each channel, pictures one for each
layer, found on examples. Of a kernel's eight bits seven are used: sums of the full range overflow
on processors without VNNI, which would then read other words than the rest.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.quantize_lstm import round_lstm

KERNEL = 4096  # numbers; matrices at least so large are kept in half precision
INTEGERS = ["Conv", "Relu", "MaxPool"]


class Examples(quantization.CalibrationDataReader):
    """Batches, one after the other, as onnxruntime asks for them."""

    def __init__(self, batches):
        self.batches = iter(batches)

    def get_next(self):
        return next(({"input": np.asarray(batch, np.float32)} for batch in self.batches), None)


def quantize(model: onnx.ModelProto, batches) -> onnx.ModelProto:
    """The same network, its convolutions and LSTM in 8 bits; other matrices in half precision.

    batches: inputs of the network, (B, H, W, C) each, like those that it will meet.
    """
    with tempfile.TemporaryDirectory() as folder:
        floats, plain, whole = (Path(folder, f"{stage}.onnx") for stage in range(3))
        onnx.save(model, floats)
        quant_pre_process(floats, plain, skip_symbolic_shape=True)  # normalization joins kernels
        quantization.quantize_static(
            plain,
            whole,
            Examples(batches),
            quant_format=quantization.QuantFormat.QOperator,
            op_types_to_quantize=INTEGERS,
            per_channel=True,
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
        return _halved(round_lstm(onnx.load(whole)))


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its large matrices of floats stored in half precision."""
    graph, casts = model.graph, []
    for weight in graph.initializer:
        array = numpy_helper.to_array(weight)
        if array.dtype == np.float32 and array.size >= KERNEL:
            name, half = weight.name, f"{weight.name}_half"
            weight.CopyFrom(numpy_helper.from_array(array.astype(np.float16), half))
            casts.append(helper.make_node("Cast", [half], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model
