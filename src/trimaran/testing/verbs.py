"""The methods of HTTP, as both kinds of clients have them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Unpack

    from trimaran.testing.counting import CountedQueries
    from trimaran.testing.outgoing import RequestOptions

R_co = TypeVar("R_co", covariant=True)


class Verbs(ABC, Generic[R_co]):
    """``client.get(url)`` and its like; what they return is what ``request`` does."""

    @abstractmethod
    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a request and return its whole answer, following redirects."""

    def queries(self) -> AbstractContextManager[CountedQueries]:
        """Note every statement that is run inside the block, to hold a budget::

        with client.queries() as seen:
            client.get("/books")
        seen.assert_max(2)
        """
        from trimaran.testing.counting import count_queries

        return count_queries()

    def get(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a GET request."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a POST request."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a PUT request."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a PATCH request."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a DELETE request."""
        return self.request("DELETE", url, **options)

    def head(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send a HEAD request."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Unpack[RequestOptions]) -> R_co:
        """Send an OPTIONS request."""
        return self.request("OPTIONS", url, **options)
