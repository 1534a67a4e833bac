// SPDX-License-Identifier: Apache-2.0
// What programs do to files, told from exchanges alone: the ways in which attacks and honest work change them.
#include <gtest/gtest.h>

#include <string>

#include "observe/testing.h"

namespace cordon::observe::testing {
namespace {

using event::ContentType;

// ---- the five ways of encrypting ----

TEST(Encryption, InPlaceThenRenameIsOneFileUnderItsFirstPath) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const Bytes old = zip_like(40000, 1);
  const auto f = s.open(l, "Pharmacie\\a.docx", smb::CreateAction::opened, old.size());
  s.read(l, f, 0, old);
  const WallTime first_write = s.now;
  s.write(l, f, 0, random_bytes(40000, 2));
  s.rename(l, f, "Pharmacie\\a.docx.locked");
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, folder + "Pharmacie\\a.docx");
  EXPECT_EQ(a.new_path, folder + "Pharmacie\\a.docx.locked");
  EXPECT_EQ(a.share, "\\\\10.77.0.20\\commun");
  EXPECT_EQ(a.user, "HOPITAL\\b.martin");
  EXPECT_EQ(a.client.ip.text(), "10.77.0.12");
  EXPECT_TRUE(a.renamed);
  EXPECT_TRUE(a.confirmed);
  EXPECT_FALSE(a.removed);
  EXPECT_FALSE(a.created);
  EXPECT_EQ(a.before.type, ContentType::zip);
  EXPECT_EQ(a.after.type, ContentType::unknown);
  EXPECT_EQ(a.after.bytes, 40000U);
  EXPECT_EQ(a.after.chi_squared_bytes, 40000U);
  EXPECT_LT(a.after.chi_squared, 350);
  EXPECT_GT(a.compared_bytes, 30000U);
  EXPECT_EQ(a.kept_share, 0);
  EXPECT_EQ(a.folders_altered, 1U);
  EXPECT_GE(a.first_altered, first_write);
  EXPECT_LT(a.first_altered, a.at);
}

/// user_of alters a file in this session and gives whose doing it is said to be.
std::string user_of(Server& s, Server::Link& l, const std::string& file) {
  const auto f = s.open(l, file, smb::CreateAction::opened, 40000);
  s.read(l, f, 0, zip_like(40000, 1));
  s.write(l, f, 0, random_bytes(40000, 2));
  s.close(l, f);
  return s.only_altered().user;
}

TEST(Names, WhoIsLetInAsAGuestIsNobodyWhateverHeSaid) {
  for (const std::uint16_t flags : {std::uint16_t{1}, std::uint16_t{2}}) {
    Server s;
    auto l = s.connect(12, "");
    s.log_on(l, "b.martin", flags);
    EXPECT_EQ(user_of(s, l, "a.docx"), "") << flags;
  }
  Server s;
  auto l = s.connect(12, "");
  s.log_on(l, "b.martin", 4);  // encrypt data
  EXPECT_EQ(user_of(s, l, "a.docx"), "HOPITAL\\b.martin");
}

TEST(Names, ALogonThatTheServerRefusedNamesNobody) {
  Server s;
  auto l = s.connect(12, "a.durand");
  l.status = 0xC000006D;  // STATUS_LOGON_FAILURE
  s.log_on(l, "b.martin");
  l.status = smb::status_success;
  EXPECT_EQ(user_of(s, l, "a.docx"), "HOPITAL\\a.durand");
}

TEST(Names, ALogonWhoseAnswerWasNotSeenNamesNobodyForCertain) {
  Server s;
  auto l = s.connect(12, "");
  l.answered = false;
  s.log_on(l, "b.martin");
  l.answered = true;
  EXPECT_EQ(user_of(s, l, "a.docx"), "");
}

TEST(Encryption, NewFileThenDeleteIsOneFile) {
  Server s;
  auto l = s.connect(12, "b.martin");
  s.look(l, "a.docx", zip_like(20000, 1));
  s.make(l, "a.docx.enc", random_bytes(20016, 2));
  EXPECT_TRUE(s.altered().empty());
  s.remove(l, "a.docx");
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, folder + "a.docx");
  EXPECT_EQ(a.new_path, folder + "a.docx.enc");
  EXPECT_TRUE(a.removed);
  EXPECT_TRUE(a.confirmed);
  EXPECT_EQ(a.before.type, ContentType::zip);
  EXPECT_EQ(a.after.type, ContentType::unknown);
  EXPECT_GT(a.compared_bytes, 0U);
  EXPECT_EQ(a.kept_share, 0);
}

TEST(Encryption, DeleteFirstThenNewFileIsTheSame) {
  Server s;
  auto l = s.connect(12, "b.martin");
  s.look(l, "a.docx", zip_like(20000, 1));
  s.remove(l, "a.docx");
  EXPECT_EQ(s.only_altered().new_path, "");
  s.make(l, "a.locked", random_bytes(20000, 2));
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, folder + "a.docx");
  EXPECT_EQ(a.new_path, folder + "a.locked");
  EXPECT_TRUE(a.removed);
  EXPECT_EQ(a.after.type, ContentType::unknown);
}

