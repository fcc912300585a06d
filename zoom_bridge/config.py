"""Configuration: a TOML file, and the environment over it, become frozen Settings. Everything that is wrong is
reported at once, with the key, what was found and what is expected; a secret's value is never shown.

`config.example.toml` names every key. ZOOM_BRIDGE__ZOOM__CLIENT_SECRET overrides `client_secret` in `[zoom]`;
with _FILE at its end it names a file whose content is the value.

Plain pydantic, because pydantic-settings passes over unknown environment variables, and a twentieth of a second
of its imports would be spent at every start."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)

PREFIX = "ZOOM_BRIDGE__"
_FILE = "_FILE"


def _split(value: str) -> SplitResult:
    """The parts of an http(s) address of which nothing may be left out or hidden."""
    parts = urlsplit(value.strip())
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    port = parts.port  # raises ValueError when it is not a port
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain or port == 0:
        raise ValueError
    if any(character.isspace() for character in value.strip()):
        raise ValueError
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise ValueError
    return parts


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _base_url(value: str) -> str:
    parts = _split(value)
    if parts.path not in {"", "/"}:
        raise ValueError
    # As browsers write it: they name no port that goes without saying, and umlauts only encoded.
    if not parts.netloc.isascii():
        raise ValueError
    usual = {"https": ":443", "http": ":80"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def _remote_url(value: str) -> str:
    parts = _split(value)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _database_url(value: str) -> str:
    scheme, separator, rest = value.strip().partition("://")
    if scheme in {"postgresql", "postgres"}:
        scheme = "postgresql+psycopg"
    file_named = scheme == "sqlite" and rest.startswith("/") and rest.strip("/") not in {"", ":memory:"}
    if not (separator and rest and (file_named or scheme == "postgresql+psycopg")):
        raise ValueError
    return f"{scheme}://{rest}"


def _address(value: str) -> str:
    from email_validator import validate_email  # slow to import; the doors need it anyway

    return validate_email(value, check_deliverability=False, globally_deliverable=False).normalized


def _domain(value: str) -> str:
    return _address(f"anybody@{value}").partition("@")[2]


def _not_a_bool(value: object) -> object:
    """Python counts True as 1; in a configuration file it is a mistake."""
    if isinstance(value, bool):
        raise ValueError
    return value


def _strong(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < 32:
        raise ValueError
    return value


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Whole = Annotated[int, BeforeValidator(_not_a_bool)]
RemoteUrl = Annotated[str, AfterValidator(_remote_url)]
Address = Annotated[str, AfterValidator(_address)]

_HTTPS = "an https address (http only for this machine itself), without user name, query or fragment"


class _Section(BaseModel):
    """`description` of a field is what is said to be expected when its value is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class WebSettings(_Section):
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        description="the address people reach the service at, such as https://events.example.org: "
        "https (http only for this machine itself), without a path, umlauts as xn--…"
    )
    secret_key: Annotated[SecretStr, AfterValidator(_strong)] = Field(
        description="at least 32 random bytes, such as `openssl rand -hex 32` prints"
    )
    host: Text = Field("127.0.0.1", description="the address to listen on")
    port: Whole = Field(8000, ge=0, le=65535, description="the port to listen on: a whole number up to 65535")
    trusted_proxies: Whole = Field(
        0,
        ge=0,
        le=10,
        description="how many proxies stand before the service: a whole number, 0 for none, up to 10",
    )
    threads: Whole = Field(
        8, ge=1, le=128, description="threads that answer requests in each process: a whole number from 1 to 128"
    )


class DatabaseSettings(_Section):
    url: Annotated[str, AfterValidator(_database_url)] = Field(
        repr=False,  # holds a password
        description="sqlite:////path/to/file.db or postgresql+psycopg://user:password@host/name",
    )


