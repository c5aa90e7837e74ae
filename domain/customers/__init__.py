"""Companies, their sites, their people, and where those can be reached."""
