"""The recognizer's training step on several devices gives the losses of one device (notebook 10).

    python -m training.data_parallel --devices 2

Needs JAX (`pip install jax`), which the course does not install: on TensorFlow, Keras 3.15 finds
the devices but its `distribute_value` is an empty function (there `tf.distribute.MirroredStrategy`
is the way). On a machine with one CPU the devices are virtual: the same arithmetic in parts, no
faster.
"""

import argparse
import os

import numpy as np

BATCH = 32


def losses(devices: int, steps: int) -> list[float]:
    """The losses of the first steps, from the same beginning, on the first `devices` devices."""
    import keras

    from ocr_utils.recognizer import build_recognizer

    places = keras.distribution.list_devices()[:devices]
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=places))
    keras.utils.set_random_seed(0)
    model = build_recognizer()
    model.compile(keras.optimizers.Adam(1e-3, clipnorm=5.0), keras.losses.CTC(), jit_compile=True)
    return [float(model.train_on_batch(*batch(step))) for step in range(steps)]


def batch(step: int):
    """Batch number `step`, of plain words: images (B, W, H, 1) float32 and labels (B, 24)."""
    from ocr_synth.words import plain_sample
    from ocr_utils.crnn import prepare_image
    from ocr_utils.labels import PRINTABLE, LabelConverter
    from ocr_utils.recognizer import IMAGE_SIZE

    samples = [plain_sample(1, step * BATCH + number) for number in range(BATCH)]
    images = np.stack([prepare_image(image, IMAGE_SIZE) for image, _ in samples])
    return images, LabelConverter(PRINTABLE).encode_batch([text for _, text in samples], 24)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--devices", type=int, default=2)
    parser.add_argument("--steps", type=int, default=6)
    args = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "jax"
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = (
        f"{flags} --xla_force_host_platform_device_count={args.devices}"  # before JAX is imported
    )
    one, many = losses(1, args.steps), losses(args.devices, args.steps)
    print(f"step   one device   {args.devices} devices   difference")
    for step, (a, b) in enumerate(zip(one, many, strict=True), start=1):
        print(f"{step:4}   {a:10.5f}   {b:9.5f}   {abs(a - b):.1e}")


if __name__ == "__main__":
    main()
