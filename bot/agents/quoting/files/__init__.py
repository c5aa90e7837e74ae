"""Lists that customers attach: carried along with their words, and read into the same wishes."""
