"""What the trial's four events say of themselves, in German and English. The first is the announcement that this
product was made for; the film that it names does not exist, and its text says so. `staging.py` plays them."""

from dataclasses import dataclass
from typing import Any

from zoom_bridge.domain.event import Panelist, Partner
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.question import Answer, Question, QuestionKind

ZOOM_HOST = "webinar-1@example.org"
#: So that an event of one's own may run while one of the staged ones does.
SECOND_ACCOUNT = "webinar-2@example.org"
MINISTRY = "Niedersächsisches Ministerium für Umwelt, Energie, Bauen und Klimaschutz"
ASSOCIATION = "Landesarbeitsgemeinschaft der Freien Wohlfahrtspflege in Niedersachsen"
SERVICE_CENTRE = "Servicestelle Gemeinwesenarbeit und Quartiersmanagement"
WATER_TOWER = "Nachbarschaftstreff am Wasserturm"

HELP: dict[str, Any] = {
    "help_name": SERVICE_CENTRE,
    "help_phone": "0511 701 07 09",
    "help_hours": "Montag bis Freitag 9 bis 15 Uhr",
    "help_email": "hilfe@example.org",
    "zoom_host": ZOOM_HOST,
}


@dataclass(frozen=True)
class Drawings:
    """The digests of the trial's pictures."""

    street: str
    water_tower: str


def good_neighbours(drawn: Drawings) -> dict[str, Any]:
    return HELP | {
        "title_de": "Gute Nachbarschaft",
        "subtitle_de": "Was wir aus der Corona-Zeit lernen können",
        "description_de": "Im Frühjahr 2020 wurde Nachbarschaft für viele Menschen das Nächste, was sie hatten. "
        "Mancherorts ist daraus etwas geworden, das heute noch trägt.\n\n"
        "Wir zeigen Filme aus den Nachbarschaften und sprechen mit denen, die dort wohnen, freiwillig helfen oder in "
        "der Gemeinwesenarbeit tätig sind. Auch Minister Olaf Lies ist dabei. Neunzig Minuten, in denen Sie zuhören, "
        "fragen und mitreden können.",
        "themes_title_de": "Drei Fragen, denen wir nachgehen",
        "themes_de": "Wo, wie und warum ist in dieser Zeit gute Nachbarschaft gelungen?\n"
        "Was folgt daraus für das Zusammenleben in den Quartieren?\n"
        "Was braucht es, damit gute Nachbarschaft dauerhaft unterstützt wird?",
        "programme_de": "Begrüßung: Grußwort des Ministers\n"
        "Filme aus den Nachbarschaften: Bewohnerinnen und Bewohner erzählen\n"
        "Gespräch: Freiwillige, Fachkräfte der Gemeinwesenarbeit und der Minister\n"
        "Onlinebeteiligung: Ihre Fragen und Ihre Erfahrungen",
        "trailer_text_de": "Menschen winken von Balkon zu Balkon. Zwei Jugendliche tragen Einkäufe in den dritten "
        "Stock. Eine Stimme fragt: Was davon bleibt? (Dies ist eine Probe: Den Film gibt es nicht, an seiner Adresse "
        "antwortet nur die Beispielseite von example.org.)",
        "title_en": "Good neighbours",
        "subtitle_en": "What we can learn from the time of Corona",
        "description_en": "In spring 2020, neighbours became the nearest thing many people had. In some places "
        "something grew from it that lasts to this day.\n\n"
        "We show films from the neighbourhoods and talk with the people who live there, who volunteer or work in the "
        "community. The minister, Olaf Lies, is there as well. Ninety minutes in which you can listen, ask and have "
        "your say.",
        "themes_title_en": "Three questions we look into",
        "themes_en": "Where, how and why did good neighbourliness work in that time?\n"
        "What does that mean for living together in our neighbourhoods?\n"
        "What does it take to support good neighbourliness in the long run?",
        "programme_en": "Welcome: a few words from the minister\n"
        "Films from the neighbourhoods: residents tell their stories\n"
        "Discussion: volunteers, community workers and the minister\n"
        "Online participation: your questions and your experience",
        "trailer_text_en": "People wave from balcony to balcony. Two young people carry shopping up to the third "
        "floor. A voice asks: what of this remains? (This is a trial: there is no such film, and at its address only "
        "the sample page of example.org answers.)",
        "trailer_url": "https://example.org/w/guteNachbarschaft2020x",
        "trailer_picture": drawn.street,
        "captions": True,
        "sign_language": True,
        "participation": True,
        "questions": (_ROLE, _READ_OUT),
        "hosted_by": MINISTRY,
        "capacity": 300,
        "panelists": (
            Panelist("Olaf Lies", "Minister für Umwelt, Energie, Bauen und Klimaschutz", "", "Grußwort"),
            Panelist("Chiara Conti", "Gemeinwesenarbeiterin", WATER_TOWER),
            Panelist("Ben Brandt", "Freiwilliger", "Einkaufshilfe im Quartier"),
            Panelist("Olga Osterkamp", "", SERVICE_CENTRE, "Moderation"),
        ),
        "partners": (Partner(ASSOCIATION),),
    }


