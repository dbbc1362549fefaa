"""Measure the shipped networks as Keras, ONNX and LiteRT: size, start, speed, memory.

    python -m benchmarks.formats            # a table in Markdown; about three minutes

Each network in each format runs in a process of its own, one after the other. Times are those of
the processor, all cores together, so that other programs matter less; of the speed the best of
several runs. The start is all that Python does from its own start to the first answer.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ocr_utils.paths import ROOT, WEIGHTS

FORMATS = {"Keras": "npz", "ONNX": "onnx", "LiteRT": "tflite"}
BATCHES = {  # network -> shape of what it answers, and what to call one of these
    "recognizer": ((64, 128, 32, 1), "word"),
    "detector": ((1, 1024, 1024, 3), "tile of 1024 x 1024 pixels"),
    "cifar10": ((64, 32, 32, 3), "picture"),
}
RUNS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)  # network, format, its file
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(*args.one)))
        return
    with tempfile.TemporaryDirectory() as folder:
        run("-m", "training.export_litert", folder)
        print("| | format | file, MB | start, s | ms | for one | peak memory, MB |")
        print("|---|---|---:|---:|---:|---|---:|")
        for network, (_, one) in BATCHES.items():
            for name, ending in FORMATS.items():
                file = Path(folder if name == "LiteRT" else WEIGHTS, f"{network}.{ending}")
                answer = run("-m", "benchmarks.formats", "--one", network, name, str(file))
                print(row(network, name, file, one, json.loads(answer.splitlines()[-1])))


def run(*arguments: str) -> str:
    """What a new Python process prints."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def row(network: str, name: str, file: Path, one: str, measured: dict) -> str:
    size = file.stat().st_size / 1e6
    return (
        f"| {network} | {name} | {size:.2f} | {measured['start']:.1f} | {measured['each']:.3g} "
        f"| {one} | {measured['peak']:.0f} |"
    )


def measure(network: str, name: str, file: str) -> dict:
    """One network in one format, in this process: seconds to start, milliseconds for one, MB."""
    batch = np.random.default_rng(0).random(BATCHES[network][0], np.float32)
    batch *= 255 if network == "detector" else 1
    model = load(network, name, file)
    model.predict_on_batch(batch[:1])
    started = time.process_time()  # counted from the process's beginning
    model.predict_on_batch(batch)  # compiled and allocated for this shape
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        model.predict_on_batch(batch)
        seconds.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KB on Linux
    return {"start": started, "each": 1000 * min(seconds) / len(batch), "peak": peak}


def load(network: str, name: str, file: str):
    """The network, its libraries imported here, so that the clock sees them."""
    if name == "Keras":
        from training.export_onnx import NETWORKS

        return NETWORKS[network]()
    content = Path(file).read_bytes()
    if name == "ONNX":
        from ocr_utils.onnx_network import OnnxNetwork

        return OnnxNetwork(content)
    from training.litert_network import LitertNetwork

    return LitertNetwork(content)


if __name__ == "__main__":
    main()
