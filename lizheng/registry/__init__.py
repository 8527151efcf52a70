"""Which features, commands, switches and settings there are, and who may use them."""
