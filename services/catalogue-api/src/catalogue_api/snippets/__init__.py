"""What an agency pastes into its pages, for each way in which a form is delivered."""
