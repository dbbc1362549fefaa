"""What /openapi.json says about bodies and answers that FastAPI cannot see in the code."""

from pydantic import BaseModel

PICTURE = {"type": "string", "format": "binary"}


class WordModel(BaseModel):
    """One word; points are its corners in pixels, clockwise from the text's own top left."""

    text: str
    confidence: float | None
    line: int
    points: list[tuple[float, float]]


class PageModel(BaseModel):
    """One picture, or one page of a TIFF file."""

    image: str
    width: int
    height: int
    text: str
    words: list[WordModel]


class Reading(BaseModel):
    """Everything that was read."""

    pages: list[PageModel]


class ClassModel(BaseModel):
    name: str
    probability: float


class Classes(BaseModel):
    """What may be in a picture, the likeliest first."""

    classes: list[ClassModel]


class Status(BaseModel):
    code: int
    message: str
    status: str


class Refusal(BaseModel):
    """Why a request is not answered."""

    error: Status


def _body(**content) -> dict:
    return {"requestBody": {"required": True, "content": content}}


_FORM = {"schema": {"type": "object", "properties": {"image": PICTURE}, "required": ["image"]}}
_REFUSED = {
    code: {"model": Refusal, "description": what}
    for code, what in {
        400: "No picture, or one that cannot be read",
        401: "The token is missing or wrong",
        408: "The picture took too long to arrive",
        413: "The request is too large",
        429: "Too many pictures are waiting; Retry-After says for how many seconds",
        503: "It took too long to read",
    }.items()
}
_OTHER_FORMATS = {
    kind: {"schema": {"type": "string"}}
    for kind in ("text/plain", "text/tab-separated-values", "application/xhtml+xml")
} | {"application/pdf": {"schema": PICTURE}}

_PICTURE = _body(**{"multipart/form-data": _FORM, "image/*": {"schema": PICTURE}})
READ = {
    "summary": "Read the text of a picture",
    "tags": ["reading"],
    "openapi_extra": _PICTURE,
    "responses": {200: {"model": Reading, "content": _OTHER_FORMATS}, **_REFUSED},
}
CLASSIFY = {
    "summary": "Say what is in a picture, among ten kinds of things (notebook 05)",
    "tags": ["classifying"],
    "openapi_extra": _PICTURE,
    "responses": _REFUSED,
}
ANNOTATE = {
    "summary": "Read as Google Cloud Vision does, in its own JSON",
    "description": "TEXT_DETECTION and DOCUMENT_TEXT_DETECTION, as described at "
    "https://cloud.google.com/vision/docs/reference/rest/v1/images/annotate.",
    "tags": ["reading"],
    "openapi_extra": _body(**{"application/json": {"schema": {"type": "object"}}}),
    "responses": {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
    | _REFUSED,
}
