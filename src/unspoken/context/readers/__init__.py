"""One module per file format; `unspoken.context.formats` lists them."""
