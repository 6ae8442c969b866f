"""Locks that a forked child process can take: it has a copy of each lock, and not the threads that may hold it.

>>> lock = global_lock()
>>> with lock, lock:
...     "taken twice by one thread"
'taken twice by one thread'
"""

from __future__ import annotations

import os
import threading
from typing import Any


def global_lock() -> Any:
    """A re-entrant lock for a module: a fork waits until no other thread holds it, so that what it guards is whole."""
    lock = threading.RLock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock
