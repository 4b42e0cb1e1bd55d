from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "tuijin.plan"
    label = "plan"
    verbose_name = "谋"
    default_auto_field = "django.db.models.BigAutoField"