TEST(Encryption, ATemporaryNameBetweenIsTheSame) {
  Server s;  // as WannaCry does: .WNCRYT, then .WNCRY
  auto l = s.connect(12, "b.martin");
  s.look(l, "a.docx", zip_like(20000, 1));
  s.make(l, "a.docx.WNCRYT", random_bytes(20000, 2));
  s.rename(l, "a.docx.WNCRYT", "a.docx.WNCRY");
  s.remove(l, "a.docx");
  EXPECT_EQ(s.only_altered().new_path, folder + "a.docx.WNCRY");
}

TEST(Encryption, FirstFourKilobytesOnly) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const Bytes old = prose(300000, 1);
  const auto f = s.open(l, "a.txt", smb::CreateAction::opened, old.size());
  s.read(l, f, 0, Bytes(old.begin(), old.begin() + 4096));
  s.write(l, f, 0, random_bytes(4096, 2));
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.before.type, ContentType::text);
  EXPECT_EQ(a.after.type, ContentType::unknown);
  EXPECT_EQ(a.compared_bytes, 4096U);
  EXPECT_EQ(a.kept_share, 0);
  EXPECT_EQ(a.new_path, "");
}

TEST(Encryption, EveryOtherBlockReadAndWrittenInTurn) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const Bytes old = prose(200000, 1);
  const auto f = s.open(l, "a.txt", smb::CreateAction::opened, old.size());
  for (std::size_t at = 0; at + 4096 <= old.size(); at += 8192) {
    s.read(l, f, at,
           Bytes(old.begin() + static_cast<std::ptrdiff_t>(at), old.begin() + static_cast<std::ptrdiff_t>(at) + 4096));
    s.write(l, f, at, random_bytes(4096, static_cast<unsigned>(at)));
  }
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.before.type, ContentType::text);
  EXPECT_EQ(a.before.bytes, a.after.bytes);
  EXPECT_GT(a.before.text_share, 0.99);
  EXPECT_GT(a.compared_bytes, 30000U);
  EXPECT_EQ(a.kept_share, 0);
  EXPECT_LT(a.after.chi_squared, 350);
}

TEST(Encryption, AHeaderLeftIntactDoesNotHideTheRest) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const Bytes old = prose(100000, 1);
  const auto f = s.open(l, "a.txt", smb::CreateAction::opened, old.size());
  s.read(l, f, 0, old);
  s.write(l, f, 512, random_bytes(99488, 2));
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.after.type, ContentType::unseen);
  EXPECT_EQ(a.kept_share, 0);
  EXPECT_GT(a.compared_bytes, 60000U);
}

TEST(Encryption, AFileOneMadeAnHourAgoCountsLikeAnyOther) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const Bytes old = prose(10000, 1);
  s.make(l, "a.txt", old);
  EXPECT_TRUE(s.altered().empty());
  s.pass(std::chrono::hours(1));
  const auto f = s.open(l, "a.txt", smb::CreateAction::opened, old.size());
  s.write(l, f, 0, random_bytes(10000, 2));
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_FALSE(a.created);
  EXPECT_EQ(a.before.type, ContentType::text);
  EXPECT_EQ(a.kept_share, 0);
}

// ---- work ----

TEST(Work, AFileOneMakesIsNotAltered) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const auto f = s.open(l, "neuf.docx", smb::CreateAction::created);
  s.write(l, f, 0, zip_like(5000, 1));
  s.write(l, f, 0, zip_like(5000, 2));
  s.close(l, f);
  ASSERT_EQ(s.latest.size(), 1U);
  const FileActivity a = s.latest.begin()->second;
  EXPECT_TRUE(a.created);
  EXPECT_FALSE(a.altered);
  EXPECT_EQ(a.first_altered, WallTime{});
  EXPECT_EQ(a.after.type, ContentType::zip);
  EXPECT_EQ(a.folders_altered, 0U);
}

TEST(Work, OfficeSaveThroughTemporariesIsOneChangedDocument) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = zip_like(30000, 1);
  Bytes now = old;
  std::fill(now.begin() + 20000, now.begin() + 21000, std::uint8_t{7});
  s.look(l, "bilan.docx", old);
  s.make(l, "~WRD0001.tmp", now);
  s.rename(l, "bilan.docx", "~WRL0002.tmp");
  s.rename(l, "~WRD0001.tmp", "bilan.docx");
  s.remove(l, "~WRL0002.tmp");
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, folder + "bilan.docx");
  EXPECT_EQ(a.new_path, "");
  EXPECT_FALSE(a.removed);
  EXPECT_FALSE(a.renamed);
  EXPECT_EQ(a.before.type, ContentType::zip);
  EXPECT_EQ(a.after.type, ContentType::zip);
  EXPECT_GT(a.kept_share, 0.9);
}

