"""What is different where threads have subjects and several people: mail."""
