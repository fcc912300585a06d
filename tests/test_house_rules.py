"""The rules of the house that a program can check. Who may import whom among our own rooms is checked by import-linter
(pyproject.toml); here is what it cannot see: libraries, clocks, names, sizes, and what must not exist."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Table

from zoom_bridge.domain.account import Organiser, SignIn
from zoom_bridge.domain.attendance import Sighting
from zoom_bridge.domain.delivery import WebhookDelivery
from zoom_bridge.domain.event import Event, Panelist, Partner
from zoom_bridge.domain.message import Kind, Message
from zoom_bridge.domain.notice import Notice
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.reminder import Reminder
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.store import mail_tables, tables

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for room in ("zoom_bridge", "jobs") for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

#: Each library from outside is used in its own rooms and nowhere else. A module's own line goes before its room's.
LIBRARIES: dict[str, set[str]] = {
    "domain": set(),
    "config": {"pydantic", "email_validator"},
    "links": {"jwt"},
    "i18n": {"babel"},
    "richtext": {"markdown_it", "nh3", "markupsafe"},
    "zoom": {"requests", "urllib3"},
    "store": {"sqlalchemy", "alembic"},
    "mail": {"jinja2", "markupsafe", "aiosmtpd", "idna", "imap_tools", "dns"},
    "paper": {"typst", "segno"},
    "flows": set(),
    "bridge": set(),
    "web": {"flask", "flask_wtf", "wtforms", "werkzeug", "jinja2", "markupsafe", "email_validator", "segno"},
    "web/uploads": {"PIL"},
    "web/spreadsheet": {"flask", "xlsxwriter"},
    "simulator": {"flask", "werkzeug", "requests"},
    "jobs": {"apscheduler"},
    "staging": set(),
    "trial": set(),
    "listening": {"waitress"},
    "serving": {"gunicorn"},
    "cli": {"click", "email_validator"},
}
#: Types that a signature needs to be honest about what it takes. They can do nothing by themselves.
TYPES = {("sqlalchemy", "Connection"), ("sqlalchemy", "Table")}
#: Doors to the outside in the standard library.
OUTWARD = {
    "smtplib": {"mail"},
    "sqlite3": {"store"},
    "socket": {"zoom", "mail", "simulator", "trial"},
    "ssl": {"zoom", "mail"},
}

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
CLOCK_KEEPERS = {"zoom_bridge/bridge.py", "zoom_bridge/simulator/world.py"}

NAMELESS = {"util", "utils", "helper", "helpers", "common", "core", "misc", "base", "shared", "tools", "stuff"}
TITLES = re.compile(r"(Manager|Service|Handler|Helper|Factory|Repository|Mixin|Impl|Util|Utils)$")
LONGEST = 400

#: What must not come to life when a module is imported.
LIVING = {"create_engine", "Database", "create_app", "create_simulator", "Flask", "Session", "new_session", "BackgroundScheduler", "World", "assemble"}  # fmt: skip

#: Tables and the dataclass that their rows become. `more` columns are known to the store alone.
ROWS: dict[Table, tuple[type, set[str]]] = {
    tables.events: (Event, set()),
    tables.partners: (Partner, {"event_id", "position"}),
    tables.panelists: (Panelist, {"event_id", "position"}),
    tables.webinars: (TwinWebinar, set()),
    tables.registrations: (Registration, set()),
    mail_tables.reminders: (Reminder, {"attempts", "last_error", "gave_up_at"}),
    tables.messages: (Message, {"urgency"}),
    tables.deliveries: (WebhookDelivery, set()),
    tables.sightings: (Sighting, {"id", "event_id"}),
    tables.organisers: (Organiser, set()),
    tables.sign_ins: (SignIn, set()),
    tables.notices: (Notice, set()),
}
CLAIM = {"claim", "claimed_until"}


def said(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room(path: Path) -> str:
    """The part of the house a module is in: "web", or "cli" for a module that stands by itself."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "jobs" if parts[0] == "jobs" else parts[1]


def libraries(path: Path) -> set[str]:
    own = LIBRARIES.get(said(path).removeprefix("zoom_bridge/").removesuffix(".py"))
    return LIBRARIES.get(room(path), set()) if own is None else own


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every (library, name) that is imported, wherever in the module; the name is empty for `import library`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((str(node.module).partition(".")[0], alias.name) for alias in node.names)


