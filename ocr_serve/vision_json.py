"""Cloud Vision's REST interface: `POST /v1/images:annotate`, in its own JSON (notebooks 01, 09).

Source: https://cloud.google.com/vision/docs/reference/rest/v1/images/annotate. Answers are those of
`ocr_vision.emulator`, written as protocol buffers are in JSON
(https://protobuf.dev/programming-guides/json): camelCase, names of enums, zeros left out.
"""

import base64
import binascii
import contextlib
import time
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from ocr_serve.uploads import decoded
from ocr_utils.errors import OcrError
from ocr_vision import emulator

FEATURES = {
    "TYPE_UNSPECIFIED": 0,
    "FACE_DETECTION": 1,
    "LANDMARK_DETECTION": 2,
    "LOGO_DETECTION": 3,
    "LABEL_DETECTION": 4,
    "TEXT_DETECTION": 5,
    "SAFE_SEARCH_DETECTION": 6,
    "IMAGE_PROPERTIES": 7,
    "CROP_HINTS": 9,
    "WEB_DETECTION": 10,
    "DOCUMENT_TEXT_DETECTION": 11,
    "PRODUCT_SEARCH": 12,
    "OBJECT_LOCALIZATION": 19,
}
BREAKS = {1: "SPACE", 2: "SURE_SPACE", 3: "EOL_SURE_SPACE", 4: "HYPHEN", 5: "LINE_BREAK"}
BLOCKS = {1: "TEXT", 2: "TABLE", 3: "PICTURE", 4: "RULER", 5: "BARCODE"}


class Message(BaseModel):
    """A protocol buffer in JSON: names in camelCase or as they are; nothing unknown."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Feature(Message):
    type_: int = Field(0, alias="type")
    max_results: int = 0
    model: str = ""

    @field_validator("type_", mode="before")
    @classmethod
    def number(cls, value):
        code = FEATURES.get(value) if isinstance(value, str) else value
        if code not in list(FEATURES.values()):
            raise ValueError(f"{value!r} is no type of feature")
        return code


class Source(Message):
    image_uri: str = ""
    gcs_image_uri: str = ""


class Picture(Message):
    content: bytes = b""
    source: Source = Source()

    @field_validator("content", mode="before")
    @classmethod
    def decode(cls, value):
        """Both alphabets of base64, with padding or without."""
        try:
            text = value.translate(str.maketrans("-_", "+/")).rstrip("=")
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (AttributeError, binascii.Error, ValueError):
            raise ValueError("Base64 decoding failed") from None


class TextParameters(Message):
    enable_text_detection_confidence_score: bool = False
    advanced_ocr_options: list[str] = []


class Context(Message):
    model_config = ConfigDict(extra="ignore")  # crop hints and others, which are for other features
    language_hints: list[str] = []
    text_detection_params: TextParameters = TextParameters()


class Annotation(Message):
    image: Picture = Picture()
    features: list[Feature] = []
    image_context: Context = Context()


class Batch(Message):
    requests: list[Annotation] = []
    parent: str = ""
    labels: dict[str, str] = {}


def annotate(body: bytes, read, numbers: bool, until: float) -> dict[str, Any]:
    """A BatchAnnotateImagesRequest as JSON -> the fields of its response.

    read(image, until=...) -> list of Words. numbers: write enums as numbers, as Google's Python
    client asks for. Raises OcrError for what is no such request.
    """
    try:
        batch = Batch.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise OcrError(f"Invalid JSON payload received, at {place}: {first['msg']}.") from None
    if len(batch.requests) > emulator.MOST_IMAGES:
        raise OcrError("Too many images per request.")

    def reader(image):
        return read(image, until=until)

    responses = []
    for request in batch.requests:
        if time.monotonic() > until:
            raise TimeoutError
        with contextlib.ExitStack() as held:
            answer = emulator.annotate(
                request, reader, lambda data, held=held: held.enter_context(decoded(data, until))[0]
            )
        responses.append(to_rest(answer, numbers))
    return {"responses": responses}


def to_rest(value, numbers: bool = False):
    """The fields of a message, as the emulator names them, -> its JSON.

    >>> to_rest({"bounding_poly": {"vertices": [{"x": 0, "y": 7}]}, "type_": 1})
    {'boundingPoly': {'vertices': [{'y': 7}]}, 'type': 'SPACE'}
    """
    if isinstance(value, list):
        return [to_rest(one, numbers) for one in value]
    if not isinstance(value, dict):
        return value
    names = {} if numbers else {"type_": BREAKS, "block_type": BLOCKS}
    return {
        to_camel(key.rstrip("_")): names[key][one] if key in names else to_rest(one, numbers)
        for key, one in value.items()
        if one or isinstance(one, dict)
    }


def wants_numbers(query) -> bool:
    """Whether `$alt=json;enum-encoding=int` is asked for."""
    return "enum-encoding=int" in query.get("$alt", "")
