"""Pages of a library are given back, and only those that can be read again."""

from draftpy.adapters.idle_memory import _unchanged, release_library

SMAPS = """\
1000-3000 r-xp 00000000 fe:00 1 /lib/libhelm_c.so.0.2
Rss: 8 kB
Anonymous: 0 kB
3000-4000 r--p 00002000 fe:00 1 /lib/libhelm_c.so.0.2
Anonymous: 4 kB
4000-5000 rw-p 00003000 fe:00 1 /lib/libhelm_c.so.0.2
Anonymous: 0 kB
5000-6000 r-xp 00000000 fe:00 2 /lib/libc.so.6
Anonymous: 0 kB
6000-7000 r--p 00000000 fe:00 1 /lib/libhelm_c.so.0.2
Anonymous: 0 kB
"""


def test_what_was_changed_or_can_be_written_is_kept() -> None:
    assert list(_unchanged(SMAPS, "libhelm")) == [(0x1000, 0x3000), (0x6000, 0x7000)]


def test_a_library_works_on_without_its_pages() -> None:
    import helm_python  # noqa: F401, PLC0415 - loads the library

    assert release_library("libhelm") > 0
    assert release_library("libhelm") > 0


def test_a_library_that_is_not_there_is_nothing_to_do() -> None:
    assert release_library("no such library") == 0
