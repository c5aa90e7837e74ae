"""Working on tickets: waiting, teams, macros, views, articles, promises, who else is at it."""
