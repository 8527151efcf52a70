"""Doing and deciding: acts on people, previews and decisions, undo, word to the superusers."""
