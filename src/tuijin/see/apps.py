from django.apps import AppConfig


class SeeConfig(AppConfig):
    name = "tuijin.see"
    label = "see"
    verbose_name = "看"
    default_auto_field = "django.db.models.BigAutoField"

    def load_presets(self) -> None:
        """Called at every start, when the tables are there."""
        from tuijin.see import presets

        presets.load_presets()
