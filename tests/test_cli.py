"""What the command line refuses at once, with a sentence. What it does is tried in stories."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from zoom_bridge.cli import main

_A_CONFIGURATION = """
[web]
base_url = "https://events.example.org"
secret_key = "a secret of the tests, long enough for all"
[database]
url = "{url}"
[zoom]
account_id = "account"
client_id = "client"
client_secret = "client-secret"
webhook_secret = "webhook-secret"
[mail]
host = "mail.example.org"
sender = "events@example.org"
"""


@pytest.mark.parametrize("port", ["0", "65535", "-1", "web"])
def test_a_port_that_leaves_no_room_for_the_trial_is_refused(port: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["run", "--data", str(tmp_path / "data"), "--port", port])

    assert result.exit_code == 2
    assert "--port" in result.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("asked", "role"), [([], "owner"), (["--role", "reception"], "reception")])
def test_who_is_invited_gets_the_role_asked_for(asked: list[str], role: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(_A_CONFIGURATION.format(url=f"sqlite:///{tmp_path / 'bridge.db'}"), encoding="utf-8")
    invite = ["invite", "olga@example.org", "--name", "Olga Osterkamp", "--config", str(config)]

    upgraded = CliRunner().invoke(main, ["db", "upgrade", "--config", str(config)])
    invited = CliRunner().invoke(main, [*invite, *asked])

    assert (upgraded.exit_code, invited.exit_code) == (0, 0), upgraded.output + invited.output
    assert "https://events.example.org/sign-in/" in invited.output
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection:
        assert connection.execute("SELECT email, role FROM organisers").fetchall() == [("olga@example.org", role)]


def test_reports_of_zoom_are_replayed_from_a_file_once(tmp_path: Path) -> None:
    config, file = tmp_path / "config.toml", tmp_path / "zoom-reports.jsonl"
    config.write_text(_A_CONFIGURATION.format(url=f"sqlite:///{tmp_path / 'bridge.db'}"), encoding="utf-8")
    file.write_text('{"name": "webinar.started", "body": "{}"}\n', encoding="utf-8")
    CliRunner().invoke(main, ["db", "upgrade", "--config", str(config)])
    replay = ["replay", str(file), "--config", str(config)]

    said = [CliRunner().invoke(main, replay).output for _ in range(2)]
    file.write_bytes(b"\xff\xfe nonsense")
    refused = CliRunner().invoke(main, replay)

    assert "1 reports, 1 of them new" in said[0]
    assert "1 reports, 0 of them new" in said[1]
    assert refused.exit_code == 1
    assert "This is no file of reports from Zoom" in refused.output


def test_a_role_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["invite", "olga@example.org", "--name", "Olga", "--role", "king"])

    assert result.exit_code == 2
    assert "--role" in result.output


def test_the_doctor_names_every_mistake_in_a_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[web]\nbase_url = "events.example.org"\n', encoding="utf-8")

    result = CliRunner().invoke(main, ["doctor", "--config", str(config)], env={"LANG": "de_DE.UTF-8"})

    assert result.exit_code == 1
    for key in ("web.base_url", "web.secret_key", "zoom.client_secret"):
        assert f"✗ Konfiguration: {key}" in result.output


def test_the_doctor_finds_everything_down_within_its_time_and_tells_programs(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f"""
[web]
base_url = "http://127.0.0.1:1"
secret_key = "a secret of the tests, long enough for all"
[database]
url = "sqlite:///{tmp_path / "bridge.db"}"
[zoom]
oauth_url = "http://127.0.0.1:1"
api_url = "http://127.0.0.1:1/v2"
account_id = "account"
client_id = "client"
client_secret = "client-secret"
webhook_secret = "webhook-secret"
[mail]
host = "127.0.0.1"
port = 1
security = "none"
sender = "events@example.org"
""",
        encoding="utf-8",
    )

    result = CliRunner().invoke(main, ["doctor", "--config", str(config), "--json", "--language", "en"])

    bad = {check["id"] for check in json.loads(result.output)["checks"] if check["ok"] is False}
    assert (result.exit_code, bad) == (1, {"schema", "token", "webhook.delivery", "mail"})
    assert "secret" not in result.output.replace("webhook_secret", "").replace("client_secret", "")


def test_the_doctor_asks_for_a_configuration_where_no_trial_runs(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--data", str(tmp_path)])

    assert result.exit_code == 1
    assert "zoom-bridge run" in result.output
    assert "--config" in result.output


def test_a_backup_put_back_says_at_the_next_start_what_is_held(tmp_path: Path) -> None:
    config, backup, database = tmp_path / "config.toml", tmp_path / "backup.db", tmp_path / "bridge.db"
    config.write_text(_A_CONFIGURATION.format(url=f"sqlite:///{database}"), encoding="utf-8")
    whom = ["invite", "olga@example.org", "--name", "Olga Osterkamp"]

    def call(*words: str) -> str:
        result = CliRunner().invoke(main, [*words, "--config", str(config)])
        assert result.exit_code == 0, result.output
        return result.output

    call("db", "upgrade")
    copied = call("backup", str(backup))
    before = call(*whom)
    for file in tmp_path.glob("bridge.db*"):
        file.unlink()
    backup.rename(database)
    after, later = call(*whom), call(*whom)

    assert "is a copy" in copied
    assert "/organiser/settings/held" in after
    assert "held" not in before + later
    assert "0 letters are held" in call("db", "restored")


def test_a_backup_of_postgresql_is_left_to_its_own_program(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(_A_CONFIGURATION.format(url="postgresql://nobody@127.0.0.1:1/bridge"), encoding="utf-8")

    result = CliRunner().invoke(main, ["backup", str(tmp_path / "backup"), "--config", str(config)])

    assert result.exit_code == 1
    assert "pg_dump" in result.output
    assert "zoom-bridge db restored" in result.output


@pytest.mark.parametrize("command", ["serve", "work", "run"])
def test_without_an_address_and_a_good_secret_nothing_starts(command: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[web]\nsecret_key = "short"\n', encoding="utf-8")

    result = CliRunner().invoke(main, [command, "--config", str(config)])

    assert result.exit_code == 1
    assert "web.base_url" in result.output
    assert "web.secret_key" in result.output
    assert "short" not in result.output