class ZoomSettings(_Section):
    oauth_url: RemoteUrl = Field("https://zoom.us", description=_HTTPS)
    api_url: RemoteUrl = Field("https://api.zoom.us/v2", description=_HTTPS)
    account_id: Text = Field(description="the account ID of the server-to-server OAuth app at Zoom")
    client_id: Text = Field(description="the client ID of the server-to-server OAuth app at Zoom")
    client_secret: Secret = Field(description="the client secret of the server-to-server OAuth app at Zoom")
    webhook_secret: Secret = Field(description="the secret token under “Feature” of the app at Zoom")
    host: Annotated[str, AfterValidator(lambda value: value and _address(value))] = Field(
        "", description="the e-mail address of the Zoom user who hosts webinars, or nothing"
    )
    plan: Literal["free", "pro", "business"] = Field("pro", description="one of free, pro, business")
    alias_domain: Annotated[str, AfterValidator(lambda value: value and _domain(value))] = Field(
        "", description="a domain of yours such as alias.example.org, or nothing"
    )


def _belongs_to_username(password: SecretStr, info: ValidationInfo) -> SecretStr:
    if bool(info.data.get("username")) != bool(password):
        raise ValueError
    return password


Password = Annotated[SecretStr, AfterValidator(_belongs_to_username)]


class MailSettings(_Section):
    host: Text = Field(description="the name of the mail server")
    port: Whole = Field(587, ge=1, le=65535, description="the mail server's port: a whole number from 1 to 65535")
    security: Literal["none", "starttls", "tls"] = Field("starttls", description="one of none, starttls, tls")
    username: str = Field("", description="the user name at the mail server, or nothing")
    password: Password = Field(
        SecretStr(""),
        validate_default=True,
        description="the password that belongs to mail.username, and none without a user name",
    )
    sender: Address = Field(description="the e-mail address that letters come from")
    connections: Whole = Field(
        4, ge=1, le=32, description="connections to the mail server at once: a whole number from 1 to 32"
    )
    most_per_hour: Whole = Field(
        0,
        ge=0,
        description="letters an hour that the mail server takes from us at most: a whole number, or 0 for no limit",
    )
    bounces: Literal[""] | Address = Field(
        "", description="the e-mail address that undeliverable letters come back to, or nothing for the sender's"
    )


class ImapSettings(_Section):
    """The mailbox that undeliverable letters come back to. Without a host it is not read."""

    host: str = Field("", description="the name of the IMAP server, or nothing")
    port: Whole = Field(993, ge=1, le=65535, description="the IMAP server's port: a whole number from 1 to 65535")
    security: Literal["none", "starttls", "tls"] = Field("tls", description="one of none, starttls, tls")
    username: str = Field("", description="the user name of the mailbox")
    password: Password = Field(
        SecretStr(""),
        validate_default=True,
        description="the password that belongs to imap.username, and none without a user name",
    )
    folder: Text = Field("INBOX", description="the folder of the mailbox")


class Settings(_Section):
    web: WebSettings
    database: DatabaseSettings
    zoom: ZoomSettings
    mail: MailSettings
    imap: ImapSettings = Field(default_factory=lambda: ImapSettings.model_validate({}))


