"""The trial's mailbox: what the mail catcher has kept, as pages of an app of its own on a port of its own.

A letter is shown as a document of its own in a sandboxed frame (`letter_frame.py`), and its links open beside the
mailbox."""

from flask import Flask, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from zoom_bridge import i18n
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.caught import CaughtLetter
from zoom_bridge.web.letter_frame import SANDBOX, letter_document

#: As many are shown; the folder keeps all of them.
SHOWN = 200
ZONE = "Europe/Berlin"

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def create_mailbox(catcher: MailCatcher) -> Flask:
    app = Flask(__name__)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    app.config["MAX_CONTENT_LENGTH"] = 1024
    _speak(app)

    @app.get("/")
    def letters() -> str:
        return render_template(
            "mailbox/letters.html", letters=catcher.letters(SHOWN), count=catcher.count(), shown=SHOWN
        )

    @app.get("/letters/<id_>")
    def letter(id_: str) -> str:
        return render_template("mailbox/letter.html", letter=_get(catcher, id_), sandbox=SANDBOX)

    @app.get("/stories/<name>")
    def story(name: str) -> str:
        letters = catcher.story(name) or abort(404)
        return render_template("mailbox/story.html", letters=letters, sandbox=SANDBOX)

    @app.get("/letters/<id_>/html")
    def letter_html(id_: str) -> Response:
        return letter_document(_get(catcher, id_).html)

    @app.get("/letters/<id_>/calendar.ics")
    def calendar(id_: str) -> Response:
        found = _get(catcher, id_)
        if not found.calendar:
            abort(404)
        return _download(found.calendar.encode(), "text/calendar; charset=utf-8", f"{found.id}.ics")

    @app.get("/letters/<id_>/letter.eml")
    def source(id_: str) -> Response:
        found = _get(catcher, id_)
        return _download(found.source, "message/rfc822", f"{found.id}.eml")

    @app.errorhandler(404)
    def missing(_: HTTPException) -> tuple[str, int]:
        return render_template("mailbox/missing.html"), 404

    @app.after_request
    def complete(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Accept-Language")
        return response

    return app


def _get(catcher: MailCatcher, id_: str) -> CaughtLetter:
    return catcher.letter(id_) or abort(404)


def _download(data: bytes, content_type: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(data, content_type=content_type, headers={"Content-Disposition": disposition})


def _speech() -> i18n.Speech:
    return i18n.speech(i18n.choose_language(request.accept_languages.best_match, request.args.get("lang")))


def _speak(app: Flask) -> None:
    jinja = app.jinja_env
    jinja.add_extension("jinja2.ext.i18n")
    jinja.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: i18n.translations(_speech().language).gettext(text),
        lambda one, many, n: i18n.translations(_speech().language).ngettext(one, many, n),
        newstyle=True,
    )
    app.context_processor(lambda: {"speech": _speech(), "zone": ZONE})
