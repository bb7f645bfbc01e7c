"""Models: declarations that are table, row and JSON at once."""

from trimaran.db.models.derived import Create as Create
from trimaran.db.models.derived import Patch as Patch
from trimaran.db.models.fields import Field as Field
from trimaran.db.models.fields import ForeignKey as ForeignKey
from trimaran.db.models.fields import ManyToMany as ManyToMany
from trimaran.db.models.fields import ManyToManyField as ManyToManyField
from trimaran.db.models.fields import OneToOne as OneToOne
from trimaran.db.models.fields import Reverse as Reverse
from trimaran.db.models.fields import ReverseOne as ReverseOne
from trimaran.db.models.model import Model as Model
from trimaran.db.models.registry import registry as registry
from trimaran.db.sql.constraints import CheckConstraint as CheckConstraint
from trimaran.db.sql.constraints import Index as Index
from trimaran.db.sql.constraints import UniqueConstraint as UniqueConstraint
from trimaran.db.sql.formats import FieldType as FieldType
