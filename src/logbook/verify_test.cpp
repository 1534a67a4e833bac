// SPDX-License-Identifier: Apache-2.0
#include "logbook/verify.h"

#include <rapidcheck.h>
#include <sodium/crypto_sign.h>

#include "logbook/database.h"
#include "logbook/test_book.h"

namespace cordon::logbook {
namespace {

using Texts = std::vector<std::string>;

/// Key signs heads as a seal does.
struct Key {
  PublicKey open{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
  Key() { crypto_sign_keypair(open.data(), secret.data()); }
  SignedHead sign(const Head& head, std::int64_t at = night_micros) const {
    SignedHead out{head, WallTime{Micros{at}}, {}};
    const std::vector<std::uint8_t> bytes = signed_bytes(head, out.sealed_at);
    crypto_sign_detached(out.signature.data(), nullptr, bytes.data(), bytes.size(), secret.data());
    return out;
  }
};

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() { write_book(path, entries, 3); }

  static constexpr std::uint64_t entries = 60;  // in three epochs of twenty

  Head head_at(std::uint64_t n) const {
    const Entry e = Reader::open(path)->read(Sequence{n}, 1)->at(0);
    return {"chv", e.epoch, e.sequence, e.hash};
  }
  Texts damages(const VerifyOptions& options = {}) const {
    const Result<VerifyReport> report = verify(path, options);
    EXPECT_TRUE(report) << report.error().where;
    return report ? texts(*report) : Texts{};
  }
  VerifyOptions with_heads(const std::string& lines) const {
    spill(heads_path, lines);
    return {.box = "chv", .heads_path = heads_path, .public_key = key.open, .paper = {}};
  }
  std::string line_at(std::uint64_t n) const { return head_line(key.sign(head_at(n))) + "\n"; }

  /// rechain makes the chain from entry `from` on anew, as somebody would who can write the whole file.
  void rechain(std::uint64_t from) const {
    Database db = *open_database(path, SQLITE_OPEN_READWRITE, "test");
    Hash previous = from == 1 ? first_previous("chv") : read_entries(db.get(), Sequence{from - 1}, 1)->at(0).hash;
    std::vector<Entry> rest = *read_entries(db.get(), Sequence{from}, 1000);
    for (Entry& e : rest) {
      e.previous = previous;
      previous = entry_hash("chv", e);
      const std::string set = "UPDATE entry SET previous = x'" + to_hex(e.previous) + "', hash = x'" +
                              to_hex(previous) + "' WHERE sequence = " + std::to_string(e.sequence.value);
      ASSERT_TRUE(execute(db.get(), set.c_str(), "test"));
    }
  }
  void rehash(std::uint64_t n) const {
    Database db = *open_database(path, SQLITE_OPEN_READWRITE, "test");
    const Entry e = read_entries(db.get(), Sequence{n}, 1)->at(0);
    const std::string set =
        "UPDATE entry SET hash = x'" + to_hex(entry_hash("chv", e)) + "' WHERE sequence = " + std::to_string(n);
    ASSERT_TRUE(execute(db.get(), set.c_str(), "test"));
  }

  TestFolder folder;
  std::string path = folder / "logbook.db";
  std::string heads_path = folder / "heads.jsonl";
  Key key;
};

TEST_F(VerifyTest, AWholeBookIsSoundAndSaysWhatCannotBeExcluded) {
  const VerifyReport report = *verify(path, {});
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.entries_checked, entries);
  EXPECT_EQ(report.last, Sequence{entries});
  EXPECT_FALSE(report.confirmed);
  EXPECT_EQ(describe(report), (Texts{"logbook of chv: 60 entries read, the last is 60",
                                     "No head confirms any entry: a cut tail or a full rewrite cannot be excluded.",
                                     "The chain is whole."}));
}

TEST_F(VerifyTest, VerifyingLeavesTheFolderAsItWas) {
  const std::string before = slurp(path);
  ASSERT_TRUE(verify(path, {})->sound());
  EXPECT_EQ(slurp(path), before);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path + "-shm"));
}

TEST_F(VerifyTest, WorksWhileTheWriterWrites) {
  Result<Logbook> book = Logbook::open({.path = path, .box = "chv", .now = SetClock{}.now(), .reserve_bytes = 0});
  ASSERT_TRUE(book);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(book->append(std::vector<Draft>{draft(i)}));
    const VerifyReport report = *verify(path, {});
    EXPECT_TRUE(report.sound());
    EXPECT_EQ(report.entries_checked, entries + i);
  }
}

TEST_F(VerifyTest, NamesAChangedEntry) {
  sql(path, "UPDATE entry SET body = x'7b7d' WHERE sequence = 17");
  EXPECT_EQ(damages(), Texts{"entry 17 was changed: its content does not give its hash"});
}

