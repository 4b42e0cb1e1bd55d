from django.apps import AppConfig


class SeeConfig(AppConfig):
    name = "tuijin.see"
    label = "see"
    verbose_name = "看"
    default_auto_field = "django.db.models.BigAutoField"
