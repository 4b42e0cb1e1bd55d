from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tuijin.ledger"
    label = "ledger"
    verbose_name = "台账"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tuijin.ledger import chain, trail  # tables load first

        trail.follow(chain.follow)
