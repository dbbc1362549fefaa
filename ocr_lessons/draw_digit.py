"""A sheet of paper to draw on with the mouse or a finger, in JupyterLab (notebook 04)."""

import numpy as np

HEIGHT, WIDTH = 200, 280

PAPER = """
function render({ model, el }) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 280, height: 200 });
  canvas.style.cssText = "border: 1px solid #888; touch-action: none; cursor: crosshair";
  canvas.setAttribute("aria-label", "Draw a digit");
  const clear = Object.assign(document.createElement("button"), { textContent: "Clear" });
  const pen = canvas.getContext("2d");
  const blank = () => { pen.fillStyle = "#ebebeb"; pen.fillRect(0, 0, 280, 200); };
  const send = () => {
    const rgba = pen.getImageData(0, 0, 280, 200).data;
    model.send({}, undefined, [Uint8Array.from({ length: 56000 }, (_, i) => rgba[4 * i]).buffer]);
  };
  let down = false;
  canvas.onpointerdown = (e) => {
    down = true; canvas.setPointerCapture(e.pointerId);
    pen.lineWidth = 14; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#282828";
    pen.beginPath(); pen.moveTo(e.offsetX, e.offsetY); pen.lineTo(e.offsetX, e.offsetY);
    pen.stroke();
  };
  canvas.onpointermove = (e) => { if (down) { pen.lineTo(e.offsetX, e.offsetY); pen.stroke(); } };
  canvas.onpointerup = () => { down = false; send(); };
  clear.onclick = blank;
  const answer = document.createElement("strong");
  model.on("msg:custom", (message) => { answer.textContent = " " + message; });
  blank();
  el.append(canvas, document.createElement("br"), clear, answer);
}
export default { render };
"""


def paper(answer):
    """A sheet to draw on; after each stroke `answer(sheet) -> str` is called, and shown below it.

    sheet: (200, 280) uint8, dark ink on light paper. In a page that is only read, nothing moves.

    >>> paper(lambda sheet: "a digit")
    a sheet to draw on
    """
    import anywidget

    class Paper(anywidget.AnyWidget):
        _esm = PAPER

        def __repr__(self):
            return "a sheet to draw on"

    def stroke(widget, content, buffers):
        widget.send(answer(np.frombuffer(buffers[0], np.uint8).reshape(HEIGHT, WIDTH)))

    widget = Paper()
    widget.on_msg(stroke)
    return widget
