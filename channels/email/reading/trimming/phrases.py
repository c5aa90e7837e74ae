"""The words by which mail programs introduce what is not new, in many languages. Pure."""

import re

# "wrote", with which programs end or split the line above a quotation.
_WROTE = (
    r"wrote|writes|schrieb|schreef|geschreven|escribió|escribio|escribe|escreveu|va escriure"
    r"|a écrit|a ecrit|écrit|ha scritto|scrive|napisał(?:a|\(a\))?|napisał|pisze|napisana przez"
    r"|skrev|skreiv|kirjoitti|napsala?|napsal\(a\)|napísala?|napísal\(a\)|írta|a scris"
    r"|yazdı|şunu yazdı|şunları yazdı|написал(?:а|\(а\))?|писала?|пишет|написав|написала|пише"
    r"|написа|έγραψε|написао|napisao|napisala|je napisal|kirjutas|rašė|rakstīja|đã viết|menulis"
    r"|idatzi du|כתב|כתבה|كتب|เขียน"
)
_WROTE_EASTERN = r"写道|寫道|写到|のメール|書きました|작성|쓴 글|님이 씀|さんは"
WROTE = re.compile(rf"(?:(?<![^\W\d_])(?:{_WROTE})(?![^\W\d_]))|{_WROTE_EASTERN}", re.I)

# How such a line begins, where it does not begin with a name.
CUE = re.compile(
    r"""(?xi)^[\s"'\-*]{0,8}(?:
      on|at|am|el|le|il|in\ data|op|em|no\ dia|dnia|w\ dniu|wiadomość|den|på|pe|dne|dňa|в|tarihinde
    | a\ les|la\ data|στις|ngày|pada|在|于|בתאריך|في
    | (?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b | (?:mo|di|mi|do|fr|sa|so)[.,]
    | (?:lun|mar|mer|mié|mie|jeu|jue|gio|ven|vie|sam|sáb|sab|dim|dom|qua|qui|sex|seg|ter)[\w.]{0,8}
    | (?:man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön)[\w.]{0,8}
    | (?:ma|ti|ke|to|pe|la|su)\b | (?:po|út|st|čt|pá|so|ne)\b
    | (?:pon|wt|śr|czw|pt|sob|niedz)[\w.]{0,12} | (?:пн|вт|ср|чт|пт|сб|вс|нд)\b
    | (?:понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)
    | \d
    )""",
)
TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}(?!\d)")
ADDRESS = re.compile(r"[^\s<>()\[\]\"]{1,100}@[^\s<>()\[\]\"]{1,200}")
STAMPED = re.compile(
    r"^\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+\-]?[\d:]{0,6} \S.{0,100}$"
    r"|^\d{4}[/-]\d{1,2}[/-]\d{1,2}(?: \d{1,2}:\d\d)?,? \S.{0,80}<[^\s<>]{1,100}@[^\s<>]{1,100}>:?$"
)

