"""Creating topics on a cluster, and bringing those that exist up to date."""

from collections.abc import Mapping, Sequence

from soundings.events.topics import TopicSpec
from soundings.log.kafka.aiokafka_internals import (
    KafkaAdmin,
    alter_topic,
    check_created,
    make_admin,
    make_topic,
    overrides_of,
)
from soundings.log.kafka.settings import KafkaSettings
from soundings.log.port import TopicConflict


async def ensure_topics(settings: KafkaSettings, topics: Sequence[TopicSpec]) -> None:
    """Raises `TopicConflict` before anything is changed, and `KafkaError`."""
    admin = make_admin(settings)
    try:
        await admin.start()
        found = {described["topic"]: len(described["partitions"]) for described in await admin.describe_topics()}
        for topic in topics:
            # All topics are checked before any is changed. More partitions would move keys to other
            # partitions and break their order.
            if found.get(topic.name, topic.partitions) != topic.partitions:
                raise TopicConflict(f"{topic.name} has {found[topic.name]} partitions for life, not {topic.partitions}")
        missing = [topic for topic in topics if topic.name not in found]
        if missing:
            copies = settings.replication_factor
            made = [
                make_topic(topic.name, topic.partitions, copies, _wanted_config(settings, topic)) for topic in missing
            ]
            check_created(await admin.create_topics(made))
        for topic in topics:
            if topic.name in found:
                await _update_topic(admin, topic.name, _wanted_config(settings, topic))
    finally:
        await admin.close()


async def _update_topic(admin: KafkaAdmin, name: str, wanted: Mapping[str, str]) -> None:
    """Kafka replaces all settings of a topic at once, so those that others have made go back with ours."""
    overrides = await overrides_of(admin, name)
    if not wanted.items() <= overrides.items():
        await alter_topic(admin, name, {**overrides, **wanted})


def _wanted_config(settings: KafkaSettings, topic: TopicSpec) -> Mapping[str, str]:
    """Topics use the time of appending, or old events would be deleted on arrival."""
    kept = -1 if topic.retention is None else round(topic.retention.total_seconds() * 1000)
    wanted = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(kept),
        # Consumers compute the fold delay from this time too.
        "message.timestamp.type": "LogAppendTime",
    }
    if settings.min_insync_replicas is not None:
        wanted["min.insync.replicas"] = str(settings.min_insync_replicas)
    return wanted
