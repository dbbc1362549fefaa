"""Write each network of data/weights as ONNX too, and the file's SHA-256 into its card.

    python -m training.export_onnx                 # all; whenever weights have changed
    python -m training.export_onnx recognizer      # one

NAME.onnx holds the numbers of NAME.npz, kernels in half precision; the graph is made by
`onnx_graph.py`. The recognizer's convolutions are rounded to 8 bits (`quantize.py`). The same
weights give the same bytes, with the same onnxruntime and the fonts of the same matplotlib.
"""

import argparse
import hashlib
import json

import numpy as np

from ocr_data.atomic import new_file
from ocr_synth.scene import scene_sample
from ocr_utils.classifier import load_classifier
from ocr_utils.crnn import prepare_image
from ocr_utils.detector import load_detector
from ocr_utils.onnx_network import OnnxNetwork
from ocr_utils.paths import WEIGHTS
from ocr_utils.recognizer import load_recognizer
from training.onnx_graph import to_onnx
from training.quantize import quantize

NETWORKS = {  # name -> the Keras model of data/weights/<name>.npz
    "recognizer": lambda: load_recognizer().model,
    "detector": lambda: load_detector().model,
    "cifar10": lambda: load_classifier()[0],
}
WORST = 1e-3  # by which an output may differ from Keras's, before convolutions are rounded
EXAMPLES_SEED = 999_953  # of words that show the recognizer's convolutions what they will meet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=" or ".join(NETWORKS))
    for name in parser.parse_args().names or NETWORKS:
        export(name, NETWORKS[name]())


def export(name: str, model) -> None:
    """The ONNX file of a trained Keras model and its checksum in the card, in data/weights."""
    graph = to_onnx(model)
    content = graph.SerializeToString(deterministic=True)
    worst = difference(model, OnnxNetwork(content))
    if worst > WORST:
        raise SystemExit(f"{name}: an output differs from Keras's by {worst:.2g}.")
    if name == "recognizer":
        content = quantize(graph, examples(model)).SerializeToString(deterministic=True)
    with new_file(WEIGHTS / f"{name}.onnx") as temporary:
        temporary.write_bytes(content)
    card = json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    card = {"sha256": card.pop("sha256"), "onnx_sha256": hashlib.sha256(content).hexdigest()} | {
        field: value for field, value in card.items() if field != "onnx_sha256"
    }
    with new_file(WEIGHTS / f"{name}.json") as temporary:
        temporary.write_text(json.dumps(card, indent=1), encoding="utf-8")
    print(f"{name}.onnx: {len(content):,} bytes, at most {worst:.1g} from Keras's before rounding")


def examples(model, words: int = 256):
    """Batches of 64 generated words, in the course's own fonts, prepared for a recognizer."""
    size = model.input_shape[1:3]
    images = [prepare_image(scene_sample(EXAMPLES_SEED, i)[0], size) for i in range(words)]
    return np.split(np.stack(images), words // 64)


def difference(model, network) -> float:
    """The largest between two networks' outputs, on noise 0..1 of 96 where any size will do."""
    shape = [2, *(side or 96 for side in model.input_shape[1:])]
    batch = np.random.default_rng(0).random(shape, np.float32)
    outputs = [np.asarray(each.predict_on_batch(batch)) for each in (model, network)]
    return float(np.abs(outputs[0] - outputs[1]).max())


if __name__ == "__main__":
    main()
