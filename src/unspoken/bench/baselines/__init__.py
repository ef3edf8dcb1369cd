"""Published spotters, written anew from their descriptions, to measure Unspoken against."""
