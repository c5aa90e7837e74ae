"""The demo company: its content, its simulated providers, and how it is planted."""
