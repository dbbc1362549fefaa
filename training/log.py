"""The log of a run: one line of a csv file every few hundred steps, printed too."""

import csv
from pathlib import Path

COLUMNS = ("step", "samples", "minutes", "loss", "rate", "generated", "real")


def append(path: Path, row: dict) -> None:
    """Add a row (a value for each of COLUMNS), with the head line in a new file."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)
    print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)


def so_far(path: Path) -> tuple[int, float]:
    """Samples seen and minutes of training in the last row; zeros where there is no log."""
    rows = list(csv.DictReader(path.open())) if path.exists() else []
    return (int(rows[-1]["samples"]), float(rows[-1]["minutes"])) if rows else (0, 0.0)
