"""Our own worker's fold, as ``python -m metrics_worker`` runs it beside its API."""

import sys
import threading
from pathlib import Path

from metrics_worker.consumer.thread import ConsumerThread, RunnerSettings

brokers, dsn, worker, batch, folder = sys.argv[1:6]
(Path(folder) / "loaded").touch()
ConsumerThread(RunnerSettings(f"kafka://{brokers}", dsn, worker, int(batch))).start_thread()
threading.Event().wait()
