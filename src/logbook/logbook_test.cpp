// SPDX-License-Identifier: Apache-2.0
#include "logbook/logbook.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "logbook/test_book.h"

namespace cordon::logbook {
namespace {

class LogbookTest : public ::testing::Test {
 protected:
  Logbook::Options options() const { return {.path = path, .box = "chv", .now = clock.now(), .reserve_bytes = 0}; }

  TestFolder folder;
  std::string path = folder / "logbook.db";
  SetClock clock;
};

TEST_F(LogbookTest, KeepsWhatWasAppendedOverRestarts) {
  {
    Result<Logbook> book = Logbook::open(options());
    ASSERT_TRUE(book);
    EXPECT_EQ(book->last(), Sequence{0});
    EXPECT_EQ(book->epoch(), 1U);
    EXPECT_EQ(book->head(), (Head{"chv", 0, Sequence{0}, first_previous("chv")}));
    const Result<Appended> appended = book->append(std::vector<Draft>{draft(1), draft(2)});
    ASSERT_TRUE(appended);
    EXPECT_EQ(appended->first, Sequence{1});
    EXPECT_EQ(appended->count, 2U);
  }
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  EXPECT_EQ(book->epoch(), 2U);
  EXPECT_EQ(book->head().epoch, 1U) << "the head is the last entry's identity";
  EXPECT_EQ(book->append(std::vector<Draft>{draft(3)})->first, Sequence{3});
  const std::vector<Entry> entries = *book->read(Sequence{1}, 10);
  ASSERT_EQ(entries.size(), 3U);
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Entry& e = entries[i];
    EXPECT_EQ(e.sequence.value, i + 1);
    EXPECT_EQ(e.epoch, i < 2 ? 1U : 2U);
    EXPECT_EQ(e.body, draft(i + 1).body);
    EXPECT_EQ(e.time, draft(i + 1).time);
    EXPECT_EQ(e.kind, "test.fact");
    EXPECT_EQ(e.version, 3);
    EXPECT_EQ(e.previous, i == 0 ? first_previous("chv") : entries[i - 1].hash);
    EXPECT_EQ(e.hash, entry_hash("chv", e));
  }
  EXPECT_EQ(book->head(), (Head{"chv", 2, Sequence{3}, entries[2].hash}));
  EXPECT_EQ(book->read(Sequence{2}, 1)->front(), entries[1]);
  EXPECT_TRUE(book->read(Sequence{4}, 10)->empty());
}

TEST_F(LogbookTest, HybridTimeRisesWhenTheWallClockFallsBackOverARestart) {
  write_book(path, 2);
  *clock.micros -= 3'600'000'000;
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  ASSERT_TRUE(book->append(std::vector<Draft>{draft(3), draft(4)}));
  *clock.micros += 7'200'000'000;
  ASSERT_TRUE(book->append(std::vector<Draft>{draft(5)}));
  const std::vector<Entry> e = *book->read(Sequence{1}, 10);
  ASSERT_EQ(e.size(), 5U);
  EXPECT_EQ(e[0].hlc, (HybridTime{night_micros, 0}));
  EXPECT_EQ(e[1].hlc, (HybridTime{night_micros, 1}));
  EXPECT_EQ(e[3].hlc, (HybridTime{night_micros, 3}));
  EXPECT_EQ(e[4].hlc, (HybridTime{night_micros + 3'600'000'000, 0}));
}

TEST_F(LogbookTest, BodiesAreBytes) {
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  Draft odd = draft(1);
  odd.body = std::string("\0\xFF'\"\n", 5);
  Draft empty = draft(2);
  empty.body.clear();
  ASSERT_TRUE(book->append(std::vector<Draft>{odd, empty}));
  EXPECT_EQ(book->read(Sequence{1}, 2)->at(0).body, odd.body);
  EXPECT_EQ(book->read(Sequence{1}, 2)->at(1).body, "");
}

TEST_F(LogbookTest, BoundsHoldAndARefusedBatchLeavesNothing) {
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  Draft big = draft(1);
  big.body.assign(body_bytes_max, 'x');
  EXPECT_TRUE(book->append(std::vector<Draft>{big}));
  big.body += 'x';
  const Error too_big = book->append(std::vector<Draft>{draft(1), big}).error();
  EXPECT_EQ(too_big, (Error{ErrorCode::limit, 1, ""}));
  EXPECT_EQ(book->last(), Sequence{1});

  std::vector<Draft> many(batch_entries_max, draft(1));
  EXPECT_TRUE(book->append(many));
  many.push_back(draft(1));
  EXPECT_EQ(book->append(many).error().code, ErrorCode::limit);

  big.body.pop_back();
  const std::vector<Draft> heavy(batch_bytes_max / body_bytes_max, big);
  EXPECT_TRUE(book->append(heavy));
  std::vector<Draft> heavier = heavy;
  heavier.push_back(draft(1));
  EXPECT_EQ(book->append(heavier).error().code, ErrorCode::limit);

  Draft nameless = draft(1);
  nameless.kind = "Not a kind";
  EXPECT_EQ(book->append(std::vector<Draft>{nameless}).error().code, ErrorCode::malformed);
  EXPECT_EQ(book->append({})->count, 0U);
  EXPECT_EQ(book->last().value, 1 + batch_entries_max + batch_bytes_max / body_bytes_max);
  EXPECT_EQ(book->read(Sequence{1}, read_entries_max + 1)->size(), read_entries_max);
  EXPECT_EQ(book->read(Sequence{2 + batch_entries_max}, 100)->size(), 16U);
  EXPECT_TRUE(verify(path, {})->sound());
}

TEST_F(LogbookTest, ReadsStopAfterTheirBytes) {
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  Draft big = draft(1);
  big.body.assign(body_bytes_max, 'x');
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(book->append(std::vector<Draft>{big}));
  EXPECT_EQ(book->read(Sequence{1}, 100)->size(), 17U);
}

TEST_F(LogbookTest, ASecondWriterIsRefusedAndReadersAreNot) {
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  ASSERT_TRUE(book->append(std::vector<Draft>{draft(1)}));
  const Result<Logbook> second = Logbook::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::denied);
  EXPECT_STREQ(second.error().where, "another writer has the logbook");
  const pid_t other = ::fork();
  if (other == 0) ::_exit(Logbook::open(options()) ? 1 : 0);
  int status = -1;
  ASSERT_EQ(::waitpid(other, &status, 0), other);
  EXPECT_EQ(status, 0) << "another process is refused as well";
  Result<Reader> reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_EQ(*reader->count(), 1U);
  EXPECT_TRUE(book->append(std::vector<Draft>{draft(2)}));
  EXPECT_EQ((*reader->last())->sequence, Sequence{2});
  { const Logbook gone = std::move(*book); }
  EXPECT_TRUE(Logbook::open(options())) << "a closed book can be opened";
}

TEST_F(LogbookTest, FollowSeesWhatIsAppendedLater) {
  using std::chrono::milliseconds;
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  ASSERT_TRUE(book->append(std::vector<Draft>{draft(1), draft(2), draft(3)}));
  Result<Reader> reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->follow(Sequence{1}, 2, milliseconds(0))->size(), 2U);
  EXPECT_EQ(reader->follow(Sequence{3}, 2, milliseconds(0))->size(), 1U) << "a limit hides nothing from the next look";
  EXPECT_TRUE(reader->follow(Sequence{4}, 2, milliseconds(0))->empty());
  EXPECT_TRUE(reader->follow(Sequence{4}, 2, milliseconds(10))->empty());
  EXPECT_EQ(reader->follow(Sequence{2}, 9, milliseconds(0))->size(), 2U) << "going back is possible";
  std::thread writer([&] {
    std::this_thread::sleep_for(milliseconds(100));
    EXPECT_TRUE(book->append(std::vector<Draft>{draft(4)}));
  });
  const std::vector<Entry> found = *reader->follow(Sequence{4}, 2, milliseconds(20000));
  writer.join();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].body, draft(4).body);
}

