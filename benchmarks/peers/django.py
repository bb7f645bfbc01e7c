# /// script
# requires-python = ">=3.11"
# dependencies = ["django==5.2.19", "gunicorn==27.0.1", "psycopg[binary]==3.3.9"]
#
# [tool.peer]
# title = "Django"
# runtime = "python"
# command = [
#   "{python}", "-m", "gunicorn", "app:application", "--bind", "127.0.0.1:{port}",
#   "--workers", "1", "--worker-class", "sync", "--log-level", "warning", "--no-control-socket",
# ]
# workloads = ["hello", "validate", "row"]
# ///
"""Django on Gunicorn's sync worker, no middleware, a persistent connection, forms that validate."""

import json
import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

WORKLOAD = os.environ["BENCH_WORKLOAD"]


def databases() -> dict[str, Any]:
    """Return Django's setting for the address that the benchmark gives."""
    if WORKLOAD != "row":
        return {}
    address = urlsplit(os.environ["BENCH_POSTGRES"])
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": address.path.lstrip("/"),
            "USER": address.username or "",
            "PASSWORD": address.password or "",
            "HOST": address.hostname or "",
            "PORT": address.port or "",
            "CONN_MAX_AGE": None,
        }
    }


settings.configure(
    DEBUG=False,
    SECRET_KEY="only for measuring",  # noqa: S106  signs nothing here
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    DATABASES=databases(),
    USE_I18N=False,
    LOGGING_CONFIG=None,
)
django.setup()

from django import forms  # noqa: E402  after the settings
from django.core.validators import RegexValidator  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


def hello(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"message": "Hello, World!"})


class QueryForm(forms.Form):
    q = forms.CharField(min_length=1, max_length=50)
    limit = forms.IntegerField(min_value=1, max_value=100, required=False)


class CustomerForm(forms.Form):
    name = forms.CharField(min_length=1, max_length=100)
    email = forms.CharField(max_length=200, validators=[RegexValidator(r"^[^@\s]+@[^@\s]+$")])
    age = forms.IntegerField(min_value=0, max_value=150)


class ItemForm(forms.Form):
    sku = forms.CharField(validators=[RegexValidator(r"^[A-Z]-\d{4}$")])
    quantity = forms.IntegerField(min_value=1, max_value=999)
    price = forms.FloatField(min_value=0)


class OrderForm(forms.Form):
    note = forms.CharField(max_length=500, required=False, empty_value=None)


def refuse(errors: Any) -> JsonResponse:
    return JsonResponse({"errors": errors}, status=422)


def validate(request: HttpRequest, id: int) -> JsonResponse:
    try:
        data = json.loads(request.body)
    except ValueError:
        return refuse("The body is not JSON.")
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= 50:
        return refuse("There must be one to fifty items.")
    if not isinstance(data.get("customer"), dict) or not all(isinstance(i, dict) for i in items):
        return refuse("The customer and each item are objects.")
    if not isinstance(data.get("express", False), bool):
        return refuse("express is true or false.")
    query, order = QueryForm(request.GET), OrderForm(data)
    customer = CustomerForm(data["customer"])
    rows = [ItemForm(item) for item in items]
    faults = [form.errors for form in (query, order, customer, *rows) if not form.is_valid()]
    if faults:
        return refuse(faults)
    answer = {
        "id": id,
        "q": query.cleaned_data["q"],
        "limit": query.cleaned_data["limit"] or 20,
        "order": {
            "customer": customer.cleaned_data,
            "items": [row.cleaned_data for row in rows],
            "note": order.cleaned_data["note"],
            "express": data.get("express", False),
        },
    }
    return JsonResponse(answer)


class BenchRow(models.Model):
    id = models.IntegerField(primary_key=True)
    title = models.CharField(max_length=200)
    pages = models.IntegerField()
    rating = models.FloatField()
    in_print = models.BooleanField()

    class Meta:
        app_label = "bench"
        db_table = "bench_row"
        managed = False


def read_row(request: HttpRequest, id: int) -> JsonResponse:
    try:
        found = BenchRow.objects.get(pk=id)
    except BenchRow.DoesNotExist:
        return JsonResponse({"detail": "No such row"}, status=404)
    answer = {
        "id": found.id,
        "title": found.title,
        "pages": found.pages,
        "rating": found.rating,
        "in_print": found.in_print,
    }
    return JsonResponse(answer)


urlpatterns = {
    "hello": [path("hello", hello)],
    "validate": [path("validate/<int:id>", validate)],
    "row": [path("rows/<int:id>", read_row)],
}[WORKLOAD]
application = get_wsgi_application()
