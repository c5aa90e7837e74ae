"""Articles: what the company knows, in versions and passages."""
