"""HTTP as uvicorn speaks it, with two changes: who says nothing is cut off, errors are JSON."""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ocr_serve.refusals import refusal

HEADER_SECONDS = 10  # for the first line and the headers of a connection's first request


class PatientProtocol(H11Protocol):
    """A connection that has sent no whole request head after HEADER_SECONDS is closed."""

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self.loop.call_later(HEADER_SECONDS, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        answer = refusal(400, "This is not HTTP as this server understands it.")
        headers = [*answer.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=headers),
            h11.Data(data=answer.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
