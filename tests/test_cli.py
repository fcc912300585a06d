"""What the command line refuses at once, with a sentence. What it does is tried in stories."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from zoom_bridge.cli import main


@pytest.mark.parametrize("port", ["0", "65535", "-1", "web"])
def test_a_port_that_leaves_no_room_for_the_trial_is_refused(port: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["run", "--data", str(tmp_path / "data"), "--port", port])

    assert result.exit_code == 2
    assert "--port" in result.output
    assert not (tmp_path / "data").exists()
