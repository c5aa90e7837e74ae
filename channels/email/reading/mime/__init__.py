"""The form of a mail: header fields, parts, transfer encodings, character sets. Pure."""
