"""Reads a quote request with a model; code keeps only what the customer's words bear out."""
