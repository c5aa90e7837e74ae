"""Which words of a mail are new, in the ways of many programs and languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.trimming.reply import trimmed

NEW = "Yes, please send two of them.\n\nThank you\nAda"
OLD = "> Do you want one or two?\n>\n> Bo"

ATTRIBUTIONS = {
    "gmail": "On Mon, Mar 4, 2024 at 9:12 AM Bo Berg <bo@acme.example> wrote:",
    "gmail, broken": "On Mon, Mar 4, 2024 at 9:12 AM Bo Berg from a firm with a name <\n"
    "bo@acme.example>\nwrote:",
    "gmail, german": "Am Mo., 4. März 2024 um 09:12 Uhr schrieb Bo Berg <bo@acme.example>:",
    "gmail, french": "Le lun. 4 mars 2024 à 09:12, Bo Berg <bo@acme.example> a écrit :",
    "gmail, french, hard spaces": "Le lun. 4 mars 2024 à 09:12, Bo Berg <bo@acme.example> "
    "a\xa0écrit\xa0:",
    "gmail, spanish": "El lun, 4 mar 2024 a las 9:12, Bo Berg (<bo@acme.example>) escribió:",
    "gmail, italian": "Il giorno lun 4 mar 2024 alle ore 09:12 Bo Berg <bo@acme.example> ha\n"
    "scritto:",
    "gmail, dutch": "Op ma 4 mrt 2024 om 09:12 schreef Bo Berg <bo@acme.example>:",
    "gmail, portuguese": "Em seg., 4 de mar. de 2024 às 09:12, Bo Berg <bo@acme.example>\n"
    "escreveu:",
    "gmail, polish": "pon., 4 mar 2024 o 09:12 Bo Berg <bo@acme.example> napisał(a):",
    "gmail, swedish": "Den mån 4 mars 2024 kl 09:12 skrev Bo Berg <bo@acme.example>:",
    "gmail, danish": "Den man. 4. mar. 2024 kl. 09.12 skrev Bo Berg <bo@acme.example>:",
    "gmail, norwegian": "man. 4. mars 2024 kl. 09:12 skrev Bo Berg <bo@acme.example>:",
    "gmail, finnish": "ma 4. maalisk. 2024 klo 9.12 Bo Berg (bo@acme.example) kirjoitti:",
    "gmail, czech": "po 4. 3. 2024 v 9:12 odesílatel Bo Berg <bo@acme.example> napsal:",
    "gmail, japanese": "2024年3月4日(月) 9:12 Bo Berg <bo@acme.example>:",
    "gmail, chinese": "Bo Berg <bo@acme.example> 于2024年3月4日周一 上午9:12写道：",
    "gmail, korean": "2024년 3월 4일 (월) 오전 9:12, Bo Berg <bo@acme.example>님이 작성:",
    "gmail, russian": "пн, 4 мар. 2024 г. в 09:12, Bo Berg <bo@acme.example>:",
    "gmail, turkish": "Bo Berg <bo@acme.example>, 4 Mar 2024 Pzt, 09:12 tarihinde şunu yazdı:",
    "gmail, hungarian": "Bo Berg <bo@acme.example> ezt írta (időpont: 2024. márc. 4., H, 9:12):",
    "gmail, old": "2024-03-04 9:12 GMT+01:00 Bo Berg <bo@acme.example>:",
    "apple mail": "On 4 Mar 2024, at 09:12, Bo Berg <bo@acme.example> wrote:",
    "apple mail, german": "Am 04.03.2024 um 09:12 schrieb Bo Berg <bo@acme.example>:",
    "apple mail, french": "Le 4 mars 2024 à 09:12, Bo Berg <bo@acme.example> a écrit :",
    "apple mail, spanish": "El 4 mar 2024, a las 9:12, Bo Berg <bo@acme.example> escribió:",
    "apple mail, dutch": "Op 4 mrt. 2024, om 09:12 heeft Bo Berg <bo@acme.example> het "
    "volgende geschreven:",
    "apple mail, polish": "Wiadomość napisana przez Bo Berg <bo@acme.example> w dniu 4 mar "
    "2024, o godz. 09:12:",
    "apple mail, japanese": "2024/03/04 9:12、Bo Berg <bo@acme.example>のメール:",
    "apple mail, chinese": "在 2024年3月4日，上午9:12，Bo Berg <bo@acme.example> 写道：",
    "apple mail, korean": "2024. 3. 4. 오전 9:12, Bo Berg <bo@acme.example> 작성:",
    "thunderbird": "On 3/4/24 9:12 AM, Bo Berg wrote:",
    "thunderbird, german": "Am 04.03.24 um 09:12 schrieb Bo Berg:",
    "thunderbird, italian": "Il 04/03/24 09:12, Bo Berg ha scritto:",
    "thunderbird, russian": "04.03.2024 9:12, Bo Berg пишет:",
    "thunderbird, finnish": "Bo Berg kirjoitti 4.3.2024 klo 9.12:",
    "thunderbird, czech": "Dne 04. 03. 24 v 9:12 Bo Berg napsal(a):",
    "thunderbird, swedish": "Den 2024-03-04 kl. 09:12, skrev Bo Berg:",
    "yahoo": "On Monday, March 4, 2024 at 09:12:03 AM GMT+1, Bo Berg <bo@acme.example> wrote:",
    "zoho": "---- On Mon, 04 Mar 2024 09:12:03 +0100 Bo Berg <bo@acme.example> wrote ----",
    "k-9": "Bo Berg <bo@acme.example> schrieb:",
    "eudora": "At 09:12 AM 3/4/2024, you wrote:",
    "lotus": "Bo Berg/Acme wrote on 03/04/2024 09:12:03 AM:",
    "163": 'At 2024-03-04 09:12:03, "Bo Berg" <bo@acme.example> wrote:',
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_a_quotation_below_the_new_words_is_left_out(attribution: str) -> None:
    assert trimmed(f"{NEW}\n\n{attribution}\n\n{OLD}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_the_last_line_of_the_answer_is_not_taken_for_a_part_of_the_attribution(
    attribution: str,
) -> None:
    assert trimmed(f"{NEW}\n{attribution}\n{OLD}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_attribution_with_unmarked_history_below_ends_the_new_words(attribution: str) -> None:
    assert trimmed(f"{NEW}\n\n{attribution}\n\nDo you want one or two?\n\nBo\n") == NEW


BLOCKS = {
    "outlook": "From: Bo Berg <bo@acme.example>\nSent: Monday, March 4, 2024 9:12 AM\nTo: Ada\n"
    "Subject: Pump",
    "outlook, no address": "From: Bo Berg\nSent: Monday, March 4, 2024 9:12 AM\nTo: Ada\n"
    "Subject: Pump",
    "outlook, bold": "*From:* Bo Berg\n*Sent:* Monday, March 4, 2024\n*To:* Ada\n*Subject:* Pump",
    "outlook, german": "Von: Bo Berg\nGesendet: Montag, 4. März 2024 09:12\nAn: Ada\nBetreff: "
    "Pumpe",
    "outlook, french": "De : Bo Berg\nEnvoyé : lundi 4 mars 2024 09:12\nÀ : Ada\nObjet : Pompe",
    "outlook, spanish": "De: Bo Berg\nEnviado el: lunes, 4 de marzo de 2024 9:12\nPara: Ada\n"
    "Asunto: Bomba",
    "outlook, italian": "Da: Bo Berg\nInviato: lunedì 4 marzo 2024 09:12\nA: Ada\nOggetto: Pompa",
    "outlook, dutch": "Van: Bo Berg\nVerzonden: maandag 4 maart 2024 09:12\nAan: Ada\n"
    "Onderwerp: Pomp",
    "outlook, portuguese": "De: Bo Berg\nEnviada em: segunda-feira, 4 de março de 2024\nPara: "
    "Ada\nAssunto: Bomba",
    "outlook, polish": "Od: Bo Berg\nWysłano: poniedziałek, 4 marca 2024\nDo: Ada\nTemat: Pompa",
    "outlook, swedish": "Från: Bo Berg\nSkickat: den 4 mars 2024 09:12\nTill: Ada\nÄmne: Pump",
    "outlook, danish": "Fra: Bo Berg\nSendt: 4. marts 2024 09:12\nTil: Ada\nEmne: Pumpe",
    "outlook, finnish": "Lähettäjä: Bo Berg\nLähetetty: maanantai 4. maaliskuuta 2024\n"
    "Vastaanottaja: Ada\nAihe: Pumppu",
    "outlook, czech": "Od: Bo Berg\nOdesláno: pondělí 4. března 2024 9:12\nKomu: Ada\nPředmět: "
    "Čerpadlo",
    "outlook, russian": "От: Bo Berg\nОтправлено: 4 марта 2024 г. 9:12\nКому: Ada\nТема: Насос",
    "outlook, japanese": "差出人: Bo Berg\n送信日時: 2024年3月4日 9:12\n宛先: Ada\n件名: ポンプ",
    "outlook, chinese": "发件人: Bo Berg\n发送时间: 2024年3月4日 9:12\n收件人: Ada\n主题: 泵",
    "outlook, korean": "보낸 사람: Bo Berg\n보낸 날짜: 2024년 3월 4일\n받는 사람: Ada\n제목: 펌프",
    "outlook web": "________________________________\nFrom: Bo Berg <bo@acme.example>\nSent: "
    "04 March 2024 09:12\nTo: Ada\nSubject: Pump",
    "outlook mac": "From: Bo Berg <bo@acme.example>\nDate: Monday, 4 March 2024 at 09:12\nTo: "
    "Ada\nSubject: Pump",
    "outlook 2003": "-----Original Message-----\nFrom: Bo Berg\nSent: Monday, March 4, 2024 "
    "9:12 AM\nTo: Ada\nSubject: Pump",
    "outlook 2003, german": "-----Ursprüngliche Nachricht-----\nVon: Bo Berg\nGesendet: "
    "Montag\nAn: Ada\nBetreff: Pumpe",
    "outlook, folded": "From: Bo Berg <bo@acme.example>\nSent: Monday, March 4, 2024 9:12 AM\n"
    "To: Ada; Cy; and the others who\nwork there\nSubject: Pump",
    "outlook, spaced": "From: Bo Berg\n\nSent: Monday, March 4, 2024 9:12 AM\n\nTo: Ada\n\n"
    "Subject: Pump",
    "bare banner": "----- Original Message -----",
    "blackberry": "-----Original Message-----\nFrom: Bo\nDate: Mon, 4 Mar 2024 09:12:03\nTo: "
    "<ada@x.example>\nSubject: Pump",
    "apple, forwarded": "Begin forwarded message:\n\nFrom: Bo <bo@acme.example>\nSubject: "
    "Pump\nDate: 4 March 2024\nTo: ada@x.example",
    "gmail, forwarded": "---------- Forwarded message ---------\nFrom: Bo <bo@acme.example>\n"
    "Date: Mon, 4 Mar 2024\nSubject: Pump\nTo: <ada@x.example>",
    "gmx": 'Gesendet: Montag, 04. März 2024 um 09:12 Uhr\nVon: "Bo Berg" <bo@acme.example>\n'
    "An: ada@x.example\nBetreff: Pumpe",
    "qq": '------------------ 原始邮件 ------------------\n发件人: "Bo" <bo@acme.example>;\n'
    '发送时间: 2024年3月4日\n收件人: "Ada";\n主题: 泵',
    "help desk": "##- Please type your reply above this line -##",
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_mail_copied_in_below_its_header_is_left_out(block: str) -> None:
    assert trimmed(f"{NEW}\n\n{block}\n\nDo you want one or two?\n\nBo\n") == NEW


DEVICES = (
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Get Outlook for iOS<https://aka.example/o0ukef>",
    "Sent from Mail for Windows",
    "Sent from Yahoo Mail on Android",
    "Von meinem iPhone gesendet",
    "Gesendet mit der GMX Mail App für Android",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Enviado do meu iPhone",
    "Wysłane z iPhone'a",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Odesláno z iPhonu",
    "Отправлено с iPhone",
    "iPhoneから送信",
    "发自我的iPhone",
    "나의 iPhone에서 보냄",
)


@pytest.mark.parametrize("device", DEVICES)
def test_the_signature_of_a_telephone_is_left_out(device: str) -> None:
    assert trimmed(f"{NEW}\n\n{device}\n\n{ATTRIBUTIONS['gmail']}\n\n{OLD}") == NEW


SIGNATURES = (
    "-- \nAda Lund\nLund & Co",
    "--\nAda Lund\nhttps://lund.example\n+45 12 34 56 78",
    "____________________\nAda Lund\nTel. +45 12 34 56 78",
    "--------------------\nAda Lund, Lund & Co, ada@lund.example",
    "*****\nThis email and any attachments are confidential. If you are not the intended\n"
    "recipient, please notify the sender.",
)


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_left_out(signature: str) -> None:
    assert trimmed(f"{NEW}\n\n{signature}\n") == NEW


DISCLAIMERS = (
    "This message is confidential and meant for the addressee only. If it reached you by mistake,\n"
    "please delete it and tell us so that it does not happen again.",
    "Diese Nachricht ist vertraulich und nur für den genannten Empfänger bestimmt. Sollten Sie "
    "sie\n"
    "irrtümlich erhalten haben, löschen Sie sie bitte und sagen Sie uns Bescheid.",
    "Ce message est confidentiel et réservé à son destinataire. Si vous l'avez reçu par erreur,\n"
    "merci de le supprimer et d'en avertir l'expéditeur.",
)


@pytest.mark.parametrize("disclaimer", DISCLAIMERS)
def test_a_disclaimer_is_left_out(disclaimer: str) -> None:
    assert trimmed(f"{NEW}\n\n{disclaimer}\n") == NEW


KEPT = {
    "answers between quotes": (
        f"Hello Bo,\n\n{ATTRIBUTIONS['gmail']}\n\n> One or two?\n\nTwo.\n\n> When?\n\nOn Friday.\n",
        "Hello Bo,\n\n\n> One or two?\n\nTwo.\n\n> When?\n\nOn Friday.",
    ),
    "an answer below the quote": (
        f"{ATTRIBUTIONS['thunderbird']}\n> One or two?\n\nTwo, and a valve too.\n",
        "> One or two?\n\nTwo, and a valve too.",
    ),
    "an answer below, a greeting above": (
        f"Hi Bo\n\n{ATTRIBUTIONS['thunderbird']}\n> One or two?\n\nTwo.\n\nAda",
        "Hi Bo\n\n> One or two?\n\nTwo.\n\nAda",
    ),
    "an answer below an unquoted attribution at the top": (
        f"{ATTRIBUTIONS['gmail']}\n\nOne or two?\n\nTwo, please.",
        "One or two?\n\nTwo, please.",
    ),
    "drawn lines around a list": (
        "Please quote:\n--------------\n10 x pump\n3 x valve\n--------------\nBy Friday, please.",
        "Please quote:\n--------------\n10 x pump\n3 x valve\n--------------\nBy Friday, please.",
    ),
    "a question below a drawn line": (
        "We have a leak.\n\n*****\n\nCan you come today?",
        "We have a leak.\n\n*****\n\nCan you come today?",
    ),
    "a request below a drawn line that speaks of secrecy": (
        "Offer, please.\n=====\nKeep it confidential. We need twenty pumps of the big kind.",
        "Offer, please.\n=====\nKeep it confidential. We need twenty pumps of the big kind.",
    ),
    "a trip with from, to and date": (
        "Please move our things:\nFrom: London\nTo: Paris\nDate: 3 May",
        "Please move our things:\nFrom: London\nTo: Paris\nDate: 3 May",
    ),
    "what somebody wrote, told in prose": (
        "On 5 March your technician wrote:\nthe boiler is broken.\nIs that right?",
        "On 5 March your technician wrote:\nthe boiler is broken.\nIs that right?",
    ),
    "a sentence about a telephone": (
        "Sent from my iPhone the form never arrives, only from the computer it does work\nWhy?",
        "Sent from my iPhone the form never arrives, only from the computer it does work\nWhy?",
    ),
    "a list with dashes": ("We need:\n- a pump\n- a valve", "We need:\n- a pump\n- a valve"),
    "a long text below two dashes": (
        "First part.\n--\n" + "\n".join(f"Item {n} is missing." for n in range(30)),
        "First part.\n--\n" + "\n".join(f"Item {n} is missing." for n in range(30)),
    ),
    "a mail that is only a signature": ("--\nAda Lund\nLund & Co", "--\nAda Lund\nLund & Co"),
    "a mail that is only forwarded": (
        f"{BLOCKS['gmail, forwarded']}\n\nWe need two pumps.\n",
        "We need two pumps.",
    ),
    "a colon at the end of a line": (
        "Please write to ada@lund.example at 10:00 on 3.5.2024 with this:\n\nthe number of pumps",
        "Please write to ada@lund.example at 10:00 on 3.5.2024 with this:\n\nthe number of pumps",
    ),
    "what somebody wrote, told in prose with a time": (
        "Bo wrote on 3.5.2024 at 10:00 that we must choose:\n\none or two. We take two.",
        "Bo wrote on 3.5.2024 at 10:00 that we must choose:\n\none or two. We take two.",
    ),
    "clear-signed": (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nTwo, please.\n- -- \nAda\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
        "Two, please.",
    ),
    "a confidential matter": (
        "This is about a confidential offer for the addressee we spoke about last week, and it is\n"
        "long enough to be taken for a disclaimer by its first words alone.",
        "This is about a confidential offer for the addressee we spoke about last week, and it is\n"
        "long enough to be taken for a disclaimer by its first words alone.",
    ),
}


@pytest.mark.parametrize(("mail", "expected"), KEPT.values(), ids=KEPT)
def test_what_the_author_wrote_is_kept(mail: str, expected: str) -> None:
    assert trimmed(mail) == expected


def test_nothing_remains_of_a_mail_that_only_quotes() -> None:
    assert trimmed(f"> {ATTRIBUTIONS['gmail']}\n>\n{OLD}\n") == ""


@given(st.text(alphabet="ab.,!\n ", min_size=1, max_size=400))
def test_plain_words_are_never_lost(words: str) -> None:
    assert trimmed(words).split() == words.split()


@given(st.text(max_size=300))
def test_any_text_is_trimmed_to_a_part_of_itself(text: str) -> None:
    lines = {"", *(line.strip() for line in text.split("\n"))}
    assert all(line.strip() in lines for line in trimmed(text).split("\n"))


BOMBS = {
    "colons": "a:\n" * 50_000,
    "headers": "From: a\nTo: b\n" * 20_000,
    "attributions": (ATTRIBUTIONS["gmail"] + "\n\n> x\n") * 10_000,
    "rules": "-----\nx\n" * 20_000,
    "dashes": "--\n" * 50_000,
    "one long line": "From: " + "a " * 500_000,
    "quotes": "> " * 500_000,
    "forwards": "Begin forwarded message:\n\n" * 20_000,
    "spaces": (" " * 390 + "x\n") * 5_000,
    "blank lines": "\n" * 500_000 + "x",
    "paragraphs": "confidential addressee " * 10 + "\n\n" + "x\n\n" * 100_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    trimmed(text[:1_000_000])
    assert time.process_time() - started < 20
