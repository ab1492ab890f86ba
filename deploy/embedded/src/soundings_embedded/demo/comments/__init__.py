"""Comments: what people write beside their scores, in English and Spanish."""
