"""What a catalogue that changes makes wrong, and what corrections say of it."""
