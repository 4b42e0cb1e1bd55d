from django.apps import AppConfig


class VerifyConfig(AppConfig):
    name = "tuijin.verify"
    label = "verify"
    verbose_name = "验"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tuijin.ledger import targets, trail
        from tuijin.verify import panel, staleness
        from tuijin.verify.models import Binding, Claim

        targets.register("claim", Claim)
        targets.register("check", Binding, fields={"check": "kind"})
        trail.follow(staleness.follow)
        panel.register()

    def load_presets(self) -> None:
        """At each start: what another version of a check or a model made is stale."""
        from tuijin.verify import staleness

        staleness.compare_all()
