"""The thinking part: proposes actions, never writes."""
