"""Dependencies: ``Depends``, and the graph of calls that it makes."""

from trimaran.di.dependency import Dependency, Depends, Scope, Security
from trimaran.di.graph import Argument, Constant, Graph, Guard, Node, key_of
from trimaran.di.kinds import Kind, kind_of, makes_manager, may_suspend, underlying
from trimaran.di.resolver import Resolver
from trimaran.di.scopes import SecurityScopes

__all__ = [
    "Argument",
    "Constant",
    "Dependency",
    "Depends",
    "Graph",
    "Guard",
    "Kind",
    "Node",
    "Resolver",
    "Scope",
    "Security",
    "SecurityScopes",
    "key_of",
    "kind_of",
    "makes_manager",
    "may_suspend",
    "underlying",
]
