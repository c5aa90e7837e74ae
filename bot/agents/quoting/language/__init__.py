"""The customer's language: letters, words, numbers, sizes, sentences, tables, places."""
