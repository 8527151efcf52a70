"""The composition root, and what one process does for itself."""