TEST_F(LogbookTest, WhatIsNoLogbookIsRefusedAndLeftAlone) {
  const auto refused = [&](const std::string& content, ErrorCode code) {
    spill(path, content);
    const Result<Logbook> book = Logbook::open(options());
    ASSERT_FALSE(book);
    EXPECT_EQ(book.error().code, code) << book.error().where;
    const Result<Reader> reader = Reader::open(path);
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, code) << reader.error().where;
    EXPECT_EQ(slurp(path), content);
  };
  refused("This is a text file, and rather longer than an SQLite header of one hundred bytes would be. Or is it? Yes.",
          ErrorCode::malformed);
  const std::string other = folder / "other.db";
  sql(other, "CREATE TABLE patients (name TEXT); INSERT INTO patients VALUES ('x')");
  refused(slurp(other), ErrorCode::malformed);
  write_book(folder / "new.db", 1);
  sql(folder / "new.db", "PRAGMA user_version = 2; PRAGMA journal_mode = DELETE");
  refused(slurp(folder / "new.db"), ErrorCode::unsupported);
  EXPECT_EQ(Reader::open(folder / "absent.db").error(), (Error{ErrorCode::io, ENOENT, ""}));
  EXPECT_EQ(Logbook::open({.path = folder / "no/such/folder.db", .box = "chv", .now = clock.now()}).error().code,
            ErrorCode::io);
}

