"""Pages whose every character is known: documents, forms, receipts, posters, signs and screens.

A page is a function of (seed, index) alone. Flat layouts are written on a `Canvas`; signs and
photographed papers are canvases laid in perspective over a picture from `synth.textures`.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, korean_font, load_font
from ocr_synth.text import lexicon, random_text
from ocr_synth.textures import random_color, scene, value_noise
from ocr_utils.words import Word

KINDS = ("document", "form", "receipt", "poster", "screen", "sign")
KOREAN_WORDS = (
    "오늘 내일 어제 아침 점심 저녁 시간 사람 친구 가족 학교 선생님 학생 도서관 공부 책상 "
    "의자 창문 대문 거리 시장 가게 식당 커피 우유 물 밥 김치 불고기 비빔밥 냉면 만두 "
    "떡볶이 과일 사과 포도 수박 딸기 채소 고기 서울 부산 대구 인천 광주 대전 울산 제주 "
    "강남 종로 한강 남산 바다 하늘 구름 바람 나무 꽃 봄 여름 가을 겨울 병원 약국 은행 "
    "우체국 경찰서 공항 지하철 버스 택시 기차 자동차 자전거 신호등 주차장 출입구 비상구 "
    "화장실 안녕하세요 감사합니다 죄송합니다 어서오세요 환영합니다 영업 휴무 할인 판매 "
    "예약 문의 안내 주의 금지 위험 문자 인식 사진 그림 컴퓨터 전화 인터넷 뉴스 영화 음악 "
    "노래 운동 축구 야구 수영 여행 호텔 박물관 미술관 공원 크다 작다 많다 좋다 새로운 "
    "아름다운 맛있는 따뜻한 시원한 빠르게 천천히 언제나 함께 우리 모두 그리고 그러나 "
    "한국어 글자 문장 문서 번호 이름 주소 날짜 금액 합계 영수증 계산서 신청서 확인 서명 "
    "담당자 회사 부서 직원"
).split()


@dataclass
class Page:
    """A picture with its truth.

    image: (H, W, 3) uint8 RGB. words: text and box of every word (confidence None).
    characters: for each word an array (n, 4, 2) float32, a box for each character.
    lines: for each word the number of its line.
    """

    image: np.ndarray
    words: list[Word] = field(default_factory=list)
    characters: list[np.ndarray] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def render_page(
    seed: int,
    index: int,
    kind: str | None = None,
    size=(640, 640),
    korean: float = 0.15,
    fonts=None,
    hard: bool = True,
) -> Page:
    """One page of a kind of KINDS (None: any), size (width, height) pixels (notebooks 02, 08).

    korean: the chance of a page in Hangul. fonts: Latin font files (None: the course's).
    hard: photographed, noisy, with shadows; False: a clean scan (signs are always photographed).

    >>> page = render_page(0, 1, "document", size=(320, 240))
    >>> page.image.shape, len(page.words) == len(page.characters) == len(page.lines) > 0
    ((240, 320, 3), True)
    >>> bool((page.image == render_page(0, 1, "document", size=(320, 240)).image).all())
    True
    """
    rng = np.random.default_rng([seed, index])
    kind = kind or KINDS[rng.choice(len(KINDS), p=[0.2, 0.15, 0.08, 0.1, 0.07, 0.4])]
    style = Style(rng, rng.random() < korean, fonts or course_fonts(), hard)
    if kind == "sign":
        page = _street(rng, style, size)
    elif hard and rng.random() < 0.35:
        page = _photographed(rng, style, size, kind)
    else:
        page = _scanned(rng, style, size, kind)
    page = _inside(page)
    page.image = _degrade(rng, page.image, hard)
    return page


class Style:
    """What a page is written with: language, fonts, words; hard pages mix and shrink them."""

    def __init__(self, rng, korean: bool, fonts, hard: bool):
        self.rng, self.korean, self.fonts, self.hard = rng, korean, fonts, hard

    def size(self, low: float = 9, high: float = 34) -> float:
        """A letter size in pixels: small ones more often than large ones."""
        low = low if self.hard else max(low, 26 if self.korean else 16)
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def font(self, size: float):
        """A font of the page's language; size in pixels."""
        if self.korean:
            return load_font(korean_font(bold=self.rng.random() < 0.4), max(8, round(size)))
        return load_font(self.fonts[self.rng.integers(len(self.fonts))], max(8, round(size)))

    def word(self) -> str:
        """A word of running text."""
        rng = self.rng
        if self.korean and (not self.hard or rng.random() < 0.85):
            return (
                KOREAN_WORDS[rng.integers(len(KOREAN_WORDS))]
                + ("", "", "", "", ".", ",")[rng.integers(6)]
            )
        if rng.random() < 0.85:
            word = lexicon()[rng.integers(len(lexicon()))]
            return word.lower() + ("", "", "", "", "", "", ".", ",")[rng.integers(8)]
        return self.label()

    def label(self) -> str:
        """A word as on forms and signs: any case, numbers, prices, codes."""
        if self.korean and (not self.hard or self.rng.random() < 0.7):
            return KOREAN_WORDS[self.rng.integers(len(KOREAN_WORDS))]
        text = random_text(self.rng)
        return text if any(map(str.isalnum, text)) else self.label()


class Canvas:
    """A flat surface to write on that remembers where every character went.

    color: the ground, or None for lettering alone (the ground stays transparent).
    """

    def __init__(self, width: int, height: int, color=None, ink=(0, 0, 0)):
        self.ink = tuple(int(v) for v in ink)
        ground = (*self.ink, 0) if color is None else (*(int(v) for v in color), 255)
        self.image = Image.new("RGBA", (width, height), ground)
        self.draw = ImageDraw.Draw(self.image)
        self.texts, self.characters, self.lines = [], [], []

    def write_line(
        self, x, baseline, words, font, ink=None, right=None, gap=1.0, tracking=0, **effects
    ):
        """Words in a row from x, until `right`; returns the x behind the last one that had room."""
        line = self.lines[-1] + 1 if self.lines else 0
        space = gap * font.getlength(" ") + tracking
        for word in words:
            edges = np.array([font.getlength(word[:i]) for i in range(len(word) + 1)])
            edges += np.arange(len(word) + 1) * tracking
            if right is not None and x + edges[-1] > right:
                break
            self._write_word(x, baseline, word, edges, font, ink or self.ink, tracking, **effects)
            self.lines.append(line)
            x += edges[-1] + space
        return x

    def _write_word(
        self, x, y, word, edges, font, ink, tracking, shadow=None, stroke=0, stroke_ink=None
    ):
        pieces = (
            [(x, word)] if not tracking else [(x + e, c) for e, c in zip(edges, word, strict=False)]
        )
        for left, text in pieces:
            if shadow:
                offset = max(1, font.size // 14)
                self.draw.text(
                    (left + offset, y + offset), text, font=font, fill=shadow, anchor="ls"
                )
            self.draw.text(
                (left, y),
                text,
                font=font,
                fill=(*ink, 255),
                anchor="ls",
                stroke_width=stroke,
                stroke_fill=stroke_ink,
            )
        left, top, right, bottom = font.getbbox(word, anchor="ls")
        edges = x + edges
        edges[0], edges[-1] = x + left, max(edges[-2] + 1, x + right + tracking * (len(word) - 1))
        edges[1:-1] = np.clip(edges[1:-1] - tracking / 2, edges[0], edges[-1])
        boxes = np.empty((len(word), 4, 2), np.float32)
        boxes[:, [0, 3], 0], boxes[:, [1, 2], 0] = edges[:-1, None], edges[1:, None]
        boxes[:, :2, 1], boxes[:, 2:, 1] = y + top, y + bottom
        self.texts.append(word)
        self.characters.append(boxes)

    def page(self, ground=None) -> Page:
        """The canvas over a ground (H, W, 3), as a Page."""
        image = np.asarray(self.image)
        page = Page(image[:, :, :3].copy() if ground is None else _over(ground, image))
        _add_words(page, self, self.characters)
        return page


def word_box(characters: np.ndarray) -> np.ndarray:
    """Character boxes (n, 4, 2) of one word -> the word's box (4, 2), from the first to the last.

    >>> one, two = [[0, 0], [4, 0], [4, 9], [0, 9]], [[4, 0], [8, 1], [8, 9], [4, 9]]
    >>> word_box(np.float32([one, two])).tolist()
    [[0.0, 0.0], [8.0, 1.0], [8.0, 9.0], [0.0, 9.0]]
    """
    return np.stack([characters[0, 0], characters[-1, 1], characters[-1, 2], characters[0, 3]])


def _add_words(page: Page, canvas: Canvas, characters) -> None:
    first = page.lines[-1] + 1 if page.lines else 0
    for text, boxes, line in zip(canvas.texts, characters, canvas.lines, strict=True):
        page.words.append(Word(text, None, word_box(boxes)))
        page.characters.append(boxes)
        page.lines.append(first + line)


def _over(ground: np.ndarray, rgba: np.ndarray) -> np.ndarray:
    alpha = rgba[:, :, 3:].astype(np.uint16)
    return ((ground * (255 - alpha) + rgba[:, :, :3] * alpha) // 255).astype(np.uint8)


def _inside(page: Page) -> Page:
    """Only what can be seen: characters whose center lies outside the picture leave their word."""
    height, width = page.image.shape[:2]
    seen = Page(page.image)
    for word, boxes, line in zip(page.words, page.characters, page.lines, strict=True):
        x, y = boxes.mean(axis=1).T
        keep = (x > 0) & (x < width) & (y > 0) & (y < height)
        if keep.any():
            text = "".join(c for c, k in zip(word.text, keep, strict=True) if k)
            seen.words.append(Word(text, None, word_box(boxes[keep])))
            seen.characters.append(boxes[keep])
            seen.lines.append(line)
    return seen


# --- layouts: each writes one canvas full ---------------------------------------------------------


def _scanned(rng, style, size, kind) -> Page:
    """A layout that fills the picture, as a scanner sees it: at most a little askew."""
    page = _layout(rng, style, size, kind).page()
    if style.hard and rng.random() < 0.4:
        angle = np.deg2rad(rng.normal(0, 1.2))
        (w, h), (c, s) = size, (np.cos(angle), np.sin(angle))
        matrix = np.array(
            [[c, -s, w / 2 * (1 - c) + h / 2 * s], [s, c, h / 2 * (1 - c) - w / 2 * s], [0, 0, 1]]
        )
        page = _warp_page(page, matrix)
    return page


def _layout(rng, style, size, kind) -> Canvas:
    light = not style.hard or rng.random() < (0.2 if kind in ("screen", "poster") else 0.95)
    paper = (
        random_color(rng)
        if not light
        else np.clip(rng.uniform(225, 260) + rng.normal(0, 6, 3), 0, 255)
    )
    canvas = Canvas(*size, paper, contrasting(rng, paper, 110 if style.hard else 160))
    {
        "document": _document,
        "form": _form,
        "receipt": _receipt,
        "poster": _poster,
        "screen": _screen,
    }[kind](rng, style, canvas)
    return canvas


def contrasting(rng, ground, contrast: float = 70) -> tuple[int, int, int]:
    """A color whose brightness differs from the ground's by at least `contrast`.

    >>> contrasting(np.random.default_rng(0), (255, 255, 255)) < (186, 186, 186)
    True
    """
    brightness = float(np.mean(ground))
    dark = brightness > contrast if rng.random() < 0.7 else brightness >= 255 - contrast
    low, high = (0, brightness - contrast) if dark else (brightness + contrast, 255)
    color = np.full(3, rng.uniform(max(0, low), max(1, high)))
    tint = random_color(rng) - color
    for strength in (0.8, 0.4, 0.0):
        tinted = color + strength * tint
        if abs(tinted.mean() - brightness) >= contrast - 1:
            break
    return tuple(int(v) for v in tinted)


def _document(rng, style, canvas) -> None:
    """A title and paragraphs in one to three columns, now and then a figure or a rule."""
    width, height = canvas.image.size
    size, margin = style.size(), int(width * rng.uniform(0.02, 0.08))
    y = margin
    if rng.random() < 0.6:
        title = style.font(size * rng.uniform(1.3, 2.4))
        y += title.size
        canvas.write_line(margin, y, [style.label() for _ in range(6)], title, right=width - margin)
        y += size
    columns = int(rng.integers(1, 4)) if size < 16 else 1
    column = (width - margin) / columns
    for number in range(columns):
        left = margin + number * column
        _paragraphs(rng, style, canvas, (left, y, left + column - margin, height - margin), size)


def _paragraphs(rng, style, canvas, area, size) -> None:
    left, y, right, bottom = area
    font, leading = style.font(size), size * rng.uniform(1.2, 1.8)
    gap = rng.uniform(1.0, 1.8) if style.hard else 1.0
    while y + leading < bottom:
        if style.hard and rng.random() < 0.07:
            y += (
                _figure(rng, canvas, (left, y, right, min(bottom, y + size * rng.uniform(2, 8))))
                + size
            )
        for _ in range(rng.integers(1, 9)):
            y += leading
            if y > bottom:
                break
            end = right if rng.random() < 0.8 else left + (right - left) * rng.uniform(0.2, 1)
            canvas.write_line(left, y, [style.word() for _ in range(30)], font, right=end, gap=gap)
            if style.hard and rng.random() < 0.03:
                canvas.draw.line([left, y + size * 0.25, right, y + size * 0.25], canvas.ink, 1)
        y += leading * rng.choice([0.0, 0.7, 1.5])
        if rng.random() < 0.2:
            font = style.font(size)


def _figure(rng, canvas, area) -> float:
    """A picture, a rule or a scribble in the text; returns its height."""
    left, top, right, bottom = (int(v) for v in area)
    if right - left < 12 or bottom - top < 12:
        return 0
    kind = rng.random()
    if kind < 0.5:
        right = int(left + (right - left) * rng.uniform(0.3, 1))
        picture = scene(rng, bottom - top, right - left)
        canvas.image.paste(Image.fromarray(picture), (left, top))
    elif kind < 0.75:
        _scribble(rng, canvas, area)
    else:
        canvas.draw.line([left, top, right, top], canvas.ink, int(rng.integers(1, 4)))
        return 2
    return bottom - top


def _scribble(rng, canvas, area) -> None:
    """A signature: a smooth random stroke."""
    left, top, right, bottom = area
    points = np.cumsum(rng.normal(0.3, 1, (40, 2)), axis=0)
    points = (points - points.min(0)) / (np.ptp(points, axis=0) + 1e-6)
    points = points * [min(right - left, 160), bottom - top] + [left, top]
    canvas.draw.line([tuple(p) for p in points], canvas.ink, int(rng.integers(1, 4)), joint="curve")


def _form(rng, style, canvas) -> None:
    """Rows of cells: labels and entries between rules, dotted leaders, boxes to tick."""
    width, height = canvas.image.size
    size, margin = style.size(9, 24), int(width * rng.uniform(0.02, 0.08))
    label_font, entry_font = style.font(size), style.font(size * rng.uniform(0.8, 1.2))
    heading = style.font(size * rng.uniform(1.2, 2.2))
    y = margin + heading.size
    canvas.write_line(
        rng.uniform(margin, width / 3),
        y,
        [style.label() for _ in range(4)],
        heading,
        right=width - margin,
    )
    ruled, row = rng.random() < 0.6, size * rng.uniform(1.5, 3)
    y += size
    while y + row < height - margin:
        cells = rng.integers(1, 5)
        edges = np.linspace(margin, width - margin, cells + 1)
        edges[1:-1] += rng.uniform(-0.25, 0.25, cells - 1) * (edges[1] - edges[0])
        for left, right in zip(edges[:-1], edges[1:], strict=True):
            if ruled:
                canvas.draw.rectangle([left, y, right, y + row], outline=canvas.ink)
            _cell(
                rng, style, canvas, (left + 4, y, right - 4, y + row * 0.7), label_font, entry_font
            )
        y += row
        if rng.random() < 0.12:
            y += (
                _figure(
                    rng, canvas, (margin, y + 4, width - margin, min(height - margin, y + 3 * row))
                )
                + 8
            )


def _cell(rng, style, canvas, area, label_font, entry_font) -> None:
    left, _, right, baseline = area
    if rng.random() < 0.2:
        side = int(label_font.size * 0.7)
        canvas.draw.rectangle([left, baseline - side, left + side, baseline], outline=canvas.ink)
        if rng.random() < 0.5:
            canvas.draw.line([left, baseline - side, left + side, baseline], canvas.ink, 2)
        left += side * 1.6
    labels = [style.label() for _ in range(rng.integers(0, 4))]
    left = canvas.write_line(left, baseline, labels, label_font, right=right)
    if rng.random() < 0.3 and right - left > 20:
        step = rng.choice([1, 3, 5])
        for x in np.arange(left, right, step):
            canvas.draw.point((x, baseline), canvas.ink)
    elif rng.random() < 0.7:
        entries = [style.word() for _ in range(rng.integers(1, 7))]
        canvas.write_line(
            left + label_font.size * rng.uniform(0, 1), baseline, entries, entry_font, right=right
        )


def _receipt(rng, style, canvas) -> None:
    """Goods on the left, prices on the right, rows of dashes between."""
    width, height = canvas.image.size
    size = style.size(11, 30)
    font, margin = style.font(size), int(width * rng.uniform(0.03, 0.2))
    y, leading = margin, size * rng.uniform(1.15, 1.7)
    while (y := y + leading) < height - margin / 2:
        kind = rng.random()
        if kind < 0.1:
            for x in np.arange(margin, width - margin, size * 0.6):
                canvas.draw.line([x, y - size * 0.3, x + size * 0.35, y - size * 0.3], canvas.ink)
        elif kind < 0.25:
            big = style.font(size * rng.uniform(1, 1.6))
            canvas.write_line(
                width * rng.uniform(0.15, 0.4),
                y,
                [style.label() for _ in range(3)],
                big,
                right=width - margin,
            )
        else:
            price = f"{rng.integers(0, 999)}.{rng.integers(0, 99):02d}"
            start = width - margin - font.getlength(price)
            words = [style.label() for _ in range(rng.integers(1, 5))]
            canvas.write_line(margin, y, words, font, right=start - size)
            canvas.write_line(start, y, [price], font)


def _poster(rng, style, canvas) -> None:
    """Few large lines, centered, each of its own size, color and font."""
    width, height = canvas.image.size
    paper = canvas.image.getpixel((0, 0))[:3]
    if rng.random() < 0.4:
        picture = scene(rng, int(height * rng.uniform(0.2, 0.5)), width)
        canvas.image.paste(Image.fromarray(picture), (0, 0))
        y = picture.shape[0]
    else:
        y = rng.uniform(0, height * 0.1)
    while y < height * 0.95:
        size = style.size(12, height / 5)
        y += size * rng.uniform(1.1, 1.6)
        if y > height - 4:
            break
        _display_line(rng, style, canvas, y, size, paper)


def _display_line(rng, style, canvas, y, size, paper) -> None:
    """A line of lettering with outline, shadow or spacing; smaller where it would not fit."""
    width = canvas.image.width
    words = [style.label() for _ in range(rng.integers(1, 5))]
    font = style.font(size)
    fits = min(1.0, width * 0.94 / max(1, font.getlength(" ".join(words))))
    font = load_font(Path(font.path), max(8, int(font.size * fits)))
    tracking = (
        int(font.size * rng.uniform(0.05, 0.4)) if rng.random() < 0.12 and not style.korean else 0
    )
    length = font.getlength(" ".join(words)) + tracking * sum(map(len, words))
    x = rng.choice([width * 0.03, (width - length) / 2])
    ink = contrasting(rng, paper, 60)
    effects = {}
    if rng.random() < 0.15:
        effects = {"shadow": tuple(int(v) for v in np.array(paper[:3]) * 0.4)}
    elif rng.random() < 0.15 and font.size > 24:
        effects = {"stroke": font.size // 24 + 1, "stroke_ink": contrasting(rng, ink, 80)}
    canvas.write_line(max(2, x), y, words, font, ink, right=width - 2, tracking=tracking, **effects)


def _screen(rng, style, canvas) -> None:
    """A program's window: bars, buttons, lists, icons."""
    width, height = canvas.image.size
    size = style.size(10, 26)
    font, y = style.font(size), 0.0
    while y < height - size * 2:
        row = size * rng.uniform(1.6, 3.5)
        color = random_color(rng)
        ink = contrasting(rng, color, 80)
        if rng.random() < 0.5:
            canvas.draw.rectangle([0, y, width, y + row], fill=tuple(color.astype(int)))
        else:
            ink = canvas.ink
        x = rng.uniform(4, 60)
        while x < width - size * 4:
            if rng.random() < 0.3:
                side = row * 0.5
                shape = canvas.draw.ellipse if rng.random() < 0.5 else canvas.draw.rectangle
                shape(
                    [x, y + row * 0.25, x + side, y + row * 0.25 + side],
                    fill=contrasting(rng, color, 40),
                )
                x += side * 1.4
            words = [style.label() for _ in range(rng.integers(1, 5))]
            x = canvas.write_line(
                x, y + row * 0.65, words, font, ink, right=width - 4
            ) + rng.uniform(10, 120)
        y += row + rng.choice([0, 1, size])


# --- photographs: canvases laid over pictures -----------------------------------------------------


def _photographed(rng, style, size, kind) -> Page:
    """A paper lying askew on a ground."""
    width, height = size
    canvas = _layout(
        rng, style, (int(width * rng.uniform(0.7, 1)), int(height * rng.uniform(0.7, 1))), kind
    )
    page = Page(scene(rng, height, width))
    _lay(
        rng,
        page,
        canvas,
        ((width - canvas.image.width) / 2, (height - canvas.image.height) / 2),
        0.06,
    )
    return page


def _street(rng, style, size) -> Page:
    """Signs, plates and lettering on a picture; none covers another."""
    width, height = size
    page = Page(scene(rng, height, width))
    taken: list[tuple] = []
    for _ in range(rng.integers(2, 13)):
        letters = style.size(7 if style.hard else 11, min(size) / 3)
        canvas = _sign(rng, style, letters, page.image, max_width=width * 0.95)
        w, h = canvas.image.size
        x, y = rng.uniform(0, max(1, width - w)), rng.uniform(0, max(1, height - h))
        area = (x - 8, y - 8, x + w + 8, y + h + 8)
        if not any(
            area[0] < t[2] and t[0] < area[2] and area[1] < t[3] and t[1] < area[3] for t in taken
        ):
            taken.append(area)
            _lay(rng, page, canvas, (x, y), 0.12, from_the_side=style.hard and rng.random() < 0.35)
    return page


def _sign(rng, style, letters, scenery, max_width) -> Canvas:
    """A plate with one to four lines, or lettering without a plate."""
    lines = [
        [style.label() for _ in range(rng.choice([1, 1, 2, 3]))]
        for _ in range(rng.choice([1, 1, 2, 3, 4]))
    ]
    font = style.font(letters)
    longest = max(font.getlength(" ".join(line)) for line in lines)
    font = load_font(Path(font.path), max(8, int(font.size * min(1, 0.8 * max_width / longest))))
    pad = font.size * rng.uniform(0.25, 0.8)
    spaced, widest = (0.25, 0.8) if style.hard else (0.15, 0.35)
    tracking = (
        int(font.size * rng.uniform(0.05, widest))
        if rng.random() < spaced and not style.korean
        else 0
    )
    leading = font.size * rng.uniform(1.1, 1.5)
    longest = max(font.getlength(" ".join(line)) + tracking * sum(map(len, line)) for line in lines)
    w, h = int(min(longest, max_width) + 2 * pad), int(leading * len(lines) + 2 * pad)
    plate = rng.random() < 0.65
    ground = random_color(rng) if plate else scenery.mean(axis=(0, 1))
    canvas = Canvas(w, h, ground if plate else None, contrasting(rng, ground, 55 if plate else 80))
    if plate:
        _decorate(rng, canvas, ground)
    effects = _effects(rng, canvas.ink, plate, font.size)
    middle = rng.random() < 0.6
    for number, line in enumerate(lines):
        length = font.getlength(" ".join(line)) + tracking * sum(map(len, line))
        x = max(pad, (w - length) / 2) if middle else pad
        baseline = pad + leading * (number + 0.8)
        canvas.write_line(x, baseline, line, font, right=w, tracking=tracking, **effects)
    return canvas


def _effects(rng, ink, plate, size) -> dict:
    kind = rng.random()
    if kind < 0.12 or (not plate and kind < 0.5 and size > 20):
        return {
            "stroke": max(1, int(size * rng.uniform(0.03, 0.08))),
            "stroke_ink": (*contrasting(rng, ink, 90), 255),
        }
    if kind < 0.3 and plate:
        return {"shadow": (*contrasting(rng, ink, 60), 255)}
    return {}


def _decorate(rng, canvas, ground) -> None:
    """A frame, a line or a grain on a plate."""
    w, h = canvas.image.size
    if rng.random() < 0.3:
        noise = value_noise(rng, h, w, 3, 5)[:, :, None] - 0.5
        pixels = np.clip(np.asarray(ground) + noise * rng.uniform(10, 60), 0, 255)
        canvas.image.paste(Image.fromarray(pixels.astype(np.uint8)), (0, 0))
    if rng.random() < 0.5:
        inset, color = int(rng.integers(0, max(2, h // 12))), (*contrasting(rng, ground, 40), 255)
        canvas.draw.rectangle(
            [inset, inset, w - 1 - inset, h - 1 - inset],
            outline=color,
            width=int(rng.integers(1, 4)),
        )


def _lay(rng, page: Page, canvas: Canvas, corner, strength: float, from_the_side=False) -> None:
    """Put a canvas onto the page: bent, shrunk at one side, turned, seen in perspective.

    from_the_side: as passers-by see a sign, narrow and with lines that rise or fall steeply.
    """
    import cv2

    rgba, bend = _bend(rng, np.asarray(canvas.image))
    h, w = rgba.shape[:2]
    flat = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    moved = flat + rng.normal(0, strength / 2, (4, 2)) * min(w, h)
    if from_the_side:
        moved[:, 0] = w / 2 + rng.uniform(0.4, 1.0) * (moved[:, 0] - w / 2)
        moved[:, 1] += rng.normal(0, 0.25) * (moved[:, 0] - w / 2)
    angle = np.deg2rad(rng.normal(0, 6) if strength > 0.1 else rng.normal(0, 2))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = (moved - [w / 2, h / 2]) @ turn + [w / 2, h / 2] + corner
    matrix = cv2.getPerspectiveTransform(flat, moved.astype(np.float32))
    low = np.maximum(np.floor(moved.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(moved.max(axis=0)) + 1, page.image.shape[1::-1]).astype(int)
    if (low < high).all():
        shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
        warped = cv2.warpPerspective(rgba, shift @ matrix, (high - low).tolist())
        part = np.s_[low[1] : high[1], low[0] : high[0]]
        page.image[part] = _over(page.image[part], warped)
    _add_words(page, canvas, [_project(bend(boxes), matrix) for boxes in canvas.characters])


def _bend(rng, rgba):
    """Sometimes an arc: columns shifted by a parabola. Returns image and mover of points."""
    import cv2

    h, w = rgba.shape[:2]
    if w < 3 * h or rng.random() > 0.25:
        return rgba, lambda boxes: boxes
    depth = rng.uniform(-0.35, 0.35) * h
    pad = int(abs(depth)) + 1
    padded = cv2.copyMakeBorder(
        rgba, pad, pad, 0, 0, cv2.BORDER_CONSTANT, value=(*rgba[0, 0, :3].tolist(), 0)
    )

    def shift(x):
        return depth * ((2 * x / w - 1) ** 2 - 0.5)

    y, x = np.mgrid[: h + 2 * pad, :w].astype(np.float32)
    bent = cv2.remap(padded, x, (y - shift(x)).astype(np.float32), cv2.INTER_LINEAR)

    def bend(boxes):
        moved = boxes.copy()
        moved[:, :, 1] += pad + shift(boxes[:, :, 0])
        return moved

    return bent, bend


def _project(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (n, 4, 2) through a homography (3, 3)."""
    points = np.concatenate([boxes, np.ones_like(boxes[:, :, :1])], axis=2) @ matrix.T
    return (points[:, :, :2] / points[:, :, 2:]).astype(np.float32)


def _warp_page(page: Page, matrix: np.ndarray) -> Page:
    import cv2

    height, width = page.image.shape[:2]
    image = cv2.warpPerspective(
        page.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    characters = [_project(boxes, matrix) for boxes in page.characters]
    words = [Word(w.text, None, word_box(b)) for w, b in zip(page.words, characters, strict=True)]
    return Page(image, words, characters, page.lines)


# --- what light, lens and file do to a picture -----------------------------------------------


def _light(rng, height, width) -> np.ndarray:
    """Uneven light and the shadow of a wall: a factor 0..1 for each pixel, shape (H, W, 1)."""
    import cv2

    light = np.ones((height, width), np.float32)
    if rng.random() < 0.5:
        light -= rng.uniform(0.1, 0.6) * value_noise(rng, height, width, int(rng.integers(1, 4)), 2)
    if rng.random() < 0.25:
        shadow = np.zeros((height, width), np.float32)
        corners = [[0, 0], [rng.uniform(0, width), 0], [rng.uniform(0, width), height], [0, height]]
        cv2.fillPoly(shadow, [np.int32(corners)], 1.0)
        light *= 1 - rng.uniform(0.2, 0.6) * cv2.GaussianBlur(shadow, (0, 0), rng.uniform(1, 12))
    return light[:, :, None]


def _degrade(rng, image: np.ndarray, hard: bool) -> np.ndarray:
    """Shadow, blur, loss of resolution, noise, JPEG: each now and then."""
    import cv2

    height, width = image.shape[:2]
    strength = 1.0 if hard else 0.25
    if hard:
        image = (image * _light(rng, height, width)).astype(np.uint8)
    if rng.random() < 0.3 * strength:
        factor = rng.uniform(0.3 if hard else 0.45, 0.9)
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=int(rng.choice([1, 2])))
    if rng.random() < 0.4 * strength:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.8 if hard else 1.3))
    if rng.random() < 0.6 * strength:
        noise = rng.standard_normal(
            (height, width, 1 if rng.random() < 0.7 else 3), dtype=np.float32
        )
        image = np.clip(image + noise * rng.uniform(2, 18 * strength + 2), 0, 255).astype(np.uint8)
    if rng.random() < 0.15 * strength:
        image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    if rng.random() < 0.5 * strength:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return image


# --- the course's own page sets -------------------------------------------------------------------

PAGE_SETS = {
    "documents": {"kinds": ("document", "form", "receipt"), "size": (800, 1000), "korean": 0.0},
    "signs": {"kinds": ("sign",), "size": (800, 600), "korean": 0.0},
    "korean": {"kinds": ("document",), "size": (800, 480), "korean": 1.0},
}


def build_pages(folder, pages: int = 12, seed: int = 7) -> None:
    """Write `folder`/documents, /signs and /korean: images/*.png and pages.json (notebooks 03, 08).

    Tesseract reads the Korean set best with `psm=6` (psm 3 takes Hangul for columns).
    pages.json: {"pages": [{"image", "width", "height", "words": [{"points", "text", "ignore"}]}]}.
    """
    for name, recipe in PAGE_SETS.items():
        target = Path(folder) / name
        (target / "images").mkdir(parents=True, exist_ok=True)
        entries = [_write_page(target, number, recipe, seed) for number in range(pages)]
        (target / "pages.json").write_text(
            json.dumps({"pages": entries}, ensure_ascii=False), encoding="utf-8"
        )


def _write_page(target: Path, number: int, recipe: dict, seed: int) -> dict:
    kind = recipe["kinds"][number % len(recipe["kinds"])]
    page = render_page(seed, number, kind, recipe["size"], recipe["korean"], hard=False)
    file = target / "images" / f"{number:02d}.png"
    Image.fromarray(page.image).save(file, compress_level=1)
    words = [
        {"points": word.polygon.astype(float).round(1).tolist(), "text": word.text, "ignore": False}
        for word in page.words
    ]
    return {
        "image": f"images/{file.name}",
        "width": recipe["size"][0],
        "height": recipe["size"][1],
        "words": words,
    }
