"""The web application: its addresses, and how a request becomes an answer (notebook 09)."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from ocr_output.formats import Page, to_hocr, to_json, to_tsv
from ocr_serve import metrics, refusals, schema, vision_json
from ocr_serve.guard import Guard
from ocr_serve.reader import Reader
from ocr_serve.settings import Settings, from_environment
from ocr_serve.uploads import decoded, receive_picture
from ocr_utils.classifier import image_classification
from ocr_utils.end_to_end import DOUBTFUL
from ocr_utils.layout import to_text
from ocr_utils.paths import PHOTOGRAPHS

STATIC = Path(__file__).with_name("static")
EXAMPLE = PHOTOGRAPHS / "street_plate.jpg"
MEDIA = {
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "hocr": "application/xhtml+xml; charset=utf-8",
    "pdf": "application/pdf",
}


class Desk:
    """Where requests wait: a reader, its threads, and places for so many."""

    def __init__(self, reader: Reader, settings: Settings):
        self.reader, self.settings, self.taken, self.seconds = reader, settings, 0, 1.0

    async def run(self, function, *arguments):
        """function(*arguments, until=...) in one of the reader's threads; 429 without a place."""
        if self.taken >= self.settings.queue:
            later = str(min(60, max(1, round(self.seconds))))
            message = f"{self.taken} pictures are waiting here: try again in {later} seconds."
            raise HTTPException(429, message, {"Retry-After": later})
        self.taken += 1
        start = time.monotonic()
        until = start + self.settings.seconds
        try:
            job = asyncio.get_running_loop().run_in_executor(
                self.reader.threads, lambda: function(*arguments, until=until)
            )
            return await asyncio.wait_for(job, self.settings.seconds)
        finally:
            self.taken -= 1
            self.seconds += 0.1 * (time.monotonic() - start - self.seconds)


def create_app(settings: Settings | None = None, reader: Reader | None = None) -> FastAPI:
    """The application of one worker. reader: the course's own where not given."""
    settings = settings or from_environment()

    @contextlib.asynccontextmanager
    async def lifespan(app):
        own = reader or Reader(
            batch=settings.batch, wait=settings.wait, on_batch=metrics.count_batch
        )
        app.state.desk = Desk(own, settings)
        yield
        await asyncio.to_thread(own.close)

    app = FastAPI(
        title="The OCR course's reader",
        version="1",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, settings=settings)
    refusals.install(app)
    _add_page(app)
    _add_api(app)
    return app


def _add_page(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/", include_in_schema=False)
    async def page():
        return FileResponse(STATIC / "index.html")

    @app.get("/example.jpg", include_in_schema=False)
    async def example():
        return FileResponse(EXAMPLE)

    @app.get("/healthz", summary="Whether this server is ready", tags=["server"])
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/metrics", summary="Numbers for Prometheus", tags=["server"])
    async def numbers() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_api(app: FastAPI) -> None:
    @app.post("/v1/read", **schema.READ)
    async def read(
        request: Request,
        format: Annotated[Literal["json", "text", "tsv", "hocr", "pdf"], Query()] = "json",
        min_confidence: Annotated[float, Query(ge=0, le=1)] = DOUBTFUL,
    ) -> Response:
        data, name = await receive_picture(request)
        desk = request.app.state.desk
        answer = await desk.run(_read, desk.reader, data, name, format, min_confidence)
        return Response(answer, media_type=MEDIA[format])

    @app.post("/v1/classify", **schema.CLASSIFY)
    async def classify(request: Request) -> schema.Classes:
        data, _ = await receive_picture(request)
        return await request.app.state.desk.run(_classify, data)

    @app.post("/v1/images:annotate", **schema.ANNOTATE)
    async def annotate(request: Request) -> Response:
        body = await request.body()
        desk, numbers = request.app.state.desk, vision_json.wants_numbers(request.query_params)
        answer = await desk.run(vision_json.annotate, body, desk.reader.read, numbers)
        return JSONResponse(answer)


def _classify(data: bytes, until: float) -> dict:
    """What is in a picture: all classes, the likeliest first."""
    with decoded(data, until) as images:
        answers = image_classification(images[0])
    return {"classes": [{"name": name, "probability": value} for name, value in answers]}


def _read(reader: Reader, data: bytes, name: str, kind: str, sure: float, until: float):
    """One picture, from bytes to the body of the answer."""
    with decoded(data, until) as images:
        words = [reader.read(image, sure, until) for image in images]
        return _written(images, words, name, kind)


def _written(images: list, words: list[list], name: str, kind: str) -> str | bytes:
    """What was read on the pages of a picture, in one of the formats."""
    titles = [name if len(images) == 1 else f"{name}, page {n}" for n in range(1, len(images) + 1)]
    pages = [
        Page(title, image.shape[1], image.shape[0], found)
        for title, image, found in zip(titles, images, words, strict=True)
    ]
    if kind == "pdf":
        from ocr_output.searchable_pdf import to_pdf

        return to_pdf(images, words)
    if kind == "text":
        return "\n\n".join(to_text(page.words) for page in pages)
    return {"json": to_json, "tsv": to_tsv, "hocr": to_hocr}[kind](pages)
