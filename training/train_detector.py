"""Train the detector of notebooks 02 and 08 on pages that are rendered while it trains.

    python -m training.train_detector --run runs/detector --steps 6000

Killed at any moment, the same command goes on from the last checkpoint with the same step,
optimizer and sample stream. `--export` writes weights and card to data/weights instead of training.
"""

import argparse
import json
import platform
import shutil
from pathlib import Path

from ocr_data.atomic import new_file
from ocr_synth.lit import plate_files
from ocr_synth.pages import render_page
from ocr_utils.detector import CHANNELS, Detector, build_detector, detection_loss, load_detector
from ocr_utils.metrics import Score, box_hmean
from ocr_utils.paths import WEIGHTS
from ocr_utils.weights import DETECTOR, load_weights, read_card, save_weights
from training import evaluate_pages, log, loop, page_stream

VALIDATION_SEED = 999_983  # never a training seed


def main() -> None:
    args = arguments().parse_args()
    run = Path(args.run)
    run.mkdir(parents=True, exist_ok=True)
    model = compiled(args)
    progress = loop.resume(model, run)
    if progress == loop.Progress() and args.start_from:
        progress = go_on_from(Path(args.start_from), model, run)
    if args.export:
        with loop.averaged(model):
            return export(model, progress, run, args)
    if args.plates:
        plate_files(args.plates)  # an error now rather than in the process that renders
    pages = page_stream.batches(
        args.seed, progress.step, args.batch, args.side, args.fonts, args.plates
    )
    loop.train(model, run, progress, pages, lambda: hmeans(model, args), args)


def compiled(args):
    """The network with its optimizer, which keeps a moving average of the weights, and its loss."""
    import keras  # here, so that the rendering process does not load it

    from training.muon import averaging_muon

    keras.mixed_precision.set_global_policy(args.precision)
    model = build_detector(tuple(args.channels))
    optimizer = averaging_muon(args.rate)
    model.compile(optimizer, loss=detection_loss, jit_compile=keras.backend.backend() == "jax")
    return model


def go_on_from(weights: Path, model, run: Path) -> loop.Progress:
    """Load finished weights, and the log beside them; returns the progress the run begins with."""
    load_weights(model, weights, read_card(weights.with_suffix(".json"), DETECTOR))
    log_before = weights.with_name(f"{weights.stem}_log.csv")
    if log_before.exists():
        shutil.copy(log_before, run / "log.csv")
    return loop.Progress(0, *log.so_far(run / "log.csv"))


def options(args) -> dict:
    """How boxes are made of maps, as `find_boxes` takes it."""
    return {"threshold": args.threshold, "peak": args.peak, "gap": args.gap}


def hmeans(model, args) -> dict:
    """H-mean in percent on generated pages nobody trained on and on the folders of --real."""
    detector = Detector(model, {"options": options(args)})
    with loop.averaged(model):
        generated = generated_hmean(detector, args.validation)
        real = [
            evaluate_pages.detection_hmean(detector, folder, args.validation)
            for folder in args.real
        ]
    return {"generated": round(generated, 2), "real": " ".join(f"{h:.2f}" for h in real)}


def generated_hmean(detector, pages: int) -> float:
    """H-mean in percent on so many generated pages that nobody trained on."""
    score = Score()
    for index in range(pages):
        page = render_page(VALIDATION_SEED, index)
        score += box_hmean(page.words, detector.detect([page.image])[0])
    return 100 * score.f1


def export(model, progress: loop.Progress, run: Path, args) -> None:
    """Weights, card and training curve -> data/weights; each under a temporary name first."""
    import keras

    from training import export_onnx

    card = {
        "channels": list(args.channels),
        "parameters": model.count_params(),
        "options": options(args),
        "plates": len(plate_files(args.plates)) if args.plates else 0,
        "data": "crops of ocr_synth.pages, rendered while training; no photograph",
        "steps": progress.step,
        "samples_seen": progress.samples,
        "minutes": round(progress.minutes, 2),
        "hardware": f"CPU ({platform.machine()}), backend {keras.backend.backend()}",
        "command": f"python -m training.train_detector --steps {progress.step}",
        "history": args.history,
        "limits": "Latin and Hangul, letters of 8 pixels and more; no vertical text.",
    }
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    card["sha256"] = save_weights(model, WEIGHTS / "detector.npz")
    detector = Detector(model, card)
    card["results"] = {"H-mean, 50 generated pages": round(generated_hmean(detector, 50), 2)}
    for folder in args.real:
        hmean = evaluate_pages.detection_hmean(detector, folder)
        card["results"][f"H-mean, {Path(folder).name}, not trained on"] = round(hmean, 2)
    (WEIGHTS / "detector_log.csv").write_text((run / "log.csv").read_text())
    with new_file(WEIGHTS / "detector.json") as temporary:
        temporary.write_text(json.dumps(card, indent=1), encoding="utf-8")
    export_onnx.export("detector", load_detector().model)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", default="runs/detector", help="folder of checkpoint and log")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--side", type=int, default=256, help="crops of side x side pixels")
    parser.add_argument("--channels", type=int, nargs=5, default=CHANNELS)
    parser.add_argument("--start-from", help="weights to begin with (*.npz)")
    parser.add_argument("--precision", default="float32", help="mixed_bfloat16 is faster")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=float, default=0.6, help="last share of the steps")
    parser.add_argument("--every", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--validation", type=int, default=12, help="pages of each set to score")
    parser.add_argument("--plates", help="folder of ocr_render.plates: a third of the pages")
    parser.add_argument("--fonts", default="/usr/share/fonts", help="folder of more fonts")
    parser.add_argument(
        "--real", nargs="*", default=[], help="folders with pages.json, only looked at"
    )
    parser.add_argument("--export", action="store_true", help="write data/weights/detector.*")
    parser.add_argument("--history", default="", help="a sentence for the card: what came before")
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--peak", type=float, default=0.7)
    parser.add_argument("--gap", type=float, default=0.7)
    return parser


if __name__ == "__main__":
    main()
