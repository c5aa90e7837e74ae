"""What staff and operators can do, one file per noun; Slack, console and commands come here."""
