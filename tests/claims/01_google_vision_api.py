# %% after answer-first
assert len(annotations) == 52  # the question says 51 words
assert annotations[0].description.startswith("The town library\nOpen from 9 to 17")

# %% after answer-five
for annotation in annotations[1:6]:
    (x0, y0), (x1, _), (_, y2), _ = [(v.x, v.y) for v in annotation.bounding_poly.vertices]
    assert x0 < x1 and y0 < y2  # clockwise from the top left

# %% after confidence-none
assert {word.confidence for word in words_of(response)} == {0.0}

# %% after confidence-asked
assert len(confidences) == 51 and min(confidences) > 0.5

# %% after tree-walk
assert [len(block.paragraphs) for block in page.blocks] == [1, 2, 2]  # title, then two columns

# %% after error-inside
assert response.error.code == 3 and not response.text_annotations

# %% after take-home-try
assert [text for text, _, _ in read_words(path, client)] == [
    "".join(symbol.text for symbol in word.symbols)
    for word in words_of(client.text_detection(image=image))
]

# %% after side
plates = [
    google_vision.read(PHOTOGRAPHS / f"street_plate{kind}.jpg", client) for kind in ("", "_steep")
]
front, side = ({word.text for word in plate} for plate in plates)
assert {"Old", "Harbor", "Lantern", "Street"} <= front and not side & front

# %% after scan-read
assert any((word.confidence or 0) > 0.8 for word in scan_words)
assert min(scan_words, key=lambda word: word.confidence).text == "These"  # doubted, and right
assert not {"Let", "first"} & {word.text for word in scan_words}  # missing in the shadow

# %% after korean-read
assert {"도서관", "Library"} <= {word.text for word in words}
