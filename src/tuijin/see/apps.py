from django.apps import AppConfig


class SeeConfig(AppConfig):
    name = "tuijin.see"
    label = "see"
    verbose_name = "看"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tuijin.ledger import trail
        from tuijin.see import following

        trail.follow(following.follow)

    def load_presets(self) -> None:
        """At each start, when the tables are there: the published rules, and tonight's lights."""
        from tuijin.see import following, presets

        presets.load_presets()
        following.expect_night()
