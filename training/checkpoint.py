"""Everything a run needs to go on as if it had never stopped, in one file written all at once."""

import os
from pathlib import Path

import numpy as np


def save(path: Path, model, step: int) -> None:
    """Weights, optimizer state and step -> `path`, by a temporary name and a rename."""
    variables = model.variables + model.optimizer.variables
    arrays = {f"v{i:04d}": np.array(variable) for i, variable in enumerate(variables)}
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "wb") as file:
        np.savez(file, step=step, **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def restore(path: Path, model) -> int:
    """Load what `save` wrote into the compiled model; returns the step, 0 without a file."""
    if not path.exists():
        return 0
    model.optimizer.build(model.trainable_variables)
    variables = model.variables + model.optimizer.variables
    with np.load(path) as arrays:
        if len(arrays) - 1 != len(variables):
            raise SystemExit(f"{path} belongs to another network: move it away to start anew.")
        for i, variable in enumerate(variables):
            variable.assign(arrays[f"v{i:04d}"])
        return int(arrays["step"])
