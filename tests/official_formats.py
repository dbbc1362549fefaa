"""Data in the official formats whose statistics are not those of the stand-ins.

A lesson may not depend on what only the stand-ins give. This writes a folder as OCR_COURSE_DATA
takes one, with data that are harder and other than the course's own:

- mnist.npz: 12,000 + 2,000 printed digits, uneven classes, 1 label in 12 wrong;
- cifar-10-batches-py: 12,500 + 2,500 pictures told apart by their hue alone, so that a linear
  model reads them as well as a network and transfer gains nothing; 1 label in 4 wrong;
- keras/models: ResNet50's weights under the name of ImageNet's, but random (`write_resnet50`);
- MJ/MJ_train, MJ_valid, MJ_test: 3,000 + 300 + 300 words of 1 to 24 characters, mostly small
  letters, heights of 20 to 40, 1 label in 20 wrong, a picture that cannot be decoded in train.

By hand, from the root of the repository (about half a minute; an existing folder is kept):

    python -m tests.official_formats /tmp/official            # writes the folder
    python -m tests.official_formats /tmp/official 04 05 06   # and runs these lessons on it

A lesson runs in a copy, with the pieces of tests/claims/NAME.py after their cells: a claim that
holds for the stand-in only has to ask first, for instance `if "stand-in" in source:`. The executed
copy lies in the folder afterwards (NAME.ipynb), to be looked at. Shell and JupyterLab work too:

    OCR_COURSE_DATA=/tmp/official jupyter lab notebooks/05_cifar10_cnn.ipynb
"""

import colorsys
import io
import os
import pickle
import string
import sys
from pathlib import Path

import lmdb
import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, load_font
from ocr_synth.text import lexicon
from tools import claims

ROOT = Path(__file__).resolve().parent.parent
SPLITS = {"train": 3_000, "valid": 300, "test": 300}


def write(folder, scale: float = 1.0) -> Path:
    """Write what `folder` lacks; `scale` makes every set smaller, for quick tests of this tool."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "mnist.npz").exists():
        write_mnist(folder / "mnist.npz", int(12_000 * scale), int(2_000 * scale))
    if not (folder / "cifar-10-batches-py").exists():
        write_cifar10(folder / "cifar-10-batches-py", int(2_500 * scale))
    for seed, (split, count) in enumerate(SPLITS.items()):
        if not (folder / "MJ" / f"MJ_{split}").exists():
            write_mj(folder / "MJ" / f"MJ_{split}", max(30, int(count * scale)), seed)
    return folder


def wrong_labels(labels: np.ndarray, share: float, rng) -> np.ndarray:
    """The labels 0..9, this share of them moved to another class."""
    moved = (labels + rng.integers(1, 10, len(labels))) % 10
    return np.where(rng.random(len(labels)) < share, moved, labels).astype(np.uint8)


# --- MNIST ------------------------------------------------------------------------------------


def write_mnist(path: Path, train: int, test: int) -> None:
    """Keras's mnist.npz: printed digits instead of handwriting."""
    rng = np.random.default_rng(4)
    often = np.arange(1, 11) / 55  # nines come ten times as often as zeros
    labels = rng.choice(10, train + test, p=often).astype(np.uint8)
    images = np.stack([printed_digit(str(label), rng) for label in labels])
    labels = wrong_labels(labels, 1 / 12, rng)
    np.savez_compressed(
        path,
        x_train=images[:train],
        y_train=labels[:train],
        x_test=images[train:],
        y_test=labels[train:],
    )


def printed_digit(digit: str, rng) -> np.ndarray:
    fonts = course_fonts()
    picture = Image.new("L", (28, 28))
    font = load_font(fonts[rng.integers(len(fonts))], int(rng.integers(16, 25)))
    place = (14 + rng.integers(-2, 3), 14 + rng.integers(-2, 3))
    ImageDraw.Draw(picture).text(
        place, digit, fill=int(rng.integers(120, 256)), font=font, anchor="mm"
    )
    picture = picture.rotate(rng.uniform(-20, 20))
    return np.clip(np.asarray(picture) + rng.normal(0, 12, (28, 28)), 0, 255).astype(np.uint8)


# --- CIFAR-10 ---------------------------------------------------------------------------------


