"""Checks of the exercises, one module a notebook; the frame is in `exercise`."""
