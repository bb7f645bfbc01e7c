"""The engine with the real application, on the port that the arguments name."""

from __future__ import annotations

import sys

from serving.care_app import app
from trimaran.server import ServerConfig, serve

if __name__ == "__main__":
    serve(app, ServerConfig(port=int(sys.argv[1])))
