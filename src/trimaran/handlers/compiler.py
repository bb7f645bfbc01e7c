"""From a plan to an endpoint: Python source, compiled at the first request."""

from __future__ import annotations

import linecache
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, get_origin

from trimaran.di import Node, kind_of, may_suspend
from trimaran.handlers.answers import Answering, answering, followed, merged, mismatch
from trimaran.handlers.app_scope import AppScope
from trimaran.handlers.background import BackgroundTasks, trailed
from trimaran.handlers.custom_route import Raising, customised, is_custom
from trimaran.handlers.input_source import InputWriter
from trimaran.handlers.inputs import BACKGROUND, REQUEST, RESPONSE
from trimaran.handlers.interpreting import manager_of, refuse
from trimaran.handlers.limits import timed
from trimaran.handlers.middleware import requests_only, surrounded
from trimaran.handlers.stepping import step
from trimaran.handlers.taking import CarefulTaker
from trimaran.handlers.threads import in_thread
from trimaran.http import Endpoint, PreparedResponse, Response
from trimaran.http.body_limits import DEFAULT_MAX_BODY, DEFAULT_MAX_UPLOAD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimaran.di import Argument
    from trimaran.handlers.fault_handlers import FaultHandlers
    from trimaran.handlers.middleware import Middleware
    from trimaran.handlers.plan import Body, BodyField, Parameter, Plan
    from trimaran.http import Request
    from trimaran.http.endpoint import BodyMode

logger = logging.getLogger("trimaran.errors")


def compile_endpoint(
    plan: Plan,
    faults: FaultHandlers,
    middleware: Sequence[Middleware] = (),
    *,
    app_scope: AppScope | None = None,
) -> Endpoint:
    """Return the endpoint of a plan, which is compiled at its first request.

    middleware: outside the route's own
    app_scope:  holds the dependencies that live as long as the application
    """
    held = AppScope() if app_scope is None else app_scope
    route = plan.route
    faults = faults.within(route.exception_handlers).formed(route.problem_details)
    chain = requests_only((*middleware, *route.middleware))
    inner = faults.passing() if chain else faults
    if is_custom(route):
        endpoint = customised(_bare_endpoint(plan, Raising(), held), route, inner)
    else:
        endpoint = _bare_endpoint(plan, inner, held)
    if route.timeout is not None:
        endpoint = timed(endpoint, route.timeout, inner)
    return surrounded(endpoint, chain, faults) if chain else endpoint


def _bare_endpoint(plan: Plan, faults: FaultHandlers, app_scope: AppScope) -> Endpoint:
    route = plan.route
    how = answering(plan)

    def first_run(request: Request) -> Any:
        if not app_scope.holds(plan.graph.lasting):
            return _run_after_making(request, endpoint, plan, faults=faults, held=app_scope)
        endpoint.run = _Writer(plan, how, faults, app_scope).compiled()
        return endpoint.run(request)

    endpoint = Endpoint(
        first_run,
        status=how.status,
        headers=how.headers,
        body_mode=_body_mode(plan),
        max_body=max_body(plan),
        label=route.label,
        cancel_on_disconnect=route.cancel_on_disconnect is not False,
        route=route,
    )

    return endpoint


async def _run_after_making(
    request: Request, endpoint: Endpoint, plan: Plan, *, faults: FaultHandlers, held: AppScope
) -> Any:
    """Run a route whose application's own dependencies have not been made yet."""
    try:
        await held.make(plan.graph.lasting)
    except Exception as error:  # noqa: BLE001  it is answered as any other
        return await _settle(faults.answer(request, error))
    answer = endpoint.run(request)
    return answer if isinstance(answer, bytes | Response) else await answer


def source_of(plan: Plan, faults: FaultHandlers) -> str:
    """Return the source that is compiled for a plan."""
    return _Writer(plan, answering(plan), faults, AppScope()).source()


def _body_mode(plan: Plan) -> BodyMode:
    if plan.body is not None:
        return "stream" if _takes_files(plan) else "whole"
    return "stream" if REQUEST in plan.graph.inputs else "none"


