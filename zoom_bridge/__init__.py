"""zoom_bridge: public online events on Zoom."""

__version__ = "0.5.0"
