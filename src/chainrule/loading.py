"""One thread at a time loads modules late, and no process is forked in the midst of it.

A child has only the thread that forked: a module that another thread was loading would stay locked
in it for ever.
"""

import os
from threading import RLock

LOADING = RLock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=LOADING.acquire, after_in_parent=LOADING.release, after_in_child=LOADING.release
    )
