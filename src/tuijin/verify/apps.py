from django.apps import AppConfig


class VerifyConfig(AppConfig):
    name = "tuijin.verify"
    label = "verify"
    verbose_name = "验"
    default_auto_field = "django.db.models.BigAutoField"
