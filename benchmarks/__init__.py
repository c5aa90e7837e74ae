"""What `make bench` measures, each figure next to a reference of the same run."""
