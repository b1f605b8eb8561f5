# ruff: noqa: T201 - printing figures is what it is for
"""All figures, in one run: `make bench`."""

from tests.bench import (
    bench_commands,
    bench_detect,
    bench_forward,
    bench_loop,
    bench_sync,
    bench_watch,
)

for bench in (bench_commands, bench_detect, bench_sync, bench_loop, bench_watch, bench_forward):
    print(f"\n{bench.__name__.rpartition('.')[2]}")
    bench.main()
