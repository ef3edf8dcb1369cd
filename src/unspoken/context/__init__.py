"""What was going on: timelines, transcripts, and how their clock lies on the recording's."""
