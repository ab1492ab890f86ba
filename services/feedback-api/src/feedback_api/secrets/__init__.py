"""Key derivation from the root secret, and encryption of vendor secrets."""
