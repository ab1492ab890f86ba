"""Today's structure: agencies, their departments, services and measures, as the catalogue last said."""
