# %% after first-read
texts = [word.text for word in words]
assert {"MARLOW", "SONS", "TOTAL", "17.50"} <= set(texts)
assert set(texts) - {word.text for word in receipt_truth}  # the barcode was read

# %% after detect
assert 10 <= len(boxes) <= 30

# %% after recognize
assert {"Chowder", "KITCHENS", "NET"} <= {answer.text for answer in answers}

# %% after whose-table
blamed = {word.text: whose_mistake(word, boxes, answers) for word in can_truth}
assert blamed["HADDOCK"] == "detection" and list(blamed.values()).count("right") >= 8

# %% after engines
own, theirs = scores["the course's own"], scores["Tesseract"]
assert abs(theirs[1] - own[1]) < 0.15 and theirs[1] > 0.85  # the receipt: both good
assert own[2] > theirs[2] + 0.15 and own[3] > theirs[3] + 0.15  # glass and tin

# %% after own-limit
assert 3 <= len(all_words) <= 20
