"""python -m jobs: run the timetable until SIGTERM, finish the row in hand. The same as `zoom-bridge work`."""

from zoom_bridge.cli import work

if __name__ == "__main__":
    work()
