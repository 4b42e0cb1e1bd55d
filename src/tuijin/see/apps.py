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
        """At each start: the published rules, tables laid out, and tonight's lights."""
        from tuijin.see import following, presets
        from tuijin.see.tables import layouts

        presets.load_presets()
        layouts.load_presets()
        following.expect_night()
