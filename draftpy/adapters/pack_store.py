"""Pack repositories on disk: fetched by Git or copied, swapped in whole, pinned in the lock."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from draftpy.adapters.process import Command, Processes
from draftpy.errors import Conflict, UnknownPack, UsageError, WriteFailed
from draftpy.packs.repositories import (
    LOCK,
    PackRepository,
    load_lock,
    render_lock,
    repository_folder,
)
from draftpy.packs.texts import read_texts

# Nothing of a repository may run here: no hooks, no transports that are commands, no questions.
_SAFE = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false", "-c", "core.fsmonitor=false"),
    *("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false"),
    *("-c", "advice.detachedHead=false"),
)
_ENVIRON = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "GIT_LFS_SKIP_SMUDGE": "1"}


class DiskPackStore:
    """See `pipelines.packs.PackStore`; everything is below the user's config folder."""

    def __init__(self, config_folder: Path, processes: Processes) -> None:
        self._config = config_folder
        self._processes = processes

    def all(self) -> tuple[PackRepository, ...]:
        """The repositories in the lock; raises ConfigInvalid."""
        return load_lock(self._config)

    @contextmanager
    def fetching(self, url: str, ref: str) -> Iterator[tuple[Path, str]]:
        """A folder with the files of `ref`, and their commit; gone when the context is left.

        Raises UsageError if it cannot be had, PackInvalid for files that no pack may have.
        """
        (self._config).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._config, prefix=".fetching-") as name:
            folder = Path(name) / "files"
            local = Path(url).expanduser()
            if local.is_dir() and not (local / ".git").exists() and not _is_bare(local):
                yield folder, _copy(local, folder)
            else:
                yield folder, self._clone(str(local) if local.is_dir() else url, ref, folder)

    def keep(self, repository: PackRepository, folder: Path) -> None:
        """Put the fetched files in place and the commit into the lock; raises WriteFailed."""
        target = repository_folder(self._config, repository.name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            folder.rename(target)
        except OSError as error:
            raise WriteFailed(f"{target} could not be written", evidence=str(error)) from error
        others = tuple(each for each in self.all() if each.name != repository.name)
        self._write_lock((*others, repository))

    def remove(self, name: str) -> None:
        """Take a repository out of the lock, and its files away; raises UnknownPack."""
        others = tuple(each for each in self.all() if each.name != name)
        if len(others) == len(self.all()):
            raise UnknownPack(
                f"there is no pack repository {name!r}",
                evidence=f"there are: {', '.join(each.name for each in others) or 'none'}",
                remedy="draftpy packs list",
            )
        self._write_lock(others)
        shutil.rmtree(repository_folder(self._config, name), ignore_errors=True)

    def _clone(self, url: str, ref: str, folder: Path) -> str:
        if url.startswith("-") or ref.startswith("-"):
            raise UsageError(f"{url if url.startswith('-') else ref} is no repository or reference")
        clone = ("clone", "--quiet", "--no-recurse-submodules", "--", url, str(folder))
        self._git(clone, f"{url} cannot be cloned")
        if ref:
            self._check_out(folder, ref, f"{url} has no branch, tag or commit {ref}")
        lines = self._git(("-C", str(folder), "rev-parse", "HEAD"), f"{url} has no commit")
        shutil.rmtree(folder / ".git", ignore_errors=True)
        read_texts(folder)
        return lines[0].strip()

    def _check_out(self, folder: Path, ref: str, what: str) -> None:
        """A branch is known under its remote's name only."""
        for name in (f"refs/remotes/origin/{ref}", ref):
            at = ("-C", str(folder), "checkout", "--quiet", "--detach", name, "--")
            try:
                self._git(at, what)
            except UsageError:
                if name == ref:
                    raise
            else:
                return

    def _git(self, words: tuple[str, ...], what: str) -> tuple[str, ...]:
        action = next(word for word in words if word in ("clone", "checkout", "rev-parse"))
        command = Command(argv=("git", *_SAFE, *words), action=action, environ=_ENVIRON)
        finished = self._processes.run(command)
        if finished.code != 0:
            evidence = "\n".join(finished.lines[-3:])
            raise UsageError(what, evidence=evidence, remedy="check the address and the reference")
        return finished.lines

    def _write_lock(self, repositories: tuple[PackRepository, ...]) -> None:
        path = self._config / LOCK
        try:
            path.with_suffix(".new").write_text(render_lock(repositories), encoding="utf-8")
            path.with_suffix(".new").replace(path)
        except OSError as error:
            raise WriteFailed(f"{path} could not be written", evidence=str(error)) from error


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def _copy(source: Path, folder: Path) -> str:
    """Copy a folder's text files; the digest over them stands for a commit."""
    total = hashlib.sha256()
    for path, text in sorted(read_texts(source).items()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        total.update(f"{path}\0{len(text)}\0{text}".encode())
    if not folder.is_dir():
        raise Conflict(f"{source} holds no file", remedy="name a folder of packs")
    return f"sha256:{total.hexdigest()}"
