"""A learner's own photograph in a lesson: from a folder, an upload, or the camera."""

import itertools
import os
import time
from pathlib import Path

import anywidget
from IPython.display import display

from ocr_data.atomic import new_file
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.paths import ROOT

FOLDER = ROOT / "my_photos"  # ignored by git
KINDS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".bmp", ".tif", ".tiff")

BUTTONS = """
function render({ model, el }) {
  const say = document.createElement("span");
  const send = async (blob, name) => {
    say.textContent = " Saving ...";
    model.send({ name }, undefined, [await blob.arrayBuffer()]);
  };
  model.on("msg:custom", (message) => { say.textContent = " " + message; });
  const file = Object.assign(document.createElement("input"), { type: "file", accept: "image/*" });
  file.setAttribute("aria-label", "Choose a photograph");
  file.onchange = () => file.files[0] && send(file.files[0], file.files[0].name);
  const camera = Object.assign(document.createElement("button"), { textContent: "Camera" });
  const video = Object.assign(document.createElement("video"), { autoplay: true, hidden: true });
  video.style.maxWidth = "480px";
  let stream = null;
  const stop = () => { stream?.getTracks().forEach((track) => track.stop()); stream = null; };
  camera.onclick = async () => {
    try {
      if (!stream) {
        const wanted = { video: { facingMode: "environment" } };
        stream = await navigator.mediaDevices.getUserMedia(wanted);
        video.srcObject = stream;
        video.hidden = false;
        camera.textContent = "Take the picture";
        return;
      }
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => send(blob, "camera.jpg"), "image/jpeg", 0.92);
      stop();
      video.hidden = true;
      camera.textContent = "Camera";
    } catch (error) {
      say.textContent = " No camera: " + error.message;
    }
  };
  el.append(file, camera, say, document.createElement("br"), video);
  return stop;
}
export default { render };
"""


def own_photo(default, folder=FOLDER) -> Path:
    """The newest picture of the learner's in `folder`, else `default`; says which one it took.

    In JupyterLab two buttons put a file or a camera picture into the folder; the cell is then run
    again. Delete the pictures, and the lesson goes back to the course's. Where OCR_COURSE_DATA is
    "standin", as in the tests, it is always the course's (notebooks 00, 01, 02, 03, 08).

    >>> os.environ["OCR_COURSE_DATA"] = "standin"
    >>> own_photo("street.jpg").name
    the course's: street.jpg
    'street.jpg'
    """
    newest = None
    if os.environ.get("OCR_COURSE_DATA") != "standin":
        display(_picker(Path(folder)))
        newest = newest_picture(Path(folder))
    print(
        f"your own photograph: {newest.name}" if newest else f"the course's: {Path(default).name}"
    )
    return newest or Path(default)


def newest_picture(folder: Path) -> Path | None:
    """The picture in `folder` that was written last."""
    pictures = [path for path in folder.glob("*") if path.suffix.lower() in KINDS]
    return max(pictures, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)


def _picker(folder: Path):
    """The widget with the two buttons."""
    picker = _Picker()
    picker.on_msg(lambda widget, content, buffers: widget.send(save(content, buffers, folder)))
    return picker


class _Picker(anywidget.AnyWidget):
    _esm = BUTTONS

    def __repr__(self):
        return "two buttons: choose a photograph, or take one"


def save(content: dict, buffers, folder: Path) -> str:
    """Write what the browser sent under a new name; returns the sentence for the learner.

    content: {"name": the file's name}; buffers: its bytes, in one buffer. A picture that
    `load_image` cannot read is not kept.
    """
    suffix = Path(str(content.get("name", ""))).suffix.lower()
    if suffix not in KINDS or not buffers:
        return "That is no picture: choose a JPEG or PNG file."
    path = _free_name(folder, suffix)
    try:
        load_image(bytes(buffers[0]))
        with new_file(path) as temporary:
            temporary.write_bytes(buffers[0])
    except OcrError as error:
        return f"Not saved: {error}"
    return f"Saved as {path.name}. Run this cell again, and those after it."


def _free_name(folder: Path, suffix: str) -> Path:
    now = time.strftime("%Y%m%d-%H%M%S")
    paths = (folder / f"{now}-{number}{suffix}" for number in itertools.count(1))
    return next(path for path in paths if not path.exists())
