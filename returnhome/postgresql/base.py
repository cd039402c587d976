"""Django's connection to PostgreSQL, with the one thing added that the second lock needs."""

from django.db.backends.postgresql import base

from returnhome.casework import acting


class DatabaseWrapper(base.DatabaseWrapper):
    """Every outermost transaction begins by saying for whom it is."""

    def init_connection_state(self) -> None:
        super().init_connection_state()
        acting.connected()

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit:
            acting.begin()
