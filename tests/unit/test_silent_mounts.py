from pathlib import Path

import pytest

from draftpy.adapters.silent_mounts import find_silent_kind, find_silent_mount

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 0:40 / /net/src rw,relatime shared:5 - nfs4 server:/src rw,vers=4.2
31 22 0:41 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs
32 22 0:42 / /home/me/remote rw,nosuid - fuse.sshfs me@host:/ rw,user_id=1000
33 22 0:43 / /big\040disk rw - cifs //server/share rw
34 22 0:44 / /over rw - overlay overlay rw,lowerdir=/net/src/a:/opt,upperdir=/up,workdir=/w
35 22 0:45 / /layers rw - overlay overlay rw,lowerdir=/opt,upperdir=/up,workdir=/w
36 30 8:2 / /net/src/local rw - ext4 /dev/sdb1 rw
37 22 0:46 / /fast rw - fuse.mergerfs a:b rw
38 22 8:3 / /usb rw - fuseblk /dev/sdc1 rw
39 22 0:47 / /hidden rw - nfs4 server:/x rw
40 22 8:4 / /hidden rw - ext4 /dev/sdd1 rw
41 22 0:48 / /shared rw - vboxsf shared rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/src", ""),
        ("/net/src", "nfs4"),
        ("/net/src/app", "nfs4"),
        ("/net/srcs", ""),
        ("/net/src/local/app", ""),
        ("/mnt/c/app", "9p"),
        ("/home/me/remote/app", "fuse.sshfs"),
        ("/big disk/app", "cifs"),
        ("/over/app", "overlay on nfs4"),
        ("/layers/app", ""),
        ("/fast/app", ""),
        ("/usb/app", ""),
        ("/hidden/app", ""),
        ("/shared/app", "vboxsf"),
    ],
)
def test_the_kind_of_a_folders_file_system(path: str, kind: str) -> None:
    assert find_silent_kind(MOUNTS, path) == kind


def test_an_overlay_on_itself_ends() -> None:
    loop = "1 0 0:1 / / rw - overlay overlay rw,lowerdir=/a,upperdir=/b"
    assert find_silent_kind(loop, "/x") == ""


@pytest.mark.parametrize("text", ["", "nonsense", "1 2 3 - nfs x y", "1 2 3 4 / rw"])
def test_what_is_no_mountinfo_says_nothing(text: str) -> None:
    assert find_silent_kind(text, "/x") == ""


def test_this_machines_own_mounts_are_read(tmp_path: Path) -> None:
    assert isinstance(find_silent_mount(tmp_path), str)
    assert find_silent_mount(Path("/proc/self")) == ""
