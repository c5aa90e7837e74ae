"""Names the language of a text (ISO 639-1) by its script and its small words.

py3langid knows more languages but holds 77 MB of memory and guesses badly on five words; a
support desk's texts are short, so the words that every sentence needs decide.
"""

import re
import unicodedata

_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("GREEK", "el"),
    ("DEVANAGARI", "hi"),
    ("THAI", "th"),
    ("CYRILLIC", "ru"),
)
_WORDS: dict[str, str] = {
    "en": "human"
    " the a an and is are was i you my your we our it this that to of in on for with not"
    " can do"
    " does how what when where why who have has need please hi hello thanks thank there if or"
    " would"
    " could but any some be at from me no yes will don't can't it's i'm working quote price help"
    " am"
    " hey good morning bye ok okay",
    "es": "persona"
    " el la los las un una y es son no me mi su sus de del en con para por que qué cómo"
    " cuándo"
    " dónde está están hay tengo tiene puedo puede quiero necesito hola gracias buenos buenas días"
    " tardes desde ayer funciona presupuesto pero muy esta este nuestro nuestra como cuanto cuánto"
    " favor les lo se al usted ustedes hablar adiós",
    "de": "mensch"
    " der die das ein eine einen einem und ist sind nicht ich sie wir mein meine unser"
    " unsere in"
    " im mit für von zu den dem auf wie wann wo was warum haben habe hat kann können bitte hallo"
    " danke"
    " guten tag seit geht funktioniert kein keine angebot uns ihnen es wenn auch noch brauchen"
    " möchte"
    " sprechen kostet werden oder",
    "fr": "personne"
    " le la les un une des et est sont ne pas je vous nous mon ma mes notre nos de du dans"
    " avec"
    " pour par que comment quand où quel quelle pourquoi ai avons peux pouvez puis bonjour merci"
    " depuis"
    " hier marche fonctionne devis mais très ce cette il elle au aux s'il voudrais salut c'est"
    " est-ce"
    " combien parler bonsoir quelqu'un ça j'ai n'arrive",
    "it": "persona"
    " il lo la gli le un una e è sono non mi mio mia vostro di del della in con per che come"
    " quando dove quale perché ho abbiamo posso può ciao grazie buongiorno salve da ieri funziona"
    " preventivo ma molto questo questa vorrei nostro nostra alla nel si anche quanto parlare"
    " buonasera",
    "pt": "pessoa"
    " o a os as um uma e é são não me meu minha seu de do da dos das em no na com para por"
    " que"
    " como quando onde qual porque tenho temos posso pode olá obrigado obrigada bom dia boa"
    " desde ontem"
    " funciona orçamento mas muito este esta gostaria nosso nossa ao quanto falar você vocês"
    " está tarde"
    " queria",
    "nl": "persoon"
    " de het een en is zijn niet ik u je wij we mijn ons onze jullie van in op met voor te"
    " dat die"
    " hoe wanneer waar wat waarom heb hebben heeft kan kunnen graag hallo bedankt dank"
    " goedemorgen sinds"
    " gisteren werkt geen offerte maar ook nog naar wil doet als er bij kunt",
    "ca": "el la els les un una i és són no em meu meva de del amb per que com quan on quin tinc"
    " puc"
    " hola gràcies bon dia des d'ahir funciona pressupost però molt aquest aquesta si us plau",
    "sv": "och är inte jag vi min vår det en ett att på med för hur när var vad varför har kan"
    " hej tack"
    " sedan igår fungerar ingen men vill",
    "da": "og er ikke jeg vi min vores det en et at på med for hvordan hvornår hvor hvad hvorfor"
    " har kan"
    " hej tak siden går virker ingen men vil",
    "pl": "i jest nie ja my mój moja nasz to na z do w jak kiedy gdzie co dlaczego mam mamy mogę"
    " proszę"
    " dzień dobry dziękuję od wczoraj działa ale czy się",
    "ro": "și este nu eu noi meu mea nostru un o la cu pentru cum când unde ce de care am avem"
    " pot vă rog"
    " bună mulțumesc ieri funcționează dar",
    "tr": "ve bir bu değil ben biz benim bizim için ile nasıl ne zaman nerede neden var yok"
    " merhaba"
    " teşekkürler dünden beri çalışmıyor ama mı mi",
    "cs": "a je není já my můj náš to na s do v jak kdy kde co proč mám máme mohu prosím dobrý"
    " den děkuji"
    " od včera nefunguje ale",
}
_SMALL = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_LETTERS: tuple[tuple[str, str], ...] = (
    ("ñ¿¡", "es"),
    ("ß", "de"),
    ("äö", "de"),
    ("ãõ", "pt"),
    ("çœèêàù", "fr"),
    ("ąęłśźż", "pl"),
    ("ğşı", "tr"),
    ("ěřů", "cs"),
    ("ășț", "ro"),
    ("å", "sv"),
)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_READ = 600


def language_of(text: str, default: str = "en", *, margin: float = 0.0) -> str:
    """The likeliest language; `default` where nothing, or no more than `margin`, speaks against
    it."""
    head = text[:_READ].lower().replace("’", "'")
    if script := _script(head):
        return script
    scores = _scores(head)
    best = max(scores, key=lambda language: (scores[language], language == default))
    return best if scores[best] - scores.get(default, 0) * bool(margin) > margin else default


def _scores(head: str) -> dict[str, float]:
    words = _TOKEN.findall(head)
    scores = dict.fromkeys(_SMALL, 0.0)
    for word in words:
        parts = {word, *word.split("'")}
        holders = [lang for lang, small in _SMALL.items() if parts & small]
        for language in holders:
            scores[language] += 1 / len(holders)
    if words:
        for letters, language in _LETTERS:
            scores[language] += 0.4 * sum(any(c in word for c in letters) for word in words)
    return scores


def _script(head: str) -> str:
    """The language of a script that is not Latin, where half of the letters are in it."""
    letters = [c for c in head if c.isalpha()]
    foreign = [unicodedata.name(c, "") for c in letters if c > "\u036f"]
    if not letters or len(foreign) * 2 < len(letters):
        return ""
    if any(c in head for c in "іїєґ"):
        return "uk"
    for script, language in _SCRIPTS:
        if any(name.startswith(script) for name in foreign):
            return language
    return ""
