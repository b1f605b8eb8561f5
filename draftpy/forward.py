"""A local connection to a port of whichever pod serves it, held while pods are replaced."""

import socket
import threading
from contextlib import suppress

from draftpy.exchange import Exchange
from draftpy.links import RETRY_S, Link, LinkEnd, PodSearch, Route
from draftpy.local_ports import end_client

CHUNK_BYTES = 256 * 1024
# While no pod is there to take them, no more than so many bytes are taken from the client.
HOLD_BYTES = 1024 * 1024
# More than this is sent again beside the answer: an app may answer before it has read everything.
INLINE_BYTES = 64 * 1024
CLOSING_S = 1.0


class HeldConnection:
    """One client's connection, served by one pod after the other.

    Two threads: `run` dials and carries down, the uplink carries up. What they share is changed
    under `_changed` only, and neither waits for the network meanwhile.
    """

    def __init__(self, client: socket.socket, route: Route) -> None:
        self._client = client
        self._route = route
        self._changed = threading.Condition()
        self._is_ended = threading.Event()
        self._link: Link | None = None
        self._exchange = Exchange()
        # Whether an exchange was completed: this client asks first.
        self._has_answered = False
        self._has_client_finished = False
        self._answers = 0

    def run(self) -> None:
        """Serve the client to its end; closes the socket."""
        uplink = threading.Thread(target=self._carry_up, name="forward-up", daemon=True)
        uplink.start()
        try:
            search = PodSearch(self._route)
            while link := search.find(self._adopt, self._is_over):
                end = self._carry_down(link)
                if not self._settle(link, end):
                    return
                if end is LinkEnd.REFUSED:
                    search.pass_over(link.pod)
                if self._wait_request() or end is not LinkEnd.REFUSED:
                    search.begin()
        finally:
            self._close(uplink)

    def abort(self) -> None:
        """End both directions, from any thread; `run` returns soon after."""
        self._leave()
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def _leave(self) -> None:
        self._is_ended.set()
        with self._changed:
            self._drop_link()
            self._changed.notify_all()

    def _close(self, uplink: threading.Thread) -> None:
        self._leave()
        if self._answers:
            # Closing with unread bytes would reset the connection under the answer's last bytes.
            uplink.join(CLOSING_S)
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RD)
        uplink.join(CLOSING_S)
        self._client.close()

    # To a pod

    def _is_over(self) -> bool:
        """Whether we stop, or the client went away before it asked for anything."""
        has_left = self._has_client_finished and not self._exchange.has_begun
        return has_left or self._is_ended.is_set()

    def _adopt(self, link: Link) -> bool:
        """From now on the client's bytes go to this pod, after those that it has sent already."""
        with self._changed:
            if self._is_ended.is_set():
                return False
            asks = self._exchange.request.has_begun and not self._exchange.is_raw
            if asks and not self._enters(self._exchange):
                return False
            self._link, exchange = link, self._exchange
        if exchange.kept.size > INLINE_BYTES:
            threading.Thread(
                target=self._send_kept, args=(link, exchange), name="forward-again", daemon=True
            ).start()
        else:
            self._send_kept(link, exchange)
        return True

    def _send_kept(self, link: Link, exchange: Exchange) -> None:
        sent = 0
        with suppress(OSError):  # what it was, `recv` tells better
            while piece := self._next_kept(link, exchange, sent):
                link.connection.send_all(piece)
                sent += len(piece)
            if self._has_client_finished:
                link.connection.finish_sending()

    def _next_kept(self, link: Link, exchange: Exchange, sent: int) -> bytes:
        with self._changed:
            piece = exchange.kept.read(sent)
            if not piece:
                link.takes_bytes = True
                self._changed.notify_all()
            return piece

    def _drop_link(self) -> None:
        """Use the pod's connection no more."""
        self._route.gate.leave(self)
        if self._link is not None:
            self._link.connection.close()
            self._link = None

    # From the client to the pod

    def _carry_up(self) -> None:
        """Carry the client's bytes to whichever pod is the one now; body of the second thread."""
        try:
            while payload := self._client.recv(CHUNK_BYTES):
                self._pass_up(payload)
        except OSError:
            self.abort()
            return
        with self._changed:
            self._has_client_finished = True
            is_idle = self._has_answered and not self._exchange.has_begun
            link = self._link
            self._changed.notify_all()
        if is_idle:
            self.abort()
        elif link is not None and link.takes_bytes:
            with suppress(OSError):
                link.connection.finish_sending()
        self._wait_last_answer()

    def _pass_up(self, payload: bytes) -> None:
        while payload and self._wait_turn():
            with self._changed:
                taken, link = self._take_up(payload)
            payload = payload[len(taken) :]
            if link is not None:
                with suppress(OSError):  # what it was, `recv` tells better
                    link.connection.send_all(taken)

    def _wait_turn(self) -> bool:
        """Block until more of the client's bytes can be taken; False if it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_ended.is_set() or self._takes_more())
        return not self._is_ended.is_set()

    def _takes_more(self) -> bool:
        exchange = self._exchange
        if exchange.request.is_complete and not exchange.is_raw:
            return False  # the next request waits for the answer to this one
        is_sent = self._link is not None and self._link.takes_bytes
        return is_sent or exchange.kept.size < HOLD_BYTES

    def _take_up(self, payload: bytes) -> tuple[bytes, Link | None]:
        """The bytes of the present request, and who is to get them now."""
        exchange = self._exchange
        is_first = not exchange.request.has_begun
        taken = exchange.take_up(payload)
        if is_first and self._link is not None and not self._suits(self._link, exchange):
            self._drop_link()
        if exchange.is_raw:
            self._route.gate.leave(self)
        link = self._link if self._link is not None and self._link.takes_bytes else None
        if link is None or not exchange.answer.has_begun:
            exchange.kept.add(taken)
        if not self._finish(exchange):
            self._drop_link()
        self._changed.notify_all()
        return taken, link

    def _suits(self, link: Link, exchange: Exchange) -> bool:
        """Whether a request that begins may go to a connection that was there before it."""
        return link.suits(is_safe=exchange.request.is_safe) and self._enters(exchange)

    def _enters(self, exchange: Exchange) -> bool:
        return self._route.gate.try_enter(self, is_safe=exchange.request.is_safe)

    def _wait_last_answer(self) -> None:
        """End the connection when nothing has come for long after the client's end."""
        answers = -1
        while answers != self._answers:
            answers = self._answers
            if self._is_ended.wait(self._exchange.patience_s):
                return
        self.abort()

    # From the pod to the client

    def _carry_down(self, link: Link) -> LinkEnd:
        try:
            while chunk := link.connection.recv(CHUNK_BYTES):
                if not self._pass_down(link, chunk):
                    return LinkEnd.OVER
        except ConnectionRefusedError:
            return LinkEnd.REFUSED
        except OSError:
            return LinkEnd.TORN
        return LinkEnd.CLEAN

    def _pass_down(self, link: Link, chunk: bytes) -> bool:
        """False if nothing more may follow."""
        with self._changed:
            exchange = self._exchange
            if self._link is not link or (self._has_answered and not exchange.request.has_begun):
                self._drop_link()  # nobody has asked for this
                return True
            taken = exchange.take_down(chunk)
            self._answers += 1
            if link.takes_bytes:
                exchange.kept.drop()
        try:
            self._client.sendall(taken)
        except OSError:
            self._is_ended.set()
            return False
        with self._changed:
            if len(taken) < len(chunk):
                self._drop_link()
            if exchange.is_raw:
                self._route.gate.leave(self)
            return self._finish(exchange)

    def _finish(self, exchange: Exchange) -> bool:
        """Be ready for the next request if this one is answered; False if there must be none."""
        if not exchange.is_over or self._exchange is not exchange:
            return True
        self._route.gate.leave(self)
        if exchange.is_last or self._has_client_finished:
            return False
        exchange.kept.drop()
        self._exchange, self._has_answered = Exchange(), True
        if self._link is not None:
            self._link.idle_since = self._route.clock.now()
            if not self._link.takes_bytes:
                self._drop_link()
        self._changed.notify_all()
        return True

    # When a pod's connection has ended

    def _settle(self, link: Link, end: LinkEnd) -> bool:
        """Whether another pod is to go on; otherwise the client has been told the end."""
        with self._changed:
            was_dropped = self._link is not link
            if not was_dropped:
                self._drop_link()
            exchange = self._exchange
        if self._is_ended.is_set():
            return False
        is_over = end is LinkEnd.OVER or exchange.is_over
        if not is_over and (was_dropped or self._may_go_on(exchange, link, end)):
            return True
        end_client(self._client, is_torn=not is_over and end is not LinkEnd.CLEAN)
        return False

    def _may_go_on(self, exchange: Exchange, link: Link, end: LinkEnd) -> bool:
        """Whether nothing is lost with a pod's connection, or it can be asked for again."""
        was_replaced = link.was_replaced()
        if not exchange.has_begun:
            if self._has_answered or was_replaced:
                return True
            self._route.targets.wait_change(RETRY_S)
            return end is not LinkEnd.CLEAN or link.was_replaced()
        if exchange.answer.has_begun or not exchange.kept.is_whole:
            return False
        if end is LinkEnd.REFUSED:
            return True
        if not exchange.request.is_safe or (exchange.was_asked_again and not was_replaced):
            return False
        exchange.was_asked_again = True
        if not was_replaced:
            self._route.targets.wait_change(RETRY_S)
        return True

    def _wait_request(self) -> bool:
        """Block until a client that asks first asks again; whether it was waited for."""
        with self._changed:
            if not self._has_answered or self._exchange.has_begun:
                return False
            self._changed.wait_for(
                lambda: self._is_over() or self._has_client_finished or self._exchange.has_begun
            )
            return True
