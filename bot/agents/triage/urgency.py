"""How urgent a message sounds, from its words: safety, outage, how many suffer, since when."""

import re
from enum import StrEnum

from bot.model.turns import Intent


class Urgency(StrEnum):
    """The same words as a ticket's priority."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


_LADDER = tuple(Urgency)

_SAFETY = re.compile(
    r"\b(?:on fire|fire (?:alarm|in|at)|a fire|smoke|flood(?:ed|ing)?|gas (?:leak|smell)"
    r"|smell of gas|burglar\w*"
    r"|break[- ]?in|broken into|broke into|robbed|robbery|intruders?|hacked|ransomware|injur\w+"
    r"|electric shock|sparks?"
    r"|emergency|ambulance|stuck in the (?:lift|elevator)|locked (?:in|out)|water (?:coming"
    r"|pouring|leak)"
    r"|stolen|stole|fraud\w*|incendio|humo|inundaci\w+|robo|robado|emergencia|brand(?!meld)"
    r"|rauch|feuer|einbruch"
    r"|überschwemm\w+|notfall|gestohlen|incendie|fumée|inondation|cambriol\w+|urgence|volé|fuoco"
    r"|fumo|allagamento"
    r"|furto|emergenza|incêndio|assalto|emergência|rook|inbraak|overstroming|noodgeval|gestolen)\b"
)
_MANY = re.compile(
    r"\b(?:nobody|no one|noone|everyone|everybody|whole (?:office|floor|site|building|company"
    r"|team|department)"
    r"|entire \w+|all (?:staff|users|sites|phones|tills|our)|(?:\d{1,4}|dozens of) (?:people"
    r"|users|staff|desks|guests"
    r"|colleagues|patients)|(?:can'?t|cannot|can not|unable to) (?:work|trade|open"
    r"|take (?:payments|orders|calls))"
    r"|nadie puede|toda la oficina|niemand kann|keiner kann|das ganze büro|personne ne peut"
    r"|tout le bureau"
    r"|nessuno può|tutto l'ufficio|ninguém consegue|niemand kan|het hele kantoor)\b"
)
_OUTAGE = re.compile(
    r"\b(?:dead|down|offline|outage|not work\w*|stopped working|doesn'?t work|won'?t (?:start"
    r"|turn on|open|boot)|crashed"
    r"|no (?:internet|network|power|signal|connection|phones?|picture|image|heating|hot water"
    r"|footage)|blocked|missing"
    r"|leak\w*|(?:totally|completely) broken|nothing works|lost|no funciona|caíd[oa]|averiad\w+"
    r"|sin (?:internet|luz|red)"
    r"|funktioniert nicht|geht nicht|ausgefallen|kaputt|kein (?:internet|strom|netz)|en panne"
    r"|ne (?:marche|fonctionne)"
    r"|non funziona|guast\w+|não funciona|avariad\w+|werkt niet|ligt eruit|kapot"
    r"|geen (?:internet|stroom))\b"
)
_HURRY = re.compile(
    r"\b(?:asap|a\.s\.a\.p|urgent(?:ly)?|immediately|right (?:now|away)|at once|straight away"
    r"|critical|quickly|today"
    r"|as soon as possible|since (?:this morning|last night|yesterday|monday|tuesday|wednesday"
    r"|thursday|friday|saturday"
    r"|sunday|\d+)|for (?:two|three|\d+) (?:days|hours)|still|again|urgente|cuanto antes"
    r"|inmediatamente|desde (?:ayer|esta"
    r" mañana)|dringend|sofort|eilig|seit (?:gestern|heute)|tout de suite|au plus vite"
    r"|depuis (?:hier|ce matin)"
    r"|subito|da (?:ieri|stamattina)|desde (?:ontem|hoje)|dringend|meteen|zo snel mogelijk"
    r"|sinds (?:gisteren|vanmorgen))\b"
)
_PRESSING = re.compile(
    r"\b(?:urgent(?:ly|e)?|asap|dringend|emergency|critical|immediately|sofort)\b"
)
_CALM = re.compile(
    r"\b(?:no (?:rush|hurry)|not urgent|when(?:ever)? you (?:can|have (?:a|some) (?:time|moment"
    r"|minute))|whenever|minor|low"
    r" priority|sin prisa|keine eile|nicht dringend|pas (?:urgent|pressé)|non urgente"
    r"|senza fretta|sem pressa|geen haast)\b"
)


def urgency_of(text: str, intent: Intent) -> Urgency:
    """Only a problem or a wish for a person climbs by outage words: a question may hold them"
    " too."""
    lowered = text.lower().replace("’", "'")
    if intent in (Intent.SMALLTALK, Intent.OTHER):
        return Urgency.LOW
    if _CALM.search(lowered):
        return Urgency.LOW
    if intent in (Intent.QUESTION, Intent.QUOTE):
        return Urgency.HIGH if _PRESSING.search(lowered) else Urgency.MEDIUM
    return _LADDER[min(_height(lowered), len(_LADDER) - 1)]


def _height(lowered: str) -> int:
    if _SAFETY.search(lowered):
        return 3
    outage = _OUTAGE.search(lowered) is not None
    many = _MANY.search(lowered) is not None
    pressing = _PRESSING.search(lowered) is not None
    if many and (outage or pressing):
        return 3
    return 1 + (outage or many) + (pressing or (not outage and _HURRY.search(lowered) is not None))
