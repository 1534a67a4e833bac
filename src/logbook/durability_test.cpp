// SPDX-License-Identifier: Apache-2.0
// What must hold when the process is killed and when the disk is full.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "logbook/test_book.h"

namespace cordon::logbook {
namespace {

/// write_until_killed appends batches and says after each, through a pipe, up to which entry the book acknowledged.
[[noreturn]] void write_until_killed(const std::string& path, int acknowledged, unsigned seed) {
  std::minstd_rand random(seed);
  while (true) {
    Result<Logbook> book = Logbook::open({.path = path, .box = "chv", .now = SetClock{}.now(), .reserve_bytes = 0});
    if (!book) ::_exit(1);
    for (int i = 0; i < 20; ++i) {  // then it is opened anew, so that a kill may fall into that as well
      std::vector<Draft> batch;
      for (std::uint64_t n = 1 + random() % 30; n > 0; --n)
        batch.push_back(draft(book->last().value + batch.size() + 1));
      if (!book->append(batch)) ::_exit(2);
      const std::uint64_t last = book->last().value;
      if (::write(acknowledged, &last, sizeof last) != sizeof last) ::_exit(3);
    }
  }
}

TEST(Durability, KillingTheWriterAtAnyMomentLosesNoAcknowledgedEntry) {
  const TestFolder folder;
  const std::string path = folder / "logbook.db";
  constexpr int kills = 20;
  constexpr unsigned seed = 20221203;
  std::minstd_rand random(seed);
  std::uint64_t acknowledged = 0;
  for (int kill = 0; kill < kills; ++kill) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t writer = ::fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) write_until_killed(path, ends[1], static_cast<unsigned>(random()));
    ::close(ends[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 150'000));
    ::kill(writer, SIGKILL);
    std::uint64_t last = 0;
    while (::read(ends[0], &last, sizeof last) == sizeof last) acknowledged = last;
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer failed by itself: " << WEXITSTATUS(status);

    if (acknowledged == 0) continue;  // killed before there was a book
    const Result<VerifyReport> report = verify(path, {});
    ASSERT_TRUE(report) << report.error().where;
    ASSERT_TRUE(report->sound()) << describe(report->damages.front());
    ASSERT_GE(report->last.value, acknowledged) << "kill " << kill;
    const Result<std::optional<Entry>> entry = Reader::open(path)->last();
    EXPECT_EQ((*entry)->body, draft((*entry)->sequence.value).body);
  }
  EXPECT_GT(acknowledged, 0U);
  Result<Logbook> book = Logbook::open({.path = path, .box = "chv", .now = SetClock{}.now(), .reserve_bytes = 0});
  ASSERT_TRUE(book) << "and the book can be continued";
  EXPECT_TRUE(book->append(std::vector<Draft>{draft(1)}));
}

/// on_small_disk runs `work` in a child that has a file system of `mebibytes` at `path`. Its failed expectations are
/// printed there; here they count. False: this user may not mount.
template <class Work>
bool on_small_disk(const std::string& path, int mebibytes, Work work) {
  constexpr int cannot = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string size = "size=" + std::to_string(mebibytes) + "m";
    if ((::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", path.c_str(), "tmpfs", 0, size.c_str()) != 0) {
      ::_exit(cannot);
    }
    work();
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == cannot) return false;
  EXPECT_EQ(status, 0) << "see above";
  return true;
}

TEST(Durability, AFullDiskTakesCutsFromTheReserveThenFailsCleanlyAndRecovers) {
  const TestFolder folder;
  const std::string path = folder / "logbook.db";
  const auto work = [&] {
    constexpr std::uint64_t reserve = 1U << 20U;
    const Logbook::Options options{.path = path, .box = "chv", .now = SetClock{}.now(), .reserve_bytes = reserve};
    const std::string ballast = folder / "ballast";
    std::uint64_t acknowledged = 0;
    {
      Result<Logbook> book = Logbook::open(options);
      ASSERT_TRUE(book) << book.error().where;
      ASSERT_TRUE(book->health().reserve_held);
      spill(ballast, std::string(32U << 20U, 'x'));  // somebody else fills the disk
      const auto append_until = [&](auto stop) {
        for (int i = 0; i < 5000 && !stop(book->append(std::vector<Draft>{draft(acknowledged + 1)})); ++i) {
          acknowledged = book->last().value;
        }
      };
      append_until([&](const Result<Appended>& done) { return !done || book->health().reserve_used; });
      acknowledged = book->last().value;
      EXPECT_TRUE(book->health().reserve_used);
      EXPECT_EQ(book->health().appends_failed, 0U) << "the entry that met the full disk was written";
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(book->append(std::vector<Draft>{draft(++acknowledged)})) << "and the next cuts are";
      }
      EXPECT_FALSE(book->restore_reserve()) << "there is no room for a new reserve";
      Error error{};
      append_until([&](const Result<Appended>& done) {
        if (!done) error = done.error();
        return !done;
      });
      EXPECT_EQ(error, (Error{ErrorCode::io, ENOSPC, ""}));
      EXPECT_EQ(book->last().value, acknowledged);
      EXPECT_TRUE(verify(path, {})->sound());
      EXPECT_EQ(verify(path, {})->last.value, acknowledged);
      EXPECT_FALSE(book->append(std::vector<Draft>{draft(1)})) << "still full";

      std::filesystem::remove(ballast);
      EXPECT_TRUE(book->append(std::vector<Draft>{draft(++acknowledged)})) << "room again: usable without a restart";
      EXPECT_TRUE(book->restore_reserve());
      EXPECT_TRUE(book->health().reserve_held);
    }
    spill(ballast, std::string(32U << 20U, 'x'));
    Result<Logbook> again = Logbook::open(options);
    ASSERT_TRUE(again) << again.error().offset
                       << "a restart on a full disk: the new epoch is written, from the reserve if need be";
    EXPECT_TRUE(again->append(std::vector<Draft>{draft(++acknowledged)}));
    EXPECT_TRUE(verify(path, {})->sound());
    EXPECT_EQ(verify(path, {})->last.value, acknowledged);
  };
  if (!on_small_disk(folder.path(), 8, work)) GTEST_SKIP() << "mounting a small disk needs root or user namespaces";
}

}  // namespace
}  // namespace cordon::logbook
