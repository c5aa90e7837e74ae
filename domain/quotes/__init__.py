"""What a customer asked for, priced by code: requests, lines, norms, questions, drafts."""
