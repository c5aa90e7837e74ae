"""Cheap signs in a text that point to an intent: words, forms and punctuation.

Each marker is one pattern over the lower-cased text; the classifier learns its weight. English
first, with the plain words of Spanish, German, French, Italian, Portuguese and Dutch.
"""

import re

PERSON = (
    r"(?:human(?: being)?|person|people|agent|operator|representative|rep|manager|supervisor"
    r"|advis[eo]r|employee|colleague|staff|worker|somebody|someone|anyone|anybody|boss"
    r"|receptionist|reception|front desk|concierge|clerk|department|customer (?:service|care)"
    r"|persona|agente|alguien|humano|encargado|mensch(?:en)?|mitarbeiter(?:in)?|jemand(?:em|en)?"
    r"|kundendienst|personne|quelqu'un|humain|conseiller|responsable|operatore|qualcuno|umano"
    r"|responsabile|pessoa|alguém|operador|gerente|mens|medewerker|iemand|persoon)"
)
SPEAK = (
    r"(?:speak(?:ing)?|talk(?:ing)?|chat(?:ting)?|hablar|sprechen|reden|parler|parlare|falar"
    r"|praten|spreken)"
)
ITEM = (
    r"(?:cat ?[5678]\w*|outlets?|sockets?|drops?|points?|panels?|leads?|cameras?|cabinets?|racks?"
    r"|switch(?:es)?|access points?|aps?|nvrs?|boxes|metres?|meters?|m|box|drums?|reels?|trunking"
    r"|conduit|tray|keystones?|faceplates?|singles|doubles|dbl|licen[cs]es?|laptops?|phones?"
    r"|engineers?|cables?|routers?|units?|pcs|qty|desks?|floors?|port|way|kameras?|dosen|kabel"
    r"|festplatten|cámaras?|tomas?|puntos?|armarios?|latiguillos?|caméras?|prises?|baies?"
    r"|telecamere|prese|armadi|câmaras?|tomadas|camera's|aansluitingen)"
)
NUMBER = (
    r"(?:\d+|two|three|four|five|six|eight|ten|twelve|a dozen|dozen|couple of|one|una?|dos|tres"
    r"|cuatro|diez|docena|zwei|drei|vier|fünf|zehn|eine?n?|deux|trois|quatre|dix|due|dieci|dois"
    r"|dez|twee|drie|tien)"
)

