"""What was read, for other programs: JSON, TSV, hOCR, searchable PDF, and the command line."""
