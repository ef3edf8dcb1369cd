"""When something happened: evidence in, events, artefacts and false-alarm rates out."""
