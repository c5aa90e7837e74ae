"""The one sentence no prompt can take away: an assistant answers, and how to reach a person."""

_SENTENCES = {
    "en": "I am the automated assistant of {name}. Write “person” to reach a colleague.",
    "es": "Soy el asistente automático de {name}. Escriba «persona» para hablar con un compañero.",
    "de": "Ich bin der automatische Assistent von {name}. Schreiben Sie „Mensch“, um eine "
    "Kollegin oder einen Kollegen zu erreichen.",
    "fr": "Je suis l’assistant automatique de {name}. Écrivez « personne » pour joindre un "
    "collègue.",
    "it": "Sono l’assistente automatico di {name}. Scriva «persona» per parlare con un collega.",
    "pt": "Sou o assistente automático da {name}. Escreva «pessoa» para falar com um colega.",
    "nl": "Ik ben de automatische assistent van {name}. Schrijf “persoon” om een collega te "
    "bereiken.",
}


def disclosed(text: str, name: str, language: str) -> str:
    """The text with the disclosure behind it."""
    sentence = _SENTENCES.get(language, _SENTENCES["en"]).format(name=name)
    return f"{text}\n\n{sentence}"
