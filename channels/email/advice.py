"""What to do about a login that was refused, and what a server said, fit to be shown. Pure."""

import re

from channels.email.settings import EmailSettings

_WORDS = 200


def login_advice(settings: EmailSettings) -> str:
    if settings.auth == "xoauth2":
        return (
            "Connect the mailbox again: make a new refresh token for this very address, with the"
            " rights to IMAP and SMTP, and set it with"
            " `frontdesk tenant set TENANT email_settings.refresh_token=…`."
        )
    setting = "`frontdesk tenant set TENANT email_settings.password=…`"
    if settings.oauth_provider == "microsoft":
        return (
            "Microsoft 365 takes no passwords here: connect the mailbox by OAuth"
            " (email_settings.auth=xoauth2, see the channel's README)."
        )
    if settings.oauth_provider == "google":
        return (
            "Google takes an app password only (Google account, Security, App passwords):"
            f" make one and set it with {setting}, or connect the mailbox by OAuth."
        )
    return (
        f"Set the right password with {setting}; where the provider asks for two factors, an app"
        " password. If the user name is not the address, set email_settings.username."
    )


def spoken(error: Exception) -> str:
    """A server's own words, short and on one line. Python shows bytes as b'…'."""
    words = re.sub(r"\bb(['\"])(.*?)\1", r"\2", str(error))
    shown = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(shown.split())[:_WORDS] or type(error).__name__