def getting_to_know_zoom(drawn: Drawings) -> dict[str, Any]:
    return HELP | {
        "title_de": "Zoom kennenlernen in kleiner Runde",
        "subtitle_de": "Für alle, die noch nie an einer Online-Veranstaltung teilgenommen haben",
        "description_de": "Wir probieren alles einmal aus: **hineinkommen, hören, fragen**. Ohne Vorkenntnisse. "
        "Wer möchte, bringt eine Nachbarin oder einen Enkel mit.",
        "programme_de": "Ankommen und Ton prüfen\nDie Knöpfe, die man braucht\nEine Frage stellen\nIhre Fragen",
        "title_en": "Getting to know Zoom in a small group",
        "subtitle_en": "For everybody who has never taken part in an online event",
        "description_en": "We try everything once: **getting in, listening, asking**. No experience needed. "
        "Bring a neighbour or a grandchild if you like.",
        "programme_en": "Arriving and checking the sound\nThe buttons one needs\nAsking a question\nYour questions",
        "plain_language": True,
        "participation": True,
        "hosted_by": WATER_TOWER,
        "hosted_by_logo": drawn.water_tower,
        "capacity": 6,
    }


def open_hour() -> dict[str, Any]:
    return HELP | {
        "title_de": "Sprechstunde Quartiersarbeit",
        "subtitle_de": "Ihre Fragen an die Servicestelle",
        "description_de": "Jeden Monat beantworten wir zwei Stunden lang, was Sie in Ihrem Quartier beschäftigt, so gut "
        "wir können.",
        "themes_title_de": "Danach werden wir oft gefragt",
        "themes_de": "Förderung: Was gibt es, und wer darf es beantragen?\nRäume: Wo findet man sie, was kosten sie?\n"
        "Ehrenamt: Wie gewinnt man Menschen, und wie sind sie versichert?",
        "title_en": "Neighbourhood work: open hour",
        "subtitle_en": "Your questions to the service centre",
        "description_en": "Every month, for two hours, we answer whatever you are dealing with in your neighbourhood, "
        "as well as we can.",
        "themes_title_en": "What we are often asked",
        "themes_en": "Funding: what is there, and who may apply?\nRooms: where to find them, what do they cost?\n"
        "Volunteering: how to win people, and how are they insured?",
        "captions": True,
        "participation": True,
        "hosted_by": SERVICE_CENTRE,
        "panelists": (Panelist("Olga Osterkamp", "", SERVICE_CENTRE), Panelist("Emil Ehlers", "", SERVICE_CENTRE)),
    }


def finding_rooms(drawn: Drawings) -> dict[str, Any]:
    return HELP | {
        "title_de": "Räume für Nachbarschaft finden",
        "subtitle_de": "Drei Beispiele aus Hannover, Emden und Göttingen",
        "description_de": "Ein Ladenlokal, ein Pfarrsaal, eine Turnhalle: **wie es ging und was es kostete**.",
        "programme_de": "Hannover: ein Ladenlokal, das lange leer stand\nEmden: ein Pfarrsaal für alle\n"
        "Göttingen: eine Turnhalle nach der letzten Stunde",
        "thanks_de": "Danke, dass Sie da waren, und danke für Ihre Fragen. Was offen blieb, beantworten wir "
        "schriftlich; die Antworten stehen unter der Aufzeichnung.",
        "title_en": "Finding rooms for neighbours",
        "subtitle_en": "Three examples from Hanover, Emden and Göttingen",
        "description_en": "A shop, a parish hall, a gym: **how it went and what it cost**.",
        "programme_en": "Hanover: a shop that had long been empty\nEmden: a parish hall for everybody\n"
        "Göttingen: a gym after the last lesson",
        "thanks_en": "Thank you for being there, and for your questions. What was left open we answer in "
        "writing; you find the answers below the recording.",
        "recording_url": "https://example.org/w/raeumeFinden2020probe",
        "captions": True,
        "participation": True,
        "hosted_by": SERVICE_CENTRE,
        "partners": (Partner(WATER_TOWER, logo=drawn.water_tower), Partner(ASSOCIATION)),
    }


