"""The contract between the kit and a plugin: what a feature declares, and what its handlers are given."""
