"""Feeds: which addresses may be asked, getting them within limits, reading and choosing what they say."""
