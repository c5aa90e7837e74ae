"""HTTP for machines: webhooks, REST, health."""
