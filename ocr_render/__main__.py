"""python -m ocr_render SCENE... --out DIR: render scenes, with the truth of their words."""

import argparse
import json
import sys
import time
from pathlib import Path

from ocr_render import pictures
from ocr_render.command import status


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ocr_render", description=__doc__)
    parser.add_argument("scene", nargs="*", help="names of pictures or scenes; all without one")
    parser.add_argument("--out", type=Path, default=Path("photographs"), help="folder to write to")
    parser.add_argument("--width", type=int, default=None, help="pixels; the scene's own without")
    parser.add_argument("--spp", type=int, default=48, help="rays a pixel (48)")
    parser.add_argument("--light", type=Path, help="folder that keeps the light, to develop again")
    parser.add_argument("--check", action="store_true", help="compare outlines with the ID pass")
    parser.add_argument("--list", action="store_true", help="print the names of all pictures")
    return parser


def main(argv=None) -> int:
    """Render what the command line asks for; 0 when all went well."""
    return status(_make, arguments().parse_args(argv))


def _make(options) -> None:
    if options.list:
        print("\n".join(name for scene in pictures.SCENES for name in pictures.names(scene)))
        return
    for scene, view in pictures.choose(options.scene):
        start = time.perf_counter()
        made, numbers = pictures.make(scene, view, options)
        seconds = time.perf_counter() - start
        for page in made:
            print(f"{page['image']}: {len(page['words'])} words, {seconds:.0f} s", flush=True)
        if options.check and numbers:
            print(json.dumps(numbers), flush=True)


if __name__ == "__main__":
    sys.exit(main())
