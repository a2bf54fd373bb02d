# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A disk that a machine reaches over NBD, served from memory: it knows in which order it was written to, stops at
any write, and can lose what was not flushed, as a disk with a cache does when the power goes.

As much of the protocol as QEMU speaks: fixed newstyle negotiation, simple replies, one connection
(https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md).
"""

import random
import socket
import struct
import threading
from dataclasses import dataclass

SECTOR = 512
_PIECE = 64 * 1024  # is received at once

_GREETING = b"NBDMAGIC" + b"IHAVEOPT" + struct.pack(">H", 0b11)  # fixed newstyle, no zeroes
_OPTION = struct.Struct(">8sII")
_OPTION_REPLY = struct.Struct(">QIII")
_OPTION_REPLY_MAGIC = 0x3E889045565A9
_GO = 7
_ACK, _INFO, _UNSUPPORTED = 1, 3, 0x80000001
_EXPORT_FLAGS = 0b1101  # has flags, takes flushes, takes forced unit access
_REQUEST = struct.Struct(">IHHQQI")
_REPLY = struct.Struct(">IIQ")
_REPLY_MAGIC = 0x67446698
_READ, _WRITE, _DISCONNECT, _FLUSH = range(4)
_FORCED = 1


@dataclass(frozen=True)
class Write:
    offset: int
    data: bytes
    flushed: bool  # by itself


class Disk:
    """`content` is what it holds now. Of a disk that is cut, the machine hears nothing any more. One without a cache,
    as flash, can lose nothing, and does not keep what it was written."""

    def __init__(self, content: bytes, has_cache: bool = True):
        self._base = content
        self._has_cache = has_cache
        self._received = bytearray()
        self.content = bytearray(content)
        self.flushes = 0
        self.was_cut = threading.Event()
        self._log: list[Write | None] = []  # None is a flush
        self._writes = 0
        self._cut_at = 0
        self._ours, self.theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for end in (self._ours, self.theirs):
            end.close()
        self._thread.join()

    @property
    def server(self) -> str:
        """For QEMU, which has to be given the socket `theirs`: the value of server.str."""
        return str(self.theirs.fileno())

    def options(self, name: str) -> list[str]:
        return ["-blockdev", f"driver=nbd,node-name={name},server.type=fd,server.str={self.server}",
                "-device", f"virtio-blk-pci,drive={name},serial={name}"]

    # --- what is done to it ---

    @property
    def writes(self) -> int:
        return self._writes

    def cut_at(self, number: int) -> None:
        """The power goes at this write from now on, counted from 1: it does not reach the disk any more."""
        self._cut_at = self._writes + number

    def left(self, chance: random.Random) -> bytes:
        """What it holds after the power went and its cache with it: all that was flushed, and of the later
        sectors any, in any order."""
        if not self._has_cache:
            return bytes(self.content)
        flushed = max((at + 1 for at, entry in enumerate(self._log) if entry is None), default=0)
        disk = bytearray(self._base)
        late = []
        for at, entry in enumerate(self._log):
            if entry is None:
                continue
            if at < flushed or entry.flushed:
                disk[entry.offset:entry.offset + len(entry.data)] = entry.data
            else:
                late += [(entry.offset + start, entry.data[start:start + SECTOR])
                         for start in range(0, len(entry.data), SECTOR)]
        share = chance.random()
        kept = [sector for sector in late if chance.random() < share]
        chance.shuffle(kept)
        for offset, data in kept:
            disk[offset:offset + SECTOR] = data
        return bytes(disk)

    # --- the protocol ---

    def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            piece = self._ours.recv(_PIECE)
            if not piece:
                raise ConnectionError
            self._received += piece
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    def _answer_option(self, option: int, kind: int, data: bytes = b"") -> None:
        self._ours.sendall(_OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, kind, len(data)) + data)

    def _negotiate(self) -> None:
        self._ours.sendall(_GREETING)
        self._take(4)  # the client's flags
        option = None
        while option != _GO:
            _, option, size = _OPTION.unpack(self._take(_OPTION.size))
            self._take(size)
            if option != _GO:
                self._answer_option(option, _UNSUPPORTED)
        self._answer_option(option, _INFO, struct.pack(">HQH", 0, len(self._base), _EXPORT_FLAGS))
        self._answer_option(option, _ACK)

    def _reply(self, cookie: int, data: bytes = b"") -> None:
        self._ours.sendall(_REPLY.pack(_REPLY_MAGIC, 0, cookie) + data)

    def _write(self, offset: int, data: bytes, flags: int) -> bool:
        """False when the power goes with it."""
        self._writes += 1
        if self._writes == self._cut_at:
            self.was_cut.set()
            return False
        self.content[offset:offset + len(data)] = data
        if self._has_cache:
            self._log.append(Write(offset, data, bool(flags & _FORCED)))
        return True

    def _serve_request(self) -> bool:
        _, flags, kind, cookie, offset, size = _REQUEST.unpack(self._take(_REQUEST.size))
        if kind == _READ:
            self._reply(cookie, bytes(self.content[offset:offset + size]))
            return True
        if kind == _WRITE and not self._write(offset, self._take(size), flags):
            return False
        if kind == _FLUSH:
            self._log.append(None)
            self.flushes += 1
        if kind != _DISCONNECT:
            self._reply(cookie)
        return kind != _DISCONNECT

    def _serve(self) -> None:
        try:
            self._negotiate()
            while self._serve_request():
                pass
        except OSError:
            pass  # the machine was killed