def write_cifar10(folder: Path, per_batch: int) -> None:
    """Pickled as the official files are: protocol 2, keys of bytes, channels first."""
    folder.mkdir(parents=True)
    for seed, name in enumerate([f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 10, per_batch)
        hues = np.array([colorsys.hsv_to_rgb(k / 10, 0.5, 0.6) for k in range(10)]) * 255
        pictures = hues[labels][:, :, None, None] + rng.normal(0, 60, (per_batch, 3, 32, 32))
        batch = {
            b"batch_label": name.encode(),
            b"labels": wrong_labels(labels, 1 / 4, rng).tolist(),
            b"data": np.clip(pictures, 0, 255).astype(np.uint8).reshape(per_batch, -1),
            b"filenames": [b"picture.png"] * per_batch,
        }
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))


# --- ResNet50 ---------------------------------------------------------------------------------


def write_resnet50(folder: Path) -> Path:
    """What keras.applications downloads for ResNet50, in the old HDF5 format, with random weights.

    Its predecessor tf_keras writes the layout in which the file is published.
    """
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tf_keras

    models = Path(folder) / "keras" / "models"
    models.mkdir(parents=True, exist_ok=True)
    network = tf_keras.applications.ResNet50(include_top=False, weights=None)
    path = models / "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    network.save_weights(path)
    return path


# --- MJSynth ----------------------------------------------------------------------------------


def write_mj(folder: Path, count: int, seed: int) -> None:
    """As create_lmdb_dataset.py of deep-text-recognition-benchmark writes it, with its lock."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    with lmdb.open(str(folder), map_size=1 << 28) as env, env.begin(write=True) as txn:
        for number in range(1, count + 1):
            word = some_word(rng, number)
            broken = folder.name == "MJ_train" and number == 17
            txn.put(b"image-%09d" % number, b"\xff\xd8" if broken else word_jpeg(word, rng))
            txn.put(b"label-%09d" % number, mislabeled(word, rng).encode())
        txn.put(b"num-samples", str(count).encode())


def some_word(rng, number: int) -> str:
    """Mostly small letters; every tenth a single character, every tenth a long compound."""
    words = lexicon()
    if number % 10 == 0:
        return str(rng.choice(list(string.ascii_letters + string.digits)))
    pair = "".join(words[rng.integers(len(words))] for _ in range(1 + (number % 10 == 1)))
    return "".join(letter for letter in pair if letter.isascii() and letter.isalnum())[:24].lower()


def mislabeled(word: str, rng) -> str:
    if rng.random() >= 1 / 20:
        return word
    place = rng.integers(len(word))
    return word[:place] + str(rng.choice(list(string.ascii_lowercase))) + word[place + 1 :]


def word_jpeg(word: str, rng) -> bytes:
    """Gray text on a gray ground, of any height from 20 to 40."""
    fonts = course_fonts()
    font = load_font(fonts[rng.integers(len(fonts))], int(rng.integers(14, 26)))
    left, top, right, bottom = font.getbbox(word)
    size = (right - left + 8, int(np.clip(bottom - top + 8, 20, 40)))
    ground = int(rng.integers(120, 256))
    picture = Image.new("L", size, ground)
    ImageDraw.Draw(picture).text((4 - left, 4 - top), word, fill=ground - 90, font=font)
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=60)
    return file.getvalue()


# --- lessons on these data --------------------------------------------------------------------


def run_lesson(number: str, folder: Path) -> Path:
    """Execute a lesson and its claims on the data in `folder`; the path of the executed copy.

    The lesson also finds the networks in `folder`/keras, as Keras keeps them.

    Raises nbclient's CellExecutionError for a cell or a claim that fails.
    """
    [path] = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    pieces = claims.read(path)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if piece := pieces.get(cell.get("id")):
            cells.append(nbformat.v4.new_code_cell(f"exec({piece!r}, dict(globals()))"))
    notebook.cells = cells
    environment = os.environ | {
        "OCR_COURSE_DATA": str(folder.resolve()),
        "KERAS_HOME": str(folder.resolve() / "keras"),
    }
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}
    )
    client.widget_registry = {}  # nbclient's own Output widget may wait for ever (its issue 312)
    try:
        client.execute(env=environment)
    finally:
        nbformat.write(notebook, folder / path.name)
    return folder / path.name


if __name__ == "__main__":
    from tools import isolation

    isolation.enter()
    target = write(sys.argv[1])
    for lesson in sys.argv[2:]:
        print(run_lesson(lesson, target))
