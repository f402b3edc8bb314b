"""`wsgi.py` without the log of requests."""

import runpy
import sys
from pathlib import Path

import eventlet

eventlet.monkey_patch()

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from pulse.analytics import request_log

request_log.init_app = request_log.keep = request_log.write = lambda app: None
runpy.run_path(str(ROOT / "wsgi.py"), run_name="__main__")
