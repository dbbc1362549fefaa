"""What every notebook does first: quiet logs, fixed seeds, fonts that know Hangul."""

import os
import random
import warnings

import numpy as np

from ocr_utils.stderr import quiet_stderr


def setup(tensorflow: bool = False, photographs: bool = False, seed: int = 0) -> None:
    """Prepare a notebook: `setup(tensorflow=True)` where networks run.

    photographs: figures are stored as JPEG, a fifth of the size where they show photographs.

    TensorFlow writes to the C-level stderr while it is imported; those lines are dropped here once,
    and operations are made deterministic, so that the same machine gives the same result again.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # tf.keras, for keras-ocr; not `import keras`
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # else starting Tesseract may hang
    warnings.filterwarnings("ignore")
    random.seed(seed)
    np.random.seed(seed)
    if tensorflow:
        _start_tensorflow(seed)
    _style_plots()
    _draw_after_cells()
    if photographs:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("jpeg", pil_kwargs={"quality": 85})


def _start_tensorflow(seed: int) -> None:
    with quiet_stderr():
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(seed)
        tf.config.experimental.enable_op_determinism()
        tf.zeros(1) + 1  # the first operation logs the CPU's features
    tf.get_logger().setLevel("ERROR")


def _style_plots() -> None:
    import matplotlib.font_manager

    from ocr_synth.fonts import korean_font

    matplotlib.font_manager.fontManager.addfont(str(korean_font()))
    matplotlib.rcParams.update(
        {
            "figure.dpi": 120,
            "font.family": ["DejaVu Sans", "NanumGothic"],
            "axes.spines.top": False,
            "axes.spines.right": False,
            "image.cmap": "gray",
        }
    )


def _draw_after_cells() -> None:
    """Figures that a cell leaves open are drawn when it ends, not at each message of a widget.

    Widgets' messages come in a thread of their own, where the hook of inline figures would draw,
    and close, what the first thread is still drawing.
    """
    from IPython import get_ipython
    from matplotlib_inline.backend_inline import flush_figures

    shell = get_ipython()
    if shell and flush_figures in shell.events.callbacks["post_execute"]:
        shell.events.unregister("post_execute", flush_figures)
        shell.events.register("post_run_cell", _flush)


def _flush(_) -> None:
    from matplotlib_inline.backend_inline import flush_figures

    flush_figures()
