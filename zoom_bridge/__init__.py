"""zoom_bridge: public online events on Zoom."""

__version__ = "0.3.0"
