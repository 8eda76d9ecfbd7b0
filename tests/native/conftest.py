import os
import shutil
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def cmake() -> str:
    """CMake: that of the virtual environment, or the system's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("cmake", path=path)
    if not found:
        pytest.skip("there is no cmake")
    return found
