"""What was read, written down for other programs: JSON, TSV, hOCR (notebook 08)."""

import html
import json
import math
import re
from dataclasses import dataclass

from ocr_utils.layout import group_lines
from ocr_utils.words import Word

TSV_COLUMNS = ("image", "line", "word", "confidence", "left", "top", "right", "bottom", "text")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0
REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Page:
    """One image and the words read in it; width and height in pixels.

    >>> Page("sign.png", 80, 40, [Word.from_bounds("EXIT", 0.9, 5, 8, 60, 30)]).words[0].text
    'EXIT'
    """

    image: str
    width: int
    height: int
    words: list[Word]


def to_json(pages: list[Page]) -> str:
    """One JSON document in the form of a data set's pages.json, with text and confidence added.

    >>> page = Page("a.png", 80, 40, [Word.from_bounds("a", None, 1, 2, 3, 4)])
    >>> json.loads(to_json([page]))["pages"][0]["words"][0]["points"]
    [[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 4.0]]
    """
    return json.dumps(
        {"pages": [_page_record(page) for page in pages]}, ensure_ascii=False, indent=1
    )


def _page_record(page: Page) -> dict:
    lines = group_lines(page.words)
    return {
        "image": page.image,
        "width": page.width,
        "height": page.height,
        "text": "\n".join(" ".join(word.text for word in line) for line in lines),
        "words": [
            {
                "text": word.text,
                "confidence": _rounded(word.confidence),
                "line": number,
                "points": [[round(x, 1), round(y, 1)] for x, y in word.box],
            }
            for number, line in enumerate(lines, start=1)
            for word in line
        ],
    }


def _rounded(confidence: float | None) -> float | None:
    """Four digits; None for none, and for what is no number: JSON knows no NaN."""
    unknown = confidence is None or not math.isfinite(confidence)
    return None if unknown else round(float(confidence), 4)


def to_tsv(pages: list[Page]) -> str:
    """A table with a row for each word: its line, its place in the line, its upright bounds.

    >>> page = Page("a.png", 80, 40, [Word.from_bounds("EXIT", 0.9, 5, 8, 60, 30)])
    >>> to_tsv([page]).split("\\n")[1].split("\\t")
    ['a.png', '1', '1', '0.9', '5', '8', '60', '30', 'EXIT']
    """
    rows = ["\t".join(TSV_COLUMNS)]
    for page in pages:
        for line_number, line in enumerate(group_lines(page.words), start=1):
            for word_number, word in enumerate(line, start=1):
                confidence = "" if word.confidence is None else _rounded(word.confidence)
                values = [
                    page.image,
                    line_number,
                    word_number,
                    confidence,
                    *(round(value) for value in word.bounds),
                    word.text,
                ]
                rows.append("\t".join(" ".join(str(value).split()) for value in values))
    return "\n".join(rows)


def to_hocr(pages: list[Page]) -> str:
    """An hOCR 1.2 document (XHTML): ocr_page > ocr_line > ocrx_word with bbox and x_wconf.

    Source: the hOCR specification, kba.github.io/hocr-spec/1.2. PDF tools put such text behind
    a scan.

    >>> page = Page("a.png", 80, 40, [Word.from_bounds("R&D", 0.9, 5, 8, 60, 30)])
    >>> [line.strip() for line in to_hocr([page]).split("\\n") if "x_wconf" in line]
    ['<span class="ocrx_word" id="word_1_1_1" title="bbox 5 8 60 30; x_wconf 90">R&amp;D</span>']
    """
    body = "\n".join(_hocr_page(page, number) for number, page in enumerate(pages, start=1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
 <head>
  <title>Text read by ocr_utils</title>
  <meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
  <meta name="ocr-system" content="ocr_utils" />
  <meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word" />
 </head>
 <body>
{body}
 </body>
</html>"""


def _hocr_page(page: Page, number: int) -> str:
    from xml.sax.saxutils import quoteattr

    image = NOT_XML.sub(REPLACEMENT, page.image).replace('"', "%22")
    title = quoteattr(f'image "{image}"; bbox 0 0 {page.width} {page.height}; ppageno {number - 1}')
    lines = [
        _hocr_line(line, f"{number}_{n}") for n, line in enumerate(group_lines(page.words), start=1)
    ]
    return "\n".join(
        [f'  <div class="ocr_page" id="page_{number}" title={title}>', *lines, "  </div>"]
    )


def _hocr_line(line: list[Word], name: str) -> str:
    words = [_hocr_word(word, f"{name}_{n}") for n, word in enumerate(line, start=1)]
    sides = list(zip(*(word.bounds for word in line), strict=True))
    bounds = min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])
    return "\n".join(
        [
            f'   <span class="ocr_line" id="line_{name}" title="{_bbox(bounds)}">',
            *words,
            "   </span>",
        ]
    )


def _hocr_word(word: Word, name: str) -> str:
    confidence = _rounded(word.confidence)
    sure = "" if confidence is None else f"; x_wconf {round(100 * confidence)}"
    return (
        f'    <span class="ocrx_word" id="word_{name}" title="{_bbox(word.bounds)}{sure}">'
        f"{html.escape(NOT_XML.sub(REPLACEMENT, word.text), quote=False)}</span>"
    )


def _bbox(bounds) -> str:
    return "bbox " + " ".join(str(max(0, round(value))) for value in bounds)
