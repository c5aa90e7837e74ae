"""Emoji by the names that Slack gives them; a name nobody knows stays a name. Pure."""

KNOWN = {
    "+1": "👍", "-1": "👎", "thumbsup": "👍", "thumbsdown": "👎", "ok_hand": "👌", "wave": "👋",
    "clap": "👏", "pray": "🙏", "raised_hands": "🙌", "eyes": "👀", "muscle": "💪",
    "smile": "😄", "slightly_smiling_face": "🙂", "grinning": "😀", "joy": "😂", "wink": "😉",
    "heart": "❤️", "thinking_face": "🤔", "cry": "😢", "sweat_smile": "😅", "tada": "🎉",
    "rocket": "🚀", "fire": "🔥", "star": "⭐", "sparkles": "✨", "100": "💯",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "ballot_box_with_check": "☑️", "x": "❌",
    "warning": "⚠️", "rotating_light": "🚨", "no_entry": "⛔", "no_entry_sign": "🚫",
    "question": "❓", "exclamation": "❗", "information_source": "ℹ️", "bulb": "💡",
    "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "alarm_clock": "⏰", "watch": "⌚",
    "clock1": "🕐", "calendar": "📅", "date": "📅", "lock": "🔒", "unlock": "🔓", "key": "🔑",
    "email": "✉️", "envelope": "✉️", "incoming_envelope": "📨", "phone": "☎️", "iphone": "📱",
    "telephone_receiver": "📞", "speech_balloon": "💬", "bell": "🔔", "no_bell": "🔕",
    "paperclip": "📎", "link": "🔗", "memo": "📝", "pencil": "📝", "pencil2": "✏️",
    "page_facing_up": "📄", "clipboard": "📋", "pushpin": "📌", "round_pushpin": "📍",
    "mag": "🔍", "books": "📚", "book": "📖", "package": "📦", "ticket": "🎫", "label": "🏷️",
    "chart_with_upwards_trend": "📈", "bar_chart": "📊", "moneybag": "💰", "credit_card": "💳",
    "euro": "💶", "pound": "💷", "dollar": "💵", "office": "🏢", "house": "🏠", "truck": "🚚",
    "construction": "🚧", "wrench": "🔧", "hammer": "🔨", "gear": "⚙️", "electric_plug": "🔌",
    "satellite_antenna": "📡", "robot_face": "🤖", "bust_in_silhouette": "👤",
    "busts_in_silhouette": "👥", "red_circle": "🔴", "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡", "large_green_circle": "🟢", "large_blue_circle": "🔵",
    "white_circle": "⚪", "black_circle": "⚫", "arrow_right": "➡️", "arrow_left": "⬅️",
    "arrow_up": "⬆️", "arrow_down": "⬇️", "repeat": "🔁", "zap": "⚡", "zzz": "💤",
    "sunny": "☀️", "cloud": "☁️", "globe_with_meridians": "🌐", "sos": "🆘", "new": "🆕",
}  # fmt: skip


def emoji(name: str) -> str | None:
    return KNOWN.get(name)


def from_unicode(code: str) -> str | None:
    """`1f44d-1f3fb` as the sign; None for what is none."""
    try:
        signs = "".join(chr(int(part, 16)) for part in code.split("-"))
        signs.encode()
    except (ValueError, OverflowError, UnicodeEncodeError):
        return None
    return signs if signs.isprintable() else None
