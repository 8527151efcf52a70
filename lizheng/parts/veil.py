"""Pseudonyms for people who must stay unknown, such as who reported somebody or how somebody voted.

`veil("reports/12345", user_id)` stands in a table in place of the QQ number; a command declared with `veiled=True`
leaves no trace of its author in what the kit itself writes. See `lizheng.base.veil` for the key.
"""

from lizheng.base.veil import LENGTH, unveil, veil, veiled_source

__all__ = ["LENGTH", "unveil", "veil", "veiled_source"]
