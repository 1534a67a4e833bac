// SPDX-License-Identifier: Apache-2.0
// The small rooms: paths, sketches, contents, hosts, sessions and the table they live in.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>
#include <string>
#include <vector>

#include "observe/content.h"
#include "observe/host_table.h"
#include "observe/owned_table.h"
#include "observe/path.h"
#include "observe/session_table.h"
#include "observe/sketch.h"

namespace cordon::observe {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (auto& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

Sketch sketch_of(const Bytes& bytes, std::size_t piece = 1460) {
  Sketch s;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    s.add(at, ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at)));
  }
  s.settle();
  return s;
}

TEST(Paths, AreComparedWithoutCase) {
  EXPECT_EQ(fold("\\\\S\\C\\R\xc3\x89"
                 "A/x.DOCX"),
            "\\\\s\\c\\r\xc3\xa9"
            "a\\x.docx");
  EXPECT_EQ(fold("\xd0\x9f\xd0\xa0"), "\xd0\xbf\xd1\x80");
  EXPECT_EQ(fold("\xff\xc3"), "\xff\xc3");  // broken UTF-8 stays
}

TEST(Paths, PartsAndSiblings) {
  EXPECT_EQ(leaf_of("\\\\s\\c\\d\\a.docx"), "a.docx");
  EXPECT_EQ(folder_of("\\\\s\\c\\d\\a.docx"), "\\\\s\\c\\d");
  EXPECT_EQ(stem_of(".profile"), ".profile");
  EXPECT_TRUE(same_stem("a.docx", "a.docx.enc"));
  EXPECT_TRUE(same_stem("a.docx", "a.enc"));
  EXPECT_TRUE(same_stem("a.docx", "a.docx.id-7.locked"));
  EXPECT_TRUE(same_stem("bilan 2022.12.xlsx", "bilan 2022.12.lock"));
  EXPECT_FALSE(same_stem("a.docx", "b.docx"));
  EXPECT_FALSE(same_stem("a.docx", "a.docx"));
  EXPECT_FALSE(same_stem("bilan 2022.12.xlsx", "bilan 2022.11.xlsx"));
  EXPECT_FALSE(same_stem("", "x"));
}

TEST(Paths, FoldingTwiceIsFoldingOnce) {
  EXPECT_TRUE(
      rc::check("fold is idempotent on any bytes", [](const std::string& s) { RC_ASSERT(fold(fold(s)) == fold(s)); }));
}

TEST(Paths, OneByteBeyondTheBoundIsCut) {
  EXPECT_EQ(bounded_path(std::string(path_bytes_max, 'x')).size(), path_bytes_max);
  EXPECT_LE(bounded_path(std::string(path_bytes_max + 1, 'x')).size(), path_bytes_max);
  EXPECT_NE(bounded_path(std::string(2000, 'x')), bounded_path(std::string(2001, 'x')));
}

TEST(Sketches, SameBytesAreKeptAndOthersAreNot) {
  const Bytes old = random_bytes(50000, 1);
  EXPECT_EQ(Sketch::compare(sketch_of(old), sketch_of(old)).kept_share, 1);
  EXPECT_EQ(Sketch::compare(sketch_of(old), sketch_of(random_bytes(50000, 2))).kept_share, 0);
}

TEST(Sketches, FindWhatOnlyMoved) {
  const Bytes old = random_bytes(60000, 1);
  Bytes moved{1, 2, 3};
  moved.insert(moved.end(), old.begin(), old.end());
  EXPECT_GT(Sketch::compare(sketch_of(old), sketch_of(moved)).kept_share, 0.95);
}

TEST(Sketches, PiecesDoNotMatter) {
  EXPECT_TRUE(rc::check("any cutting into pieces compares as equal", [] {
    const auto size = *rc::gen::inRange<std::size_t>(1, 20000);
    const auto piece = *rc::gen::inRange<std::size_t>(1, 5000);
    const Bytes bytes = random_bytes(size, static_cast<unsigned>(size));
    const Similarity s = Sketch::compare(sketch_of(bytes), sketch_of(bytes, piece));
    RC_ASSERT(s.compared_bytes > 0);
    RC_ASSERT(s.kept_share == 1.0);
  }));
}

