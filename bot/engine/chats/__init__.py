"""What chats have that mail has not: buttons that wait, edits, people who block."""
