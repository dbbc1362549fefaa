"""The first cell of every lesson: what holds after it, and what it leaves as the user set it."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

PROGRAM = """
import json, os, random, sys
from ocr_lessons import notebook
notebook.setup(tensorflow="tensorflow" in sys.argv, seed=7)
import matplotlib, numpy as np
facts = {"random": [random.random(), float(np.random.rand())],
         "font": matplotlib.rcParams["font.family"], "dpi": matplotlib.rcParams["figure.dpi"]}
if "tensorflow" in sys.argv:
    import keras, tensorflow as tf
    tf.get_logger().warning("of no use to a learner")
    facts |= {"keras": [keras.backend.backend(), keras.__version__[0]],
              "tf_keras": tf.keras.Model.__module__.split(".")[0]}
print(json.dumps(facts | {"environment": dict(os.environ)}))
"""
NAMES = (
    "TF_CPP_MIN_LOG_LEVEL TF_USE_LEGACY_KERAS TF_FORCE_GPU_ALLOW_GROWTH KERAS_BACKEND "
    "GRPC_VERBOSITY GRPC_ENABLE_FORK_SUPPORT"
).split()


def after_setup(*arguments, **variables) -> tuple[dict, str]:
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(
        command, env=environment | variables, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def plain():
    return after_setup()[0]


def test_random_numbers_are_those_of_the_seed(plain):
    assert after_setup()[0]["random"] == plain["random"]


def test_figures_are_large_enough_and_know_hangul(plain):
    assert plain["dpi"] == 120 and "NanumGothic" in plain["font"]


def test_what_libraries_ask_for_is_set_unless_the_user_set_it(plain):
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "GRPC_VERBOSITY": "NONE"}
    works = {"TF_USE_LEGACY_KERAS": "1", "KERAS_BACKEND": "tensorflow"}
    works |= {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "GRPC_ENABLE_FORK_SUPPORT": "0"}
    assert {name: plain["environment"].get(name) for name in NAMES} == quiet | works
    own = {name: "own" for name in NAMES}
    found = after_setup(**own)[0]["environment"]
    assert {name: found[name] for name in NAMES} == own


def test_tensorflow_starts_in_silence_with_both_keras():
    facts, noise = after_setup("tensorflow")
    assert noise == ""
    assert facts["keras"] == ["tensorflow", "3"] and facts["tf_keras"] == "tf_keras"


def test_a_message_of_a_widget_does_not_draw_what_is_half_drawn():
    cells = [
        "from ocr_lessons import notebook\nnotebook.setup()\nimport matplotlib.pyplot as plt",
        "ax = plt.subplots()[1]\n"
        "get_ipython().events.trigger('post_execute')  # as a message in another thread does\n"
        "ax.plot([1, 2])\nprint(plt.get_fignums())",
    ]
    page = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    NotebookClient(page, timeout=120).execute()
    kinds = [output.get("text") or "picture" for output in page.cells[1].outputs]
    assert kinds == ["[1]\n", "picture"]
