"""Trades out of files: archives, recorded frames, JSON lines; numpy comes only when an archive is read."""

from cvdtui.feeds.files.events import Event, FileNotice, Ignored, Rejected
from cvdtui.feeds.files.guess import FORMATS
from cvdtui.feeds.files.reading import Reading, open_files

__all__ = ["FORMATS", "Event", "FileNotice", "Ignored", "Reading", "Rejected", "open_files"]
