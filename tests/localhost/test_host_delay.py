"""Nothing holds back an answer on a connection that is kept alive."""

import socket

from localhost.host.server import _listen


def test_a_small_answer_does_not_wait_for_the_client_to_acknowledge_its_headers() -> None:
    """Connections inherit it from the listening socket; without it each such answer comes 40 ms later."""
    for listening in _listen(0):
        with listening, socket.create_connection(listening.getsockname()[:2]), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
