"""What migrations are made of: operations that know their effect and inverse.

Operations are plain values. They change a ``State`` here, without a database; ``compiler`` says
what SQL they are in each database.
"""

from trimaran.db.migrations.operations.base import (
    Operation as Operation,
)
from trimaran.db.migrations.operations.base import (
    TableOperation as TableOperation,
)
from trimaran.db.migrations.operations.columns import (
    AddColumn as AddColumn,
)
from trimaran.db.migrations.operations.columns import (
    AlterColumn as AlterColumn,
)
from trimaran.db.migrations.operations.columns import (
    DropColumn as DropColumn,
)
from trimaran.db.migrations.operations.columns import (
    RenameColumn as RenameColumn,
)
from trimaran.db.migrations.operations.custom import (
    DataFunction as DataFunction,
)
from trimaran.db.migrations.operations.custom import (
    RunPython as RunPython,
)
from trimaran.db.migrations.operations.custom import (
    RunSQL as RunSQL,
)
from trimaran.db.migrations.operations.custom import (
    nothing as nothing,
)
from trimaran.db.migrations.operations.online import (
    AddConstraintNotValid as AddConstraintNotValid,
)
from trimaran.db.migrations.operations.online import (
    AddIndexConcurrently as AddIndexConcurrently,
)
from trimaran.db.migrations.operations.online import (
    Backfill as Backfill,
)
from trimaran.db.migrations.operations.online import (
    DropIndexConcurrently as DropIndexConcurrently,
)
from trimaran.db.migrations.operations.online import (
    RemoveIndexConcurrently as RemoveIndexConcurrently,
)
from trimaran.db.migrations.operations.online import (
    ValidateConstraint as ValidateConstraint,
)
from trimaran.db.migrations.operations.parts import (
    AddConstraint as AddConstraint,
)
from trimaran.db.migrations.operations.parts import (
    AddIndex as AddIndex,
)
from trimaran.db.migrations.operations.parts import (
    DropConstraint as DropConstraint,
)
from trimaran.db.migrations.operations.parts import (
    DropIndex as DropIndex,
)
from trimaran.db.migrations.operations.parts import (
    RenameConstraint as RenameConstraint,
)
from trimaran.db.migrations.operations.parts import (
    RenameIndex as RenameIndex,
)
from trimaran.db.migrations.operations.separate import (
    SeparateDatabaseAndState as SeparateDatabaseAndState,
)
from trimaran.db.migrations.operations.tables import (
    CreateTable as CreateTable,
)
from trimaran.db.migrations.operations.tables import (
    DropTable as DropTable,
)
from trimaran.db.migrations.operations.tables import (
    RenameTable as RenameTable,
)
from trimaran.db.migrations.operations.tables import (
    SetComment as SetComment,
)
