"""Pictures of every page in every state, to be looked at: `python -m tests.browser.gallery DIR [--language en]`.

Each visit of `every_page.py` is taken at 320 and at 1280 px, in the light and in the dark, as long as it is; index.html
shows them side by side. It needs no pytest, only Chromium."""

import argparse
import logging
import re
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.browser.every_page import LANGUAGES, VISITS, Visit
from tests.browser.repertoire import opened
from tests.browser.walking import FLAGS, HEIGHT, SCHEMES, WIDTHS, Walker

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Every page</title><style>
body { font: 1rem/1.5 sans-serif; margin: 2rem } section { border-top: 1px solid; margin-top: 2rem }
div { display: flex; gap: 1rem; align-items: start; overflow-x: auto } img { border: 1px solid #888; max-height: 60rem }
</style></head><body><h1>Every page</h1>
"""


def named(number: int, visit: Visit) -> str:
    """Sorts as the catalogue does."""
    return f"{number:03d}-{re.sub(r'[^a-z0-9]+', '-', str(visit).lower()).strip('-')}"


def take(page: Page, folder: Path, name: str) -> list[str]:
    files = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            files.append(f"{name}.{width}-{scheme}.png")
            page.screenshot(path=folder / files[-1], full_page=True)
    return files


def hang(folder: Path, language: str, only: str = "") -> list[str]:
    """Take all pictures; gives what could not be taken."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    index, missing = [HEAD], []
    with tempfile.TemporaryDirectory() as stage, opened(Path(stage)) as show, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        walker = Walker(browser, show)
        for number, visit in enumerate(VISITS):
            if only not in str(visit):
                continue
            try:
                watched, _ = walker.walk(visit, language)
                files = take(watched.page, folder, f"{named(number, visit)}.{language}")
            except (AssertionError, Error, KeyError, AttributeError) as failure:
                missing.append(f"{visit}: {failure}")
                continue
            pictures = "".join(
                f'<a href="{file}"><img src="{file}" loading="lazy" alt="{file}"></a>' for file in files
            )
            index.append(f"<section><h2>{escape(str(visit))}</h2><div>{pictures}</div></section>\n")
        browser.close()
    (folder / "index.html").write_text("".join(index) + "</body></html>\n", encoding="utf-8")
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    parser.add_argument("--only", default="", help="visits with these words in their name")
    asked = parser.parse_args()
    # Pages that refuse or break do so on purpose here.
    logging.disable(logging.CRITICAL)
    missing = hang(asked.folder, asked.language, asked.only)
    print("\n".join([*missing, f"{asked.folder / 'index.html'}"]))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
