"""What a page is written with: its language, fonts, letter sizes, words and inks."""

import numpy as np

from ocr_synth.fonts import korean_font, load_font
from ocr_synth.text import lexicon, random_text
from ocr_synth.textures import random_color

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


class Style:
    """What a page is written with: language, fonts, words; hard pages mix and shrink them."""

    def __init__(self, rng, korean: bool, fonts, hard: bool):
        self.rng, self.korean, self.fonts, self.hard = rng, korean, fonts, hard

    def size(self, low: float = 9, high: float = 34) -> float:
        """A letter size in pixels: small ones more often than large ones."""
        low = low if self.hard else max(low, 26 if self.korean else 16)
        return float(np.exp(self.rng.uniform(np.log(low), np.log(max(low, high)))))

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
