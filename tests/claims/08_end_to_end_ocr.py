# %% after hmean-try
assert score.f1 > 0.75

# %% after straighten-all
upright = tried["street_plate_steep", "upright"]
straight = tried["street_plate_steep", "straightened"]
assert abs(sum(straight) - sum(upright)) <= 2  # little between the two

# %% after plate-first
as_it_is, plate_first = (
    metrics.word_f1(side_truth, end_to_end.read(picture, detector, recognizer)).f1
    for picture in (side, flat)
)
assert plate_first > as_it_is + 0.25 and plate_first > 0.8

# %% after read-crops
assert len(answers) == len(boxes)

# %% after order-columns
assert to_text(page).splitlines()[:3] == [line[:24].strip() for line in lines]

# %% after whole-read
assert all(word.confidence >= end_to_end.DOUBTFUL for word in words)
assert [word.text for word in words] == [word.text for word in reading_order(words)]
assert end_to_end.DOUBTFUL == 0.5 and end_to_end.MARGIN == 0.1

# %% after scores-parcel
assert metrics.word_f1(parcel_truth, words).f1 > 0.7

# %% after engines-run
assert f1["Tesseract", "typed_letter"] > 0.9 and f1["ours", "typed_letter"] > 0.9
assert f1["Tesseract", "receipt"] > 0.85 and f1["ours", "receipt"] > 0.8
for name in ("boarding_pass", "parcel_label", "shop_front", "bus_ticket"):
    assert f1["ours", name] > f1["Tesseract", name] + 0.1, name

# %% after weak-picture
assert "식당" not in " ".join(w.text for w in end_to_end.read(weak["korean_shop"][0]))

# %% after take-home-try
straightened = read_flat(PHOTOGRAPHS / "street_plate_steep.jpg", corners, psm=6)
assert "Lantern Street" in straightened
