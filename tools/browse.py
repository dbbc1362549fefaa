"""Lessons in JupyterLab in a real Chromium, as a learner meets them; pictures of every page.

    python -m tools.browse FOLDER 01 02 ...

runs these lessons, moves the first slider, answers the first question wrong and right, and gives a
photograph of one's own where the lesson takes one. It writes FOLDER/LESSON-NN.png, to be looked at,
and prints what is wrong. Lessons run in a copy, on stand-ins; needs Chromium and playwright.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ocr_utils.paths import PHOTOGRAPHS
from tools.refresh import NOTEBOOKS, ROOT

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SCREEN = {"width": 1440, "height": 1800}
SETTINGS = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"  # all cells in the page
NOTEBOOK = ".jp-NotebookPanel .jp-WindowedPanel-outer"
RUN_ALL = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    return await app.commands.execute("notebook:run-all-cells");
}"""
PICKER = "input[aria-label='Choose a photograph']"
TOO_WIDE = """() => [...document.querySelectorAll(
    ".jp-RenderedHTMLCommon table, .jp-OutputArea-output img, .jp-OutputArea-output pre")]
    .filter((one) => one.getBoundingClientRect().right
        > one.closest(".jp-Cell").getBoundingClientRect().right + 1)
    .map((one) => one.tagName + " " + one.textContent.trim().slice(0, 60))"""


@contextlib.contextmanager
def jupyterlab(notebooks: Path = NOTEBOOKS):
    """A copy of the lessons in JupyterLab, on a free port -> the address of their folder."""
    with tempfile.TemporaryDirectory() as folder:
        for source in (notebooks, ROOT / "docs"):
            shutil.copytree(source, Path(folder, source.name))
        setting = Path(folder, "settings", SETTINGS)
        setting.parent.mkdir(parents=True)
        setting.write_text('{"windowingMode": "none"}')
        environment = os.environ | {
            "JUPYTERLAB_SETTINGS_DIR": str(Path(folder, "settings")),
            "JUPYTERLAB_WORKSPACES_DIR": str(Path(folder, "workspaces")),  # not the learner's own
            "OCR_COURSE_DATA": folder,  # it has no data: stand-ins, as in the tests
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "JUPYTER_TOKEN": "course",
        }
        options = ["--no-browser", "--allow-root", "--port=0", f"--ServerApp.root_dir={folder}"]
        command = [sys.executable, "-m", "tools.serve", "--LabApp.expose_app_in_browser=True"]
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            lines = iter(process.stdout.readline, "")
            port = next(
                found[1] for line in lines if (found := re.search(r"127.0.0.1:(\d+)", line))
            )
            yield f"http://127.0.0.1:{port}/lab/tree/{notebooks.name}/"
        finally:
            process.terminate()
            process.wait(60)


def run(page, address: str, name: str) -> list[str]:
    """Open a notebook and run all its cells; the errors that it shows."""
    page.goto(f"{address}{name}?token=course&reset")
    page.wait_for_selector(f"{NOTEBOOK} .jp-Cell", timeout=180_000)
    page.wait_for_function("window.jupyterapp", timeout=180_000)
    finished = page.evaluate(RUN_ALL)
    shown = page.locator("[data-mime-type*=error], [data-mime-type*=stderr]").all_inner_texts()
    return shown + ([] if finished else ["not all cells were run"])


def move_slider(page) -> bool:
    """Move the first slider a step, or choose from the first list where none is; True when what it
    shows has become something else (Playwright's TimeoutError where it does not)."""
    handle = page.locator(".jupyter-widgets .noUi-handle").first
    picture = page.locator(".widget-interact .jp-OutputArea img").first
    before = picture.get_attribute("src")
    if handle.count():
        handle.focus()
        handle.press("ArrowRight")
    else:
        page.locator(".widget-interact select").first.select_option(index=1)
    changed = "([picture, before]) => picture.isConnected ? picture.src !== before : true"
    page.wait_for_function(changed, arg=[picture.element_handle(), before], timeout=120_000)
    return True


def answer(page) -> list[str]:
    """Open the answers of the first question, wrong ones and the right one; what they say."""
    question = page.locator(".jp-MarkdownCell", has=page.locator("details")).first
    for choice in question.locator("summary").all():
        choice.click()
    return [" ".join(text.split()) for text in question.locator("details[open]").all_inner_texts()]


def give_photograph(page, picture: Path) -> str:
    """Hand over a picture of one's own and run the cell again; what it prints then."""
    cell = page.locator(".jp-CodeCell", has=page.locator(PICKER)).first
    cell.locator(PICKER).set_input_files(picture)
    said = cell.get_by_text(re.compile("Saved as|Not saved|That is no picture"))
    name = said.inner_text(timeout=60_000).split("Saved as ")[-1].split(". Run")[0]
    try:
        cell.locator(".jp-InputArea-editor .cm-content").click()
        page.keyboard.press("Control+Enter")
        said = cell.get_by_text(f"your own photograph: {name}").inner_text(timeout=120_000)
        cell.locator(".jp-InputPrompt", has_text=re.compile(r"\d")).wait_for(timeout=120_000)
        return said.strip()
    finally:
        (ROOT / "my_photos" / name).unlink(missing_ok=True)


def take_pictures(page, folder: Path, lesson: str) -> None:
    """The lesson from top to bottom, a screen at a time, with a little overlap."""
    length = page.evaluate(f"document.querySelector('{NOTEBOOK}').scrollHeight")
    for number, top in enumerate(range(0, length, SCREEN["height"] - 200)):
        page.evaluate(f"document.querySelector('{NOTEBOOK}').scrollTop = {top}")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"{lesson}-{number:02}.png")


@contextlib.contextmanager
def chromium_page():
    """A page of a fresh Chromium, which writes down the errors of its scripts in `page.errors`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=SCREEN)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page
        browser.close()


def main(folder: str, *lessons: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with jupyterlab() as address, chromium_page() as page:
        for lesson in lessons:
            [path] = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
            print(lesson, "errors:", run(page, address, path.name), flush=True)
            print("    wider than the page:", page.evaluate(TOO_WIDE))
            print("    the slider moves what it shows:", move_slider(page))
            print("    answers:", *answer(page), sep="\n        ", flush=True)
            if page.locator(PICKER).count():
                print("   ", give_photograph(page, PHOTOGRAPHS / "bus_ticket.jpg"))
            take_pictures(page, target, lesson)
        print("errors of the page's scripts:", page.errors)


if __name__ == "__main__":
    main(*sys.argv[1:])
