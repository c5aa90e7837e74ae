"""What stands in files that people send: text and tables with their places. Pure, no I/O."""
