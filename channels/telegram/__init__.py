"""Telegram: the Bot API, by webhook or by polling."""