TEST(Sketches, TinyFilesAreCompared) {
  const Bytes a{'a', 'b'};
  const Bytes b{'a', 'c'};
  EXPECT_EQ(Sketch::compare(sketch_of(a), sketch_of(a)).kept_share, 1);
  EXPECT_GT(Sketch::compare(sketch_of(a), sketch_of(b)).compared_bytes, 0U);
  EXPECT_EQ(Sketch::compare(sketch_of(a), sketch_of(b)).kept_share, 0);
}

TEST(Sketches, StayWithinTheirBound) {
  Sketch s;
  const Bytes bytes(1 << 16, 'x');
  for (std::uint64_t at = 0; at < (std::uint64_t{1} << 31U); at += std::uint64_t{1} << 23U) s.add(at, bytes);
  for (std::uint64_t i = 0; i < 5000; ++i) s.add(i * 100, ByteView(bytes).first(70));
  EXPECT_LE(s.memory_bytes(), 32U * 1024U);  // twice the figure in the header: vectors grow by doubling
  s.add(~std::uint64_t{0}, bytes);           // an offset no file has
}

TEST(ExtentSets, RememberWhatTheyWereTold) {
  Extents e;
  e.add(0, 10);
  e.add(20, 30);
  EXPECT_TRUE(e.covers(0, 10));
  EXPECT_FALSE(e.covers(5, 25));
  e.add(10, 20);
  EXPECT_TRUE(e.covers(0, 30));
  Extents many;
  for (std::uint64_t i = 0; i <= Extents::ranges_max; ++i) many.add(i * 10, i * 10 + (i == 7 ? 1U : 5U));
  EXPECT_FALSE(many.covers(70, 71));  // the smallest gave way
  EXPECT_TRUE(many.covers(60, 65));
}

