"""Addresses on the network, and calls that must not wait for ever."""

import os
import threading
import urllib.parse
from concurrent.futures import Future


def may_download() -> bool:
    """Whether the course may look for real data and weights in caches and on the network."""
    return os.environ.get("OCR_COURSE_DATA", "") == ""


def within(seconds: float, function, *arguments):
    """The result of a call that may block; TimeoutError when it has not come after `seconds`.

    The call goes on in a thread of its own, which does not keep the program alive.

    >>> within(5, sorted, "OCR")
    ['C', 'O', 'R']
    """
    future: Future = Future()

    def run():
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        if future.done():  # its own, for instance that of a socket
            raise
        raise TimeoutError(f"no end after {seconds:g} seconds") from None


def open_address(address: str, seconds: float):
    """The answer of an http(s) address, its headers complete within `seconds`."""
    import urllib.request

    request = urllib.request.Request(
        ascii_address(address), headers={"User-Agent": "ocr-course/1.0"}
    )
    return within(seconds, urllib.request.urlopen, request, None, seconds)


def ascii_address(address: str) -> str:
    """An address as it is sent: other letters than ASCII percent-encoded, a host's in IDNA.

    >>> ascii_address("https://example.org/간판 1.jpg?q=한%20글")
    'https://example.org/%EA%B0%84%ED%8C%90%201.jpg?q=%ED%95%9C%20%EA%B8%80'
    >>> ascii_address("http://한글.kr:80/a")
    'http://xn--bj0bj06e.kr:80/a'
    """
    parts = urllib.parse.urlsplit(address)
    host = parts.netloc
    if not host.isascii():
        host = host.encode("idna").decode()
    quoted = [urllib.parse.quote(part, safe="/%:=&?~+!$,;'@()*[]-._") for part in parts[2:]]
    return urllib.parse.urlunsplit((parts.scheme, host, *quoted))
