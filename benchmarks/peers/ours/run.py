"""Our own worker's fold, as ``python -m metrics_worker`` runs it beside its API."""

import sys
import threading

from metrics_worker.fold.runner import FoldRunner, RunnerSettings

brokers, dsn, worker, batch = sys.argv[1:5]
FoldRunner(RunnerSettings(f"kafka://{brokers}", dsn, worker, int(batch))).start()
threading.Event().wait()
