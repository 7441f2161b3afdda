"""PostgreSQL for tests: Debian's, as users have it."""

from filmstrip.testing.postgresql import PostgresqlProcess, PostgresqlServer, missing_postgresql, running_postgresql

__all__ = ["PostgresqlProcess", "PostgresqlServer", "missing_postgresql", "running_postgresql"]
