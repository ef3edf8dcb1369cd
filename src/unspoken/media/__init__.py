"""Pixels with capture times: files and image sequences, their clocks, probing, and writing clips.

Nothing is imported here; take what you need from the modules:

* `unspoken.media.source.open_source`: whatever the user names, as an iterable of frames
* `unspoken.media.seeking.read_frames_at`: chosen pictures of a source, a second time
* `unspoken.media.probe.probe`: what the clock is like
* `unspoken.media.writer.ClipWriter`: pictures and times into a file
"""
