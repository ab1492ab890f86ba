"""Forms that are ready to use: official instruments and proven short ones, in several languages."""