# Lines that stand between the new words and a whole mail below.
_BANNERS = (
    r"original message|original-nachricht|originalnachricht|ursprüngliche (?:nachricht|e-?mail)"
    r"|original e-?mail|message d['’]origine|message original|mensaje original|mensagem original"
    r"|messaggio originale|oorspronkelijk bericht|origineel bericht|originele bericht"
    r"|wiadomość oryginalna|oryginalna wiadomość|originalmeddelande|ursprungligt meddelande"
    r"|oprindelig meddelelse|opprinnelig melding|originalmelding|alkuperäinen viesti"
    r"|původní (?:zpráva|e-?mail)|pôvodná správa|eredeti üzenet|mesaj original|mesajul original"
    r"|orijinal mesaj|özgün ileti|исходное сообщение|оригинальное сообщение"
    r"|первоначальное сообщение"
    r"|αρχικό μήνυμα|原始邮件|原始郵件|邮件原件|元のメッセージ|원본 메일|원본 메시지"
    r"|oorspronkelijke e-?mail"
    r"|reply message|reply separator|forwarded message|forwarded by .{1,80}|begin forwarded message"
    r"|weitergeleitete nachricht|weitergeleitet von .{1,80}"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|message transféré|message transmis|début du message (?:réexpédié|transféré)"
    r"|mensaje reenviado|inicio del mensaje reenviado|mensagem (?:encaminhada|reencaminhada)"
    r"|início da mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato"
    r"|inizio messaggio inoltrato"
    r"|inizia messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd bericht"
    r"|wiadomość przekazana(?: dalej)?|treść przekazanej wiadomości"
    r"|początek przekazywanej wiadomości"
    r"|vidarebefordrat (?:brev|meddelande)|videresendt (?:besked|meddelelse|melding)"
    r"|videresend(?:t)? melding|start på videresendt (?:besked|melding)|välitetty viesti"
    r"|přeposlaná zpráva|preposlaná správa|továbbított (?:üzenet|levél)|mesaj redirecționat"
    r"|yönlendirilmiş mesaj|пересылаемое сообщение|переадресованное сообщение"
    r"|начало переадресованного сообщения"
    r"|пересланное сообщение|转发邮件|转发的邮件|轉寄郵件|転送メッセージ|전달된 메일|전달된 메시지"
)
BANNER = re.compile(
    rf"(?i)^[\s*_>]*(?:[-_=]{{2,}}\s*)?\*?(?:{_BANNERS})\*?\s*(?:[-_=]{{2,}}|[:：])?[\s*_]*$"
)
DASHED = re.compile(r"(?i)^[\s*]*-{2,}\s*(?:on\s.{5,200}\swrote)\s*-{2,}\s*$")
ABOVE = re.compile(
    r"(?i)^\W{0,12}(?:please (?:type|write) (?:your reply|only) above this line"
    r"|reply above this line"
    r"|write above this line to reply|bitte antworten sie (?:über|oberhalb) dieser zeile"
    r"|antworten sie oberhalb dieser zeile|répondre au-dessus de cette ligne"
    r"|escriba su respuesta (?:por )?encima de esta línea|antwoord boven deze regel"
    r"|rispondi sopra questa riga|responda acima desta linha"
    r"|skriv svar(?:et)? over(?:\w{0,3}) denne linj\w+"
    r")\b.{0,80}$"
)

_ROLES = {
    "from": "from|von|de|da|van|od|från|fra|lähettäjä|від|от|от кого|отправитель|feladó|kimden"
    "|gönderen|差出人|送信元|送信者|发件人|發件人|寄件者|寄件人|보낸 사람|보낸사람|보낸이"
    "|expéditeur|remitente"
    "|mittente|remetente|afzender|nadawca|avsändare|afsender|avsender|odesílatel|odosielateľ"
    "|expeditor|din|από|מאת|من|kutoka|dari",
    "sent": "sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviada|enviado el"
    "|enviado em"
    "|enviada em|enviada el|fecha|data|inviato|inviato il|verzonden|verstuurd|wysłano|wysłane"
    "|skickat|skickad|sendt|dato|lähetetty|päivämäärä|pvm|päiväys|odesláno|odoslané|dátum|elküldve"
    "|trimis|gönderilen|gönderme tarihi|tarih|отправлено|дата|送信日時|送信日|日時|日付|发送时间"
    "|发送日期"
    "|傳送時間|寄件日期|日期|時間|时间|보낸 날짜|날짜|보낸시간|ημερομηνία|στάλθηκε|надіслано|נשלח"
    "|تاريخ|date/heure",
    "to": "to|an|à|a|para|aan|do|till|til|vastaanottaja|komu|címzett|kime|alıcı|кому|宛先|收件人"
    "|收件者"
    "|받는 사람|받는사람|받는이|destinataire|destinatario|destinatário|către|προς|אל|إلى|pre"
    "|kenelle",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|ämne|emne|aihe|předmět"
    "|predmet|tárgy|subiect|konu|тема|件名|题名|主题|主題|標題|제목|objeto|θέμα|נושא|الموضوع|sujet",
    "other": "cc|bcc|ccn|cci|kopie|copie|copia|kopia|kopi|копия|抄送|副本|참조|kópia|másolat|bilgi"
    "|reply-to|reply to|antwort an|répondre à|responder a|rispondi a|responder para"
    "|svara till|svar til|importance|priority|wichtigkeit|priorität|attachments|anlagen"
    "|organization"
    "|organisation|resent-from|sent by|mailed-by|signed-by",
}
ROLE_OF = {name: role for role, names in _ROLES.items() for name in names.split("|")}
FIELD = re.compile(r"^[\s*_|]{0,8}([^\W\d_][\w ./-]{0,24}?)[\s*_]{0,4}[:：][\s*_]{0,4}(.*)$")

