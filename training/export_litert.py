"""Write each network of data/weights for LiteRT (.tflite), which runs on phones and small boards.

    python -m training.export_litert FOLDER                # all
    python -m training.export_litert FOLDER recognizer     # one

The files hold kernels in half precision and only LiteRT's own operations, so that the plain
interpreter runs them (ai.google.dev/edge/litert). They are not kept in the repository: the course
reads by ONNX, and nothing here would notice if they were those of older weights.
"""

import argparse
import contextlib
import io
from pathlib import Path

import keras

from ocr_data.atomic import new_file
from training.export_onnx import NETWORKS, difference
from training.litert_network import LitertNetwork

WORST = 0.05  # by which an output may differ from Keras's: kernels are rounded once more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" or ".join(NETWORKS))
    args = parser.parse_args()
    for name in args.names or NETWORKS:
        export(name, NETWORKS[name](), args.folder)


def export(name: str, model, folder: Path) -> None:
    """FOLDER/NAME.tflite of a trained Keras model; refused where its outputs are not Keras's."""
    content = to_litert(model)
    worst = difference(model, LitertNetwork(content))
    if worst > WORST:
        raise SystemExit(f"{name}: an output differs from Keras's by {worst:.2g}.")
    with new_file(folder / f"{name}.tflite") as temporary:
        temporary.write_bytes(content)
    print(f"{name}.tflite: {len(content):,} bytes, at most {worst:.1g} from Keras's")


def to_litert(model: keras.Model) -> bytes:
    """A Keras model of one input and one output -> a .tflite file that takes one sample at a time.

    One, since LiteRT has no recurrent layers for batches of any size.
    """
    import tensorflow as tf

    one = keras.Input(batch_shape=(1, *model.input_shape[1:]))
    single = keras.models.clone_model(model, input_tensors=one)
    single.set_weights(model.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    with contextlib.redirect_stdout(io.StringIO()):  # it describes every variable
        return converter.convert()


if __name__ == "__main__":
    main()
