"""The shipped classifier: a CNN for the ten classes of CIFAR-10, and its card (notebook 05)."""

import functools

import numpy as np

from ocr_utils import onnx_network, weights
from ocr_utils.images import load_image
from ocr_utils.paths import WEIGHTS

FILTERS = (32, 64, 96, 128)


def build_classifier(num_classes: int = 10):
    """The untrained network: images (B, 32, 32, 3) float32 RGB 0..1 -> probabilities (B, classes).

    Convolution, batch normalization (Ioffe 2015) and ReLU four times, pooling between them; the
    mean of each map, dropout (Srivastava 2014), softmax. Notebook 05 builds it on the page.

    >>> build_classifier().count_params()
    187754
    """
    from keras import Input, Model, layers

    x = image = Input((32, 32, 3))
    for number, filters in enumerate(FILTERS):
        x = layers.MaxPooling2D()(x) if number else x
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    return Model(image, layers.Dense(num_classes, activation="softmax")(x), name="classifier")


@functools.cache
def load_classifier(runtime: str = "Keras"):
    """The trained network and its card, from data/weights/cifar10.npz and .json (notebook 05).

    Returns (model, card); `card["classes"]` names the outputs, `card["data"]` what it was trained
    on: pictures drawn by `ocr_synth.objects`, no photograph. runtime: "Keras", or "onnxruntime" for
    cifar10.onnx, which starts at once. Raises OcrError for a file that is missing or damaged.

    >>> model, card = load_classifier()
    >>> card["classes"][:3]
    ['airplane', 'automobile', 'bird']
    """
    card = weights.read_card(WEIGHTS / "cifar10.json", weights.CLASSIFIER)
    if runtime == "onnxruntime":
        return onnx_network.load_network(WEIGHTS / "cifar10.onnx", card), card
    model = build_classifier(len(card["classes"]))
    weights.load_weights(model, WEIGHTS / "cifar10.npz", card)
    return model, card


def image_classification(image) -> list[tuple[str, float]]:
    """What is in a picture: (label, probability) of all ten classes, the likeliest first (05).

    image: anything `images.load_image` takes; it is shrunk to 32x32 pixels. Run by onnxruntime
    where that is installed, else by Keras. Raises OcrError.

    >>> from ocr_synth.objects import draw_object
    >>> image_classification(draw_object("ship", np.random.default_rng(0)))[0][0]
    'ship'
    """
    import cv2

    image = load_image(image)
    model, card = load_classifier(onnx_network.runtime_for(WEIGHTS / "cifar10.onnx"))
    small = cv2.resize(image, card["image_size"], interpolation=cv2.INTER_AREA)
    probabilities = model.predict_on_batch(small[None].astype(np.float32) / 255)[0]
    answers = zip(card["classes"], map(float, probabilities), strict=True)
    return sorted(answers, key=lambda answer: -answer[1])
