"""Checks of notebook 05: top-k accuracy, a shift, a small head for transfer learning."""

import numpy as np

from ocr_utils.checks import check


def exercise_1(top_k_accuracy) -> None:
    """top_k_accuracy(probabilities, labels, k) -> float."""
    probabilities = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.25, 0.3, 0.45], [0, 0.4, 0.6]])
    labels = np.array([1, 1, 0, 2])
    for k, expected in ((1, 0.5), (2, 0.75), (3, 1.0)):
        check(
            f"share right among the first {k}",
            lambda k=k: _rounded(top_k_accuracy(probabilities, labels, k)),
            expected,
        )


def _rounded(answer):
    return answer if answer is None else round(float(answer), 6)


def exercise_2(shift) -> None:
    """shift(image, dx, dy) -> an image of the same shape; here shown as lists of one channel."""
    image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1).repeat(3, axis=2)
    for dx, dy, expected in (
        (1, 0, [[0, 0, 1], [3, 3, 4], [6, 6, 7]]),
        (0, -1, [[3, 4, 5], [6, 7, 8], [6, 7, 8]]),
        (-1, 2, [[1, 2, 2], [1, 2, 2], [1, 2, 2]]),
        (0, 0, [[0, 1, 2], [3, 4, 5], [6, 7, 8]]),
    ):
        check(
            f"shift(image, {dx}, {dy})",
            lambda dx=dx, dy=dy: _channel(shift(image.copy(), dx, dy)),
            expected,
        )


def _channel(answer):
    if answer is None:
        return None
    answer = np.asarray(answer)
    return answer[..., 0].tolist() if answer.shape == (3, 3, 3) else f"shape {answer.shape}"


def exercise_3(build_small_model) -> None:
    """build_small_model(backbone, num_classes) -> keras.Model with a frozen backbone."""
    import keras

    inputs = keras.Input((16, 16, 3))
    backbone = keras.Model(inputs, keras.layers.Conv2D(8, 3, activation="relu")(inputs))
    built = {}

    def build():
        built["model"] = build_small_model(backbone, 4)
        return None if built["model"] is None else tuple(built["model"].output_shape)

    check("the shape of the output", build, (None, 4))
    model = built.get("model")
    check("the number of weights that learn", lambda: model and _trainable(model), 8 * 4 + 4)
    check("the answers add up to", lambda: model and _sum_of_answer(model), 1.0)
    check(
        "a layer drops values in training",
        lambda: model and any(isinstance(layer, keras.layers.Dropout) for layer in model.layers),
        True,
    )


def _trainable(model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def _sum_of_answer(model) -> float:
    return round(float(model.predict(np.ones((1, 16, 16, 3), "float32"), verbose=0).sum()), 4)
