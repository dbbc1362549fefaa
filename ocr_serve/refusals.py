"""How a request is turned down: a status and one sentence, in the JSON of Google's services.

Source: https://cloud.google.com/apis/design/errors; Google's own clients understand it.
"""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ocr_utils.errors import OcrError

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
SENTENCES = {
    404: "There is nothing at this address: the page is at /, its description at /openapi.json.",
    405: "This address does not answer to {method}.",
}
UNEXPECTED = "Something unexpected went wrong here; the log of the server knows more."


def refusal(code: int, message: str, headers: dict | None = None) -> JSONResponse:
    """The answer to a request that is not served.

    >>> refusal(400, "The picture is empty.").body
    b'{"error":{"code":400,"message":"The picture is empty.","status":"INVALID_ARGUMENT"}}'
    """
    error = {"code": code, "message": message, "status": STATUS.get(code, "INVALID_ARGUMENT")}
    return JSONResponse({"error": error}, code, headers)


def install(app: FastAPI) -> None:
    """Every error of an application becomes such an answer."""

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException):
        sentence = SENTENCES.get(error.status_code, str(error.detail))
        return refusal(error.status_code, sentence.format(method=request.method), error.headers)

    @app.exception_handler(OcrError)
    async def refuse_picture(request: Request, error: OcrError):
        return refusal(400, str(error))

    @app.exception_handler(TimeoutError)
    async def refuse_late(request: Request, error: TimeoutError):
        message = "The server is busy and did not get to it in time: try again later."
        return refusal(503, message, {"Retry-After": "10"})

    @app.exception_handler(RequestValidationError)
    async def refuse_values(request: Request, error: RequestValidationError):
        first = error.errors()[0]
        return refusal(400, f"{first['loc'][-1]}: {first['msg']}.")

    @app.exception_handler(Exception)
    async def refuse_unexpected(request: Request, error: Exception):
        logging.getLogger("uvicorn.error").error("unexpected", exc_info=error)
        return refusal(500, UNEXPECTED)
