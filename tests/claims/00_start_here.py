# %% after first-read
texts = [word.text for word in words]
assert {"MARLOW", "SONS", "TOTAL", "17.50"} <= set(texts)
assert set(texts) - {word.text for word in receipt_truth}  # the barcode was read

# %% after detect
assert 10 <= len(boxes) <= 30

# %% after recognize
sure = {answer.text: answer.confidence for answer in answers}
assert min(sure.values()) < 0.2  # the blurred name behind
assert sure["Hart"] > 0.8
assert {"Chowder", "KITCHENS", "NET"} <= {answer.text for answer in answers}

# %% after whose-table
blamed = {word.text: whose_mistake(word, boxes, answers) for word in can_truth}
assert {blamed[text] for text in ("READY", "IN", "5")} == {"detection"}
assert list(blamed.values()).count("right") >= 8
assert [text for text, step in blamed.items() if step == "recognition"] == ["400"]
assert "400g" in {answer.text for answer in answers}

# %% after engines
own, theirs = scores["the course's own"], scores["Tesseract"]
assert abs(theirs[1] - own[1]) < 0.15 and theirs[1] > 0.85  # the receipt: both good
assert own[2] > theirs[2] + 0.15 and own[3] > theirs[3] + 0.15  # glass and tin

# %% after own-limit
written = {word.text for word in load_photograph("chalk_menu")[1]}
right = [word.confidence for word in all_words if word.text in written]
wrong = [word.confidence for word in all_words if word.text not in written]
assert min(right) + 0.2 < max(wrong)  # no limit parts them
clean = next(limit for limit in np.arange(0, 1.01, 0.05) if limit > max(wrong))  # on the slider
assert sum(confidence < clean for confidence in right) >= 3  # right ones that go with the last
