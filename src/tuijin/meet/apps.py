from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetConfig(AppConfig):
    name = "tuijin.meet"
    label = "meet"
    verbose_name = "会议"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tuijin.ledger import trail
        from tuijin.meet import nouns, ordering
        from tuijin.meet.panel import build_said
        from tuijin.see import panels

        nouns.register()
        trail.follow(ordering.follow)
        panels.register(
            panels.Panel(
                "said_last_time", _("上次说了什么"), "meet/panel_said.html", build_said, "side", 60
            )
        )

    def load_presets(self) -> None:
        """Called at every start, when the tables are there."""
        from tuijin.meet import presets

        presets.load_presets()