TEST(Work, SaveByRenamingOverTheDocument) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = prose(30000, 1);
  s.look(l, "notes.txt", old);
  s.make(l, ".notes.txt.swp", joined(Bytes{'X'}, old));  // one byte inserted at the front: everything moves
  s.rename(l, ".notes.txt.swp", "notes.txt", true);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, folder + "notes.txt");
  EXPECT_EQ(a.new_path, "");
  EXPECT_FALSE(a.removed);
  EXPECT_GT(a.kept_share, 0.9);
}

TEST(Work, DeleteAndWriteAnewUnderTheSameNameIsASave) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = prose(30000, 1);
  s.look(l, "notes.txt", old);
  s.remove(l, "notes.txt");
  s.make(l, "notes.txt", old);
  const FileActivity a = s.only_altered();
  EXPECT_FALSE(a.removed);
  EXPECT_EQ(a.kept_share, 1);
}

TEST(Work, InPlaceSaveKeepsMostOfTheContent) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = prose(50000, 1);
  Bytes now = old;
  now[25000] = 'Z';
  s.look(l, "a.csv", old);
  const auto f = s.open(l, "a.csv", smb::CreateAction::overwritten);
  s.write(l, f, 0, now);
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_TRUE(a.truncated);
  EXPECT_EQ(a.before.type, ContentType::text);
  EXPECT_EQ(a.after.type, ContentType::text);
  EXPECT_GT(a.kept_share, 0.98);
}

TEST(Work, AppendingComparesNothing) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const auto f = s.open(l, "journal.log", smb::CreateAction::opened, 10000);
  s.read(l, f, 0, prose(10000, 1));
  s.write(l, f, 10000, prose(500, 2));
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.compared_bytes, 0U);
  EXPECT_EQ(a.after.type, ContentType::unseen);
}

TEST(Work, CopyingAltersNothing) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = zip_like(30000, 1);
  s.look(l, "a.docx", old);
  s.make(l, "a - copie.docx", old);
  EXPECT_TRUE(s.altered().empty());
}

TEST(Work, CopyThenDeleteIsAMove) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = zip_like(30000, 1);
  s.look(l, "a.docx", old);
  s.make(l, "Archives\\a.docx", old);
  s.remove(l, "a.docx");
  EXPECT_TRUE(s.altered().empty());
  const FileActivity a = s.reports.back();
  EXPECT_EQ(a.path, folder + "a.docx");
  EXPECT_EQ(a.new_path, folder + "Archives\\a.docx");
  EXPECT_TRUE(a.renamed);
  EXPECT_FALSE(a.removed);
}

TEST(Work, CiphertextUnderTheSameNameElsewhereIsNoMove) {
  Server s;
  auto l = s.connect(12, "b.martin");
  s.look(l, "a.docx", zip_like(30000, 1));
  s.make(l, "Archives\\a.docx", random_bytes(30000, 2));
  s.remove(l, "a.docx");
  EXPECT_TRUE(s.only_altered().removed);
}

TEST(Work, ZipOfManyFilesAltersNothingUntilTheyAreDeleted) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  for (int i = 0; i < 5; ++i) s.look(l, "f" + std::to_string(i) + ".txt", prose(3000, static_cast<unsigned>(i)));
  s.make(l, "tout.zip", zip_like(9000, 9));
  EXPECT_TRUE(s.altered().empty());
}

TEST(Work, APureRenameAltersNothing) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  s.rename(l, "a.docx", "b.docx");
  ASSERT_EQ(s.reports.size(), 1U);
  EXPECT_TRUE(s.reports[0].renamed);
  EXPECT_FALSE(s.reports[0].altered);
  EXPECT_EQ(s.reports[0].new_path, folder + "b.docx");
  s.rename(l, "b.docx", "a.docx");
  EXPECT_EQ(s.reports.back().file, s.reports[0].file);
  EXPECT_FALSE(s.reports.back().renamed);
  EXPECT_EQ(s.reports.back().new_path, "");
}

TEST(Work, OneFileMovedOverAnotherLosesTheOther) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  s.look(l, "a.txt", prose(3000, 1));
  s.look(l, "b.txt", prose(3000, 2));
  s.rename(l, "a.txt", "b.txt", true);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, folder + "b.txt");
  EXPECT_TRUE(a.removed);
  EXPECT_EQ(a.before.type, ContentType::text);
}

TEST(Work, TemporaryFilesComeAndGoWithoutAWord) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const auto f = s.open(l, "~$bilan.docx", smb::CreateAction::created, 0, smb::option_delete_on_close);
  s.write(l, f, 0, prose(165, 1));
  s.pass(std::chrono::hours(2));
  s.close(l, f);
  EXPECT_TRUE(s.altered().empty());
}

TEST(Work, CaseOfNamesDoesNotMatter) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  s.look(l, "R\xc3\xa9union\\\xc3\x89t\xc3\xa9.docx", zip_like(3000, 1));
  const auto f = s.open(l, "R\xc3\x89UNION\\\xc3\xa9t\xc3\xa9.DOCX", smb::CreateAction::overwritten);
  s.write(l, f, 0, random_bytes(3000, 2));
  s.close(l, f);
  EXPECT_EQ(s.only_altered().before.type, ContentType::zip);
}

}  // namespace
}  // namespace cordon::observe::testing
