"""What a request for X makes: one file per value of `format[].output`."""
