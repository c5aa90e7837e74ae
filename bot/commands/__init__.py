"""The `frontdesk` command: one file per noun."""
