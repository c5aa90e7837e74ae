"""A quote's papers: what goes on them, made into PDFs, put before people."""
