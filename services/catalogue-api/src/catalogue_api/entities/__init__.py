"""What an entity is, how it changes and how it is kept: the ground that every feature of the catalogue stands on."""
