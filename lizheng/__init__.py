"""Lizheng's kit: what a plugin needs, on one page."""

__version__ = "0.1.0"
