"""Writes and checks the contracts as files: JSON Schemas, examples and ``asyncapi.yaml``, all from the event models.

``python -m soundings.events.generate write DIR`` refuses a breaking change inside a major version and then writes;
``... check DIR`` says what is not up to date, and changes nothing.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import orjson
import yaml
from pydantic import ValidationError

from soundings.events.base import EventData
from soundings.events.compatibility import breaking_changes
from soundings.events.envelope import EVENT_TYPES
from soundings.events.topics import ALL, TopicSpec

ASYNCAPI_VERSION = "3.1.0"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[EventData]) -> dict[str, object]:
    """The JSON Schema of an event's data as a consumer reads it: fields that it does not know are allowed."""
    schema = _open_schema(event.model_json_schema(by_alias=True, mode="serialization"))
    return {"$schema": _DIALECT, "$id": f"https://soundings.example/schemas/{event.TYPE}.json", **schema}


def _open_schema(schema: dict[str, object]) -> dict[str, object]:
    return {
        name: _open_part(part) for name, part in schema.items() if name != "additionalProperties" or part is not False
    }


def _open_part(part: object) -> object:
    if isinstance(part, dict):
        return _open_schema(cast("dict[str, object]", part))
    if isinstance(part, list):
        return [_open_part(item) for item in cast("list[object]", part)]
    return part


def contract_files() -> dict[str, bytes]:
    """Every generated file by its path below the contracts folder."""
    written = {
        f"schemas/{event.TYPE}.json": orjson.dumps(
            schema_of(event), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        )
        for event in EVENT_TYPES
    }
    written["asyncapi.yaml"] = yaml.safe_dump(
        asyncapi_document(), sort_keys=False, allow_unicode=True, width=120
    ).encode()
    return written


def asyncapi_document() -> dict[str, object]:
    """What Soundings sends on its log, as an AsyncAPI document from the platform's own point of view."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Soundings: the log",
            "version": "1.0.0",
            "description": "Everything that Soundings hears and knows, as CloudEvents 1.0 in Kafka's binary mode.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel_name(topic): _channel_object(topic) for topic in ALL},
        "operations": {
            f"send-{_channel_name(topic)}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{_channel_name(topic)}"},
                "summary": f"Soundings appends to {topic.name}.",
            }
            for topic in ALL
        },
        "components": {"messages": {event.TYPE: _message_object(event) for event in EVENT_TYPES}},
    }


def _channel_name(topic: TopicSpec) -> str:
    return topic.name.removeprefix("soundings.").removesuffix(".v1")


def _channel_object(topic: TopicSpec) -> dict[str, object]:
    events = [event for event in EVENT_TYPES if event.TOPIC is topic]
    channel: dict[str, object] = {"address": topic.name}
    if events:
        channel["messages"] = {event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"} for event in events}
    channel["bindings"] = {"kafka": _kafka_binding(topic)}
    return channel


def _kafka_binding(topic: TopicSpec) -> dict[str, object]:
    configuration: dict[str, object] = {"cleanup.policy": [topic.cleanup]}
    if topic.retention is not None:
        configuration["retention.ms"] = int(topic.retention.total_seconds() * 1000)
    return {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": configuration,
        "bindingVersion": "0.5.0",
    }


def _message_object(event: type[EventData]) -> dict[str, object]:
    return {
        "name": event.TYPE,
        "summary": (event.__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_type", "ce_source", "ce_id"],
            "properties": {
                "ce_specversion": {"type": "string", "const": "1.0"},
                "ce_type": {"type": "string", "const": event.TYPE},
                "ce_source": {"type": "string"},
                "ce_id": {"type": "string"},
                "ce_time": {"type": "string", "format": "date-time"},
                "ce_partitionkey": {"type": "string"},
            },
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{event.TYPE}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def wrong_examples(folder: Path) -> list[str]:
    """Examples that their model refuses, and event types without an example."""
    found: list[str] = []
    for event in EVENT_TYPES:
        examples = sorted((folder / "examples" / event.TYPE).glob("*.json"))
        if not examples:
            found.append(f"examples/{event.TYPE}: there is none")
        for example in examples:
            try:
                event.model_validate_json(example.read_bytes())
            except ValidationError as error:
                found.append(f"{example.relative_to(folder)}: {error}")
    return found


def broken_schemas(folder: Path, new: Mapping[str, bytes]) -> list[str]:
    """Breaking changes between the schemas in the folder and the new ones."""
    found: list[str] = []
    for old in sorted((folder / "schemas").glob("*.json")):
        content = new.get(f"schemas/{old.name}")
        if content is None:
            found.append(f"{old.name}: the event type was removed")
        else:
            changes = breaking_changes(orjson.loads(old.read_bytes()), orjson.loads(content))
            found += [f"{old.name}: {change}" for change in changes]
    return found


def outdated_files(folder: Path, new: Mapping[str, bytes]) -> list[str]:
    """Files that are not what the models say."""
    found = [path for path, content in new.items() if not _has_content(folder / path, content)]
    return [f"{path}: is not up to date; run `make contracts`" for path in found]


def _has_content(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def main(arguments: list[str]) -> int:
    """``write DIR`` or ``check DIR``; the exit code is 1 where something is wrong."""
    verb, folder = arguments[0], Path(arguments[1])
    new = contract_files()
    wrong = [*broken_schemas(folder, new), *wrong_examples(folder)]
    if verb == "check":
        wrong += outdated_files(folder, new)
    for line in wrong:
        sys.stderr.write(line + "\n")
    if verb == "write" and not wrong:
        for path, content in new.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        sys.stdout.write(f"{len(new)} files are up to date in {folder}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