_SENT_FROM = (
    r"sent (?:from|via|with|by|using)|get outlook for|gesendet (?:von|mit|über|aus)"
    r"|diese nachricht wurde von|von meinem|versendet (?:von|mit)|envoyé (?:de|depuis|à partir"
    r"|par|avec)"
    r"|télécharger outlook|enviado (?:desde|do|de|via|pelo|a partir|con|com)|enviada (?:desde|do"
    r"|de|pelo)"
    r"|obtener outlook|obter o outlook|inviato (?:da|dal|con|tramite)|scarica outlook"
    r"|verzonden (?:vanaf|met|via)|verstuurd (?:vanaf|met|via)|outlook voor|wysłan[eoya] z"
    r"|pobierz|skickat från|skickad från|hämta outlook|sendt fra|hent outlook|lähetetty"
    r"|hanki outlook"
    r"|odesláno z|odoslané z|elküldve|trimis de|iphone'?dan|отправлено (?:с|из)|надіслано з"
    r"|στάλθηκε από"
    r"|发自|發自|从我的|傳送自|送信|나의|에서 보냄"
)
_DEVICES = (
    r"iphon|ipad|ipod|android|blackberry|samsung|galaxy|huawei|xiaomi|redmi|nokia|htc|sony"
    r"|xperia|lg "
    r"|windows|mobil|mobile|phone|telefon|téléphone|telefoon|teléfono|telemóvel|puhelin|telefono"
    r"|smartphone|tablet|handy|device|appareil|outlook|mail\b|yahoo|proton|mailbox|spark|bluemail"
    r"|gmail|verizon|at&t|t-mobile|surface|kindle|\bmac\b|handheld|wireless|k-9|thunderbird"
    r"|fairphone"
    r"|pixel|oneplus|mailspring|superhuman|newton|airmail|zoho|bell mobility|o2|vodafone|телефон"
    r"|手机|手機"
    r"|スマート"
)
SENT_FROM = re.compile(
    rf"(?i)^[\s*_>\[(-]*(?=.{{0,60}}?(?:{_SENT_FROM}))(?=.{{0,100}}?(?:{_DEVICES})).{{4,140}}$"
)

FOOTER = re.compile(
    r"(?i)\b(?:to unsubscribe|unsubscribe (?:from|here|link)|sent (?:via|from)|virus[- ]free|avast"
    r"|scanned (?:by|for)|do not forward|reply to this email|mailing list|manage your subscription"
    r"|disclaimer|this (?:e-?mail|message|communication) and (?:any|its|all) attach"
    r"|abbestellen|desabonner|désabonner|darse de baja|afmelden|diese (?:e-?mail"
    r"|nachricht) (?:und|enthält)"
    r"|ce (?:message|courriel) et |este (?:mensaje|correo) (?:y|puede)|virenfrei|geprüft von"
    r"|auf viren"
    r"|geschäftsführer|handelsregister|amtsgericht|hrb \d|registered (?:office|in england)"
    r"|company (?:no|number|registration)|please consider the environment|think before you print)"
)
CONFIDENTIAL = re.compile(
    r"(?i)confidential|privileged|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk"
    r"|poufn|konfidentiell|fortrolig|luottamuksell|důvěrn|конфиденциальн|機密|保密"
)
ADDRESSEE = re.compile(
    r"(?i)intended (?:only |solely )?(?:for|recipient)|addressee|received (?:this"
    r"|it) (?:\w+ ){0,4}in error"
    r"|notify (?:the )?sender|adressat|empfänger|irrtümlich|destinataire|par erreur|destinatari[oa]"
    r"|por error|por engano|per errore|geadresseerde|per vergissing|adresat|avsedd|mottagare"
    r"|modtager"
    r"|mottaker|vastaanottaja|příjemc|получател|адресат|受信者|收件人"
)
