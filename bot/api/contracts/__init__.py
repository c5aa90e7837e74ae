"""Contracts over REST: made from quotes, signed, ended, renewed; their templates; support."""