TEST_F(VerifyTest, NamesAChangeInEveryColumn) {
  const std::string copy = slurp(path);
  for (const char* set :
       {"epoch = 7", "hlc_micros = hlc_micros + 1", "hlc_counter = 99", "time_micros = 0", "kind = 'other'",
        "version = 4", "body = x''", "previous = zeroblob(32)", "hash = zeroblob(32)"}) {
    spill(path, copy);
    sql(path, std::string("UPDATE entry SET ") + set + " WHERE sequence = 30");
    EXPECT_EQ(damages(), Texts{"entry 30 was changed: its content does not give its hash"}) << set;
  }
  for (const char* set : {"epoch = 0", "hlc_counter = -1", "kind = 'Not A Kind'", "version = 65536", "hash = x'00'",
                          "body = zeroblob(1048577)"}) {
    spill(path, copy);
    sql(path, std::string("UPDATE entry SET ") + set + " WHERE sequence = 30");
    EXPECT_EQ(damages(), Texts{"entry 30 is not in the form of an entry"}) << set;
  }
}

TEST_F(VerifyTest, NamesAnEntryWhoseHashWasMadeAnew) {
  sql(path, "UPDATE entry SET body = x'7b7d' WHERE sequence = 17");
  rehash(17);
  EXPECT_EQ(damages(), Texts{"entry 17 was replaced: entry 18 was chained to another one"});
  sql(path, "UPDATE entry SET previous = zeroblob(32) WHERE sequence = 1");
  rehash(1);
  EXPECT_EQ(damages(), (Texts{"entry 1 does not begin this box's chain: it was made anew",
                              "entry 1 was replaced: entry 2 was chained to another one",
                              "entry 17 was replaced: entry 18 was chained to another one"}));
}

TEST_F(VerifyTest, NamesMissingEntries) {
  sql(path, "DELETE FROM entry WHERE sequence IN (1, 5, 20, 21, 22)");
  EXPECT_EQ(damages(), (Texts{"entry 1 is missing", "entry 5 is missing", "entries 20 to 22 are missing"}));
}

TEST_F(VerifyTest, NamesEntriesThatWereReordered) {
  sql(path,
      "UPDATE entry SET sequence = 1000 WHERE sequence = 10; UPDATE entry SET sequence = 10 WHERE sequence = 40;"
      "UPDATE entry SET sequence = 40 WHERE sequence = 1000");
  EXPECT_EQ(damages(), (Texts{"out of order: what was written as entry 40 stands in place 10",
                              "out of order: what was written as entry 10 stands in place 40"}));
}

TEST_F(VerifyTest, NamesAnEntryTakenOutWithTheGapClosed) {
  sql(path, "DELETE FROM entry WHERE sequence = 57; UPDATE entry SET sequence = sequence - 1 WHERE sequence > 57");
  EXPECT_EQ(damages(), (Texts{"out of order: what was written as entry 58 stands in place 57",
                              "out of order: what was written as entry 59 stands in place 58",
                              "out of order: what was written as entry 60 stands in place 59"}));
}

TEST_F(VerifyTest, NamesAFallingEpochAndLogicalTime) {
  sql(path, "UPDATE entry SET epoch = 1 WHERE sequence = 45; UPDATE entry SET hlc_micros = 5 WHERE sequence = 50");
  rechain(1);
  EXPECT_EQ(damages(), (Texts{"entry 45 has a smaller epoch than the one before",
                              "entry 50 has no later logical time than the one before"}));
}

TEST_F(VerifyTest, NamesManyDamagesAtOnceUpToItsBound) {
  sql(path, "UPDATE entry SET body = x'00' WHERE sequence <= 20");
  VerifyReport report = *verify(path, {});
  EXPECT_EQ(report.damages.size(), damages_max);
  EXPECT_TRUE(report.all_named) << "as many as there is room for";
  sql(path, "UPDATE entry SET body = x'00' WHERE sequence = 21");
  report = *verify(path, {});
  EXPECT_EQ(report.damages.size(), damages_max);
  EXPECT_FALSE(report.all_named);
  EXPECT_FALSE(report.sound());
}

TEST_F(VerifyTest, RefusesToBelieveAForeignSchema) {
  // An index can answer a query with other content than the table holds.
  sql(path, "CREATE INDEX sly ON entry (sequence, hash)");
  EXPECT_EQ(damages(), Texts{"the database holds \"sly\", which no logbook has; its entries were not looked at"});
  EXPECT_FALSE(verify(path, {})->sound());
}

