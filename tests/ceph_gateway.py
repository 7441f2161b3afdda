"""A throwaway Ceph RADOS gateway on loopback, in memory: an S3 server that honours canned ACLs as Amazon does.

Programs: `apt-get install --no-install-recommends radosgw ceph-mon ceph-osd`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filmstrip.testing.running_program import RunningProgram, free_ports
from filmstrip.testing.seaweedfs import S3Server

PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph-authtool", "monmaptool", "ceph")
KEY, SECRET = "FILMSTRIPTEST", "ceph/secret+with=signs"

_CONFIGURATION = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon_v2},v1:127.0.0.1:{mon_v1}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = {osd_first}
ms bind port max = {osd_last}
keyring = {folder}/keyring
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mon max pg per osd = 1000
run dir = {folder}
admin socket = {folder}/$name.sock
pid file =
log file = {folder}/$name.log
crash dir = {folder}
[mon]
mon data = {folder}/mon
[osd]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1G
osd class load list = *
osd class default list = *
[client]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{http}
rgw sts key = 0123456789abcdef
rgw s3 auth use sts = true
# Last in turn, so that a wrong key is still told apart from a wrong secret.
rgw s3 auth order = local, sts
rgw enable ops log = false
rgw enable usage log = false
rgw thread pool size = 32
rgw gc max objs = 1
rgw lc max objs = 1
rgw usage max shards = 1
rgw num control oids = 1
rgw reshard num logs = 1
rgw data log num shards = 1
rgw md log max shards = 1
rgw override bucket index max shards = 1
"""


def missing_programs() -> list[str]:
    """Tell which of the programs are not installed."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextmanager
def running_ceph_gateway(folder: Path) -> Iterator[S3Server]:
    """Run a monitor, one store in memory and the gateway until the block ends."""
    mon_v2, mon_v1, osd_first, http = free_ports(4)
    fsid = str(uuid.uuid4())
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()
    configuration = folder / "ceph.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            fsid=fsid,
            mon_v2=mon_v2,
            mon_v1=mon_v1,
            osd_first=osd_first,
            osd_last=osd_first + 400,
            http=http,
            folder=folder,
        )
    )
    cluster = _Cluster(folder)
    cluster.prepare_monitor(fsid, f"[v2:127.0.0.1:{mon_v2},v1:127.0.0.1:{mon_v1}]")
    server = S3Server("127.0.0.1", http, KEY, SECRET)
    with ExitStack() as running:
        running.enter_context(cluster.start("ceph-mon", "-i", "a", "-f"))
        cluster.prepare_store()
        running.enter_context(cluster.start("ceph-osd", "-i", "0", "-f"))
        cluster.make_user()
        gateway = running.enter_context(cluster.start("radosgw", "-n", "client.admin", "-f"))
        gateway.wait_until(lambda: _answers(server.url), 120)
        yield server


class _Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"CEPH_CONF": str(folder / "ceph.conf")}

    def run(self, *command: str) -> None:
        finished = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        if finished.returncode:
            raise RuntimeError(f"{command[0]} ended with {finished.returncode}: {finished.stderr[-1000:]}")

    def start(self, *command: str) -> RunningProgram:
        return RunningProgram(
            [str(shutil.which(command[0])), *command[1:]], self.folder / f"{command[0]}.out", self.environment
        )

    def prepare_monitor(self, fsid: str, address: str) -> None:
        keyring, map_file = str(self.folder / "keyring"), str(self.folder / "monmap")
        self.run("ceph-authtool", "-C", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        everything = ["--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *"]
        self.run("ceph-authtool", keyring, "--gen-key", "-n", "client.admin", *everything)
        store = ["--cap", "mon", "allow profile osd", "--cap", "osd", "allow *"]
        self.run("ceph-authtool", keyring, "--gen-key", "-n", "osd.0", *store)
        self.run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", address, map_file)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_file, "--keyring", keyring)

    def prepare_store(self) -> None:
        store_id = str(uuid.uuid4())
        self.run("ceph", "osd", "new", store_id)
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store_id)

    def make_user(self) -> None:
        self.run(
            "radosgw-admin",
            "user",
            "create",
            "--uid=test",
            "--display-name=test",
            f"--access-key={KEY}",
            f"--secret-key={SECRET}",
            "--caps=user-policy=*",  # it may allow itself to ask for session tokens
        )
        placement = ["--placement-id", "default-placement", "--storage-class", "STANDARD_IA"]
        self.run("radosgw-admin", "zonegroup", "placement", "add", "--rgw-zonegroup", "default", *placement)
        pool = ["--data-pool", "default.rgw.buckets.data"]
        self.run("radosgw-admin", "zone", "placement", "add", "--rgw-zone", "default", *placement, *pool)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return True
    except OSError:
        return False