def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """Every call of `something.name(…)` as (line, something, name)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield (
                node.lineno,
                owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", ""),
                node.func.attr,
            )


def test_each_library_is_used_only_in_its_own_rooms() -> None:
    own = {"zoom_bridge", "jobs", "_typeshed", *sys.stdlib_module_names}

    strays = {
        f"{said(path)}: {library} {name}"
        for path in MODULES
        for library, name in imports(path)
        if library not in own and library not in libraries(path) and (library, name) not in TYPES
    }

    assert not strays


def test_the_doors_of_the_standard_library_are_opened_only_where_they_belong() -> None:
    strays = {
        f"{said(path)}: {library}"
        for path in MODULES
        for library, _ in imports(path)
        if library in OUTWARD and room(path) not in OUTWARD[library]
    }

    assert not strays


def test_imports_are_absolute() -> None:
    relative = [
        said(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert not relative


def test_pages_may_look_and_flows_may_touch() -> None:
    """The web never opens a transaction, it only reads."""
    touching = [
        f"{said(path)}:{line}"
        for path in MODULES
        if room(path) == "web"
        for line, _, name in calls(path)
        if name in {"transaction", "begin", "commit"}
    ]

    assert not touching


def test_the_time_comes_from_the_clock_that_is_handed_in() -> None:
    clocks = [
        f"{said(path)}:{line}"
        for path in MODULES
        if said(path) not in CLOCK_KEEPERS
        for line, owner, name in calls(path)
        if (owner, name) in CLOCKS
    ]

    assert not clocks


def test_no_two_modules_share_a_name() -> None:
    places = defaultdict(list)
    for path in MODULES:
        if path.stem not in {"__init__", "__main__"} and "versions" not in path.parts:
            places[path.stem].append(said(path))

    assert not [shared for shared in places.values() if len(shared) > 1]


def test_no_module_is_nameless() -> None:
    parts = {
        (part, said(path)) for path in [*MODULES, *TESTS] for part in path.relative_to(ROOT).with_suffix("").parts
    }

    assert not [place for part, place in sorted(parts) if part in NAMELESS]


def test_no_class_is_named_after_an_architecture() -> None:
    titled = [
        f"{said(path)}: {node.name}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and TITLES.search(node.name)
    ]

    assert not titled


def test_no_module_is_a_street() -> None:
    lengths = {said(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}

    assert not {place: length for place, length in lengths.items() if length > LONGEST}


@pytest.mark.parametrize("paths", [MODULES, TESTS], ids=["house", "tests"])
def test_every_module_says_what_it_is_for(paths: list[Path]) -> None:
    assert not [said(path) for path in paths if not ast.get_docstring(tree(path))]


def test_nothing_of_ours_is_patched_in_tests() -> None:
    patched = [said(path) for path in TESTS for library, name in imports(path) if "mock" in (library, name)]
    patched += [said(path) for path in TESTS if "mocker" in {a.arg for n in ast.walk(tree(path)) if isinstance(n, ast.arguments) for a in n.args}]  # fmt: skip

    assert not patched
    assert not [
        said(path) for path in TESTS for library, name in imports(path) if (library, name) == ("unittest", "mock")
    ]


def test_nothing_comes_to_life_on_import() -> None:
    alive = [
        f"{said(path)}:{node.lineno}"
        for path in MODULES
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and isinstance(node.value, ast.Call)
        if getattr(node.value.func, "attr", getattr(node.value.func, "id", "")) in LIVING
    ]

    assert not alive


@pytest.mark.parametrize("table", ROWS, ids=[table.name for table in ROWS])
def test_the_columns_of_a_table_are_the_fields_of_its_noun(table: Table) -> None:
    noun, more = ROWS[table]
    elsewhere = {"partners", "panelists"} if noun is Event else set()
    work = {column.name for column in table.columns} & CLAIM

    columns = {column.name for column in table.columns} - more - work

    # What a sighting alone leads to is found on every look.
    names = set(Sighting._fields) - {"matched_id"} if noun is Sighting else {field.name for field in fields(noun)}
    assert columns == names - elsewhere


@pytest.mark.parametrize("table", ROWS, ids=[table.name for table in ROWS])
def test_a_column_is_as_wide_as_the_words_that_stand_in_it(table: Table) -> None:
    """PostgreSQL refuses what SQLite cuts off at nothing: enumerations must fit."""
    widths = {column.name: getattr(column.type, "length", None) for column in table.columns}

    assert widths.get("kind") is None or max(map(len, Kind)) <= widths["kind"]


def test_the_licence_is_there_and_named_everywhere() -> None:
    assert "EUPL-1.2" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "EUPL-1.2" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "LICENSE").stat().st_size > 500


def test_the_readme_draws_the_house_as_it_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    drawing = next(block for block in text.split("```") if block.strip().startswith("zoom_bridge/"))
    drawn = set(re.findall(r"\w+", drawing))

    missing = [said(path) for path in MODULES if not path.stem.startswith("__") and path.stem not in drawn]

    assert not [place for place in missing if "versions" not in place and "migrations/env" not in place]