@dataclass(frozen=True)
class Problem:
    """One mistake. `key` is dotted as in `zoom.client_secret`, or the name of a file or an environment variable."""

    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key}: found {self.found}; expected {self.expected}."


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds every mistake in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__("\n".join([f"The configuration has {count}:", *(f"  {problem}" for problem in problems)]))


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the file at `path`, if any, and from the environment, which wins. Raises ConfigError."""
    problems: list[Problem] = []
    values = _read_toml(path, problems) if path else {}
    readable = not problems
    _lay_over(values, os.environ if environ is None else environ, problems)
    # Of a file that cannot be read it makes no sense to say that every key is missing.
    return _settings(values, problems) if readable else _refuse(problems)


def settings_from(values: Mapping[str, Mapping[str, object]]) -> Settings:
    """The same from values at hand: {"web": {"base_url": …}, …}."""
    return _settings(dict(values), [])


def _refuse(problems: list[Problem]) -> Settings:
    raise ConfigError(problems)


def _settings(values: dict[str, Any], problems: list[Problem]) -> Settings:
    # A section left out is a section in which everything is left out: then each missing key is named.
    complete = {section: {} for section in Settings.model_fields} | values
    # What a faulty environment variable meant to say is reported already.
    reported = {problem.key for problem in problems}
    try:
        settings = Settings.model_validate(complete)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            problem = _problem(details)
            if problem.key not in reported:
                problems.append(problem)
    if problems:
        raise ConfigError(problems) from None
    return settings


def _read_toml(path: Path, problems: list[Problem]) -> dict[str, Any]:
    expected = "a TOML file in which at least the keys without a default in config.example.toml are set"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problems.append(Problem(str(path), "no such file", expected))
    except OSError as error:
        problems.append(Problem(str(path), f"“{error.strerror}” on reading it", expected))
    except UnicodeDecodeError:
        problems.append(Problem(str(path), "bytes that are not UTF-8", expected))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(path), f"a mistake in writing: {error}", expected))
    return {}


def _lay_over(values: dict[str, Any], environ: Mapping[str, str], problems: list[Problem]) -> None:
    """Put every ZOOM_BRIDGE__SECTION__KEY (or …_FILE) in its place."""
    for name in sorted(name for name in environ if name.startswith(PREFIX)):
        section, _, key = name.removeprefix(PREFIX).lower().partition("__")
        from_file = not _is_key(section, key) and _is_key(section, key.removesuffix(_FILE.lower()))
        key = key.removesuffix(_FILE.lower()) if from_file else key
        if not _is_key(section, key):
            problems.append(Problem(name, "an unknown key", _known_key(f"{section}.{key}")))
        elif from_file and name.removesuffix(_FILE) in environ:
            expected = f"either {name.removesuffix(_FILE)} or {name}"
            problems.append(Problem(f"{section}.{key}", "two values in the environment", expected))
        else:
            value = _read_value(Path(environ[name]), f"{section}.{key}", problems) if from_file else environ[name]
            table = values.setdefault(section, {})
            if isinstance(table, dict):
                values[section] = {**table, key: value}


def _read_value(path: Path, key: str, problems: list[Problem]) -> str:
    expected = "a file of UTF-8 text that holds the value and nothing else"
    try:
        return path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except OSError as error:
        problems.append(Problem(key, f"“{error.strerror}” on reading {path}", expected))
    except UnicodeDecodeError:
        problems.append(Problem(key, f"bytes in {path} that are not UTF-8", expected))
    return ""


def _sections() -> dict[str, type[_Section]]:
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, _Section)
    }


def _is_key(section: str, key: str) -> bool:
    return section in Settings.model_fields and key in _sections()[section].model_fields


def _known_key(key: str) -> str:
    from difflib import get_close_matches

    known = [f"{section}.{name}" for section, model in _sections().items() for name in model.model_fields]
    near = get_close_matches(key, known, n=1)
    return f"perhaps {near[0]}" if near else "a key that config.example.toml names"


def _problem(details: Mapping[str, Any]) -> Problem:
    key = ".".join(map(str, details["loc"]))
    if details["type"] == "extra_forbidden":
        return Problem(key, "an unknown key", _known_key(key))
    section, _, name = key.partition(".")
    if not name:
        return Problem(key, _found(details["input"]), f"a table that begins with the line [{key}]")
    field = _sections()[section].model_fields[name]
    if details["type"] == "missing":
        return Problem(key, "nothing", str(field.description))
    secret = field.annotation is SecretStr or not field.repr
    return Problem(
        key, _found_secret(details["input"]) if secret else _found(details["input"]), str(field.description)
    )


def _found(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    text = re.sub(r"//[^/@]*@", "//…@", text)  # a password in an address
    return "nothing" if value == "" else text if len(text) <= 100 else f"{text[:100]}…"


def _found_secret(value: object) -> str:
    """What can be said of a secret without telling it."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return f"a value of the type {type(text).__name__}"
    size = len(text.encode(errors="replace"))
    return f"a value of {size} bytes" if size else "nothing"
