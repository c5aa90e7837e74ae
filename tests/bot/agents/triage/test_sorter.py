"""Texts of many trades, none of them among the example phrases."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents.triage import Triage, Urgency
from bot.agents.triage.phrasebook import examples, expand
from bot.agents.triage.sorter import load_weights
from bot.agents.triage.train import fingerprint
from bot.model.embeddings import Vectors, WordLlama
from bot.model.turns import Intent

TRIAGE = Triage(WordLlama())


class OtherVectors(WordLlama):
    name = "some-other-model"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("the camera at the gate is dead since this morning", Intent.PROBLEM),
        ("Our NVR shows no video on channel 3", Intent.PROBLEM),
        ("your engineer didn't show up yesterday", Intent.PROBLEM),
        ("my policy documents never reached me", Intent.PROBLEM),
        ("Desde ayer no tenemos internet en la oficina", Intent.PROBLEM),
        ("Der Rekorder im Lager nimmt seit gestern nichts mehr auf", Intent.PROBLEM),
        ("L'interphone ne sonne plus depuis ce week-end", Intent.PROBLEM),
        ("La stampante del magazzino non funziona più", Intent.PROBLEM),
        ("how do I reset my NVR password?", Intent.QUESTION),
        ("is my warranty still valid?", Intent.QUESTION),
        ("I need to know the retention period of our recordings", Intent.QUESTION),
        ("how can I unsubscribe from your newsletter", Intent.QUESTION),
        ("What about my ticket?", Intent.QUESTION),
        ("¿Cómo cambio la contraseña del grabador?", Intent.QUESTION),
        ("Wie lange werden die Aufnahmen gespeichert?", Intent.QUESTION),
        ("Install Cat6 cabling for office, 24 double outlets, certified", Intent.QUOTE),
        ("price for 4 dome cams + nvr pls", Intent.QUOTE),
        ("Necesitamos presupuesto para cablear 20 puestos", Intent.QUOTE),
        ("Pouvez-vous nous chiffrer 12 prises RJ45 ?", Intent.QUOTE),
        ("can I talk to Sam please", Intent.HUMAN),
        ("Could somebody call me back on 07700 900123?", Intent.HUMAN),
        ("Kann ich bitte mit einem Techniker sprechen?", Intent.HUMAN),
        ("quiero hablar con un técnico", Intent.HUMAN),
        ("person", Intent.HUMAN),
        ("Mensch", Intent.HUMAN),
        ("ok great, thanks a lot", Intent.SMALLTALK),
        ("are you a robot?", Intent.SMALLTALK),
        ("Danke, das wars", Intent.SMALLTALK),
        ("👍", Intent.SMALLTALK),
    ],
)
def test_a_message_is_sorted_by_what_it_wants(text: str, intent: Intent) -> None:
    assert TRIAGE.triage(text).intent is intent


@pytest.mark.parametrize(
    "text",
    [
        "Dear Sir/Madam, please find attached invoice INV-88213 for services in October. Payment is"
        " due within 30 days. Regards, Accounts Receivable",
        "Hi, I came across your website and noticed you could rank higher on Google. We offer SEO"
        " packages from $199. Interested in a quick call?",
        "October newsletter: 5 trends in physical security. Read more. Unsubscribe",
        "Application for the role of Network Engineer - my CV is attached.",
        "Sehr geehrte Damen und Herren, anbei unsere Rechnung Nr. 4711.",
        "CONGRATULATIONS!!! You have won 1,000,000 USD. Click here to claim.",
    ],
)
def test_mail_of_nobody_who_is_a_customer_is_other(text: str) -> None:
    assert TRIAGE.triage(text).intent is Intent.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "The alarm keeps going off at night, please help.\n\nAnn\nSent by ACME. Unsubscribe here.",
        "Invoice 2231 from you has the wrong VAT number, can you correct it?",
        "We need a quote for 20 outlets. Our website is www.acme.example",
    ],
)
def test_an_enquiry_with_a_suspicious_word_is_still_an_enquiry(text: str) -> None:
    assert TRIAGE.triage(text).intent is not Intent.OTHER


def test_a_known_customer_is_hardly_ever_filed_away() -> None:
    pitch = "Our agency offers SEO for small companies"
    assert TRIAGE.triage(pitch).intent is Intent.OTHER
    assert TRIAGE.triage(pitch, is_known=True).intent is not Intent.OTHER


def test_a_fault_with_a_wish_to_be_called_is_a_problem() -> None:
    text = "The phones in our shop are dead, we can't take orders. Can someone call me back?"
    triaged = TRIAGE.triage(text)
    assert (triaged.intent, triaged.urgency) == (Intent.PROBLEM, Urgency.URGENT)


def test_quoted_history_and_signature_do_not_count() -> None:
    text = (
        "How long is the warranty on the switches?\n\nKind regards,\nAnn\n\n"
        "On 3 March Sam wrote:\n> The camera is broken and nothing works, call me urgently"
    )
    triaged = TRIAGE.triage(text)
    assert (triaged.intent, triaged.urgency) == (Intent.QUESTION, Urgency.MEDIUM)


def test_a_long_mail_is_sorted_by_its_matter_not_its_courtesy() -> None:
    text = (
        "Good morning Sam,\n\nI hope you are well and had a lovely weekend.\n"
        "Could you please send us a quotation for eight dome cameras and a recorder?\n"
        "Thank you so much and have a great day!"
    )
    assert TRIAGE.triage(text).intent is Intent.QUOTE


def test_several_texts_are_sorted_like_each_alone() -> None:
    texts = ["hello", "the lift is stuck", "what are your opening hours?"]
    assert TRIAGE.triage_many(texts) == [TRIAGE.triage(text) for text in texts]


def test_weights_belong_to_the_phrases_and_features_as_they_are() -> None:
    assert load_weights().fingerprint == fingerprint(), "run python -m bot.agents.triage.train"


def test_vectors_of_another_model_are_refused() -> None:
    with pytest.raises(ValueError, match="some-other-model"):
        Triage(OtherVectors()).triage("hello there")


def test_a_text_without_meaning_to_the_vectors_is_sorted_too() -> None:
    class Silent(WordLlama):
        def embed(self, texts: object) -> Vectors:
            return super().embed(["" for _ in texts])  # type: ignore[attr-defined]

    assert Triage(Silent()).triage("can I talk to a human please").intent is Intent.HUMAN


def test_sorting_takes_a_few_milliseconds() -> None:
    TRIAGE.triage("warm up")
    started = time.process_time()
    for _ in range(50):
        TRIAGE.triage("the camera at the gate is dead since this morning")
    assert (time.process_time() - started) / 50 < 0.2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_sorted_into_something(text: str) -> None:
    triaged = TRIAGE.triage(text)
    assert triaged.intent in Intent
    assert 0 <= triaged.confidence <= 1
    assert len(triaged.language) == 2


def test_a_line_of_phrases_stands_for_its_combinations() -> None:
    assert expand("[my|our] card is [lost|gone]", 9) == [
        "my card is gone",
        "my card is lost",
        "our card is gone",
        "our card is lost",
    ]
    assert len(expand("[a|b|c] [d|e|f] [g|h|i]", 5)) <= 5


def test_every_intent_has_hundreds_of_examples() -> None:
    counted = {intent: sum(e.intent is intent for e in examples()) for intent in Intent}
    assert min(counted.values()) > 500
