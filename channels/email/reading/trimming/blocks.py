"""The header block above a mail that was copied in: From, Sent, To, Subject. Pure."""

from channels.email.reading.trimming.phrases import ADDRESS, FIELD, ROLE_OF, TIME

MAX_BLOCK = 40
MAX_CONTINUED = 3
MIN_ROLES = 3


def role(line: str) -> str:
    """Which field of a mail a line is, empty where it is none."""
    found = FIELD.match(line)
    return ROLE_OF.get(found[1].strip().lower(), "") if found else ""


def end_of(lines: list[str], start: int) -> int:
    """Where the block that begins at `start` ends, 0 where none begins there.

    It names the sender and two other things; people who list "from", "to" and "date" of a trip
    give neither a subject nor an address.
    """
    if not role(lines[start]):
        return 0
    roles = {role(lines[start])}
    end = position = start + 1
    limit = min(len(lines), start + MAX_BLOCK)
    while position < limit and position - end <= MAX_CONTINUED:
        found = role(lines[position]) if lines[position] else ""
        if found:
            if found in roles and found != "other" and lines[position - 1] == "":
                break  # The block of the next older mail.
            roles.add(found)
            end = position + 1
        elif not lines[position].strip() and position > end:
            break  # Two blank lines, or one after a folded field.
        position += 1
    said = "\n".join(lines[start:end])
    is_complete = "from" in roles and len(roles - {"other"}) >= MIN_ROLES
    is_of_a_mail = "subject" in roles or ADDRESS.search(said) or TIME.search(said)
    return end if is_complete and is_of_a_mail else 0
