"""How many signs and words the generator writes on rendered plates in a second, on one core.

    python -m ocr_render.plates --out FOLDER --count 50
    python -m benchmarks.plates FOLDER

Seconds of the processor, not of the clock, so that other work on the machine counts less; the best
of five rounds. Reading the plates from the disk is in it.
"""

import argparse
import time

import cv2

from ocr_synth.lit import lit_page, lit_sample
from ocr_synth.scene import scene_sample

ROUNDS, COUNT = 5, 100


def rate(make) -> float:
    """Samples a second of `make(index)`."""
    times = []
    for number in range(ROUNDS):
        start = time.process_time()
        for index in range(number * COUNT, (number + 1) * COUNT):
            make(index)
        times.append(time.process_time() - start)
    return COUNT / min(times)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plates")
    parser.add_argument("folder", help="of plates")
    folder = parser.parse_args().folder
    cv2.setNumThreads(1)
    print(f"signs on plates:      {rate(lambda i: lit_page(1, i, folder)):6.0f} a second")
    print(f"words on plates:      {rate(lambda i: lit_sample(1, i, folder)):6.0f} a second")
    print(f"words without plates: {rate(lambda i: scene_sample(1, i)):6.0f} a second")


if __name__ == "__main__":
    main()
