"""Brings what waits at providers onto the disk: asked by schedule, or when they call."""
