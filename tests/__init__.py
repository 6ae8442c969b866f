"""Tests. What is compiled in them is kept in a folder of their own, for as long as they run."""

import atexit
import os
import shutil
import tempfile

if "S2SAD_CACHE_DIR" not in os.environ:
    os.environ["S2SAD_CACHE_DIR"] = tempfile.mkdtemp(prefix="s2sad-tests-")
    atexit.register(shutil.rmtree, os.environ["S2SAD_CACHE_DIR"], ignore_errors=True)
