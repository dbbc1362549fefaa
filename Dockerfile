# The reader as a web service (notebook 09): docker build -t ocr-serve . ; see compose.yaml.
FROM python:3.12-slim

WORKDIR /course
COPY ocr_serve/requirements.txt ocr_serve/requirements.txt
RUN pip install --no-cache-dir --requirement ocr_serve/requirements.txt \
    && useradd --uid 10001 --no-create-home reader

COPY ocr_utils ocr_utils
COPY ocr_data ocr_data
COPY ocr_output ocr_output
COPY ocr_vision ocr_vision
COPY ocr_synth ocr_synth
COPY ocr_serve ocr_serve
COPY data/language_model.npz data/language_model.npz
COPY data/photographs/street_plate.jpg data/photographs/street_plate.jpg
COPY data/weights/*.json data/weights/*.onnx data/weights/

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "ocr_serve", "--host", "0.0.0.0"]
