"""A small application, a raw client and running servers, for the tests of servers."""
