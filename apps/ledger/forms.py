from django import forms

from apps.backoffice.forms.reports import MonthField


class MonthForm(forms.Form):
    month = MonthField()
