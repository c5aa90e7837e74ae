"""WhatsApp by the Cloud API of Meta, without a library between."""
