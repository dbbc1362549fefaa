"""A bidirectional LSTM of an ONNX network in whole numbers of 8 bits, step by step.

onnxruntime has an LSTM of 8 bits of its own, whose scales are those of the batch at hand: a word
would be read one way alone and another among others. Here they are fixed. A state lies between -1
and 1, what the layer sees has the scale that `quantize.py` found, a matrix one for each column.
The products are an operator that only onnxruntime knows.
"""

import numpy as np
import onnx
from onnx import numpy_helper, parser

STEPS = 64  # to either side of 0: seven bits, as for the kernels
LSTM = """
lstm (float[T,B,C] x) => (float[B,T,D] y) {
    x8 = QuantizeLinear (x, scale, zero)
    steps_forward = com.microsoft.MatMulIntegerToFloat
        (x8, kernel_forward, scale, kernel_forward_scale, zero, level, bias_forward)
    steps_backward = com.microsoft.MatMulIntegerToFloat
        (x8, kernel_backward, scale, kernel_backward_scale, zero, level, bias_backward)
    batch = Shape <start = 1, end = 2> (x)
    shape = Concat <axis = 0> (batch, units)
    nothing = ConstantOfShape <value = float[1] {0}> (shape)
    h_forward, c_forward, y_forward = Scan <num_scan_inputs = 1, body = BODY_forward>
        (nothing, nothing, steps_forward)
    h_backward, c_backward, y_backward = Scan <num_scan_inputs = 1, body = BODY_backward,
        scan_input_directions = [1], scan_output_directions = [1]>
        (nothing, nothing, steps_backward)
    both = Concat <axis = 2> (y_forward, y_backward)
    y = Transpose <perm = [1, 0, 2]> (both)
}"""
BODY = """
step (float[B,H] h, float[B,H] c, float[B,G] seen)
    => (float[B,H] h_next, float[B,H] c_next, float[B,H] said_now) {
    h8 = QuantizeLinear (h, state_scale, state_zero)
    said = com.microsoft.MatMulIntegerToFloat
        (h8, recurrent_WAY, state_scale, recurrent_WAY_scale, state_zero)
    gates = Add (seen, said)
    open, new = Split <axis = 1> (gates, three_and_one)
    opened = Sigmoid (open)
    let_in, let_out, keep = Split <axis = 1, num_outputs = 3> (opened)
    value = Tanh (new)
    written = Mul (let_in, value)
    kept = Mul (keep, c)
    c_next = Add (written, kept)
    shown = Tanh (c_next)
    h_next = Mul (let_out, shown)
    said_now = Identity (h_next)
}"""


def round_lstm(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network, the matrices of its LSTM and what they multiply in 8 bits.

    model: as `quantize_static` leaves it, with one bidirectional LSTM whose output is turned to
    (B, T, 2 * units) and reshaped.
    """
    graph = model.graph
    values = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    made = {name: node for node in graph.node for name in node.output}
    lstm = next(node for node in graph.node if node.op_type == "LSTM")
    turned, end = _next(graph, lstm), _next(graph, _next(graph, lstm))
    arrays = _arrays(*(values[name] for name in lstm.input[1:4]))
    arrays |= dict(zip(("scale", "zero"), _scale(made, values, lstm.input[0]), strict=True))
    new = _nodes(lstm, end.output[0])
    nodes = [
        part
        for node in graph.node
        for part in (new if node is lstm else [] if node in (turned, end) else [node])
    ]
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    used = {name for node in nodes for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in used]
    weights += [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    weights = [onnx.TensorProto.FromString(weight.SerializeToString()) for weight in weights]
    for field, content in ((graph.node, nodes), (graph.initializer, weights)):
        del field[:]
        field.extend(content)
    return model


def _next(graph, node):
    """The node that takes a node's first output."""
    return next(other for other in graph.node if node.output[0] in other.input)


def _scale(made, values, name: str):
    """The scale and zero point of the whole numbers that floats were made of."""
    while (node := made[name]).op_type != "DequantizeLinear":
        name = node.input[0]
    return values[node.input[1]], values[node.input[2]]


def _arrays(kernels, recurrents, biases) -> dict[str, np.ndarray]:
    """ONNX's arrays of an LSTM, (2, 4 * units, C), (2, 4 * units, units), (2, 8 * units)."""
    units = recurrents.shape[2]
    arrays = {
        "level": np.int8(0),
        "units": np.int64([units]),
        "three_and_one": np.int64([3 * units, units]),
        "state_scale": np.float32(1 / 127),
        "state_zero": np.uint8(128),
    }
    for i, way in enumerate(("forward", "backward")):
        for name, matrix in (("kernel", kernels[i].T), ("recurrent", recurrents[i].T)):
            scale = (abs(matrix).max(axis=0) / STEPS).astype(np.float32)  # of each column
            arrays[f"{name}_{way}"] = np.round(matrix / scale).astype(np.int8)
            arrays[f"{name}_{way}_scale"] = scale
        arrays[f"bias_{way}"] = biases[i].reshape(2, -1).sum(axis=0)
    return arrays


def _nodes(lstm, output: str) -> list[onnx.NodeProto]:
    """The nodes of the text above between the LSTM's input and the output, named after it."""
    text = LSTM
    for way in ("forward", "backward"):
        text = text.replace(f"BODY_{way}", BODY.replace("WAY", way))
    nodes, ends = list(parser.parse_graph(text).node), {"x": lstm.input[0], "y": output}
    for number, node in enumerate(nodes):
        node.name = f"{lstm.name}_{number}"
        for names in (node.input, node.output):
            names[:] = [ends.get(name, name) for name in names]
    return nodes
