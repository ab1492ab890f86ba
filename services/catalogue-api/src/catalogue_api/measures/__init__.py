"""The measures of an agency: a version has one scale and one wording, for ever."""
