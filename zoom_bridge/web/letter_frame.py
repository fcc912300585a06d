"""An HTML letter as a document that a page can show in a frame.

Mail programs want the styles inside the tags. Here each becomes a class, all of them stand in the letter's one style
element, and the policy allows exactly this element by its hash: so not even a letter makes our policy any weaker."""

import base64
import hashlib
import re
from html import unescape

from flask import Response

from zoom_bridge.web.headers import policy

#: What the frame may do: links open beside the page, because ours refuse to be framed.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"

# In a letter every "<" begins a tag. Whole tags with quoted attributes, so that nothing inside one is taken for one.
_TAG = re.compile(r'<([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*>')
_STYLE = re.compile(r'\s+style="([^"]*)"')
_CLASS = re.compile(r'(\s+class=")([^"]*)"')
_SHEET = re.compile("<style>(.*?)</style>", re.DOTALL)


def letter_document(html: str) -> Response:
    # Browsers hash what they read, and they read every line end as one character.
    document, sheet = _with_one_sheet(html.replace("\r\n", "\n"))
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    document = document.replace("<head>", '<head>\n<base target="_blank">', 1)
    own = policy(
        script_src="'none'",
        style_src=f"'sha256-{digest}'",
        img_src="'none'",
        form_action="'none'",
        frame_ancestors="'self'",
        sandbox=SANDBOX,
    )
    # A sandboxed document that is opened by itself must not ask for isolation: browsers would refuse it.
    headers = {"Content-Security-Policy": own, "Cross-Origin-Opener-Policy": "unsafe-none"}
    return Response(document, headers=headers, content_type="text/html; charset=utf-8")


def _with_one_sheet(html: str) -> tuple[str, str]:
    """The document, and what stands in its style element."""
    names: dict[str, str] = {}

    def classed(tag: re.Match[str]) -> str:
        style = _STYLE.search(tag[2])
        if not style:
            return tag[0]
        name = names.setdefault(unescape(style[1]), f"s{len(names)}")
        rest, found = _CLASS.subn(rf'\g<1>\g<2> {name}"', _STYLE.sub("", tag[2]), count=1)
        return f"<{tag[1]}{rest}>" if found else f'<{tag[1]}{rest} class="{name}">'

    document = _TAG.sub(classed, html)
    rules = "".join(f".{name} {{ {style} }}\n" for style, name in names.items())
    sheet = f"\n{rules}{match[1]}" if (match := _SHEET.search(document)) else ""
    return _SHEET.sub(lambda _: f"<style>{sheet}</style>", document, count=1), sheet
