"""Bytes from outside: which addresses may be asked, getting a picture or file, keeping it."""
