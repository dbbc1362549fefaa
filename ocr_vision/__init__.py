"""Answers as Google Cloud Vision gives them, made on this machine (lessons 01 and 09)."""
