"""Where a virtual environment cannot be made, set-up says plainly what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "scripts" / "setup.sh"
TOO_OLD = "#!/bin/sh\nexit 1\n"
NO_ENSUREPIP = """\
#!/bin/sh
case "$2" in
*ensurepip*) exit 1 ;;
*print*) echo python3.11-venv ;;
esac
"""


@pytest.mark.parametrize(
    ("python", "told"),
    [(TOO_OLD, "needs Python 3.11 or newer"), (NO_ENSUREPIP, "apt-get install python3.11-venv")],
)
def test_says_what_to_install(tmp_path, python, told):
    """With no apt-get on the path, as for a user who may not install packages."""
    (tmp_path / "python3.11").write_text(python)
    (tmp_path / "python3.11").chmod(0o755)
    (tmp_path / "id").symlink_to("/usr/bin/id")
    run = subprocess.run(
        ["/bin/sh", SETUP, tmp_path / "venv", "requirements/dev.txt"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,  # it is to fail
    )
    assert run.returncode == 1
    assert told in run.stderr
    assert not (tmp_path / "venv").exists()
