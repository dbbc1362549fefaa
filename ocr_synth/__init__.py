"""Rendered words and pages: text whose truth is known, because our own code drew it."""
