"""A folder seen through FUSE, where chosen calls are refused: denying_fs.py SOURCE MOUNT_POINT call=ERRNO ...

Calls are those of fusepy: chmod, chown, utimens, link, truncate, fsync, fsyncdir."""

import errno
import os
import sys

from fuse import FUSE, FuseOSError, Operations

SOURCE, MOUNT_POINT = sys.argv[1:3]
REFUSED = {call: getattr(errno, code) for call, code in (pair.split("=") for pair in sys.argv[3:])}
STAT_KEYS = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime")
STATFS_KEYS = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_frsize", "f_files", "f_ffree", "f_namemax")


class DenyingFs(Operations):
    def __call__(self, call, path, *args):
        if call in REFUSED:
            raise FuseOSError(REFUSED[call])
        try:
            return super().__call__(call, SOURCE + path if path else path, *args)
        except OSError as error:
            raise FuseOSError(error.errno) from error

    def getattr(self, path, fh=None):
        stats = os.lstat(path)
        return {key: getattr(stats, key) for key in STAT_KEYS}

    def statfs(self, path):
        stats = os.statvfs(path)
        return {key: getattr(stats, key) for key in STATFS_KEYS}

    def readdir(self, path, fh):
        return [".", "..", *os.listdir(path)]

    def access(self, path, mode):
        pass

    def chmod(self, path, mode):
        os.chmod(path, mode)

    def chown(self, path, uid, gid):
        os.chown(path, uid, gid)

    def utimens(self, path, times=None):
        os.utime(path, times)

    def link(self, target, source):
        os.link(SOURCE + source, target)

    def rename(self, old, new):
        os.rename(old, SOURCE + new)

    def unlink(self, path):
        os.unlink(path)

    def mkdir(self, path, mode):
        os.mkdir(path, mode)

    def rmdir(self, path):
        os.rmdir(path)

    def open(self, path, flags):
        return os.open(path, flags)

    def create(self, path, mode, fi=None):
        return os.open(path, os.O_RDWR | os.O_CREAT, mode)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(path, length)

    def fsync(self, path, datasync, fh):
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        pass

    def release(self, path, fh):
        os.close(fh)


FUSE(DenyingFs(), MOUNT_POINT, foreground=True, nothreads=True)
