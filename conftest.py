"""Loads the plugin of the option --alone."""

pytest_plugins = ["tests.alone_everywhere"]
