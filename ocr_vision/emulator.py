"""A stand-in for Google Cloud Vision on this machine: same protocol, another reader (notebook 01).

It is a gRPC server on loopback that answers `BatchAnnotateImages` for TEXT_DETECTION and
DOCUMENT_TEXT_DETECTION with the messages of the public interface
(https://cloud.google.com/vision/docs/reference/rpc/google.cloud.vision.v1), so that the real
`google-cloud-vision` client talks to it unchanged. What differs from the real service: the reader
is Tesseract, or any other that is given; without a language hint it reads English; "end." is one
word and not two.
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor

from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_vision.response import from_hocr, from_words

SERVICE = "google.cloud.vision.v1.ImageAnnotator"
TEXT_DETECTION, DOCUMENT_TEXT_DETECTION = 5, 11  # Feature.Type
INVALID_ARGUMENT, DEADLINE_EXCEEDED = 3, 4  # google.rpc.Code
UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 12, 13, 14
MOST_IMAGES = 16  # in one request, as at the real service
OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.so_reuseport", 0),
]


def import_grpc():
    """The package grpc, told to keep its log lines off stderr before it loads.

    >>> import_grpc().__name__
    'grpc'
    """
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # Tesseract is started by forking
    import grpc

    return grpc


def start(refuse: tuple[str, str] | None = None, reader=None):
    """Start a server on a free loopback port -> (server, "127.0.0.1:PORT").

    It runs until `server.stop(0)`, or until nobody holds it any more.
    refuse: (name of a gRPC status, message) makes it turn every call down in that way,
    to see what a client does then.
    reader: what reads instead of Tesseract, any function from an image, (H, W, 3) uint8 RGB, to a
    list of `Word`, for instance `ocr_utils.read`.

    >>> server, address = start(refuse=("PERMISSION_DENIED", "billing is off"))
    >>> address.split(":")[0]
    '127.0.0.1'
    >>> _ = server.stop(0)
    """
    grpc = import_grpc()
    from google.cloud.vision_v1 import types

    def batch_annotate_images(request, context):
        if refuse:
            context.abort(grpc.StatusCode[refuse[0]], refuse[1])
        if len(request.requests) > MOST_IMAGES:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Too many images per request.")
        responses = [annotate(image, reader) for image in request.requests]
        return types.BatchAnnotateImagesResponse(responses=responses)

    handler = grpc.unary_unary_rpc_method_handler(
        batch_annotate_images,
        request_deserializer=types.BatchAnnotateImagesRequest.deserialize,
        response_serializer=types.BatchAnnotateImagesResponse.serialize,
    )
    server = grpc.server(ThreadPoolExecutor(max_workers=2), options=OPTIONS)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE, {"BatchAnnotateImages": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"


def connect(address: str):
    """The real ImageAnnotatorClient of google-cloud-vision, talking to a server at `address`.

    >>> type(connect("127.0.0.1:9")).__name__  # connects only when it is asked something
    'ImageAnnotatorClient'
    """
    grpc = import_grpc()
    from google.cloud import vision
    from google.cloud.vision_v1.services.image_annotator.transports import (
        ImageAnnotatorGrpcTransport,
    )

    channel = grpc.insecure_channel(address, options=OPTIONS)
    return vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))


@functools.cache
def shared_address() -> str:
    """The address of the one server that this process shares; it starts at the first call.

    >>> shared_address() == shared_address()
    True
    """
    server, address = start()
    _shared.append(server)  # a server that nobody holds stops
    return address


_shared: list = []


def annotate(request, reader=None, load=load_image) -> dict:
    """One AnnotateImageRequest, or what has its fields, -> those of its AnnotateImageResponse.

    reader: as of `start`. load: the bytes of an image -> its array, or OcrError.
    """
    kinds = {feature.type_ for feature in request.features}
    if not kinds:
        return _error(INVALID_ARGUMENT, "Request must specify image and features.")
    if kinds - {TEXT_DETECTION, DOCUMENT_TEXT_DETECTION}:
        return _error(
            UNIMPLEMENTED,
            "The local stand-in answers only TEXT_DETECTION and DOCUMENT_TEXT_DETECTION.",
        )
    if request.image.source.image_uri or request.image.source.gcs_image_uri:
        return _error(
            UNAVAILABLE,
            "We can not access the URL currently. Please download the content and pass it in.",
        )
    try:
        image = load(bytes(request.image.content))
    except OcrError:
        return _error(INVALID_ARGUMENT, "Bad image data.")
    return _read(image, request, reader)


def _read(image, request, reader) -> dict:
    size, confidences = image.shape[1::-1], _wants_confidence(request)
    try:
        if reader:
            return from_words(reader(image), size, confidences)
        from ocr_vision.tesseract_text import read_hocr, tesseract_languages

        languages = tesseract_languages(request.image_context.language_hints)
        return from_hocr(read_hocr(image, languages), size, confidences)
    except OcrError as error:
        return _error(INVALID_ARGUMENT, str(error))
    except TimeoutError:
        return _error(DEADLINE_EXCEEDED, "The image was not read in time.")
    except Exception as error:  # of somebody's reader: the other images are answered all the same
        return _error(INTERNAL, f"{type(error).__name__}: {error}")


def _error(code: int, message: str) -> dict:
    return {"error": {"code": code, "message": message}}


def _wants_confidence(request) -> bool:
    """TEXT_DETECTION gives confidences only where TextDetectionParams ask for them."""
    params = request.image_context.text_detection_params
    return params.enable_text_detection_confidence_score or DOCUMENT_TEXT_DETECTION in {
        feature.type_ for feature in request.features
    }
