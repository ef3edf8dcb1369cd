"""One result in the forms other programs read: ELAN, BORIS, WebVTT, OpenFace columns, tables."""
