"""The tests on trial: each wrong line must turn the test named with it red."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# what goes wrong: (module, the line as it is, as it must not be, the test that notices)
MUTATIONS = {
    "the first character gets the number of the blank": (
        "labels.py",
        "enumerate(character, start=1)",
        "enumerate(character, start=0)",
        "tests/test_labels.py::test_hello_as_in_the_lesson",
    ),
    "repeats are not merged when a path is collapsed": (
        "labels.py",
        "path[1:] != path[:-1]",
        "path[1:] == path[1:]",
        "tests/test_labels.py::test_collapse",
    ),
    "doubles need no blank between them": (
        "labels.py",
        "sum(a == b for",
        "sum(a != a for",
        "tests/test_labels.py::test_required_steps",
    ),
    "case counts in benchmark scores": (
        "metrics.py",
        "text.upper()",
        "text",
        "tests/test_metrics.py::test_word_f1_takes_words_and_leaves_punctuation_out",
    ),
    "one found word stands for two": (
        "metrics.py",
        "used_found.add(j)",
        "used_found.add(-1)",
        "tests/test_metrics.py::test_one_found_box_cannot_stand_for_two_words",
    ),
    "boxes need more than half of overlap": (
        "metrics.py",
        "overlap[n] >= iou",
        "overlap[n] > iou",
        "tests/test_metrics.py::test_boxes_match_from_half_overlap_upwards",
    ),
    "lines are read from bottom to top": (
        "layout.py",
        "np.median(bounds[row][:, [1, 3]])",
        "-np.median(bounds[row][:, [1, 3]])",
        "tests/test_words.py::test_lines_come_from_top_to_bottom_whatever_the_order_of_findings",
    ),
    "transparency is laid on black": (
        "images.py",
        'image.size, "white")',
        'image.size, "black")',
        "tests/test_images.py::test_transparency_is_laid_on_white",
    ),
    "a photograph stays as the camera lay": (
        "images.py",
        "return ImageOps.exif_transpose(image)",
        "return image",
        "tests/test_images.py::test_a_photo_is_turned_as_its_camera_says",
    ),
    "lines are taken for words": (
        "tesseract.py",
        "if level == WORD_LEVEL and",
        "if level == WORD_LEVEL - 1 and",
        "tests/test_tesseract.py::test_read",
    ),
    "half a file stays on a full disk": (
        "../ocr_data/atomic.py",
        "shutil.rmtree(hidden, ignore_errors=True)\n\n\ndef disk",
        "pass\n\n\ndef disk",
        "tests/test_tesseract.py::test_a_full_disk_leaves_no_half_file",
    ),
    "greedy decoding starts no run at the edge of an image": (
        "ctc.py",
        "starts = np.ones(best.shape, bool)",
        "starts = np.zeros(best.shape, bool)",
        "tests/test_crnn.py::test_runs_do_not_cross_images",
    ),
    "beam search adds doubles without a blank": (
        "ctc.py",
        "from_here = blank if prefix and c == prefix[-1] else blank + last",
        "from_here = blank + last",
        "tests/test_crnn.py::test_beam_search_is_exact_when_wide_enough",
    ),
    "a line that rises is made steeper": (
        "augmentation.py",
        "[rise * height / width, 1",
        "[-rise * height / width, 1",
        "tests/test_recognizer.py::test_a_line_that_rises_or_falls_is_leveled",
    ),
    "rendered words depend on the moment": (
        "../ocr_synth/words.py",
        "rng = np.random.default_rng([seed, index])",
        "rng = np.random.default_rng()",
        "ocr_synth/words.py",
    ),
    "a wrong answer to an exercise passes": (
        "../ocr_lessons/checks/exercise.py",
        "if not self._agree(given[i], right[i])",
        "if False",
        "ocr_lessons/checks/exercise.py",
    ),
    "a download is trusted without its checksum": (
        "../ocr_data/downloads.py",
        'known_hash=f"sha256:{download.sha256}"',
        "known_hash=None",
        "tests/test_downloads.py::test_a_wrong_checksum_leaves_nothing",
    ),
    "the last sample of a data set is never seen": (
        "../ocr_data/lmdb_sequence.py",
        "for index in range(1, self.num_samples + 1)",
        "for index in range(1, self.num_samples)",
        "tests/test_lmdb_sequence.py::test_every_sample_comes_once_an_epoch",
    ),
    "colors are stored the wrong way round": (
        "../ocr_data/lmdb_words.py",
        "np.ascontiguousarray(image[:, :, ::-1])",
        "np.ascontiguousarray(image)",
        "tests/test_lmdb_words.py::test_colors_keep_their_order",
    ),
    "the audit takes an empty image for a word": (
        "../ocr_data/lmdb_audit.py",
        "EMPTY_STD = 3.0",
        "EMPTY_STD = -1.0",
        "tests/test_lmdb_sequence.py::test_the_audit_finds_each_fault_and_nothing_else",
    ),
    "a line break inside Vision's text is lost": (
        "google_vision.py",
        '3: "\\n"',
        '3: ""',
        "tests/test_google_vision.py::test_elements_join_the_symbols_to_text",
    ),
    "a key beats the forced stand-in": (
        "google_vision.py",
        'os.environ.get("OCR_COURSE_DATA") != "standin"',
        "True",
        "tests/test_google_vision.py::test_forced_stand_ins_win_over_a_key",
    ),
    "crops keep their slant": (
        "end_to_end.py",
        "cv2.getPerspectiveTransform(box, inner)",
        "cv2.getPerspectiveTransform(inner + box.min(axis=0), inner)",
        "tests/test_end_to_end.py::test_a_slanted_word_is_laid_straight",
    ),
}


def run_tests(folder: Path, *tests: str) -> subprocess.CompletedProcess:
    """A bare pytest, without this repository's settings and without plugins: it starts at once."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        "--doctest-modules",
        "-p",
        "no:cacheprovider",
        *tests,
    ]
    environment = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def copy_of_package(folder: Path) -> Path:
    for name in [folder.name for folder in ROOT.glob("ocr_*")] + ["tools", "tests"]:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run_mutated(name: str, folder: Path) -> subprocess.CompletedProcess:
    """Exit status 1: the test ran and failed; anything else is no proof."""
    module, right, wrong, test = MUTATIONS[name]
    path = copy_of_package(folder) / "ocr_utils" / module
    source = path.read_text(encoding="utf-8")
    assert source.count(right) == 1, f"{module} holds {right!r} {source.count(right)} times"
    path.write_text(source.replace(right, wrong), encoding="utf-8")
    return run_tests(folder, test)


@pytest.fixture(scope="module")
def mutated(tmp_path_factory):
    """All mutations, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return {
            name: pool.submit(run_mutated, name, tmp_path_factory.mktemp("mutated"))
            for name in MUTATIONS
        }


def test_the_named_tests_pass_without_a_mutation(tmp_path):
    copy_of_package(tmp_path)
    run = run_tests(tmp_path, *sorted({test for *_, test in MUTATIONS.values()}))
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_line_turns_its_test_red(name, mutated):
    run = mutated[name].result()
    assert run.returncode == 1, run.stdout + run.stderr
