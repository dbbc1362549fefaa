"""The frame of a training run: steps, rate, log and checkpoint, exact after a kill."""

import contextlib
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training import checkpoint, log


class Progress(NamedTuple):
    """How far a run has come: optimizer steps, samples seen, minutes of training."""

    step: int = 0
    samples: int = 0
    minutes: float = 0.0


def resume(model, run: Path) -> Progress:
    """The run's last checkpoint -> the compiled model; rows of the log after it are taken back."""
    found = checkpoint.restore(run / "checkpoint.npz", model)
    progress = Progress(**found) if found else Progress()
    if found:
        log.cut(run / "log.csv", progress.samples)
    return progress


def train(model, run: Path, progress: Progress, batches, scores, args) -> Progress:
    """Train until `args.steps`, or for `args.minutes`; where a run has ended nothing is done.

    batches: a generator of (x, y) that begins with batch number `progress.step`. scores: a
    function that returns more columns of the log. Every `args.every` steps, and at the end, comes
    a line in log.csv, then a checkpoint. Uses `args.rate`, `.warmup` and `.decay` as `rate` does.
    """
    started, losses, first = time.time(), [], progress
    while progress.step < args.steps and progress.minutes - first.minutes < args.minutes:
        x, y = next(batches)
        model.optimizer.learning_rate = rate(progress.step, args)
        losses.append(float(model.train_on_batch(x, y)))
        minutes = first.minutes + (time.time() - started) / 60
        progress = Progress(progress.step + 1, progress.samples + len(x), minutes)
        last = progress.step >= args.steps or minutes - first.minutes >= args.minutes
        if progress.step % args.every == 0 or last:
            row = progress._asdict() | {"minutes": round(minutes, 2)}
            row |= {"loss": round(float(np.mean(losses)), 4), **scores()}
            log.append(run / "log.csv", row | {"rate": round(rate(progress.step, args), 7)})
            checkpoint.save(run / "checkpoint.npz", model, **progress._asdict())
            losses = []
    batches.close()
    return progress


def rate(step: int, args) -> float:
    """Learning rate: warm-up, constant, then linearly to nothing over the last share `decay`.

    >>> from types import SimpleNamespace
    >>> args = SimpleNamespace(rate=1.0, warmup=10, steps=100, decay=0.5)
    >>> [round(rate(step, args), 2) for step in (0, 9, 50, 75, 99)]
    [0.1, 1.0, 1.0, 0.5, 0.02]
    """
    left = (args.steps - step) / max(1.0, args.decay * args.steps)
    return args.rate * max(0.0, min(1, (step + 1) / args.warmup, left))


@contextlib.contextmanager
def averaged(model):
    """Within it the model has the moving average of its weights (an optimizer with `use_ema`)."""
    variables = model.trainable_variables
    trained = [np.array(variable) for variable in variables]
    model.optimizer.finalize_variable_values(variables)
    yield model
    for variable, value in zip(variables, trained, strict=True):
        variable.assign(value)
