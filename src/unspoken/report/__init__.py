"""An analysis as people read it: the offline report and its pictures."""