TEST_F(LogbookTest, AnotherBoxOrABrokenLastEntryIsNotContinued) {
  write_book(path, 3);
  Logbook::Options other = options();
  other.box = "chm";
  EXPECT_EQ(Logbook::open(other).error().code, ErrorCode::denied);
  other.box = "no box";
  EXPECT_EQ(Logbook::open(other).error().code, ErrorCode::malformed);
  sql(path, "UPDATE entry SET body = x'00' WHERE sequence = 3");
  const Error error = Logbook::open(options()).error();
  EXPECT_EQ(error, (Error{ErrorCode::malformed, 3, ""})) << error.where;
}

TEST_F(LogbookTest, AppendFailsWhenTheBookWasChangedBehindItsWriter) {
  Result<Logbook> book = Logbook::open(options());
  ASSERT_TRUE(book);
  ASSERT_TRUE(book->append(std::vector<Draft>{draft(1)}));
  sql(path,
      "INSERT INTO entry SELECT 2, epoch, hlc_micros, 9, time_micros, kind, version, body, previous, hash FROM entry");
  EXPECT_EQ(book->append(std::vector<Draft>{draft(2)}).error().code, ErrorCode::malformed);
  EXPECT_EQ(book->health().appends_failed, 1U);
  sql(path, "DELETE FROM entry WHERE sequence = 2");
  EXPECT_TRUE(book->append(std::vector<Draft>{draft(2)})) << "and the writer goes on where it stood";
  EXPECT_TRUE(verify(path, {})->sound());
}

TEST_F(LogbookTest, FilesAreNotForEverybody) {
  write_book(path, 1);
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07U, 0U);
}

TEST_F(LogbookTest, ABookOnAReadOnlyMediumCanBeRead) {
  write_book(path, 3);
  const std::filesystem::path copy = folder / "medium";
  std::filesystem::create_directory(copy);
  std::filesystem::copy_file(path, copy / "logbook.db");
  ASSERT_EQ(::chmod((copy / "logbook.db").c_str(), 0444), 0);
  ASSERT_EQ(::chmod(copy.c_str(), 0555), 0);
  const auto look = [&] {
    const Result<Reader> reader = Reader::open(copy / "logbook.db");
    const Result<VerifyReport> report = verify(copy / "logbook.db", {});
    return reader && *reader->count() == 3 && report && report->sound() && report->entries_checked == 3;
  };
  if (::geteuid() != 0) {
    EXPECT_TRUE(look());
  } else {
    const pid_t nobody = ::fork();
    if (nobody == 0) {
      const bool dropped = ::chmod(folder.path().c_str(), 0755) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0;
      ::_exit(dropped && look() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(nobody, &status, 0), nobody);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(copy), {}), 1) << "nothing was left beside it";
  ASSERT_EQ(::chmod(copy.c_str(), 0755), 0);
}

}  // namespace
}  // namespace cordon::logbook
