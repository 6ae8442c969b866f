"""Loads the plugin that runs every generated program alone."""

pytest_plugins = ["tests.alone_everywhere"]
