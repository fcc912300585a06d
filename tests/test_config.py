"""Configuration: what is read, what wins, and how mistakes are told."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from zoom_bridge.config import ConfigError, Settings, load_settings, settings_from

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
REQUIRED = {
    "web.base_url",
    "web.secret_key",
    "database.url",
    "zoom.account_id",
    "zoom.client_id",
    "zoom.client_secret",
    "zoom.webhook_secret",
    "mail.host",
    "mail.sender",
}


def values(**changes: object) -> dict[str, dict[str, object]]:
    """Settings that are right, except for the changes; "web__port" is the key web.port, None leaves a key out."""
    sections: dict[str, dict[str, object]] = {
        "web": {"base_url": "https://events.example.org", "secret_key": "k" * 32},
        "database": {"url": "sqlite:///events.db"},
        "zoom": {"account_id": "a", "client_id": "c", "client_secret": "s", "webhook_secret": "w"},
        "mail": {"host": "mail.example.org", "sender": "events@example.org"},
    }
    for name, value in changes.items():
        section, _, key = name.partition("__")
        sections[section][key] = value
        if value is None:
            del sections[section][key]
    return sections


def problems_of(**changes: object) -> dict[str, tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        settings_from(values(**changes))
    return {problem.key: (problem.found, problem.expected) for problem in caught.value.problems}


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def minimal_file(folder: Path) -> Path:
    lines = []
    for section, keys in values().items():
        lines += [f"[{section}]", *(f'{key} = "{value}"' for key, value in keys.items())]
    return written(folder, "\n".join(lines))


def flat(settings: Settings) -> dict[str, object]:
    return {f"{s}.{k}": v for s, section in settings for k, v in section}


def test_what_is_not_set_has_the_defaults() -> None:
    settings = settings_from(values())

    assert (settings.web.host, settings.web.port, settings.web.threads) == ("127.0.0.1", 8000, 8)
    assert settings.web.trusted_proxies == 0
    assert settings.zoom.oauth_url == "https://zoom.us"
    assert settings.zoom.api_url == "https://api.zoom.us/v2"
    assert (settings.mail.port, settings.mail.security, settings.mail.connections) == (587, "starttls", 4)


def test_the_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(minimal_file(tmp_path), {})

    assert settings.zoom.client_secret.get_secret_value() == "s"
    assert settings.web.base_url == "https://events.example.org"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = {"ZOOM_BRIDGE__ZOOM__CLIENT_SECRET": "from outside", "ZOOM_BRIDGE__WEB__PORT": "8080", "HOME": "/"}

    settings = load_settings(minimal_file(tmp_path), environ)

    assert settings.zoom.client_secret.get_secret_value() == "from outside"
    assert settings.web.port == 8080


def test_the_environment_alone_is_enough() -> None:
    environ = {
        f"ZOOM_BRIDGE__{section}__{key}".upper(): str(value)
        for section, keys in values().items()
        for key, value in keys.items()
    }

    settings = load_settings(None, environ)

    assert settings == settings_from(values())


def test_a_variable_ending_in_file_names_a_file_with_the_value(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("kept apart \n")
    environ = {"ZOOM_BRIDGE__ZOOM__CLIENT_SECRET_FILE": str(secret)}

    settings = load_settings(minimal_file(tmp_path), environ)

    assert settings.zoom.client_secret.get_secret_value() == "kept apart "


def test_a_value_and_its_file_at_once_are_a_mistake(tmp_path: Path) -> None:
    environ = {
        "ZOOM_BRIDGE__ZOOM__CLIENT_SECRET": "one",
        "ZOOM_BRIDGE__ZOOM__CLIENT_SECRET_FILE": str(minimal_file(tmp_path)),
    }

    with pytest.raises(ConfigError) as caught:
        load_settings(minimal_file(tmp_path), environ)

    assert [problem.key for problem in caught.value.problems] == ["zoom.client_secret"]


def test_a_value_file_that_cannot_be_read_is_one_mistake_and_not_two(tmp_path: Path) -> None:
    environ = {"ZOOM_BRIDGE__ZOOM__CLIENT_SECRET_FILE": str(tmp_path / "nowhere")}

    with pytest.raises(ConfigError) as caught:
        load_settings(minimal_file(tmp_path), environ)

    assert [problem.key for problem in caught.value.problems] == ["zoom.client_secret"]
    assert "nowhere" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "ZOOM_BRIDGE__ZOOM__SECRET",
        "ZOOM_BRIDGE__ZOM__HOST",
        "ZOOM_BRIDGE__ZOOM",
        "ZOOM_BRIDGE__",
        "ZOOM_BRIDGE__A__B__C",
    ],
)
def test_an_unknown_variable_is_a_mistake(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(minimal_file(tmp_path), {name: "hush"})

    assert [problem.key for problem in caught.value.problems] == [name]
    assert "hush" not in str(caught.value)


def test_an_unknown_key_is_a_mistake_and_the_near_one_is_named() -> None:
    problems = problems_of(zoom__client_secrett="hush")

    assert problems == {"zoom.client_secrett": ("an unknown key", "perhaps zoom.client_secret")}


def test_an_unknown_section_is_a_mistake() -> None:
    with pytest.raises(ConfigError) as caught:
        settings_from(values() | {"logging": {"level": "debug"}})

    assert [problem.key for problem in caught.value.problems] == ["logging"]


def test_a_value_where_a_section_belongs_is_a_mistake() -> None:
    with pytest.raises(ConfigError) as caught:
        settings_from(values() | {"mail": "mail.example.org"})  # type: ignore[dict-item]

    assert [problem.key for problem in caught.value.problems] == ["mail"]


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(None, {})

    assert {problem.key for problem in caught.value.problems} == REQUIRED
    assert all(f"  {key}: found nothing; expected " in str(caught.value) for key in REQUIRED)
    assert str(caught.value).startswith(f"The configuration has {len(REQUIRED)} mistakes:")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"[web\n", "a mistake in writing"),
        (b"[web]\nport = 1\nport = 2\n", "a mistake in writing"),
        (b'[web]\nhost = "\xff"\n', "bytes that are not UTF-8"),
        (None, "no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_one_mistake_told(
    tmp_path: Path, text: bytes | None, found: str
) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_bytes(text)

    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})

    assert [problem.key for problem in caught.value.problems] == [str(path)]
    assert caught.value.problems[0].found.startswith(found)


def test_a_folder_is_not_a_configuration_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("web__secret_key", "hush-hush"),
        ("zoom__client_secret", 1234567890123),
        ("zoom__webhook_secret", ["hush-hush"]),
        ("mail__password", "hush-hush"),
        ("database__url", "mysql://user:hush-hush@example.org/events"),
        ("zoom__api_url", "https://user:hush-hush@example.org/v2"),
        ("web__base_url", "http://user:hush-hush@example.org"),
    ],
)
def test_the_value_of_a_secret_is_never_told(key: str, secret: object) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_from(values(**{key: secret}))

    assert [problem.key for problem in caught.value.problems] == [key.replace("__", ".")]
    assert "hush" not in str(caught.value)
    assert "1234567890123" not in str(caught.value)
    assert "hush" not in "".join(map(str, (caught.value.__cause__, caught.value.__context__)))


def test_settings_hide_their_secrets_when_printed() -> None:
    settings = settings_from(
        values(
            web__secret_key="hush" * 8,
            zoom__client_secret="hush",
            zoom__webhook_secret="hush",
            mail__username="events",
            mail__password="hush",
            database__url="postgresql://user:hush@localhost/events",
        )
    )

    assert "hush" not in f"{settings!r} {settings}"


def test_settings_cannot_be_changed() -> None:
    settings = settings_from(values())

    with pytest.raises(ValueError, match="frozen"):
        settings.web.port = 1  # type: ignore[misc]


def test_a_short_secret_key_is_refused_with_its_length() -> None:
    problems = problems_of(web__secret_key="k" * 31)

    assert problems["web.secret_key"][0] == "a value of 31 bytes"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://events.example.org", "https://events.example.org"),
        ("https://Events.Example.org/", "https://events.example.org"),
        ("https://events.example.org:8443", "https://events.example.org:8443"),
        ("https://events.example.org:443", "https://events.example.org"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://events.localhost", "http://events.localhost"),
    ],
)
def test_a_base_url_is_accepted(given: str, kept: str) -> None:
    assert settings_from(values(web__base_url=given)).web.base_url == kept


@pytest.mark.parametrize(
    "given",
    [
        "http://events.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "https://events.example.org/zoom",
        "https://events.example.org?x=1",
        "https://events.example.org#x",
        "https://user@events.example.org",
        "https://müller.example.org",
        "https://events.example.org:port",
        "https://events.example.org:99999",
        "https://exa mple.org",
        "https://[::1",
        "ftp://events.example.org",
        "//events.example.org",
        "events.example.org",
        "https://",
        "",
        7,
        None,
    ],
)
def test_a_base_url_is_refused(given: object) -> None:
    assert set(problems_of(web__base_url=given)) == {"web.base_url"}


@pytest.mark.parametrize("key", ["zoom__oauth_url", "zoom__api_url"])
@pytest.mark.parametrize("given", ["http://zoom.example.org", "https://zoom.us?x=1", "zoom.us", ""])
def test_an_address_of_zoom_is_refused(key: str, given: str) -> None:
    assert set(problems_of(**{key: given})) == {key.replace("__", ".")}


def test_zoom_may_be_stood_in_for_on_this_machine() -> None:
    settings = settings_from(
        values(zoom__api_url="http://127.0.0.1:4711/v2/", zoom__oauth_url="http://localhost:4711")
    )

    assert settings.zoom.api_url == "http://127.0.0.1:4711/v2"
    assert settings.zoom.oauth_url == "http://localhost:4711"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sqlite:///events.db", "sqlite:///events.db"),
        ("sqlite:////var/lib/events.db", "sqlite:////var/lib/events.db"),
        ("postgresql+psycopg://u:p@localhost/events", "postgresql+psycopg://u:p@localhost/events"),
        ("postgresql://u:p@localhost/events", "postgresql+psycopg://u:p@localhost/events"),
        ("postgres://u@/events?host=/run/postgresql", "postgresql+psycopg://u@/events?host=/run/postgresql"),
    ],
)
def test_a_database_is_accepted(given: str, kept: str) -> None:
    assert settings_from(values(database__url=given)).database.url == kept


@pytest.mark.parametrize(
    "given",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://h/d",
        "postgresql+asyncpg://h/d",
        "events.db",
        "",
        5,
        None,
    ],
)
def test_a_database_is_refused(given: object) -> None:
    assert set(problems_of(database__url=given)) == {"database.url"}


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("web__port", 65536),
        ("web__port", -1),
        ("web__port", True),
        ("web__port", "eighty"),
        ("web__port", 80.5),
        ("web__trusted_proxies", -1),
        ("web__trusted_proxies", True),
        ("web__threads", 0),
        ("web__host", ""),
        ("mail__port", 0),
        ("mail__port", 70000),
        ("mail__security", "ssl"),
        ("mail__security", "TLS"),
        ("mail__connections", 0),
        ("mail__connections", 33),
        ("mail__sender", "events"),
        ("mail__sender", "Events <events@example.org>"),
        ("mail__sender", "events@example.org\r\nBcc: mallory@example.org"),
        ("mail__sender", None),
        ("mail__host", " "),
        ("zoom__host", "nobody"),
        ("zoom__account_id", ""),
        ("zoom__client_secret", ""),
        ("zoom__webhook_secret", None),
    ],
)
def test_a_value_out_of_bounds_is_refused(key: str, given: object) -> None:
    assert set(problems_of(**{key: given})) == {key.replace("__", ".")}


def test_a_user_name_needs_a_password_and_the_other_way_round() -> None:
    assert set(problems_of(mail__username="events")) == {"mail.password"}
    assert set(problems_of(mail__password="hush")) == {"mail.password"}


def test_the_example_names_every_key_and_shows_its_default() -> None:
    settings = flat(settings_from(values()))
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    shown_flat = {f"{section}.{key}": value for section, keys in shown.items() for key, value in keys.items()}

    defaults = {
        key: getattr(v, "get_secret_value", lambda v=v: v)() for key, v in settings.items() if key not in REQUIRED
    }

    assert shown_flat == defaults


def test_the_example_with_its_comment_signs_taken_away_is_almost_ready() -> None:
    text = re.sub(r"^# (\w+ = \".*\")$", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.M)

    with pytest.raises(ConfigError) as caught:
        settings_from(tomllib.loads(text))

    assert [problem.key for problem in caught.value.problems] == ["web.secret_key"]


def test_every_key_of_the_example_has_a_sentence() -> None:
    paragraphs = EXAMPLE.read_text(encoding="utf-8").split("\n\n")

    assert all(
        re.search(r"^# [A-Z].*[.:]$", paragraph, re.M | re.S) for paragraph in paragraphs if "=" in paragraph
    )


def test_reading_the_configuration_does_not_import_what_a_start_does_not_need() -> None:
    code = "import sys, zoom_bridge.config; print(*sorted(sys.modules))"

    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"asyncio", "email_validator", "pydantic_settings", "flask", "sqlalchemy"} & set(modules)
