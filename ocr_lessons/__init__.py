"""What stands around a lesson and reads nothing: set-up, plots, own photographs, the checks."""
