"""Price lists of suppliers: compared before anything is written, imported as they were seen."""
