"""Papers: a quote as a PDF, set by typst from data; nothing of a customer's is ever markup."""
