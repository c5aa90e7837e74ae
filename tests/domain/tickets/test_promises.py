"""What is a promise, by when, and what is none; worked by hand from Wednesday 25 November 2026."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.tickets.promises import promises_in

LONDON, MADRID = ZoneInfo("Europe/London"), ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I'll send it by Friday.", "11-27 18:00"),
        ("We will call you tomorrow at 9:30.", "11-26 09:30"),
        ("Hi Ann. We'll have it fixed by the end of the week. Bye.", "11-27 18:00"),
        ("I am going to order the part today", "11-25 18:00"),
        ("You will have the quote by 3 December.", "12-03 18:00"),
        ("We will deliver on 4/12.", "12-04 18:00"),
        ("We'll be there on 2026-12-01 at 2 pm", "12-01 14:00"),
        ("I will get back to you within 2 hours.", "11-25 14:00"),
        ("Our engineer comes the day after tomorrow.", "11-27 18:00"),
        ("The engineer will be there on Monday.", "11-30 18:00"),
        ("Le enviaré el presupuesto el viernes.", "11-27 18:00"),
        ("Vamos a llamarle mañana a las 10:00.", "11-26 10:00"),
        ("Lo tendrá el lunes por la mañana.", "11-30 18:00"),
        ("Ich schicke Ihnen das Angebot bis Freitag.", "11-27 18:00"),
        ("Morgen rufen wir Sie um 10 Uhr an.", "11-26 10:00"),
        ("Wir werden das in zwei Tagen erledigen.", "11-27 18:00"),
        ("Je vous enverrai le devis vendredi.", "11-27 18:00"),
        ("Nous allons passer demain.", "11-26 18:00"),
        ("Vous recevrez la pièce le 2 décembre.", "12-02 18:00"),
        ("Le manderò il preventivo entro venerdì.", "11-27 18:00"),
        ("La chiameremo domani.", "11-26 18:00"),
        ("Ik stuur u de offerte vrijdag.", "11-27 18:00"),
        ("Wij zullen morgen bellen.", "11-26 18:00"),
        ("Enviarei o orçamento até sexta-feira.", "11-27 18:00"),
        ("Vamos ligar amanhã.", "11-26 18:00"),
    ],
)
def test_a_promise_has_its_day(text: str, due: str) -> None:
    found = promises_in(text, NOW, LONDON)
    assert [f"{one.due_at.astimezone(LONDON):%m-%d %H:%M}" for one in found] == [due]


@pytest.mark.parametrize(
    "text",
    [
        "Can you send it by Friday?",
        "Will we see you on Friday?",
        "I sent it on Friday.",
        "Please send us the serial number by Friday.",
        "If you order today, we will deliver on Friday.",
        "We will not be able to come on Friday.",
        "We can't come tomorrow.",
        "I will send it soon.",
        "We are open Monday to Friday.",
        "I'll try to call you tomorrow.",
        "> I'll send it by Friday.\nThanks for that.",
        "The invoice is due on Friday.",
        "¿Me lo enviará el viernes?",
        "No le enviaremos nada el viernes.",
        "Wir sind Montag bis Freitag für Sie da.",
        "Ich kann morgen nicht kommen.",
        "Falls Sie heute bestellen, liefern wir am Freitag.",
        "Je ne viendrai pas demain.",
        "Grazie per la sua email di venerdì.",
        "Ik kom morgen niet.",
        "Obrigado pela mensagem de sexta-feira.",
        "",
    ],
)
def test_what_is_no_promise(text: str) -> None:
    assert promises_in(text, NOW, LONDON) == ()


def test_a_day_is_counted_where_the_company_is() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # Thursday already in Madrid
    (found,) = promises_in("We will call you tomorrow.", late, MADRID)
    assert f"{found.due_day}" == "2026-11-27"
    assert found.due_at == datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


def test_a_date_that_is_over_is_next_years_and_today_after_six_is_until_midnight() -> None:
    (found,) = promises_in("We will come on 3 March.", NOW, LONDON)
    assert f"{found.due_day}" == "2027-03-03"
    (tonight,) = promises_in("I'll do it today.", NOW.replace(hour=19), LONDON)
    assert f"{tonight.due_at:%H:%M}" == "23:59"


def test_two_days_are_two_promises_the_same_day_twice_is_one() -> None:
    text = "I'll send the quote tomorrow. I'll call you tomorrow. We will come on Friday."
    assert len(promises_in(text, NOW, LONDON)) == 2
