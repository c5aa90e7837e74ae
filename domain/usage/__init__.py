"""What models cost a tenant, by day."""
