"""Free-text comments that accompany scores, in English and Spanish."""
