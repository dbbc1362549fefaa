"""The shipped recognizer's ONNX network, turned back from whole numbers into floats (nb 10)."""

import itertools

import numpy as np
import onnx
from onnx import helper, numpy_helper

LSTM_ARRAYS = "lstm_kernel", "lstm_recurrent_kernel", "lstm_bias"


def unrounded(model: onnx.ModelProto, arrays) -> onnx.ModelProto:
    """What `training.quantize` made, turned back: convolutions and LSTM of floats, as trained.

    arrays: the recognizer's weights by name, as in data/weights/recognizer.npz. So lesson 10
    measures the rounding without TensorFlow.
    """
    nodes, weights, convolutions = [], {}, itertools.count()
    recurrent = [node for node in model.graph.node if node.name.startswith("LSTM")]
    for node in map(_copy, model.graph.node):
        if node.name.startswith("LSTM"):
            if node.name == recurrent[0].name:
                weights |= _lstm_weights(arrays)
                units = weights["lstm_recurrent_kernel"].shape[2]
                nodes += _lstm(node.input[0], recurrent[-1].output[0], units)
            continue
        nodes.append(node)
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            node.op_type, node.input[1:] = "Identity", []
        if node.op_type == "QLinearConv":
            pair, (output,) = _kernel_and_bias(arrays, next(convolutions)), node.output
            names = [f"{output}_{part}" for part in ("kernel", "bias")]
            weights |= dict(zip(names, pair, strict=True))
            node.op_type, node.input[1:], node.output[0] = "Conv", names, f"{output}_sum"
            nodes.append(helper.make_node("Relu", [f"{output}_sum"], [output]))
    back = _copy(model)
    del back.graph.node[:], back.graph.value_info[:]
    back.graph.node.extend(nodes)
    back.graph.initializer.extend(numpy_helper.from_array(a, name) for name, a in weights.items())
    onnx.checker.check_model(back)
    return back


def _copy(message):
    return type(message).FromString(message.SerializeToString())


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


def _lstm(source: str, output: str, units: int):
    """The nodes of the LSTM: steps (T, B, C) -> (B, T, 2 * units)."""
    inputs, ways = [source, *LSTM_ARRAYS], "bidirectional"
    lstm = helper.make_node("LSTM", inputs, ["states"], direction=ways, hidden_size=units)
    turned = helper.make_node("Transpose", ["states"], ["turned"], perm=[2, 0, 1, 3])
    return [lstm, turned, helper.make_node("Reshape", ["turned", "joined"], [output])]


def _lstm_weights(arrays) -> dict[str, np.ndarray]:
    """Both directions' arrays, the gates i, f, c, o of Keras as ONNX's i, o, f, c."""
    found = {"joined": np.int64([0, 0, -1])}
    for name in LSTM_ARRAYS:
        both = []
        for way in ("forward", "backward"):
            part = name.removeprefix("lstm_")
            array = arrays[f"bidirectional/{way}_lstm/lstm_cell/{part}"].astype(np.float32)
            i, f, c, o = np.split(array, 4, axis=-1)
            both.append(np.concatenate([i, o, f, c], axis=-1).T)
        found[name] = np.stack(both)
    bias = found["lstm_bias"]
    found["lstm_bias"] = np.concatenate([bias, np.zeros_like(bias)], axis=1)
    return found
