"""The course's data: getting, making, storing and checking it. Nothing here reads text."""
