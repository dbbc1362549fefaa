"""The shipped recognizer's ONNX network with its convolutions turned back into floats (nb 10)."""

import itertools

import numpy as np
import onnx
from onnx import helper, numpy_helper


def unrounded(model: onnx.ModelProto, arrays) -> onnx.ModelProto:
    """What `training.quantize` made, turned back: convolutions of floats, kernels as trained.

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
