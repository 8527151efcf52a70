"""What is known of a group: its choices, its members, and what was said there not long ago."""
