"""No test reaches the network: not by address, not by name, not through a child process."""

import socket
import subprocess
import sys

import httpx
import pytest
from pytest_socket import SocketConnectBlockedError

pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use socket")  # they do


def test_an_address_outside_is_refused() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


@pytest.fixture(scope="module")
def asked_outside() -> type[Exception]:
    with socket.socket() as outside:
        try:
            outside.connect(("192.0.2.1", 80))
        except Exception as error:
            return type(error)
    return type(None)  # type: ignore[return-value]


def test_a_fixture_is_refused_as_well(asked_outside: type[Exception]) -> None:
    assert asked_outside is SocketConnectBlockedError


def test_a_name_outside_is_not_looked_up() -> None:
    with pytest.raises(socket.gaierror, match="outside this machine"):
        socket.getaddrinfo("example.com", 443)


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, server.getsockname()[1]), timeout=5) as client:
                assert client.getpeername()[1] == server.getsockname()[1]


def test_a_child_process_is_refused() -> None:
    script = "import httpx; httpx.get('https://example.com', timeout=5)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert ran.returncode == 1 and "ConnectError: [Errno 111]" in ran.stderr, ran.stderr


def test_httpx_is_refused() -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get("https://example.com", timeout=5)
