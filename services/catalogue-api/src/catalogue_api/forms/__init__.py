"""Forms: the rules that questions obey, and the versions that are published and never change again."""
