"""Protocol translators: provider's bytes to messages and back. They never touch the database."""
