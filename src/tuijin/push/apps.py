from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "tuijin.push"
    label = "push"
    verbose_name = "促"
    default_auto_field = "django.db.models.BigAutoField"