TEST(Contents, WhatThePoolForgetsKeepsItsSummary) {
  ContentPool pool(40'000);
  std::vector<std::shared_ptr<Content>> all;
  for (unsigned i = 0; i < 40; ++i) {
    all.push_back(pool.make(2));
    all.back()->add(0, as_bytes("%PDF-1.7\nhello"), false);
    EXPECT_LE(pool.bytes(), 40'000U);
  }
  EXPECT_GT(pool.forgotten(), 0U);
  EXPECT_FALSE(all.front()->detailed());
  EXPECT_EQ(all.front()->summary().type, event::ContentType::pdf);
  EXPECT_EQ(all.front()->summary().bytes, 14U);
  EXPECT_EQ(Content::compare(*all.front(), *all.back()).compared_bytes, 0U);
  all.clear();
  EXPECT_EQ(pool.bytes(), 0U);
}

TEST(Contents, OneOwnersFloodForgetsOnlyItsOwn) {
  ContentPool pool(40'000);
  const auto victim = pool.make(2);
  victim->add(0, as_bytes("%PDF-1.7\nhello"), false);
  std::vector<std::shared_ptr<Content>> flood;
  for (unsigned i = 0; i < 100; ++i) {
    flood.push_back(pool.make(3));
    flood.back()->add(0, as_bytes("x"), false);
  }
  EXPECT_TRUE(victim->detailed());
}

TEST(Tables, OneMoreThanTheBoundPushesOutTheOwnersOldest) {
  std::vector<int> gone;
  OwnedTable<int, int> t({4, 3}, [&](int key, int&) { gone.push_back(key); });
  for (int i = 0; i < 3; ++i) t.insert(7, i);
  t.touch(0);
  t.insert(7, 3);
  EXPECT_EQ(gone, (std::vector<int>{1}));
  t.insert(8, 100);
  t.insert(8, 101);  // full: the heaviest gives way, not the newcomer
  EXPECT_EQ(gone, (std::vector<int>{1, 2}));
  EXPECT_EQ(t.size(), 4U);
  t.erase_owner(7);
  EXPECT_EQ(t.size(), 2U);
  EXPECT_NE(t.find(100), nullptr);
}

TEST(HostTables, ForgedAddressesNeverPushOutSeenOnes) {
  HostTable t("span0", 100, 4);
  const WallTime start = wall_time_of(1000);
  HostTable::Binding b;
  b.ip = *IpAddress::parse("10.0.0.1");
  t.host(b, true, start);
  for (int i = 0; i < 1000; ++i) {
    HostTable::Binding forged;
    forged.ip = *IpAddress::parse("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    t.host(forged, false, start);
  }
  EXPECT_EQ(t.size(), 1U);
  EXPECT_EQ(t.host(b, true, start + std::chrono::hours(1)).since, start);
}

TEST(HostTables, AnAddressThatComesBackIsAnnouncedThoughTheClockWasSetBack) {
  HostTable t("span0");
  const WallTime start = wall_time_of(100'000);
  HostTable::Binding monitor;
  monitor.ip = *IpAddress::parse("10.0.0.1");
  monitor.mac = *Mac::parse("02:00:00:00:00:01");
  HostTable::Binding other = monitor;
  other.mac = *Mac::parse("02:00:00:00:00:02");
  for (const auto& who : {monitor, other}) {
    t.host(who, true, start);
    t.first_time(who, false);
  }
  const WallTime earlier = start - std::chrono::hours(5);
  EXPECT_EQ(t.host(monitor, true, earlier).since, earlier);
  EXPECT_TRUE(t.first_time(monitor, false));
}

TEST(HostTables, AnAddressThatComesBackToItsMacIsAnnouncedOnceMore) {
  HostTable t("span0");
  const WallTime start = wall_time_of(1000);
  HostTable::Binding monitor;
  monitor.ip = *IpAddress::parse("10.0.0.1");
  monitor.mac = *Mac::parse("02:00:00:00:00:01");
  HostTable::Binding other = monitor;
  other.mac = *Mac::parse("02:00:00:00:00:02");
  const auto announced = [&](const HostTable::Binding& who, double after) {
    t.host(who, true, start + Micros(static_cast<std::int64_t>(after * 1e6)));
    return t.first_time(who, false);
  };
  EXPECT_TRUE(announced(monitor, 0));
  EXPECT_FALSE(announced(monitor, 500)) << "nothing has changed";
  EXPECT_TRUE(announced(other, 600));
  EXPECT_TRUE(announced(monitor, 700));
  EXPECT_EQ(t.host(monitor, true, start + std::chrono::seconds(800)).since, start + std::chrono::seconds(700));
  EXPECT_TRUE(announced(other, 801));
  EXPECT_FALSE(announced(other, 802));
  for (int i = 0; i < 50; ++i) {  // both use it
    EXPECT_FALSE(announced(monitor, 803 + i % 5) && announced(other, 803 + i % 5));
  }
  EXPECT_LE(t.rebound(), 5U);
}

TEST(Sessions, ABindingJoinsAndANewSetupRenames) {
  SessionTable t({8, 4}, 2);
  const SessionKey key{*IpAddress::parse("10.0.0.1"), 5, true};
  event::HostKey a;
  a.ip = *IpAddress::parse("10.0.0.2");
  event::HostKey b;
  b.ip = *IpAddress::parse("10.0.0.3");
  smb::SessionSetupRequest setup;
  setup.user = "b.martin";
  setup.domain = "HOPITAL";
  t.set_up(key, 2, {setup, a});
  smb::SessionSetupRequest bind;
  bind.binding = true;
  bind.user = "somebody";
  const Session& s = t.set_up(key, 2, {bind, b});
  EXPECT_EQ(s.user, "HOPITAL\\b.martin");
  EXPECT_EQ(s.host.ip.text(), "10.0.0.2");
  Session& writable = *t.find(key);
  for (std::uint32_t i = 0; i < 3; ++i) t.connect(writable, i, "\\\\srv\\partage", smb::ShareType::disk);
  EXPECT_EQ(writable.trees.size(), 2U);
  EXPECT_EQ(writable.trees.at(2).share, "partage");
  t.connect(writable, 9, "\\\\srv\\IPC$", smb::ShareType::unknown);
  EXPECT_FALSE(writable.trees.at(9).files);
}

TEST(Sessions, SharesAreReadFromTreePaths) {
  EXPECT_EQ(share_of("\\\\srv\\commun"), "commun");
  EXPECT_EQ(share_of("\\\\srv\\commun\\sub"), "commun");
  EXPECT_EQ(share_of("\\\\srv"), "");
  EXPECT_EQ(share_of("commun"), "");
  EXPECT_EQ(share_of(""), "");
}

TEST(Sessions, ServersWithOneGuidAreOne) {
  ServerAliases a;
  const IpAddress first = *IpAddress::parse("10.0.0.1");
  const IpAddress second = *IpAddress::parse("10.0.0.2");
  ServerAliases::Guid guid{};
  a.learn(guid, first);
  a.learn(guid, second);  // no GUID at all joins nobody
  EXPECT_EQ(a.canonical(second), second);
  guid[0] = 1;
  a.learn(guid, first);
  a.learn(guid, second);
  EXPECT_EQ(a.canonical(second), first);
}

}  // namespace
}  // namespace cordon::observe
