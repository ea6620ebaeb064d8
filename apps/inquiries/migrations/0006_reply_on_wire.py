from django.db import migrations, models

# A reply that was under way may have left, as far as anybody knew.
MAY_HAVE_LEFT = "UPDATE inquiries_inboundmessage SET on_wire_since = now() WHERE state = 'sending'"


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0005_codes_elsewhere")]

    operations = [
        migrations.AddField(
            model_name="inboundmessage",
            name="on_wire_since",
            field=models.DateTimeField(editable=False, null=True, verbose_name="on the wire since"),
        ),
        migrations.RunSQL(MAY_HAVE_LEFT, migrations.RunSQL.noop),
    ]
