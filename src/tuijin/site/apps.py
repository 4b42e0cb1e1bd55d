from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tuijin.site"
    label = "site"
    verbose_name = "站点"
    default_auto_field = "django.db.models.BigAutoField"
