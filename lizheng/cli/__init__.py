"""What developers and owners run from a shell."""
