from django.apps import AppConfig


class MeetConfig(AppConfig):
    name = "tuijin.meet"
    label = "meet"
    verbose_name = "会议"
    default_auto_field = "django.db.models.BigAutoField"
