"""Who may do what: source keys, staff tokens, roles and the policy table."""
