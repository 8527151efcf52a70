"""Ready-made organs for plugins. One ships only with two plugins that use it."""
