# %% after version
assert pytesseract.get_tesseract_version().major >= 4

# %% after receipt-string
receipt_text = pytesseract.image_to_string(receipt)
assert all(part in receipt_text for part in ("MARLOW", "TOTAL 17.50", "Lantern Festival!"))
assert len(set(receipt_text.split()) - {word.text for word in receipt_words}) >= 1  # the barcode

# %% after data-call
assert data["level"].count(1) == 1 and data["level"].count(5) > 45

# %% after words-from-data
assert [word.text for word in words_from(data)][:3] == ["MARLOW", "&", "SONS"]

# %% after receipt-reading
assert [word.text for word in found] == [word.text for word in words_from(data)]
assert [word.box for word in found] == [word.box for word in words_from(data)]

# %% after psm-receipt
block = pytesseract.image_to_string(receipt, config="--psm 6").split()
assert len(set(block) - {word.text for word in receipt_words}) > 20  # it reads the wood

# %% after psm-order
errors = {psm: cer(columns_truth, text_of(tesseract.read(columns, psm=psm))) for psm in (3, 6)}
assert errors[3] < 0.01 and errors[6] > 0.5

# %% after five-table
error_of = {
    (name, psm): table[row, column]
    for row, name in enumerate(samples)
    for column, psm in enumerate(MODES)
}
assert error_of["columns", 3] < 0.01 and min(table[0, 1:]) > 0.5
assert error_of["letter", 3] == error_of["letter", 11] == 1  # lost by the modes with a layout
assert error_of["letter", 7] == error_of["letter", 10] == 0
assert np.mean(table[1:3] < 0.2) > 0.6  # line and word are easy for most modes
assert np.sum(table[4] < 0.05) >= 3  # several modes read the poster
assert error_of["word", 7] <= error_of["word", 8]

# %% after plates
assert "Lantern" in pytesseract.image_to_string(front, config="--psm 11")
assert "Lantern" not in pytesseract.image_to_string(side, config="--psm 11")

# %% after straighten-try
straight_text = pytesseract.image_to_string(plate, config="--psm 6")
assert all(word in straight_text for word in ("Old", "Harbor", "Lantern", "Street", "1788"))

# %% after scan
assert 0.25 < scores["scan"] < 0.45

# %% after binarize
assert scores["binarized"] > scores["scan"] - 0.05

# %% after flat
assert scores["background removed"] < 0.02 and scores["... then binarized"] < 0.05

# %% after scale-try
assert scores["half the size"] > 0.7 and scores["... scaled up again"] < 0.15

# %% after crop-try
from ocr_utils import tesseract as packaged

paths = packaged.crop_word_regions(folder / "page.png", folder / "again")
assert len(crop_paths) == len(paths) == len(written_words := truth.split()) == 43
for mine, theirs in zip(crop_paths, paths, strict=True):
    assert (np.asarray(Image.open(mine)) == np.asarray(Image.open(theirs))).all()

# %% after recognize-try
assert 20 <= count_right(texts) <= 40

# %% after margin-try
assert count_right(texts_with_margin) >= 40 > count_right(texts)
assert texts_with_margin == tesseract.recognize_images(crop_paths)

# %% after korean-read
readings = {lang: text_of(tesseract.read(sign, lang=lang, psm=6)) for lang in ("kor", "eng")}
assert cer(" ".join(KOREAN), readings["kor"]) < 0.05 < 0.7 < cer(" ".join(KOREAN), readings["eng"])

# %% after korean-mixed
gates = {lang: text_of(tesseract.read(mixed, lang=lang, psm=6)) for lang in ("kor", "kor+eng")}
assert "Platform" in gates["kor+eng"] and "Platform" not in gates["kor"]

# %% after korean-rows
assert table["level"].count(5) > len(tesseract.read(sign, lang="kor", psm=6)) == 16

# %% after doubtful
mistakes = [word.text not in truth.split() for word in doubtful]
assert any(mistakes) and not all(mistakes)

# %% after noise
assert np.mean(right) > np.mean(wrong) + 0.2 and len(wrong) > 20
assert 0.5 < min(right) < 0.9 < max(wrong)  # 0.5 costs nothing, 0.9 leaves noise

# %% after levels
words_with_text = [text for text in data["text"] if text.strip()]
assert data["level"].count(5) == len(words_with_text) + 1  # the block without a text
assert len(rows) == len(words_with_text)
lines = [
    (data["block_num"][i], data["line_num"][i])
    for i, text in enumerate(data["text"])
    if text in ("TOTAL", "17.50")
]
assert len(words_with_text) > 45 and len(lines) == 2 and lines[0] == lines[1]

# %% after whitelist
assert "LH4" in pytesseract.image_to_string(code, config="--psm 7")
assert not any(letter in texts[1] for letter in "LHQE")  # forced into digits
assert "17.50" in pytesseract.image_to_string(total, config="--psm 7")

# %% after take-home-try
assert [text for text, _, _ in read_words(PHOTOGRAPHS / "receipt.jpg", least=0)] == [
    word.text for word in found
]
