"""What stands before every request: who may ask, how much and how slowly it may send; and counts.

An ASGI middleware; the interface is described at https://asgi.readthedocs.io.
"""

import asyncio
import hmac
import time
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

from ocr_serve import metrics
from ocr_serve.refusals import refusal
from ocr_serve.settings import Settings

OPEN = ("/", "/healthz", "/openapi.json", "/example.jpg", "/static/")  # without a token
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class Guard:
    """Wraps an ASGI application; a refused request never reaches it."""

    def __init__(self, app, settings: Settings):
        self.app, self.settings = app, settings
        self.most_bytes = int(settings.megabytes * 1e6)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start, headers = time.perf_counter(), dict(scope["headers"])
        status = 0

        async def send_guarded(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", []), *RAW_HEADERS]}
            await send(message)

        try:
            app = self._refuse(scope, headers) or self.app
            await app(scope, self._limited(receive), send_guarded)
        finally:
            metrics.count(scope, status, time.perf_counter() - start)

    def _refuse(self, scope, headers: dict):
        """The answer to a request that is refused before it is read, or None."""
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.most_bytes:
            return refusal(413, self._too_large())
        if self.settings.token and not _is_open(scope["path"]):
            given = _token(scope, headers)
            if not hmac.compare_digest(given.encode(), self.settings.token.encode()):
                sentence = "Send the server's token in the header `Authorization: Bearer TOKEN`."
                return refusal(401, sentence, {"WWW-Authenticate": "Bearer"})
        return None

    def _limited(self, receive):
        """Receive, until there are too many bytes or too few for too long."""
        got, until = 0, asyncio.get_running_loop().time() + self.settings.upload_seconds
        complete = False

        async def receive_limited():
            nonlocal got, complete
            if complete:  # only the end of the connection can still come
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                sentence = f"It took more than {self.settings.upload_seconds:g} seconds to arrive."
                raise HTTPException(408, sentence, {"Connection": "close"}) from None
            got += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if got > self.most_bytes:
                raise HTTPException(413, self._too_large())
            return message

        return receive_limited

    def _too_large(self) -> str:
        return f"The request is larger than {self.settings.megabytes:g} MB: send a smaller picture."


def _is_open(path: str) -> bool:
    return path in OPEN[:-1] or path.startswith(OPEN[-1])


def _token(scope, headers: dict) -> str:
    """As clients of Google's services send it: a bearer token, or else an API key."""
    kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    key = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
    return headers.get(b"x-goog-api-key", b"").decode("latin-1") or key
