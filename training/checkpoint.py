"""Everything a run needs to go on as if it had never stopped, in one file written all at once."""

import os
from pathlib import Path

import numpy as np

from ocr_data.atomic import new_file


def save(path: Path, model, **progress) -> None:
    """Weights, optimizer state and numbers of the progress -> `path`, by a rename."""
    variables = model.variables + model.optimizer.variables
    arrays = {f"v{i:04d}": np.array(variable) for i, variable in enumerate(variables)}
    with new_file(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **progress, **arrays)
        file.flush()
        os.fsync(file.fileno())


def restore(path: Path, model) -> dict:
    """Load what `save` wrote into the compiled model; returns the progress, {} without a file."""
    if not path.exists():
        return {}
    model.optimizer.build(model.trainable_variables)
    variables = model.variables + model.optimizer.variables
    names = [f"v{i:04d}" for i in range(len(variables))]
    with np.load(path) as arrays:
        if not set(names) <= set(arrays) or f"v{len(names):04d}" in arrays:
            raise SystemExit(f"{path} belongs to another network: move it away to start anew.")
        for name, variable in zip(names, variables, strict=True):
            variable.assign(arrays[name])
        return {name: arrays[name].item() for name in arrays if name not in names}
