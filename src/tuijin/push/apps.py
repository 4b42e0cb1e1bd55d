from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "tuijin.push"
    label = "push"
    verbose_name = "促"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tuijin.push import nouns, panel

        nouns.register()
        panel.register()

    def load_presets(self) -> None:
        """Called at every start, when the tables are there."""
        from tuijin.push import beat, presets

        presets.load_presets()
        presets.load_flag_rules()
        beat.expect_hour()
