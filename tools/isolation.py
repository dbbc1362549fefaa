"""What tests and `course.py refresh` put around the notebooks: no network, key, cache or GPU.

With it a notebook gives the same outputs on a bare laptop, on a server, and on the machine of
somebody who has keys and downloaded weights.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

NO_NETWORK = Path(__file__).resolve().parent / "no_network"
CREDENTIALS = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT")
NOWHERE = "http://127.0.0.1:9"  # a port that answers nobody: stops clients written in C, as gRPC


def enter() -> None:
    """Change this process and all that it starts."""
    empty = tempfile.mkdtemp(prefix="ocr-course-empty-")
    atexit.register(shutil.rmtree, empty, ignore_errors=True)
    for name in CREDENTIALS:
        os.environ.pop(name, None)
    os.environ.update(
        {
            "OCR_COURSE_DATA": "standin",
            "CLOUDSDK_CONFIG": empty,  # Google's default credentials
            "TF_USE_LEGACY_KERAS": "1",  # before any test imports TensorFlow: keras-ocr needs it
            "KERAS_HOME": empty,  # MNIST, CIFAR-10, ImageNet weights
            "KERAS_OCR_CACHE_DIR": empty,
            "CUDA_VISIBLE_DEVICES": "-1",
            "PYTHONPATH": os.pathsep.join(
                [str(NO_NETWORK), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
            "http_proxy": NOWHERE,
            "https_proxy": NOWHERE,
            "no_proxy": "127.0.0.1,localhost,::1",
        }
    )
    block_network_here()


def block_network_here() -> None:
    """The same guard in the process that is running already."""
    if str(NO_NETWORK) not in sys.path:
        sys.path.insert(0, str(NO_NETWORK))
        sys.modules.pop("sitecustomize", None)
        __import__("sitecustomize")
