"""Soundings on one machine as it runs on many: Kafka, PostgreSQL and every service as its own process."""
