"""The log on an Apache Kafka cluster."""

from soundings.log.kafka.adapter import KafkaLog

__all__ = ["KafkaLog"]
