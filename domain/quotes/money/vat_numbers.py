"""VAT numbers by their form alone: whether one is registered only its tax office knows; pure.

The forms are those of the European Commission's VIES, and of the United Kingdom, Switzerland
and Norway.
"""

import re

_FORMS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CHE": r"\d{9}(?:MWST|TVA|IVA)?",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "GB": r"(?:\d{9}(?:\d{3})?|(?:GD|HA)\d{3})",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"(?:\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])",
    "IT": r"\d{11}",
    "LT": r"(?:\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "NO": r"\d{9}(?:MVA)?",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(?:\d{9}(?:\d{3})?|(?:GD|HA)\d{3})",
}


def is_vat_number(text: str) -> bool:
    """With its country in front, whatever spaces, dots and dashes stand in it."""
    plain = re.sub(r"[\s.\-]", "", text).upper()
    return any(
        plain.startswith(country) and re.fullmatch(form, plain[len(country) :], re.ASCII)
        for country, form in _FORMS.items()
    )