def max_body(plan: Plan) -> int:
    """Return the bytes that a body may have, as it is sent and inflated."""
    if plan.route.max_body is not None:
        return plan.route.max_body
    return DEFAULT_MAX_UPLOAD if _takes_files(plan) else DEFAULT_MAX_BODY


def _takes_files(plan: Plan) -> bool:
    return plan.body is not None and any(field.file for field in plan.body.fields)


def _names_objects(call: Any) -> bool:
    """Tell whether a function names ``objects``, so that it may return a query."""
    code = getattr(call, "__code__", None)
    return code is not None and "objects" in code.co_names


class _Writer(InputWriter):
    """Writes the function that answers the requests of one route."""

    def __init__(
        self, plan: Plan, how: Answering, faults: FaultHandlers, app_scope: AppScope
    ) -> None:
        super().__init__(plan)
        self._how = how
        self._graph = plan.graph
        self._handler_kind = kind_of(plan.graph.call)
        self._takes_form = plan.body is not None and plan.body.form
        self._asks = get_origin(plan.returns) is list
        names_rows = self._asks and _names_objects(plan.graph.call)
        self._waits = self._takes_form or how.prepares or names_rows or self._may_wait()
        yielding = [node for node in plan.graph.nodes if node.yields]
        # A form's files are closed as what a dependency yields: when the answer has been sent.
        self._yields = self._takes_form or any(node.scope != "function" for node in yielding)
        self._yields_inside = any(node.scope == "function" for node in yielding)
        self._responds = RESPONSE in plan.graph.inputs
        self._trails = BACKGROUND in plan.graph.inputs
        self._need("answer_fault", faults.answer)
        self._need("handler", plan.graph.call)
        self._need("Response", Response)
        self._lasting = {id(node): app_scope.value(node) for node in plan.graph.lasting}
        self._lines: list[str] = []

    def compiled(self) -> Callable[[Request], Any]:
        """Return the compiled function; its source is known to tracebacks."""
        source = self.source()
        file = f"<trimaran {self._plan.route.label}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), self._scope)  # noqa: S102  our own text
        run: Callable[[Request], Any] = self._scope["endpoint"]
        return run

    def source(self) -> str:
        """Return the function's source; the scope is filled with what it names."""
        self._lines = []
        waits = self._waits
        self._line(0, f"{'async ' if waits else ''}def endpoint(request):")
        if self._yields:
            self._need("AsyncExitStack", AsyncExitStack)
            self._line(1, "exits = AsyncExitStack()")
        if self._yields_inside:
            self._need("AsyncExitStack", AsyncExitStack)
            self._line(1, "function_exits = AsyncExitStack()")
        self._line(1, "try:")
        self._take_inputs()
        if self._responds:
            self._line(2, f"response = Response(status_code={self._how.status})")
        if self._trails:
            self._need("BackgroundTasks", BackgroundTasks)
            self._line(2, "background = BackgroundTasks()")
        self._call_dependencies()
        self._line(2, f"result = {self._call_handler()}")
        if self._asks and self._waits:
            # A query that nobody has awaited: it is told what the route declares.
            self._need("returns", self._plan.returns)
            self._line(2, "if hasattr(result, '__answer__'):")
            self._line(3, "result = await result.__answer__(returns)")
        self._answer()
        self._answer_faults()
        return "\n".join(self._lines) + "\n"

    # What kind of function

    def _callables(self) -> list[tuple[str, Any]]:
        nodes = [(str(node.kind), node.call) for node in self._graph.nodes]
        return [*nodes, (self._handler_kind, self._graph.call)]

    def _may_wait(self) -> bool:
        return any(
            kind not in {"coroutine", "inline"} or (kind == "coroutine" and may_suspend(call))
            for kind, call in self._callables()
        )

    # Writing

    def _line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)

    # Inputs

    def _take_inputs(self) -> None:
        if not self._inputs:
            return
        if self._takes_form:
            self._take_form()
            return
        lines = [*self._open_places(), *map(self._input_line, self._inputs)]
        self._need(
            "take_carefully",
            CarefulTaker(self._inputs, self._plan.body, self._kinds, max_body(self._plan)),
        )
        self._line(2, "try:")
        for line in lines:
            self._line(3, line)
        self._line(2, "except Exception:")
        self._line(3, "values, refusal = take_carefully(request)")
        self._line(3, "if refusal is not None:")
        self._line(4, self._refusal())
        targets = ", ".join(self._names[id(source)] for source in self._inputs)
        self._line(3, f"{targets}, = values")

    def _taken(self) -> tuple[list[Parameter | BodyField], Body | None, Mapping[str, str], int]:
        return self._inputs, self._plan.body, self._kinds, max_body(self._plan)

    def _take_form(self) -> None:
        from trimaran.handlers.form_taking import FormTaker

        self._need(
            "take_form",
            FormTaker(self._inputs, self._plan.body, self._kinds, max_body(self._plan)).take,
        )
        targets = ", ".join([self._new_name(source) for source in self._inputs])
        self._line(2, "values, refusal = await take_form(request, exits)")
        self._line(2, "if refusal is not None:")
        self._line(3, self._refusal())
        self._line(2, f"{targets}, = values")

    def _refusal(self) -> str:
        if not self._graph.nodes:
            return "raise refusal from None"
        graph, inputs, lasting = self._graph, self._inputs, self._lasting

        def refuse_this(request: Request, values: Sequence[Any], refusal: Exception) -> Any:
            return refuse(graph, inputs, request, values=values, lasting=lasting, refusal=refusal)

        self._need("refuse", refuse_this)
        call = "refuse(request, values, refusal)"
        if self._waits:
            return f"await {call}"
        self._need("step", step)
        return f"step({call})"

    # Calls

    def _call_dependencies(self) -> None:
        for index, node in enumerate(self._graph.lasting):
            self._names[id(node)] = self._need(f"lasting_{index}", self._lasting[id(node)])
        for index, constant in enumerate(self._graph.constants):
            self._names[id(constant)] = self._need(f"constant_{index}", constant.value)
        for index, node in enumerate(self._graph.nodes):
            name = f"dependency_{index}"
            self._line(2, f"{name} = {self._call_node(node, index)}")
            self._names[id(node)] = name

    def _call_node(self, node: Node, index: int) -> str:
        call = self._need(f"call_{index}", node.call)
        if node.yields:
            self._need(call, manager_of(node))
            arguments = self._arguments(node.arguments)
            exits = "function_exits" if node.scope == "function" else "exits"
            return f"await {exits}.enter_async_context({call}({arguments}))"
        return self._called(call, str(node.kind), self._arguments(node.arguments))

    def _call_handler(self) -> str:
        return self._called("handler", self._handler_kind, self._arguments(self._graph.arguments))

    def _called(self, call: str, kind: str, arguments: str) -> str:
        if kind == "thread":
            self._need("in_thread", in_thread)
            return f"await in_thread({call}{', ' if arguments else ''}{arguments})"
        if kind in {"inline", "async_yield", "yield"}:
            return f"{call}({arguments})"
        if self._waits:
            return f"await {call}({arguments})"
        self._need("step", step)
        return f"step({call}({arguments}))"

    def _arguments(self, arguments: Sequence[Argument]) -> str:
        return ", ".join(
            f"{argument.name}={self._names[id(argument.source)]}"
            if argument.keyword
            else self._names[id(argument.source)]
            for argument in arguments
        )

    # Answers

    def _answer(self) -> None:
        plan, how = self._plan, self._how
        alone = not (self._responds or self._yields or self._yields_inside)
        simple = alone and not (self._trails or how.prepares)
        self._need("mismatch", lambda result, error: mismatch(plan, result, error))
        if simple and how.direct is not None:
            self._answer_directly(*how.direct)
        self._line(2, "if isinstance(result, Response):")
        self._leave_function(3)
        self._need("PreparedResponse", PreparedResponse)
        self._line(3, "if isinstance(result, PreparedResponse):")
        if self._waits:
            self._line(4, "await result.prepare(request)")
        else:
            self._need("prepared", _prepared)
            ready = self._completed("result", own=True)
            self._line(4, f"return prepared({ready}, request, answer_fault)")
        self._line(3, f"return {self._completed('result', own=True)}")
        self._line(2, "try:")
        if how.encode is not None:
            self._need("encode", how.encode)
            value = "encode(result)"
            if self._responds or self._yields or self._trails:
                value = f"Response({value}, {how.status}, None, {how.media_type!r})"
        else:
            self._need("make_response", how.make)
            value = "make_response(result)"
        self._line(3, f"return {value}" if simple else f"answer = {value}")
        self._line(2, "except Exception as error:")
        self._line(3, "raise mismatch(result, error) from error")
        if not simple:
            self._leave_function(2)
            if how.prepares:
                self._line(2, "await answer.prepare(request)")
            self._line(2, f"return {self._completed('answer', own=False)}")

    def _answer_directly(self, test: Any, encode: Callable[[Any], bytes]) -> None:
        """Send what is of the declared class as it is, before anything else is looked at."""
        self._need("declared", test)
        self._need("encode_declared", encode)
        holds = "type(result) is declared" if isinstance(test, type) else "declared(result)"
        self._line(2, "try:")
        self._line(3, f"if {holds}:")
        self._line(4, "return encode_declared(result)")
        self._line(2, "except Exception as error:")
        self._line(3, "raise mismatch(result, error) from error")

    def _leave_function(self, depth: int) -> None:
        if self._yields_inside:
            self._line(depth, "await function_exits.aclose()")

    def _completed(self, answer: str, *, own: bool) -> str:
        if self._responds:
            self._need("merged", merged)
            answer = f"merged({answer}, response, own={own})"
        if self._trails:
            self._need("trailed", trailed)
            answer = f"trailed({answer}, background)"
        if self._yields:
            self._need("followed", followed)
            answer = f"followed({answer}, exits.aclose)"
        return answer

    def _answer_faults(self) -> None:
        self._line(1, "except Exception as error:")
        stacks = ["function_exits"] * self._yields_inside + ["exits"] * self._yields
        for stack in stacks:
            self._need("left_early", _left_early)
            self._line(2, f"error = await left_early({stack}, error)")
        self._need("settle", _settle)
        answer = "answer_fault(request, error)"
        self._line(2, f"return await settle({answer})" if self._waits else f"return {answer}")
        if stacks:
            self._need("abandon", _abandon)
            self._line(1, "except BaseException as error:")
            self._line(2, f"await abandon(error, {', '.join(stacks)})")
            self._line(2, "raise")


async def _settle(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    settled: Response = await answer
    return settled


async def _prepared(response: Any, request: Request, answer_fault: Any) -> Response:
    """Return a response made ready for its request, or the answer to what went wrong."""
    try:
        await response.prepare(request)
    except Exception as error:  # noqa: BLE001  it is answered as any other
        return await _settle(answer_fault(request, error))
    ready: Response = response
    return ready


async def _left_early(exits: AsyncExitStack, error: Exception) -> Exception:
    """Throw an exception into the dependencies that wait at a ``yield``; return what is left.

    One that swallows it does not change the answer: there is no result to send instead.
    """
    try:
        await exits.__aexit__(type(error), error, error.__traceback__)
    except Exception as last:  # noqa: BLE001  it is answered by the caller
        return last
    return error


async def _abandon(error: BaseException, *stacks: AsyncExitStack) -> None:
    """Throw a cancellation into the dependencies that wait at a ``yield``, all of them."""
    try:
        async with AsyncExitStack() as together:
            for stack in reversed(stacks):
                together.push_async_exit(stack)
            raise error
    except Exception:
        logger.exception("A dependency failed while its request was cancelled")
    except BaseException as last:
        if last is not error:
            raise
