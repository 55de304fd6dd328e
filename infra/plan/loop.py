"""The event loop that a plan runs on: one thread, nothing to wait for."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from types import TracebackType
from typing import Any

from infra.plan.errors import PlanError


class PlanLoop(asyncio.SelectorEventLoop):
    """An event loop that runs executor calls at once, which makes the order of a program's registrations repeatable.

    A program that waits for a value which nothing can give any more fails with PlanError instead of hanging.
    """

    def __init__(self) -> None:
        super().__init__(_IdleIsDeadlock())
        self._first_error: tuple[BaseException, TracebackType | None] | None = None
        # The plan raises the first error itself; asyncio would report it again for each task that shared it.
        self.set_exception_handler(lambda _loop, _context: None)

    def note(self, error: BaseException) -> None:
        """Remembers the error, and where it came from, if it is the first.

        The SDK raises the error that it meets last, drops some, and passes one through several futures, which cut
        its traceback off when they are asked twice.
        """
        if self._first_error is None:
            self._first_error = (error, error.__traceback__)

    def first_error(self) -> BaseException | None:
        """Returns the first error with its own traceback, None if there was none."""
        if self._first_error is None:
            return None
        error, traceback = self._first_error
        if error.__cause__ is error:
            error.__cause__ = None
        return error.with_traceback(traceback) if traceback else error

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Any = None) -> asyncio.Handle:
        """As of every loop, without its checks for debugging: a plan makes some 100 calls a resource."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)  # pyright: ignore[reportAttributeAccessIssue]
        return handle

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> asyncio.Task[Any]:
        """Returns a task whose error is noted before anyone who waits for it can touch its traceback."""
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        task.add_done_callback(self._note_failed)
        return task

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Returns a finished future with the call's result; an error is raised here."""
        future = self.create_future()
        future.set_result(func(*args))
        return future

    async def until_quiet(self) -> None:
        """Returns when nothing else is left to run.

        The SDK would wait for all that is pending, and again after each part of it that is done: quadratic time.
        """
        while self._ready:  # pyright: ignore[reportAttributeAccessIssue]
            await asyncio.sleep(0)

    def discard(self) -> None:
        """Cancels whatever still waits, and closes the loop."""
        while tasks := asyncio.all_tasks(self):
            for task in tasks:
                task.cancel()
            self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.run_until_complete(self.shutdown_asyncgens())
        self.close()

    def _note_failed(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.note(error)


class _IdleIsDeadlock(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        only_the_loops_own_pipe = len(self.get_map()) <= 1
        if only_the_loops_own_pipe and timeout is None:
            raise PlanError("the program waits for a value that no resource and no call will ever give")
        return super().select(timeout)
