"""What chats tell besides words: newer versions, chats that moved, people who block."""
