import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.crypto
import apps.customers.storage


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        # Both extensions are trusted: the database's owner may create them.
        django.contrib.postgres.operations.TrigramExtension(),
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "code",
                    models.CharField(
                        max_length=20,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9][A-Z0-9-]{1,19}$",
                                "A customer code is 2 to 20 capital letters, digits or hyphens.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="company name")),
                (
                    "short_name",
                    models.CharField(blank=True, max_length=40, verbose_name="short name"),
                ),
                (
                    "english_name",
                    models.CharField(blank=True, max_length=160, verbose_name="English name"),
                ),
                (
                    "pinyin",
                    models.CharField(
                        blank=True, editable=False, max_length=600, verbose_name="pinyin"
                    ),
                ),
                (
                    "pinyin_initials",
                    models.CharField(
                        blank=True, editable=False, max_length=160, verbose_name="pinyin initials"
                    ),
                ),
                (
                    "search_text",
                    models.TextField(blank=True, editable=False, verbose_name="search text"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("trial", "On trial"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("closed", "Closed"),
                        ],
                        default="prospect",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "status_reason",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=300,
                        verbose_name="reason of the status",
                    ),
                ),
                ("key_account", models.BooleanField(default=False, verbose_name="key account")),
                (
                    "trial_until",
                    models.DateField(
                        blank=True, editable=False, null=True, verbose_name="trial until"
                    ),
                ),
                (
                    "reopened_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="reopened at"
                    ),
                ),
                (
                    "settlement_method",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("monthly", "Monthly account"),
                            ("freight_collect", "Freight collect"),
                            ("cod", "Cash on delivery"),
                        ],
                        default="monthly",
                        max_length=16,
                        verbose_name="settlement method",
                    ),
                ),
                (
                    "settlement_cycle_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="settlement cycle (days)",
                    ),
                ),
                (
                    "credit_limit",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="credit limit",
                    ),
                ),
                (
                    "invoice_title",
                    models.CharField(blank=True, max_length=120, verbose_name="invoice title"),
                ),
                (
                    "tax_number",
                    models.CharField(blank=True, max_length=20, verbose_name="tax number"),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "中文"), ("en", "English")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "statement_channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("wechat", "WeChat"),
                            ("fax", "Fax"),
                            ("post", "Post"),
                            ("by_hand", "By hand"),
                        ],
                        default="email",
                        max_length=10,
                        verbose_name="statements by",
                    ),
                ),
                (
                    "feedback_channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("wechat", "WeChat"),
                            ("fax", "Fax"),
                            ("post", "Post"),
                            ("by_hand", "By hand"),
                        ],
                        default="email",
                        max_length=10,
                        verbose_name="feedback sheets by",
                    ),
                ),
                (
                    "follow_up_default",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("A", "A · every step"),
                            ("B", "B · every handover point"),
                            ("C", "C · daily look"),
                        ],
                        help_text="Leave empty to let each order decide.",
                        max_length=1,
                        verbose_name="usual follow-up class",
                    ),
                ),
                (
                    "sends_bulk_orders",
                    models.BooleanField(
                        default=False,
                        help_text="Each day the orders received are compared with the number it says it sent.",
                        verbose_name="sends orders in bulk",
                    ),
                ),
                (
                    "notes",
                    models.TextField(blank=True, max_length=2000, verbose_name="important notes"),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer-service agent",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "director",
                    models.ForeignKey(
                        blank=True,
                        help_text="Owns the customer's orders during the trial period.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="director in charge",
                    ),
                ),
                (
                    "reopened_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sales_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sales person",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "ordering": ["code"],
                "permissions": [
                    ("lookup_customer", "Can look customers up for an order"),
                    ("manage_trial", "Can start, extend and end a customer's trial period"),
                    ("suspend_customer", "Can suspend, resume, close and reopen a customer"),
                    ("reveal_contact", "Can reveal a contact's personal data with a reason"),
                    ("assign_customer", "Can say which users see a customer"),
                ],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_text"], name="customer_search", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(
                        fields=["pinyin_initials"],
                        name="customer_initials",
                        opclasses=["text_pattern_ops"],
                    ),
                    models.Index(fields=["unit", "status"], name="customer_unit_status"),
                    models.Index(
                        condition=models.Q(("status", "trial")),
                        fields=["trial_until"],
                        name="customer_trial_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9-]{1,19}$")),
                        name="customer_code_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="customer_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["prospect", "trial", "active", "suspended", "closed"])
                        ),
                        name="customer_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "trial"), _negated=True),
                            models.Q(("director__isnull", False), ("trial_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="customer_trial_has_end_and_director",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["suspended", "closed"]), _negated=True),
                            models.Q(("status_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="customer_stopped_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reopened_at__isnull", True), ("reopened_by__isnull", True)),
                            models.Q(
                                ("reopened_at__isnull", False), ("reopened_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="customer_reopened_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("settlement_cycle_days__lte", 180)),
                        name="customer_cycle_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credit_limit__isnull", True),
                            ("credit_limit__gte", 0),
                            _connector="OR",
                        ),
                        name="customer_credit_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        upload_to=apps.customers.storage.private_name,
                        verbose_name="file",
                    ),
                ),
                (
                    "file_name",
                    models.CharField(
                        editable=False, max_length=160, verbose_name="original file name"
                    ),
                ),
                ("content_type", models.CharField(editable=False, max_length=40)),
                ("size", models.PositiveIntegerField(editable=False)),
                ("sha256", models.CharField(editable=False, max_length=64)),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="contract number"),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "price_reference",
                    models.CharField(
                        help_text="The tariff or price sheet that the contract names.",
                        max_length=200,
                        verbose_name="agreed price",
                    ),
                ),
                ("notes", models.CharField(blank=True, max_length=300, verbose_name="notes")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "contract",
                "verbose_name_plural": "contracts",
                "ordering": ["-valid_from"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("customer", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    models.Value("[]"),
                                    function="DATERANGE",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="contract_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="contract_days_in_order",
                        violation_error_message="The last day lies before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_reference", ""), _negated=True),
                        name="contract_has_price",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("name", models.CharField(max_length=60, verbose_name="contact's name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("orders", "Places orders"),
                            ("warehouse", "Warehouse"),
                            ("finance", "Finance"),
                            ("service", "After-sales"),
                            ("manager", "Person in charge"),
                            ("other", "Other"),
                        ],
                        default="orders",
                        max_length=12,
                        verbose_name="role",
                    ),
                ),
                ("phone", apps.core.crypto.EncryptedTextField(verbose_name="phone")),
                ("phone_index", models.CharField(editable=False, max_length=32)),
                (
                    "email",
                    apps.core.crypto.EncryptedTextField(
                        blank=True, default="", verbose_name="e-mail"
                    ),
                ),
                ("email_index", models.CharField(blank=True, editable=False, max_length=32)),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "中文"), ("en", "English")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "preferred_channel",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("wechat", "WeChat"),
                            ("fax", "Fax"),
                            ("post", "Post"),
                        ],
                        default="phone",
                        max_length=10,
                        verbose_name="prefers",
                    ),
                ),
                (
                    "default_pickup",
                    models.BooleanField(default=False, verbose_name="usual pickup contact"),
                ),
                (
                    "active",
                    models.BooleanField(default=True, editable=False, verbose_name="in use"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "ordering": ["-active", "-default_pickup", "pk"],
                "indexes": [
                    models.Index(fields=["phone_index"], name="contact_phone"),
                    models.Index(
                        condition=models.Q(("email_index", ""), _negated=True),
                        fields=["email_index"],
                        name="contact_email",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True), ("default_pickup", True)),
                        fields=("customer",),
                        name="contact_one_default_pickup",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phone_index", ""), _negated=True),
                        name="contact_phone_indexed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerScope",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scopes",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="customer_scopes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer assignment",
                "verbose_name_plural": "customer assignments",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "customer"), name="scope_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerSite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("label", models.CharField(max_length=60, verbose_name="place")),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("pickup", "Pickup"),
                            ("delivery", "Delivery"),
                            ("both", "Pickup and delivery"),
                        ],
                        default="pickup",
                        max_length=10,
                        verbose_name="used for",
                    ),
                ),
                (
                    "company",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="company at the door"
                    ),
                ),
                ("city", models.CharField(max_length=40, verbose_name="city")),
                ("address", apps.core.crypto.EncryptedTextField(verbose_name="address")),
                ("contact_name", models.CharField(max_length=60, verbose_name="contact")),
                ("phone", apps.core.crypto.EncryptedTextField(verbose_name="phone")),
                ("phone_index", models.CharField(editable=False, max_length=32)),
                (
                    "is_default",
                    models.BooleanField(default=False, verbose_name="usual pickup place"),
                ),
                (
                    "opening_hours",
                    models.CharField(blank=True, max_length=80, verbose_name="opening hours"),
                ),
                (
                    "notes",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="notes for the driver"
                    ),
                ),
                (
                    "active",
                    models.BooleanField(default=True, editable=False, verbose_name="in use"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved place",
                "verbose_name_plural": "saved places",
                "ordering": ["-active", "-is_default", "pk"],
                "indexes": [models.Index(fields=["phone_index"], name="site_phone")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True), ("is_default", True)),
                        fields=("customer",),
                        name="site_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False),
                            models.Q(("use", "delivery"), _negated=True),
                            _connector="OR",
                        ),
                        name="site_default_is_pickup",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("city", ""), _negated=True),
                            models.Q(("phone_index", ""), _negated=True),
                        ),
                        name="site_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DangerousGoodsLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        upload_to=apps.customers.storage.private_name,
                        verbose_name="file",
                    ),
                ),
                (
                    "file_name",
                    models.CharField(
                        editable=False, max_length=160, verbose_name="original file name"
                    ),
                ),
                ("content_type", models.CharField(editable=False, max_length=40)),
                ("size", models.PositiveIntegerField(editable=False)),
                ("sha256", models.CharField(editable=False, max_length=64)),
                (
                    "signer",
                    models.CharField(max_length=60, verbose_name="signed by (at the customer)"),
                ),
                ("signed_on", models.DateField(verbose_name="signed on")),
                ("valid_until", models.DateField(verbose_name="valid until")),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, editable=False, max_length=300)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "dangerous-goods letter",
                "verbose_name_plural": "dangerous-goods letters",
                "ordering": ["-valid_until"],
                "indexes": [
                    models.Index(fields=["customer", "valid_until"], name="letter_validity")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("signed_on"))),
                        name="letter_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signer", ""), _negated=True), name="letter_signed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_by__isnull", True),
                                ("withdrawn_reason", ""),
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="letter_withdrawn_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoverForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("services", models.TextField(max_length=1000, verbose_name="services agreed")),
                (
                    "job_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("intra_city", "Intra-city delivery"),
                                ("door_to_door", "Door to door"),
                                ("dedicated", "Dedicated vehicle"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="job types",
                    ),
                ),
                ("needs_storage", models.BooleanField(default=False, verbose_name="needs storage")),
                (
                    "needs_delivery",
                    models.BooleanField(default=True, verbose_name="needs delivery"),
                ),
                (
                    "monthly_volume",
                    models.CharField(max_length=200, verbose_name="expected volume"),
                ),
                ("goods", models.CharField(max_length=200, verbose_name="goods")),
                (
                    "special_demands",
                    models.TextField(blank=True, max_length=1000, verbose_name="special demands"),
                ),
                ("billing", models.TextField(max_length=1000, verbose_name="billing arrangements")),
                (
                    "settlement_method",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("monthly", "Monthly account"),
                            ("freight_collect", "Freight collect"),
                            ("cod", "Cash on delivery"),
                        ],
                        default="monthly",
                        max_length=16,
                        verbose_name="settlement method",
                    ),
                ),
                (
                    "settlement_cycle_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="settlement cycle (days)"
                    ),
                ),
                (
                    "customer_contacts",
                    models.TextField(
                        help_text="Names and functions; phones belong to the contacts.",
                        max_length=600,
                        verbose_name="who to talk to",
                    ),
                ),
                ("price_agreed", models.CharField(max_length=300, verbose_name="price agreed")),
                (
                    "trial_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="0 means no trial period. During it the director owns the orders.",
                        verbose_name="trial period (days)",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_signing", "In signing"),
                            ("accepted", "Accepted"),
                            ("rejected", "Turned down"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, verbose_name="round"
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="sent for signing at"
                    ),
                ),
                (
                    "accepted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="accepted at"
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handover_forms",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "service handover form",
                "verbose_name_plural": "service handover forms",
                "ordering": ["-pk"],
                "permissions": [
                    ("submit_handoverform", "Can send a service handover form round for signing"),
                    ("sign_handoverform", "Can sign or send back a service handover form"),
                ],
                "indexes": [models.Index(fields=["state", "-id"], name="handover_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "in_signing"])),
                        fields=("customer",),
                        name="handover_one_under_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "rejected"]),
                            models.Q(
                                ("submitted_at__isnull", False), ("submitted_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="handover_submitted_when_signing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("state", "accepted"),
                            ),
                            models.Q(
                                models.Q(("state", "accepted"), _negated=True),
                                ("accepted_at__isnull", True),
                                ("accepted_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="handover_accepted_with_signer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoverSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(verbose_name="round")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("sales", "Sales manager"),
                            ("warehouse_manager", "Warehouse manager"),
                            ("delivery_manager", "Delivery manager"),
                            ("general_manager", "General manager"),
                        ],
                        max_length=20,
                        verbose_name="signs as",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("signed", "Signed"), ("rejected", "Sent back")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("signed_at", models.DateTimeField(verbose_name="signed at")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason or remark"),
                ),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="customers.handoverform",
                        verbose_name="service handover form",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signer",
                    ),
                ),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ["form", "round", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "round", "role"), name="signature_role_once"
                    ),
                    models.UniqueConstraint(
                        fields=("form", "round", "signed_by"), name="signature_person_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "rejected"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="signature_rejected_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerbalAuthorisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                ("deadline", models.DateTimeField(verbose_name="deadline for the paperwork")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("handover_form", "Service handover form"),
                                ("contract", "Contract with the agreed price"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="missing paperwork",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for paperwork"),
                            ("fulfilled", "Paperwork complete"),
                            ("replaced", "Replaced by a later one"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "next_chase",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="next reminder"
                    ),
                ),
                (
                    "chase_step",
                    models.CharField(
                        choices=[
                            ("due_soon", "Remind before the deadline"),
                            ("overdue", "Escalate at the deadline"),
                            ("done", "Nothing left to chase"),
                        ],
                        default="due_soon",
                        editable=False,
                        max_length=10,
                        verbose_name="next step",
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="ended at"
                    ),
                ),
                (
                    "ended_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="why it ended"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorisations",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="leader",
                    ),
                ),
            ],
            options={
                "verbose_name": "verbal authorisation",
                "verbose_name_plural": "verbal authorisations",
                "ordering": ["-given_at"],
                "permissions": [
                    ("grant_authorisation", "Can record a leader's verbal authorisation")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_chase__isnull", False), ("state", "open")),
                        fields=["next_chase"],
                        name="authorisation_to_chase",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("customer",),
                        name="authorisation_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deadline__gt", models.F("given_at"))),
                        name="authorisation_deadline_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), ("missing__len__gt", 0)
                        ),
                        name="authorisation_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("next_chase__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="authorisation_open_or_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_chase__isnull", True),
                            models.Q(("chase_step", "done"), _negated=True),
                            _connector="OR",
                        ),
                        name="authorisation_chase_step",
                    ),
                ],
            },
        ),
    ]
