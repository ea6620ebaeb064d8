from django.db import models


class Locker(models.Model):
    name = models.CharField(max_length=40)

    class Meta:
        permissions = [("empty_locker", "Can empty lockers")]

    def __str__(self) -> str:
        return self.name
