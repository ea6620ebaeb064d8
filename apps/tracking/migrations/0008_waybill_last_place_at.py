from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0007_live_phones")]

    operations = [
        migrations.AddField(
            model_name="waybill",
            name="last_place_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
