"""Where things lie, found from the package and never from the working directory."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
GENERATED = DATA / "generated"  # made at set-up by `python -m ocr_data.course_data`
DOWNLOADS = DATA / "downloads"  # public data sets, where a network is
WEIGHTS = DATA / "weights"  # models trained by `training/`, shipped with the course
PHOTOGRAPHS = DATA / "photographs"  # rendered by ocr_render, shipped with the course
