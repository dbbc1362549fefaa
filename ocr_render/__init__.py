"""Photographs that nobody took: a path tracer lights words whose place is known.

    python -m ocr_render receipt --out photographs

A scene (`ocr_render.scenes`) is a `Stage`: shapes, lights, a camera and words. `render` traces it
with Mitsuba 3, `phone` develops it as a phone would, `truth` says where every character is.
All lengths are millimeters. Nothing but `render` needs Mitsuba.
"""
