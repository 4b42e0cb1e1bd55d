from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tuijin.site"
    label = "site"
    verbose_name = "站点"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tuijin.site import checks  # registers itself

        checks.prepare()
