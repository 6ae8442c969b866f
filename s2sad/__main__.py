"""`python -m s2sad` is the command `s2sad`."""

from s2sad.cli import run

if __name__ == "__main__":
    run()
