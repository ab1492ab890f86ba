#!/usr/bin/env python3
"""Installs, starts and stops one Apache Kafka broker on this machine, for development, tests and benchmarks.

    python deploy/kafka/broker.py install                           once: fetches Kafka from Maven Central
    python deploy/kafka/broker.py start --dir var/kafka --port 9092 in the background, until it answers
    python deploy/kafka/broker.py stop --dir var/kafka
    python deploy/kafka/broker.py run --dir var/kafka --port 9092   in the foreground
    python deploy/kafka/broker.py groups --port 9092                how far readers are behind, by Kafka's own tool

Needs Java 17 and, to install, Maven. It listens on the loopback address only, without passwords.
"""

import argparse
import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
LIBS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "soundings" / "kafka-4.1.1"
START_SECONDS = 60
STOP_SECONDS = 30

# A broker that was killed is let in again when its old session has run out, so sessions are short.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
"""


def main() -> None:
    arguments = parse()
    home = arguments.dir.resolve()
    match arguments.command:
        case "install":
            install(arguments.libs)
        case "start":
            start(home, arguments.port, arguments.libs)
        case "stop":
            stop(home)
        case "groups":
            tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
            server = f"127.0.0.1:{arguments.port}"
            become(java(arguments.libs, tool, "--bootstrap-server", server, "--describe", "--all-groups", "--offsets"))
        case _:
            prepare(home, arguments.port, arguments.libs)
            (home / "broker.pid").write_text(str(os.getpid()))
            become(java(arguments.libs, "kafka.Kafka", str(home / "server.properties")))


def become(command: list[str]) -> None:
    """Go on as another program, under the same process id."""
    os.execvp(command[0], command)  # noqa: S606 - our own command line


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", choices=["install", "start", "stop", "run", "groups"])
    parser.add_argument("--dir", type=Path, default=Path("var/kafka"), help="data, settings, output and process id")
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--libs", type=Path, default=LIBS, help="where Kafka's jars are (default: %(default)s)")
    return parser.parse_args()


def install(libs: Path) -> None:
    """Fetch the jars, unless they are there. They come under another name first, so that half of them never count."""
    if libs.exists():
        return
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing (Debian: apt-get install openjdk-17-jre-headless maven)")
    half = libs.with_name(f"{libs.name}.{os.getpid()}")
    command = [
        "mvn",
        "-q",
        "-B",
        "-Dstyle.color=never",
        "-f",
        str(POM),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={half}",
    ]
    try:
        subprocess.run([*command, "-DincludeScope=runtime"], check=True)  # noqa: S603 - our own command line
        half.rename(libs)
    except OSError:
        if not libs.exists():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def prepare(home: Path, port: int, libs: Path) -> None:
    """Write the settings and, the first time, give the data directory its identity."""
    install(libs)
    home.mkdir(parents=True, exist_ok=True)
    settings, data = home / "server.properties", home / "data"
    if not settings.exists():
        settings.write_text(PROPERTIES.format(port=port, controller=free_port(), data=data))
    if f"PLAINTEXT://127.0.0.1:{port}," not in settings.read_text():
        sys.exit(f"{home} belongs to a broker on another port than {port}")
    if not (data / "meta.properties").exists():
        # Beginning with a letter, for what begins with a dash would be taken for an option.
        cluster = "S" + base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()[1:22]
        format_command = java(libs, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings))
        subprocess.run(format_command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def start(home: Path, port: int, libs: Path) -> None:
    """Start in the background and return when the broker answers; nothing happens if it runs already."""
    if running(home) is not None:
        return
    prepare(home, port, libs)
    with (home / "broker.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            java(libs, "kafka.Kafka", str(home / "server.properties")),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    (home / "broker.pid").write_text(str(process.pid))
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(home)
            sys.exit(f"the broker did not start; see {home / 'broker.log'}")
        time.sleep(0.1)


def stop(home: Path) -> None:
    """Ask the broker to stop, and insist after a while."""
    pid = running(home)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while running(home) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
    (home / "broker.pid").unlink(missing_ok=True)


def running(home: Path) -> int | None:
    """The process id of the broker of a directory, if it runs."""
    try:
        pid = int((home / "broker.pid").read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if str(home / "server.properties").encode() in arguments.split(b"\0") else None


def java(libs: Path, main_class: str, *arguments: str) -> list[str]:
    settings = ["-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Djava.awt.headless=true"]
    return ["java", *settings, "-cp", f"{libs}/*", main_class, *arguments]


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
