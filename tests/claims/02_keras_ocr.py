# %% after import
assert tf.keras.Model.__module__.startswith("tf_keras") and keras.__version__.startswith("3")

# %% after pipeline
assert isinstance(pipeline, keras_ocr.pipeline.Pipeline)
assert "keras-ocr's" in networks

# %% after read
assert all(image.dtype == "uint8" and image.shape == (960, 1280, 3) for image in images)
texts = [{text.lower() for text, _ in prediction} for prediction in predictions]
assert {"baked", "here", "every", "since"} <= texts[0]
assert {"old", "harbor", "lantern", "street", "1788"} <= texts[1]

# %% after own-photo
assert len(own_words) > 15

# %% after proportions
assert 0.6 < wider < 0.85 and max(ratios) > 10 * min(ratios) and max(ratios) < 12.25

# %% after gaussian
assert hill[65, 65] == 1 and abs(hill[65, 115] - np.exp(-2.5)) < 1e-9

# %% after show-maps
from ocr_utils.craft_maps import score_maps

np.testing.assert_allclose(maps, score_maps(characters, *photo.shape[:2]), atol=0.03)

# %% after islands
islands = [
    cv2.connectedComponents((score > 0.5).astype(np.uint8), connectivity=4)[0] - 1
    for score in (region, region + affinity)
]
assert islands == [sum(map(len, characters)), len(characters)]

# %% after boxes-try
from ocr_utils.craft_maps import find_boxes as packaged

np.testing.assert_allclose(boxes_from(maps), packaged(maps), atol=1e-3)
np.testing.assert_allclose(
    boxes_from(detector_maps := maps * 0.9, 0.3, 0.7), packaged(detector_maps, 0.3, 0.7), atol=1e-3
)

# %% after iou
assert score.matched == score.truth == 9 and score.found == 10 == len(characters)

# %% after networks
assert craft.model.count_params() == 20_780_770 > 15 * detector.model.count_params()


# %% after scale
def brightest(maps, text, scale):
    left, top, right, bottom = next(w.bounds for w in neon_words if w.text == text)
    y0, y1, x0, x1 = (int(value * scale / 2) for value in (top, bottom, left, right))
    return np.quantile(maps[y0:y1, x0:x1, 0], 0.9)


third = detector.maps(neon, scale=1 / 3)
for text in ("FISH", "BAR"):
    assert brightest(third, text, 1 / 3) > 0.5 > brightest(neon_maps, text, 1)
assert brightest(neon_maps, "LARKHAVEN", 1) > 0.5
neon_page = next(page for page in pages if page["image"] == "neon_sign.jpg")
fish, bar = (np.array(word["characters"]) for word in neon_page["words"][:2])
assert 170 < np.ptp(np.concatenate([fish, bar])[..., 1], axis=1).min() < 210  # pixels tall
hills = [
    third[int(y0) : int(y1), int(x0) : int(x1), 0].max()
    for (x0, y0), (x1, y1) in zip(
        np.concatenate([fish, bar]).min(1) / 6, np.concatenate([fish, bar]).max(1) / 6, strict=True
    )
]
assert [letter for letter, hill in zip("FISHBAR", hills, strict=True) if hill < 0.5] == ["I"]

# %% after weak-try
assert (text, found, confidence) == ("1921", 4, 1)
large = crop_words(photo, [bakery["MARLOW"]], margin=0.5)[0]
large_hills = cv2.connectedComponents((detector.maps(large)[..., 0] > 0.6).astype(np.uint8))[0] - 1
assert abs(large_hills - 6) >= 2  # comes out badly

# %% after thresholds
numbers = [len(keras_ocr.detection.getBoxes(bakery_maps[None], **one)[0]) for one in settings]
assert numbers[0] <= numbers[1] < numbers[2] and numbers[2] > 20  # torn

# %% after curve
bakery_scores = {
    threshold: box_hmean(
        shop_truth, [Word("", None, box) for box in find_boxes(bakery_maps, threshold) * 2]
    ).f1
    for threshold in (0.1, 0.5, 0.9)
}
assert bakery_scores[0.5] > 0.95 > bakery_scores[0.1] and bakery_scores[0.9] < 0.5

curves = {}
for name in ("shop_front", "chalk_menu", "poster", "street_plate"):
    image, words = load_photograph(name)
    painted = detector.maps(image)
    curves[name] = [
        box_hmean(words, [Word("", None, box) for box in find_boxes(painted, threshold) * 2]).f1
        for threshold in thresholds
    ]
assert all(min(curve[3:7]) > 0.7 * max(curve) for curve in curves.values())
best = {name: round(thresholds[np.argmax(curve)], 1) for name, curve in curves.items()}
assert best["shop_front"] == 0.5 and best["chalk_menu"] == 0.7

# %% after move-still
pieces = {
    threshold: [
        sum(
            left <= box[:, 0].mean() <= right and top <= box[:, 1].mean() <= bottom
            for box in find_boxes(bakery_maps, threshold) * 2
        )
        for left, top, right, bottom in (word.bounds for word in shop_truth)
    ]
    for threshold in (0.4, 0.5, 0.6, 0.65, 0.7)
}
by_text = [word.text for word in shop_truth]
assert {by_text[i] for i, n in enumerate(pieces[0.4]) if n == 0} == {"SONS", "HERE", "EVERY"}
assert pieces[0.5] == pieces[0.6] == [1] * 9
assert {by_text[i] for i, n in enumerate(pieces[0.65]) if n > 1} == {"MORNING"}
assert {by_text[i] for i, n in enumerate(pieces[0.7]) if n > 1} == {"MARLOW", "MORNING"}
assert len(find_boxes(bakery_maps, 0.1)) < 9 == len(find_boxes(bakery_maps, 0.5))
assert len(find_boxes(bakery_maps, 0.9)) > 15

# %% after move
from ocr_utils import craft_maps
from ocr_utils.detector import load_detector

chosen = load_detector().card["options"]
assert chosen["threshold"] == 0.6 and chosen["gap"] == 0.7 and craft_maps.APART == 1.3
left, top, right, bottom = next(word.bounds for word in shop_truth if word.text == "MORNING")
assert 1 == sum(
    left <= box[:, 0].mean() <= right and top <= box[:, 1].mean() <= bottom
    for box in find_boxes(bakery_maps, **chosen) * 2
)

# %% after alphabets
assert len(official) == 36 and not set(hangul) & set(official) and len(hangul) > 30

# %% after korean-read
assert score.matched >= 15
assert not {c for word in answer for c in word.text} - set(in_use)  # it cannot leave its alphabet

# %% after own-alphabet
assert outputs == len(alphabet) + 1
assert [alphabet[number] for number in (alphabet.index("식"), alphabet.index("당"))] == ["식", "당"]

# %% after take-home-try
assert {"Lantern", "Street"} <= {text.title() for text, _ in read_words(
    PHOTOGRAPHS / "street_plate.jpg", pipeline
)}  # fmt: skip
