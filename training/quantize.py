"""An ONNX network's convolutions in whole numbers of 8 bits, which take half the time.

Jacob et al. 2018, arXiv 1712.05877. Kernels have a scale for each channel, pictures one for each
layer, found on examples. Of a kernel's eight bits seven are used: sums of the full range overflow
on processors without VNNI, which would then read other words than the rest.
"""

import itertools
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

KERNEL = 4096  # numbers; matrices at least so large are kept in half precision
INTEGERS = ["Conv", "Relu", "MaxPool"]


class Examples(quantization.CalibrationDataReader):
    """Batches, one after the other, as onnxruntime asks for them."""

    def __init__(self, batches):
        self.batches = iter(batches)

    def get_next(self):
        return next(({"input": np.asarray(batch, np.float32)} for batch in self.batches), None)


def quantize(model: onnx.ModelProto, batches) -> onnx.ModelProto:
    """The same network, its convolutions in 8 bits; matrices stay floats, in half precision.

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
        return _halved(onnx.load(whole))


def unrounded(model: onnx.ModelProto, arrays) -> onnx.ModelProto:
    """What `quantize` made, turned back: convolutions of floats, with the kernels as trained.

    arrays: the recognizer's weights by name, as in data/weights/recognizer.npz. So lesson 10
    measures the rounding without TensorFlow.
    """
    back = onnx.ModelProto()
    back.CopyFrom(model)
    nodes, convolutions = [], itertools.count()
    for node in back.graph.node:
        nodes.append(node)
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            node.op_type, node.input[1:] = "Identity", []
        if node.op_type == "QLinearConv":
            pair, (output,) = _kernel_and_bias(arrays, next(convolutions)), node.output
            names = [f"{output}_{part}" for part in ("kernel", "bias")]
            back.graph.initializer.extend(map(numpy_helper.from_array, pair, names))
            node.op_type, node.input[1:], node.output[0] = "Conv", names, f"{output}_sum"
            nodes.append(helper.make_node("Relu", [f"{output}_sum"], [output]))
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del back.graph.node[:], back.graph.value_info[:]
    back.graph.node.extend(nodes)
    onnx.checker.check_model(back)
    return back


def _kernel_and_bias(arrays, number: int):
    """The kernel (out, in, 3, 3) of a convolution, its normalization in it, and its bias (out,)."""
    end = f"_{number}" if number else ""
    kernel = arrays[f"conv2d{end}/kernel"].astype(np.float32).transpose(3, 2, 0, 1)
    gamma, beta, mean, variance = (
        arrays[f"batch_normalization{end}/{name}"]
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    factor = gamma / np.sqrt(variance + 1e-3)  # Keras's epsilon
    return kernel * factor[:, None, None, None], beta - mean * factor


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
