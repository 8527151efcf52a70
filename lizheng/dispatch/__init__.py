"""From an event to the handlers that want it."""
