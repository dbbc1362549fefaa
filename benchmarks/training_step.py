"""The recognizer's training step, as Keras spells it out and fused (`training/fused.py`).

    python -m benchmarks.training_step [--precision mixed_bfloat16]

Milliseconds of one core a word, batches of 128, both in turn in one process; the best of each.
"""

import argparse
import time

import numpy as np

BATCH, ROUNDS = 128, 6


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_step")
    parser.add_argument("--precision", default="float32")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    args = parser.parse_args()
    steps = {"plain": step(args, False), "fused": step(args, True)}
    times = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, run in steps.items():
            start = time.process_time()
            run()
            times[name].append(1000 * (time.process_time() - start) / BATCH)
    plain, fused = (min(values) for values in times.values())
    print(f"plain {plain:.2f} ms a word, fused {fused:.2f}, ratio {plain / fused:.2f}")


def step(args, fused: bool):
    """One training step on noise, compiled: a function of no arguments."""
    import keras

    from ocr_utils.recognizer import build_recognizer
    from training.fused import fuse
    from training.muon import averaging_muon

    keras.mixed_precision.set_global_policy(args.precision)
    model = build_recognizer()
    if fused:
        fuse(model)
    model.compile(averaging_muon(1e-3), loss=keras.losses.CTC(), jit_compile=False)
    rng = np.random.default_rng(0)
    images = rng.random((BATCH, *model.input_shape[1:]), np.float32)
    labels = np.pad(rng.integers(1, 95, (BATCH, 10)), ((0, 0), (0, 14)))
    model.train_on_batch(images, labels)
    return lambda: model.train_on_batch(images, labels)


if __name__ == "__main__":
    main()