TEST_F(VerifyTest, SeesAnotherBoxAndRowsWithImpossibleNumbers) {
  EXPECT_EQ(damages({.box = "chm", .heads_path = {}, .public_key = {}, .paper = {}}),
            Texts{"the logbook is of the box \"chv\", not of the one asked for"});
  sql(path, "UPDATE entry SET sequence = -4 WHERE sequence = 2");
  EXPECT_EQ(damages(), (Texts{"a row stands under number -4, which no entry has", "entry 2 is missing"}));
  sql(path, "UPDATE entry SET sequence = 9223372036854775807 WHERE sequence = -4");
  EXPECT_EQ(damages(), (Texts{"entry 2 is missing", "entries 61 to 9223372036854775806 are missing",
                              "out of order: what was written as entry 2 stands in place 9223372036854775807"}));
  sql(path, "UPDATE book SET box = 'chm'");
  EXPECT_FALSE(verify(path, {})->sound()) << "the box's name is under every hash";
}

TEST_F(VerifyTest, ASignedHeadConfirmsAWholeBook) {
  const VerifyReport report = *verify(path, with_heads(line_at(10) + line_at(58)));
  EXPECT_EQ(texts(report), Texts{});
  EXPECT_EQ(describe(report), (Texts{"logbook of chv: 60 entries read, the last is 60",
                                     "Entry 58 is confirmed by a head signed at 2022-12-03T20:00:05.123456Z.",
                                     "After it no head vouches for the 2 entries up to 60.", "The chain is whole."}));
}

TEST_F(VerifyTest, ACutTailShowsAgainstASignedHead) {
  const VerifyOptions options = with_heads(line_at(10) + line_at(55) + line_at(60));
  sql(path, "DELETE FROM entry WHERE sequence > 50");
  EXPECT_TRUE(verify(path, {})->sound()) << "without a head it cannot be seen";
  const VerifyReport report = *verify(path, options);
  EXPECT_EQ(texts(report), Texts{"the tail was cut: the head signed at 2022-12-03T20:00:05.123456Z names entry 60, "
                                 "and the logbook ends at 50"});
  EXPECT_EQ(report.confirmed->sequence, Sequence{10});
  sql(path, "DELETE FROM entry");
  EXPECT_EQ(verify(path, options)->damages.at(0).last, Sequence{0}) << "also when all was cut";
}

TEST_F(VerifyTest, AFullRewriteShowsAgainstASignedHead) {
  const VerifyOptions options = with_heads(line_at(10) + line_at(30) + line_at(50) + line_at(60));
  sql(path, "UPDATE entry SET body = x'7b7d' WHERE sequence = 17");
  rechain(17);
  EXPECT_TRUE(verify(path, {})->sound()) << "without a head it cannot be seen";
  const VerifyReport report = *verify(path, options);
  EXPECT_EQ(texts(report), Texts{"the logbook was rewritten at or before entry 30: its hash is not that of the head "
                                 "signed at 2022-12-03T20:00:05.123456Z"});
  EXPECT_EQ(report.confirmed->sequence, Sequence{10});
  // A rewritten book that grew and got a fresh signature is still condemned by the older ones.
  spill(heads_path, slurp(heads_path) + line_at(60));
  EXPECT_EQ(damages(options).front(), texts(report).front());
  EXPECT_EQ(damages(options).back(), "line 5 of the signed heads goes back behind the line before");
}

TEST_F(VerifyTest, APrintedHeadServesAsWell) {
  VerifyOptions options;
  options.paper = {*parse_paper_form(paper_form(head_at(60)))};
  const Result<VerifyReport> whole = verify(path, options);
  EXPECT_EQ(whole->confirmed->sequence, Sequence{60});
  sql(path, "DELETE FROM entry WHERE sequence = 60");
  EXPECT_EQ(damages(options), Texts{"the tail was cut: the printed head names entry 60, and the logbook ends at 59"});
  options.paper = {Head{"chv", 3, Sequence{41}, {}}};
  EXPECT_EQ(damages(options), Texts{"the logbook was rewritten at or before entry 41: its hash is not that of the "
                                    "printed head"});
}

TEST_F(VerifyTest, OnlyRightSignaturesAccuse) {
  SignedHead forged = key.sign({"chv", 3, Sequence{70}, {}});
  forged.signature[0] ^= 1U;
  SignedHead also_forged = key.sign({"chv", 3, Sequence{50}, {}});
  also_forged.signature[0] ^= 1U;
  const VerifyOptions options = with_heads(line_at(20) + head_line(also_forged) + "\n" + head_line(forged) + "\n");
  const VerifyReport report = *verify(path, options);
  EXPECT_EQ(texts(report),
            (Texts{"a head for entry 50 is not signed by this key", "a head for entry 70 is not signed by this key"}));
  EXPECT_EQ(report.confirmed->sequence, Sequence{20});
  VerifyOptions no_key = options;
  no_key.public_key.reset();
  const VerifyReport unread = *verify(path, no_key);
  EXPECT_TRUE(unread.sound());
  EXPECT_TRUE(unread.heads_without_key);
  EXPECT_FALSE(unread.confirmed) << "heads that nobody can check confirm nothing";
  EXPECT_EQ(describe(unread).at(1), "Signed heads exist, but no public key was given: they were not used.");
}

