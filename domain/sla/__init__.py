"""What was promised to customers about time: calendars, policies, clocks, alerts."""
