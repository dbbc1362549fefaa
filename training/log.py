"""The log of a run: one line of a csv file every few hundred steps, printed too."""

import csv
from pathlib import Path

from ocr_data.atomic import new_file

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


def cut(path: Path, samples: int) -> None:
    """Take back the rows after so many samples: a killed run will write them again."""
    rows = list(csv.DictReader(path.open())) if path.exists() else []
    kept = [row for row in rows if int(row["samples"]) <= samples]
    if len(kept) < len(rows):
        with new_file(path) as temporary, temporary.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(kept)
