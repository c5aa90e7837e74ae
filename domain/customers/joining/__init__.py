"""One customer under several records: suggested, linked, merged, and taken apart again."""
