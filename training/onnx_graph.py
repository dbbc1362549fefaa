"""A Keras network -> the same in ONNX: one rule for each kind of layer that the course uses.

Keras puts channels last, ONNX first: pictures are turned once at the beginning, and back where
they become sequences, vectors or the output. Kernels are kept in half precision, as in the weights.
"""

import keras
import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 18  # of 2022: every onnxruntime of the last years knows it


def to_onnx(model: keras.Model) -> onnx.ModelProto:
    """A Keras model of one input and one output -> an ONNX model, checked.

    Raises ValueError for a layer without a rule.

    >>> layers = [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.Flatten()]
    >>> [node.op_type for node in to_onnx(keras.Sequential(layers)).graph.node]
    ['Transpose', 'Cast', 'Conv', 'Transpose', 'Reshape', 'Identity']
    """
    graph = Graph(model)
    tensors = {id(model.inputs[0]): graph.channels_first("input", model.inputs[0])}
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            own = [tensors[id(tensor)] for tensor in layer._inbound_nodes[0].input_tensors]
            rule = RULES.get(type(layer).__name__)
            if rule is None:
                raise ValueError(f"{type(layer).__name__} has no rule in training/onnx_graph.py.")
            tensors[id(layer.output)] = rule(graph, layer, *own)
    last = graph.channels_last(tensors[id(model.outputs[0])], model.outputs[0])
    graph.node("Identity", [last], output="output")
    return graph.finish()


class Graph:
    """Nodes and weights of an ONNX graph that grows."""

    def __init__(self, model):
        self.model, self.nodes, self.weights = model, [], []

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes) -> str:
        """Add a node; returns the name of its first output."""
        name = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, array) -> str:
        """Add an array of 64-bit integers, or of floats: matrices and kernels in half precision."""
        array, name = np.asarray(array), f"weight_{len(self.weights)}"
        is_kernel = array.dtype.kind == "f" and array.ndim > 1
        kind = np.int64 if array.dtype.kind == "i" else np.float16 if is_kernel else np.float32
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array, kind), name))
        return self.node("Cast", [name], to=onnx.TensorProto.FLOAT) if is_kernel else name

    def channels_first(self, name: str, tensor) -> str:
        """Pictures (B, H, W, C) -> (B, C, H, W); all else as it is."""
        return self.node("Transpose", [name], perm=[0, 3, 1, 2]) if _is_picture(tensor) else name

    def channels_last(self, name: str, tensor) -> str:
        """The way back."""
        return self.node("Transpose", [name], perm=[0, 2, 3, 1]) if _is_picture(tensor) else name

    def activate(self, name: str, function) -> str:
        """What a layer's `activation` does."""
        kind = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax", "linear": ""}
        kind = kind[function.__name__]
        return self.node(kind, [name]) if kind else name

    def finish(self) -> onnx.ModelProto:
        """The whole model, checked by ONNX itself."""
        ends = [_end("input", self.model.inputs[0])], [_end("output", self.model.outputs[0])]
        graph = helper.make_graph(self.nodes, self.model.name, *ends, initializer=self.weights)
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model


def _is_picture(tensor) -> bool:
    return len(tensor.shape) == 4


def _end(name: str, tensor):
    """An input or output: sides without a number get a name."""
    sides = [f"{name}_{i}" if side is None else side for i, side in enumerate(tensor.shape)]
    return helper.make_tensor_value_info(
        name, onnx.TensorProto.FLOAT, ["batch" if tensor.shape[0] is None else sides[0], *sides[1:]]
    )


# --- a rule for each kind of layer: the graph, the layer, its inputs' names -> its output's name --


def convolution(graph: Graph, layer, x: str) -> str:
    kernel = np.transpose(np.array(layer.kernel), (3, 2, 0, 1))
    inputs = [x, graph.constant(kernel)]
    inputs += [graph.constant(np.array(layer.bias))] if layer.use_bias else []
    padding = {"same": "SAME_UPPER", "valid": "VALID"}[layer.padding]
    y = graph.node("Conv", inputs, strides=list(layer.strides), auto_pad=padding)
    return graph.activate(y, layer.activation)


