"""A foreign database read, and written as models, for ``trimaran inspectdb``."""

from trimaran.db.inspection.catalog import read_catalog as read_catalog
from trimaran.db.inspection.writing import models_source as models_source
