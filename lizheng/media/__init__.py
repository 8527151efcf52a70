"""Bytes that strangers sent: read where they can do no harm."""
