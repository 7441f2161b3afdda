"""The commands of the program: the module `serve` is the command `filmstrip serve`, its `command` what is run."""
