// SPDX-License-Identifier: Apache-2.0
#include "logbook/reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace cordon::logbook {

Reserve::Reserve(std::string path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {
  struct stat file {};
  if (::lstat(path_.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) return;
  // st_blocks counts 512 bytes each (stat(2)); a sparse file sets nothing aside.
  const bool whole = bytes_ != 0 && static_cast<std::uint64_t>(file.st_blocks) * 512 >= bytes_;
  if (whole) {
    held_ = true;
  } else {
    ::unlink(path_.c_str());
  }
}

bool Reserve::fill() {
  if (held_ || bytes_ == 0) return held_;
  const std::string folder = path_.find('/') == std::string::npos ? "." : path_.substr(0, path_.rfind('/') + 1);
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0 || disk.f_bavail * disk.f_frsize < 2 * bytes_) return false;
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  held_ = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes_)) == 0 && ::fsync(fd) == 0;
  ::close(fd);
  if (!held_) ::unlink(path_.c_str());
  return held_;
}

bool Reserve::release() {
  if (!held_) return false;
  held_ = false;
  return ::unlink(path_.c_str()) == 0;
}

}  // namespace cordon::logbook