_PATTERNS: dict[str, str] = {
    "asks": r"\?|¿",
    "opens_with_how": r"^(?:\W|hi|hello|hey|so|and|ok|please|but)*(?:how|cómo|wie|comment|come"
    r"|como|hoe)\b",
    "opens_with_what": r"^(?:\W|hi|hello|hey|so|and|ok|but)*(?:what|whats|when|where|which|who"
    r"|qué|"
    r"cuándo|dónde|cuál|wann|wo|was|welche|quand|où|quel\w*|quando|dove|quale|onde|qual|wanneer"
    r"|waar)\b",
    "opens_with_may": r"^(?:\W|hi|hello|hey|so|and|ok|but|please)*(?:can|could|may|is|are|do"
    r"|does|did|will"
    r"|would|should|has|have|was|puedo|kann|darf|puis-je|posso|kan|mag)\b",
    "why": r"\b(?:why|how come|what'?s the reason|por qué|warum|wieso|pourquoi|perché|por que"
    r"|waarom)\b",
    "why_not": r"\bwhy (?:can(?:'?t|not)|could(?:n'?t| not)|did(?:n'?t| not)|is(?:n'?t| not)"
    r"|won'?t|do(?:es)?n'?t)\b",
    "why_state": r"\bwhy (?:is|was|are|were|did|has)\b.*\b(?:pending|declin\w+|reject\w+"
    r"|refus\w+|fail\w*"
    r"|block\w+|clos\w+|stuck|cancel\w+|revert\w+|not|down|broken|late|shut|hold)\b",
    "dear": r"\b(?:fees?|rates?|charges?|prices?|expensive|interest|higher|lower|cheaper|costs?"
    r"|tariffs?)\b",
    "unable": r"\b(?:can(?:'?t|not| not)|could(?:n'?t| not)|unable to|won'?t|does(?:n'?t| not)"
    r"|did(?:n'?t| not)"
    r"|is(?:n'?t| not)|never|no puedo|nicht|ne .{1,20} pas|non (?:riesco|posso|va)|não|niet|geen"
    r"|kein\w*)\b",
    "broken": r"\b(?:not work\w*|broken?|down|dead|fail\w*|fault\w*|error\w*|issues?|problems?"
    r"|troubles?|crash\w*"
    r"|out of order|leak\w*|frozen?|freezes|stopped|offline|stuck|outage|no (?:signal|internet"
    r"|picture|power"
    r"|network|sound|hot water)|drops|dropping|slow|red light|repair|fix|damaged|doesn'?t work"
    r"|won'?t (?:turn|start|"
    r"open|load|connect)|incident|malfunction\w*)\b",
    "broken_abroad": r"\b(?:no (?:me )?funciona|averiad\w+|rot[oa]|roto|problema|fallo|kaputt"
    r"|funktioniert nicht|geht nicht"
    r"|ausgefallen|störung|en panne|cassée?|ne (?:marche|fonctionne)|panne|non funziona|guast\w+"
    r"|rott\w"
    r"|não funciona|avaria\w+|werkt niet|stuk|doet het niet|storing|caíd[oa])\b",
    "lost": r"\b(?:lost|misplaced|stolen|stole|missing|left (?:my|one|something|our)|forgotten"
    r"|gone|disappear\w+|vanish\w+"
    r"|robbed|can'?t (?:seem to )?find|perdid[oa]|robado|verloren|gestohlen|perdu|volé|perso"
    r"|rubat\w|perdi"
    r"|roub\w+|kwijt|gestolen)\b",
    "refused": r"\b(?:pending|declin\w+|reject\w+|refus\w+|revert\w+|denied|blocked|bounced"
    r"|reversed|on hold|delayed"
    r"|still waiting|awaiting|returned|turned down|not arrived|overdue|late|hasn'?t arrived"
    r"|never (?:came|arrived)"
    r"|rechazad\w+|pendiente|abgelehnt|refusé\w*|rifiutat\w+|recusad\w+|geweigerd)\b",
    "wrong": r"\b(?:wrong|incorrect|mistake|suspicious|fraud\w*|unauthori[sz]ed|recogni[sz]e"
    r"|not right|twice|overcharged"
    r"|ridiculous|unacceptable|complain\w*)\b",
    "ticket": r"\b(?:ticket|incident|case|complaint|fault)\b",
    "password": r"\b(?:password|locked out|account is locked|passwort|contraseña|mot de passe"
    r"|wachtwoord)\b",
    "speak": rf"\b{SPEAK}\b",
    "person": rf"\b{PERSON}\b",
    "speak_person": rf"\b{SPEAK}\b.{{0,40}}\b{PERSON}\b",
    "transfer": r"\b(?:transfer|connect|pass|put|switch|hand|forward|patch) (?:me"
    r"|us)\b(?! to my)|\b(?:hand ?-?(?:off|over))\b"
    r"|\bverbinden sie\b|\bpásame|\bpáseme|\bpassez-moi|\bmi passi|\bverbind me\b",
    "get_person": rf"\b(?:get|give|find|need|want|fetch|prefer)(?: me)?(?: help from)?(?: an?"
    rf"| the| your| some)?(?: real| live| actual"
    rf"| normal| different| another)* {PERSON}\b",
    "real_person": r"\b(?:real|actual|live|normal|another|different) (?:human|person|agent"
    r"|people|human being)\b",
    "machine": r"\b(?:bot|chatbot|robot|machine|computer|ai|assistant)\b",
    "refuses_bot": r"\b(?:don'?t|not|won'?t|refuse|hate)\b.{0,30}\b(?:talk(?:ing)? to (?:you"
    r"|a (?:bot|machine|robot|computer))|machine|bot"
    r"|robot|chatbot|with you)\b",
    "insult": r"\b(?:stupid|useless|dumb|idiot|hopeless|pointless|frustrat\w+|fed up"
    r"|waste of time|getting nowhere|going round)\b",
    "call_me": r"\b(?:call|ring|phone) (?:me|us)\b|\b(?:rufen sie|rückruf|llámeme|rappelez"
    r"|richiamate|liguem|bel me)\b",
    "quote": r"\b(?:quot(?:e|ation|ing)s?|rfq|tender|estimate|price (?:up|for|on)|pricing|price"
    r"|ballpark|costings?|presupuesto|cotización"
    r"|angebot|kostenvoranschlag|anfrage|anbieten|devis|preventivo|orçamento|offerte"
    r"|prijsopgave)\b",
    "how_much": r"\b(?:how much (?:would|for|to|does it cost|will)|what (?:would|wld) (?:that|it"
    r"|this) (?:be|b|cost|come)|what would you charge"
    r"|cuánto (?:cuesta|costaría)|was (?:kostet|kosten)|combien|quanto (?:costa|custa|viene)"
    r"|wat kost|roughly)\b",
    "quantity": rf"\b{NUMBER}\s*(?:x|no\.?|of)?\s*(?:\S+\s+){{0,3}}?{ITEM}\b",
    "quantities": rf"(?:\b{NUMBER}\b[^.\n]{{0,40}}\b{ITEM}\b.*){{2}}",
    "supply": r"\b(?:suppl(?:y|ied)|fit(?:ted)?|install(?:ed|ation)?|certif\w+|instalación"
    r"|montage|einbau|pose|installazione)\b",
    "revises": r"\b(?:instead of|rather than|not \d+|make it|quantit(?:y|ies)|as before"
    r"|unchanged)\b",
    "table": r"\|.*\||^\s*-\s+\d",
    "greets": r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|hola|buen[oa]s"
    r"|hallo|guten|moin|bonjour|salut|ciao"
    r"|buon\w+|olá|bom dia|boa|goede\w+|hoi)\b",
    "thanks": r"\b(?:thanks?|thank you|cheers|thx|appreciate\w*|gracias|danke|merci|grazie"
    r"|obrigad[oa]|bedankt|dank)\b",
    "bye": r"\b(?:bye|goodbye|see (?:you|ya)|take care|good night|have a (?:nice|good|great)"
    r"|farewell|leaving|adiós|hasta|tschüss"
    r"|wiedersehen|au revoir|arrivederci|adeus|tot ziens|doei)\b",
    "done": r"\b(?:that'?s all|that is all|all (?:i|we) need\w*|everything (?:i|we) need\w*"
    r"|nothing (?:else|more)|that'?s it|no more"
    r"|all set|eso es todo|das war alles|c'est tout|è tutto|dat was alles)\b",
    "you_are": r"\b(?:are you|you are|were you|do you|did you|have you|you do|who (?:made|built"
    r"|created|are)|your)\b",
    "bot_person": r"\b(?:your|you|ur)\b.{0,25}\b(?:name|age|birthday|old|born|birth|hobb\w+"
    r"|pets?|from|live|boss|creator|maker|employer|favou?rite"
    r"|free time|spare time|fun|feelings?|family)\b|\bhow old\b|\bwho (?:made|built|created"
    r"|programmed|designed|trained)\b",
    "joke": r"\b(?:jokes?|funny|laugh|riddle|fun facts?|trivia|fact about|facts? on"
    r"|interesting fact|meaning of life|purpose of life"
    r"|witz|chiste|blague|barzelletta|piada|mop)\b|\blife'?s\b",
    "bills_us": r"\b(?:(?:our|attached|enclosed) invoice|invoice (?:attached|no|inv)|remittance"
    r"|accounts? receivable|statement of account"
    r"|credit control|proforma|unsere rechnung|nuestra factura|notre facture|nostra fattura"
    r"|nossa fatura|onze factuur)\b",
    "unsubscribe": r"\bunsubscrib\w*|\bview (?:this email )?in (?:your )?browser"
    r"|\bemail preferences|\bnewsletter|\bdarse de baja|\babmelden"
    r"|\bse désinscrire|\bannulla iscrizione|\buitschrijven",
    "pitches": r"\b(?:seo|backlinks?|lead generation|your website|boost your|grow your"
    r"|our (?:services|agency|platform|proposal|factory|candidates?)"
    r"|we help|webinar|cooperat\w+|partnership|partner program\w*|15 minutes?|quick call"
    r"|free trial|discounts? code|% off"
    r"|renew now|save \d+|great candidates|profiles of|(?:dispatched|shipped)[.,]"
    r"|special offer|limited time|distributor|reseller|manufacturer|price list"
    r"|suchmaschinenoptimierung)\b",
    "applies": r"\b(?:my (?:cv|resume)|cover letter|vacanc\w+|apply for|application for the"
    r"|hiring|internship|lebenslauf|curriculum|sollicitatie"
    r"|candidatura|candidature)\b",
    "spam": r"\b(?:viagra|casino|lottery|inheritance|bitcoin|crypto\w*|winner|you have won"
    r"|click (?:here|the link)|verify your account"
    r"|work from home|passive income|rolex|singles|free spins|gift card)\b",
    "mine": r"\b(?:my|our|i|we|me|mein\w*|unser\w*|mi|mis|nuestr\w+|mon|ma|mes|notre|mio|mia|meu"
    r"|minha|mijn|onze)\b",
    "link": r"https?://|www\.",
    "has_number": r"\d",
    "one_word": r"^\W*\w+\W*$",
    "short": r"^\W*(?:\w+\W+){1,2}\w+\W*$",
    "long": r"^(?:.|\n){160,}",
}  # fmt: skip

MARKERS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.MULTILINE if name == "table" else 0)
    for name, pattern in _PATTERNS.items()
}
NAMES: tuple[str, ...] = tuple(MARKERS)

OTHER_SIGNS: tuple[str, ...] = ("bills_us", "unsubscribe", "pitches", "applies", "spam")


def marks(text: str) -> list[bool]:
    """One truth per marker, in the order of `NAMES`."""
    lowered = text.lower().replace("’", "'")
    return [pattern.search(lowered) is not None for pattern in MARKERS.values()]
