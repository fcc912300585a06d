"""The settings' page for what a public body must say of itself: imprint, privacy notice, accessibility statement. The
other pages of the settings are `body_settings.py` and `service_state.py`."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge import richtext
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.notice import REQUIRED, NoticeKind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import informing
from zoom_bridge.i18n import LANGUAGES
from zoom_bridge.store import notices
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, cleaned_passage
from zoom_bridge.web.forms import Complaint

bp = Blueprint("instance_settings", __name__)

LONGEST_NOTICE = 30_000

_NOTICES = {
    NoticeKind.IMPRINT: (
        N_("Imprint"),
        N_("Who is responsible for this service, with address and telephone number."),
    ),
    NoticeKind.PRIVACY: (
        N_("Privacy notice"),
        N_("Which data you process, why and how long; name Zoom as a processor."),
    ),
    NoticeKind.ACCESSIBILITY: (
        N_("Accessibility statement"),
        N_("How accessible this service is, and how people reach you about barriers."),
    ),
}


def show_again(kind: str) -> ResponseReturnValue:
    """The page with what was typed, when its token did not fit."""
    backstage.me()
    return _page({(_kind(kind), language): _typed(language) for language in LANGUAGES}, {})


@bp.get("/settings")
@backstage.needs(Role.OWNER)
def show() -> str:
    return _page({}, {})


@bp.post("/settings/<kind>")
@backstage.needs(Role.OWNER)
@guards.shown_again_by(show_again)
def write(kind: str) -> ResponseReturnValue:
    notice = _kind(kind)
    texts = {language: _typed(language) for language in LANGUAGES}
    errors = {
        f"{notice}-{language}": say(
            "Please shorten this to %(longest)s characters; at present it has %(length)s.",
            longest=speech().number(LONGEST_NOTICE),
            length=speech().number(len(text)),
        )
        for language, text in texts.items()
        if len(text) > LONGEST_NOTICE
    }
    if errors:
        return _page({(notice, language): text for language, text in texts.items()}, errors), 422
    changed = [
        informing.write_notice(bridge().db, notice, language, text, now()) for language, text in texts.items()
    ]
    flash(say("Saved.") if any(changed) else say("Nothing was changed."), "good")
    return redirect(url_for("organiser.instance_settings.show", _anchor=notice), 303)


def _kind(name: str) -> NoticeKind:
    try:
        return NoticeKind(name)
    except ValueError:
        raise NotFound from None


def _typed(language: str) -> str:
    return cleaned_passage(request.form.get(f"text_{language}", ""))


def _page(typed: dict[tuple[NoticeKind, str], str], errors: dict[str, str]) -> str:
    with bridge().db.reading() as connection:
        kept = {
            (kind, language): notices.newest(connection, kind, language)
            for kind in NoticeKind
            for language in LANGUAGES
        }
        missing = notices.missing(connection)
    labels = {f"{kind}-{language}": _label(kind, language) for kind in NoticeKind for language in LANGUAGES}
    texts = {key: notice.text if notice else "" for key, notice in kept.items()}
    return render_template(
        "organiser/settings.html",
        kinds=[(kind, say(title), say(hint), kind in REQUIRED) for kind, (title, hint) in _NOTICES.items()],
        texts=texts | typed,
        kept=kept,
        previews={key: richtext.to_html(text, heading_level=4) for key, text in texts.items() if text},
        missing=missing,
        complaints=[Complaint(field, labels[field], sentence) for field, sentence in errors.items()],
        errors=errors,
        labels=labels,
        zone=backstage.HOUSE_ZONE,
    )


def _label(kind: NoticeKind, language: str) -> str:
    in_language = say("in German") if language == "de" else say("in English")
    return f"{say(_NOTICES[kind][0])}, {in_language}"
