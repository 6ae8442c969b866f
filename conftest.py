"""Loads the plugins of the options --alone and --share."""

pytest_plugins = ["tests.alone_everywhere", "tests.shares"]