TEST_F(VerifyTest, ATornLastLineIsToleratedAndABrokenOneIsNamed) {
  const std::string torn = line_at(20) + line_at(40).substr(0, 100);
  VerifyReport report = *verify(path, with_heads(torn));
  EXPECT_TRUE(report.sound());
  EXPECT_TRUE(report.heads_torn);
  EXPECT_EQ(report.confirmed->sequence, Sequence{20});
  report = *verify(path, with_heads("garbage\n" + line_at(20) + std::string(2000, 'x') + "\n" + line_at(40)));
  EXPECT_EQ(texts(report).front(), "line 1 of the signed heads cannot be read");
  EXPECT_EQ(report.confirmed->sequence, Sequence{40});
  report = *verify(path, with_heads(head_line(key.sign({"chm", 1, Sequence{900}, {}})) + "\n" + line_at(40)));
  EXPECT_TRUE(report.sound()) << "another box's heads say nothing about this one";
}

TEST_F(VerifyTest, DamageInTheHeadsIsNamedBesideAFullListOfDamageInTheBook) {
  const VerifyOptions options = with_heads(line_at(60));
  sql(path, "UPDATE entry SET body = x'00' WHERE sequence <= 40; DELETE FROM entry WHERE sequence > 50");
  const VerifyReport report = *verify(path, options);
  ASSERT_EQ(report.damages.size(), damages_max + 1);
  EXPECT_EQ(report.damages.back().kind, DamageKind::cut_tail);
}

TEST_F(VerifyTest, GarbageIsAnErrorAndNeverACrash) {
  const std::string book = slurp(path);
  EXPECT_EQ(verify(folder / "absent", {}).error(), (Error{ErrorCode::io, ENOENT, ""}));
  spill(path, "");
  EXPECT_EQ(verify(path, {}).error().code, ErrorCode::malformed);
  spill(path, std::string(5000, 'x'));
  EXPECT_EQ(verify(path, {}).error().code, ErrorCode::malformed);
  spill(path, book.substr(0, book.size() / 2));
  const Result<VerifyReport> half = verify(path, {});
  ASSERT_FALSE(half) << "SQLite refuses a database that is shorter than its header says";
  EXPECT_STREQ(half.error().where, "damaged SQLite database");
}

TEST_F(VerifyTest, NamesTheEntriesOfADamagedPageAndReadsTheRest) {
  write_book(path, 2000, 4);  // many pages
  std::string book = slurp(path);
  constexpr std::size_t page = 4096;
  ASSERT_GT(book.size(), 40 * page);
  // A leaf in the middle of the table becomes garbage.
  std::fill_n(book.begin() + 30 * page, page, '\xEE');
  spill(path, book);
  const VerifyReport report = *verify(path, {});
  ASSERT_EQ(report.damages.size(), 1U) << describe(report.damages.at(1));
  const Damage& damage = report.damages.front();
  EXPECT_EQ(damage.kind, DamageKind::unreadable);
  EXPECT_GT(damage.last, damage.first);
  EXPECT_EQ(report.entries_checked, 2060 - (damage.last.value - damage.first.value + 1));
  EXPECT_EQ(report.last, Sequence{2060});
}

TEST_F(VerifyTest, NoFlippedByteGoesUnseenOrCrashes) {
  const std::string book = slurp(path);
  const VerifyReport whole = *verify(path, {});
  EXPECT_TRUE(rc::check([&] {
    std::string image = book;
    const auto place = *rc::gen::inRange<std::size_t>(100, book.size());
    const auto flip = *rc::gen::inRange<unsigned>(1, 256);
    image[place] = static_cast<char>(static_cast<unsigned char>(image[place]) ^ flip);
    const Result<VerifyReport> report = verify_image(as_bytes(image), {}, {});
    // Either it is seen, or the byte belongs to no entry (free space of a page) and all entries are as they were.
    if (report && report->sound()) {
      RC_ASSERT(report->entries_checked == whole.entries_checked);
      RC_ASSERT(report->last_hash == whole.last_hash);
    }
  }));
}

TEST_F(VerifyTest, AnImageInMemoryIsJudgedLikeAFile) {
  const std::string heads = line_at(60);
  VerifyOptions options;
  options.public_key = key.open;
  const VerifyReport report = *verify_image(as_bytes(slurp(path)), heads, options);
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.confirmed->sequence, Sequence{60});
}

}  // namespace
}  // namespace cordon::logbook
