// SPDX-License-Identifier: Apache-2.0
#include "sqlite/sqlite.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cordon::sqlite {
namespace {

TEST(Sqlite, WhatItMapsToWriteIntoHasNoHoles) {
  ASSERT_TRUE(open(":memory:", SQLITE_OPEN_READWRITE, 1 << 20, "t"));
  sqlite3_vfs* const files = sqlite3_vfs_find("unix");
  using Map = void* (*)(void*, std::size_t, int, int, int, off_t);
  const auto map = reinterpret_cast<Map>(files->xGetSystemCall(files, "mmap"));
  constexpr std::size_t region = 32768;
  std::string name = ::testing::TempDir() + "cordon-sqlite-XXXXXX";
  const int fd = ::mkstemp(name.data());
  ASSERT_GE(fd, 0);
  ::unlink(name.c_str());
  ASSERT_EQ(::ftruncate(fd, region), 0);
  const auto blocks = [&] {
    struct stat file {};
    ::fstat(fd, &file);
    return static_cast<std::size_t>(file.st_blocks) * 512;
  };
  ASSERT_EQ(blocks(), 0U);
  void* const read = map(nullptr, region, PROT_READ, MAP_SHARED, fd, 0);
  ASSERT_NE(read, MAP_FAILED);
  EXPECT_EQ(blocks(), 0U) << "who only reads takes no space";
  void* const written = map(nullptr, region, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ASSERT_NE(written, MAP_FAILED);
  EXPECT_GE(blocks(), region);
  for (void* piece : {read, written}) ::munmap(piece, region);
  ::close(fd);
}

}  // namespace
}  // namespace cordon::sqlite