_ROLE = Question(
    "role",
    QuestionKind.ONE,
    "Was führt Sie zu uns?",
    "What brings you here?",
    ("Ich wohne im Quartier", "Ich helfe freiwillig", "Ich arbeite in der Gemeinwesenarbeit", "Etwas anderes"),
    ("I live in the neighbourhood", "I volunteer", "I am a community worker", "Something else"),
)
_READ_OUT = Question(
    "readout",
    QuestionKind.CONSENT,
    "Wenn meine Frage vorgelesen wird, darf mein Vorname genannt werden.",
    "If my question is read out, my first name may be said.",
)

#: Where a past event was announced, and who signs its certificates.
SHORT_LINKS = ("Plakat im Rathaus", "Rundbrief")
SIGNS = "Olga Osterkamp"
#: What was asked there, with the answer if there was one, and what people said of it afterwards.
ASKED = (
    (
        "Wer haftet, wenn im Pfarrsaal etwas zu Bruch geht?",
        "Der Verein, der einlädt. Die Haftpflicht kostet im Jahr 90 Euro.",
    ),
    ("Gibt es die Liste der Anlaufstellen auch zum Ausdrucken?", ""),
)
_LIKED, _MISSED = "Wie hat es Ihnen gefallen? (1 bis 5)", "Was hat Ihnen gefehlt?"
SURVEY = (
    {_LIKED: "5", _MISSED: "Mehr Zeit für das Beispiel aus Emden."},
    {_LIKED: "4"},
    {_LIKED: "5"},
    {_LIKED: "4", _MISSED: "Eine Pause."},
    {_LIKED: "3"},
)

#: What the first who register write on the form.
FILLED_IN: tuple[dict[str, Any], ...] = (
    {
        "asks": "Wie bleibt eine Nachbarschaftshilfe am Leben, wenn die Förderung endet?",
        "answers": (
            Answer(_ROLE.key, _ROLE.label_de, _ROLE.choices_de[1:2]),
            Answer(_READ_OUT.key, _READ_OUT.label_de, ("Ja",)),
        ),
    },
    {
        "needs": "Ich höre schlecht und lese mit: Bitte Untertitel von Anfang an.",
        "answers": (Answer(_ROLE.key, _ROLE.label_de, _ROLE.choices_de[:1]),),
    },
    {"answers": (Answer(_ROLE.key, _ROLE.label_en, _ROLE.choices_en[2:3]),)},
)

NOTICES = {
    (NoticeKind.IMPRINT, "de"): "**Mustertext der Probe.** Niedersächsisches Musterministerium, Musterstraße 1, "
    "30159 Hannover, poststelle@example.org\n\nVor der ersten echten Veranstaltung tragen Sie hier Ihr Impressum ein.",
    (NoticeKind.IMPRINT, "en"): "**Sample text of the trial.** Sample Ministry, Musterstraße 1, 30159 Hanover, "
    "poststelle@example.org\n\nPut your own imprint here before your first real event.",
    (
        NoticeKind.PRIVACY,
        "de",
    ): "**Mustertext der Probe.** Wir verarbeiten Vorname, Nachname und E-Mail-Adresse, um "
    "Ihnen die Teilnahme zu ermöglichen. Zoom erhält diese Angaben als unser Auftragsverarbeiter. 30 Tage nach der "
    "Veranstaltung löschen wir sie, bei uns und bei Zoom.",
    (NoticeKind.PRIVACY, "en"): "**Sample text of the trial.** We process your first name, last name and e-mail "
    "address so that you can take part. Zoom receives them as our processor. 30 days after the event we delete them, "
    "here and at Zoom.",
    (NoticeKind.ACCESSIBILITY, "de"): "**Mustertext der Probe.** Barrieren gefunden? Schreiben Sie an "
    "barrierefrei@example.org. Wir antworten innerhalb von zwei Wochen.",
    (NoticeKind.ACCESSIBILITY, "en"): "**Sample text of the trial.** Found a barrier? Write to "
    "barrierefrei@example.org. We answer within two weeks.",
}