def normalization(graph: Graph, layer, x: str) -> str:
    vectors = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    inputs = [x, *(graph.constant(np.array(vector)) for vector in vectors)]
    return graph.node("BatchNormalization", inputs, epsilon=layer.epsilon)


def pooling(graph: Graph, layer, x: str) -> str:
    padding = {"same": "SAME_UPPER", "valid": "VALID"}[layer.padding]
    size, strides = list(layer.pool_size), list(layer.strides)
    return graph.node("MaxPool", [x], kernel_shape=size, strides=strides, auto_pad=padding)


def mean_of_maps(graph: Graph, layer, x: str) -> str:
    return graph.node("Flatten", [graph.node("GlobalAveragePool", [x])])


def rescaling(graph: Graph, layer, x: str) -> str:
    scaled = graph.node("Mul", [x, graph.constant(np.float32(layer.scale))])
    return graph.node("Add", [scaled, graph.constant(np.float32(layer.offset))])


def enlarging(graph: Graph, layer, x: str) -> str:
    factors = graph.constant(np.float32([1, 1, *layer.size]))
    how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return graph.node("Resize", [x, "", factors], mode="nearest", **how)


def reshaping(graph: Graph, layer, x: str) -> str:
    x = graph.channels_last(x, layer.input)
    y = graph.node("Reshape", [x, graph.constant(np.int64([-1, *layer.output.shape[1:]]))])
    return graph.channels_first(y, layer.output)


def dense(graph: Graph, layer, x: str) -> str:
    y = graph.node("MatMul", [x, graph.constant(np.array(layer.kernel))])
    y = graph.node("Add", [y, graph.constant(np.array(layer.bias))]) if layer.use_bias else y
    return graph.activate(y, layer.activation)


def bidirectional_lstm(graph: Graph, layer, x: str) -> str:
    """(B, T, C) -> (B, T, 2 * units): Keras orders gates i, f, c, o, ONNX i, o, f, c."""
    cells = [layer.forward_layer.cell, layer.backward_layer.cell]
    units = cells[0].units
    inputs = [graph.node("Transpose", [x], perm=[1, 0, 2])]
    for name in ("kernel", "recurrent_kernel"):
        gates = np.stack([_gates(np.array(getattr(cell, name))).T for cell in cells])
        inputs.append(graph.constant(gates))
    bias = np.concatenate([[*_gates(np.array(cell.bias)), *np.zeros(4 * units)] for cell in cells])
    shape = graph.constant(np.int64([2, 8 * units]))
    inputs.append(graph.node("Reshape", [graph.constant(bias), shape]))  # single precision
    y = graph.node("LSTM", inputs, direction="bidirectional", hidden_size=units)  # (T, 2, B, H)
    y = graph.node("Transpose", [y], perm=[2, 0, 1, 3])
    return graph.node("Reshape", [y, graph.constant(np.int64([0, 0, -1]))])


def _gates(array: np.ndarray) -> np.ndarray:
    """The last axis, four gates long, from Keras's order into ONNX's."""
    i, f, c, o = np.split(array, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1)


RULES = {
    "Conv2D": convolution,
    "BatchNormalization": normalization,
    "ReLU": lambda graph, layer, x: graph.node("Relu", [x]),
    "MaxPooling2D": pooling,
    "GlobalAveragePooling2D": mean_of_maps,
    "Rescaling": rescaling,
    "UpSampling2D": enlarging,
    "Add": lambda graph, layer, *xs: graph.node("Sum", list(xs)),
    "Dropout": lambda graph, layer, x: x,
    "Reshape": reshaping,
    "Flatten": reshaping,
    "Bidirectional": bidirectional_lstm,
    "Dense": dense,
}
