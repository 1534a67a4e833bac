// SPDX-License-Identifier: Apache-2.0
// How the model sees operations, what it must not believe, and its bounds.
#include <gtest/gtest.h>

#include <string>

#include "observe/path.h"
#include "observe/testing.h"

namespace cordon::observe::testing {
namespace {

using event::ContentType;

// ---- how operations are seen ----

TEST(Seen, DeletionsOfEveryKind) {
  Server s;
  auto l = s.connect(12, "b.martin");
  s.remove(l, "a.docx");
  const auto f = s.open(l, "b.docx", smb::CreateAction::opened, 10, smb::option_delete_on_close);
  s.close(l, f);
  const auto g = s.open(l, "c.docx");
  s.set(l, g, smb::SetDisposition{true});
  s.set(l, g, smb::SetDisposition{false});  // changed its mind
  s.close(l, g);
  ASSERT_EQ(s.altered().size(), 2U);
  for (const auto& a : s.altered()) {
    EXPECT_TRUE(a.removed);
    EXPECT_NE(a.first_altered, WallTime{});
  }
}

TEST(Seen, TruncationByEndOfFile) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const auto f = s.open(l, "a.docx", smb::CreateAction::opened, 5000);
  s.set(l, f, smb::SetEndOfFile{9000});
  EXPECT_TRUE(s.altered().empty());
  s.set(l, f, smb::SetEndOfFile{0});
  s.close(l, f);
  EXPECT_TRUE(s.only_altered().truncated);
}

TEST(Seen, FailedOperationsChangeNothing) {
  Server s;
  auto l = s.connect(12, "b.martin");
  s.look(l, "a.docx", zip_like(3000, 1));
  const auto f = s.open(l, "a.docx", smb::CreateAction::opened, 3000);
  l.status = 0xC0000022;  // ACCESS_DENIED
  s.write(l, f, 0, random_bytes(3000, 2));
  s.rename(l, f, "x.docx");
  s.set(l, f, smb::SetDisposition{true});
  l.status = smb::status_success;
  s.close(l, f);
  EXPECT_TRUE(s.reports.empty());
  // What the refused write carried is not taken for the file's content either.
  const auto g = s.open(l, "a.docx", smb::CreateAction::overwritten);
  s.write(l, g, 0, zip_like(3000, 1));
  s.close(l, g);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.before.type, ContentType::zip);
  EXPECT_EQ(a.kept_share, 1);
}

TEST(Seen, MidstreamFilesAreKnownByTheirFileId) {
  Server s;
  auto l = s.channel(12, 77);
  const smb::FileId f{0xabc, 0xdef};
  s.read(l, f, 0, zip_like(3000, 1));
  s.write(l, f, 0, random_bytes(3000, 2));
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.path, "\\\\10.77.0.20\\?\\fileid-0000000000000abc0000000000000def");
  EXPECT_TRUE(a.confirmed);
  EXPECT_EQ(a.before.type, ContentType::zip);
  EXPECT_EQ(a.kept_share, 0);
}

TEST(Seen, ChannelsOfOneSessionAreOneClient) {
  Server s;
  auto first = s.connect(12, "b.martin");
  auto second = s.channel(112, first.session);  // its other network card
  const Bytes old = zip_like(20000, 1);
  const auto f = s.open(first, "a.docx", smb::CreateAction::opened, old.size());
  s.read(second, f, 0, old);
  s.write(second, f, 0, random_bytes(20000, 2));
  s.close(first, f);
  const FileActivity a = s.only_altered();
  EXPECT_EQ(a.client.ip.text(), "10.77.0.12");
  EXPECT_EQ(a.user, "HOPITAL\\b.martin");
  EXPECT_EQ(a.path, folder + "a.docx");
  EXPECT_EQ(a.kept_share, 0);
}

TEST(Seen, AServerWithTwoAddressesIsOneServer) {
  Server s;
  auto first = s.connect(12, "b.martin");
  auto second = s.channel(12, first.session);
  second.origin.server = *IpAddress::parse("10.77.0.21");
  for (auto* l : {&first, &second}) {
    smb::Exchange e = s.exchange(*l, smb::Command::negotiate);
    smb::NegotiateResponse hello;
    hello.server_guid[3] = 9;
    e.response = hello;
    s.model.exchange(l->origin, e);
  }
  const auto f = s.open(first, "a.docx", smb::CreateAction::opened, 3000);
  s.write(second, f, 0, random_bytes(3000, 2));
  s.close(second, f);
  EXPECT_EQ(s.only_altered().path, folder + "a.docx");
}

TEST(Seen, OneSidedCapturesGiveUnconfirmedActivities) {
  Server s;
  auto l = s.channel(12, 77, false);
  l.answered = false;
  s.open(l, "a.docx");
  const smb::FileId f{5, 5};  // chosen by the server, unseen until used
  s.write(l, f, 0, random_bytes(3000, 2));
  s.rename(l, f, "a.docx.locked");
  s.close(l, f);
  const FileActivity a = s.only_altered();
  EXPECT_FALSE(a.confirmed);
  EXPECT_EQ(a.path, "\\\\10.77.0.20\\?\\a.docx");
  EXPECT_EQ(a.new_path, "\\\\10.77.0.20\\?\\a.docx.locked");
}

TEST(Seen, AnUnansweredOperationOnACoherentFlowIsNotConfirmed) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const auto f = s.open(l, "a.docx", smb::CreateAction::opened, 3000);
  l.answered = false;
  s.write(l, f, 0, random_bytes(3000, 2));
  l.answered = true;
  s.close(l, f);
  EXPECT_FALSE(s.only_altered().confirmed);
}

TEST(Seen, ForgedFramesCannotSpoilAProvenRecord) {
  Server s;
  auto l = s.connect(12, "b.martin");
  s.look(l, "a.docx", zip_like(3000, 1));
  // Somebody forges the client's addresses, its session and the FileId it is about to use.
  auto forged = s.channel(12, l.session, false);
  forged.answered = false;
  const auto f = s.open(l, "a.docx", smb::CreateAction::opened, 3000);
  s.write(forged, f, 0, zip_like(3000, 1));
  s.write(l, f, 0, random_bytes(3000, 2));
  s.write(forged, f, 0, zip_like(3000, 1));
  s.close(l, f);
  bool seen = false;
  for (const auto& a : s.altered()) {
    if (!a.confirmed) continue;
    seen = true;
    EXPECT_EQ(a.kept_share, 0);
    EXPECT_EQ(a.after.type, ContentType::unknown);
  }
  EXPECT_TRUE(seen);
}

TEST(Seen, LongWritesAreReportedAtMarksAndQuietHandlesAfterAWhile) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const auto f = s.open(l, "a.vmdk", smb::CreateAction::opened, 50 << 20);
  for (int i = 0; i < 16; ++i) s.write(l, f, static_cast<std::uint64_t>(i) << 20U, random_bytes(1 << 20, 2));
  EXPECT_EQ(s.reports.size(), 2U);  // 1 MiB passes two marks at once, then 16 MiB
  EXPECT_EQ(s.reports[0].file, s.reports[1].file);
  EXPECT_LE(s.reports[1].after.chi_squared_bytes, Content::measured_bytes_max + (16U << 20U) / 16);
  const auto g = s.open(l, "b.docx", smb::CreateAction::opened, 3000);
  s.write(l, g, 0, random_bytes(3000, 2));
  s.pass(std::chrono::seconds(3));
  EXPECT_EQ(s.altered().size(), 2U);
  s.close(l, g);
  EXPECT_EQ(s.altered().size(), 2U);
}

TEST(Seen, PipesAndFoldersAreNotFiles) {
  Server s;
  auto l = s.connect(12, "b.martin");
  smb::Exchange t = s.exchange(l, smb::Command::tree_connect);
  t.tree_id = 6;
  t.request = smb::TreeConnectRequest{"\\\\srv\\IPC$"};
  t.response = smb::TreeConnectResponse{smb::ShareType::pipe};
  s.send(l, t);
  l.tree = 6;
  const auto p = s.open(l, "srvsvc");
  s.write(l, p, 0, random_bytes(100, 1));
  s.close(l, p);
  auto unknown = s.channel(12, 78);
  s.write(unknown, {8, 8}, 0, {5, 0, 11, 3, 16, 0, 0, 0, 72, 0, 0, 0});
  s.close(unknown, {8, 8});
  EXPECT_TRUE(s.reports.empty());
}

TEST(Seen, ServerSideCopiesCarryTheSourcesContent) {
  Server s;
  auto l = s.connect(11, "a.lefevre");
  const Bytes old = prose(20000, 1);
  const auto from = s.open(l, "a.txt", smb::CreateAction::opened, old.size());
  s.read(l, from, 0, old);
  smb::Exchange key = s.about(l, smb::Command::ioctl, from);
  smb::IoctlRequest ask;
  ask.code = smb::fsctl_request_resume_key;
  key.request = ask;
  smb::IoctlResponse resume;
  resume.resume_key[0] = 42;
  key.response = resume;
  s.send(l, key);
  const auto to = s.open(l, "Archives\\a.txt", smb::CreateAction::created);
  smb::Exchange copy = s.about(l, smb::Command::ioctl, to);
  smb::IoctlRequest request;
  request.code = smb::fsctl_copychunk;
  request.source_key[0] = 42;
  copy.request = request;
  copy.response = smb::IoctlResponse{};
  s.send(l, copy);
  s.close(l, to);
  EXPECT_EQ(s.reports.back().after.type, ContentType::text);
  s.close(l, from);
  const auto gone = s.open(l, "a.txt", smb::CreateAction::opened, old.size());
  s.set(l, gone, smb::SetDisposition{true});
  s.close(l, gone);
  EXPECT_TRUE(s.altered().empty());  // a move
}

TEST(Seen, DecoysAreNamed) {
  Server s({}, {"\\\\*\\Commun\\Paie\\ne pas ouvrir.xlsx"});
  auto l = s.connect(12, "b.martin");
  s.remove(l, "paie\\NE PAS ouvrir.xlsx");
  s.remove(l, "paie\\autre.xlsx");
  EXPECT_TRUE(s.reports[0].decoy);
  EXPECT_FALSE(s.reports[1].decoy);
}

// ---- bounds ----

TEST(Bounds, OneClientsFloodEvictsNobodyElse) {
  FileBounds b;
  b.handles = {64, 32};
  b.nodes = {64, 32};
  b.records = {64, 32};
  b.content_bytes_max = 1 << 20;
  Server s(b);
  auto victim = s.connect(11, "a.lefevre");
  s.look(victim, "a.docx", zip_like(3000, 1));
  const auto f = s.open(victim, "a.docx", smb::CreateAction::opened, 3000);
  auto flooder = s.connect(12, "b.martin");
  for (int i = 0; i < 1000; ++i) {
    const auto g = s.open(flooder, "x" + std::to_string(i), smb::CreateAction::opened, 3000);
    s.write(flooder, g, 0, random_bytes(3000, static_cast<unsigned>(i)));  // and never closed
  }
  EXPECT_LE(s.model.handles(), 64U);
  EXPECT_LE(s.model.records(), 64U);
  EXPECT_LE(s.model.nodes(), 64U);
  EXPECT_LE(s.model.content_bytes(), std::size_t{1} << 20U);
  EXPECT_GT(s.model.evicted(), 900U);
  EXPECT_GE(s.altered().size(), 1000U - 32U);  // pushed out, but not without a word
  s.write(victim, f, 0, random_bytes(3000, 2));
  s.close(victim, f);
  const FileActivity a = s.reports.back();
  EXPECT_EQ(a.path, folder + "a.docx");
  EXPECT_EQ(a.before.type, ContentType::zip);
  EXPECT_EQ(a.kept_share, 0);
  EXPECT_GT(a.compared_bytes, 0U);
}

TEST(Bounds, ForgedClientsShareOneAllowance) {
  FileBounds b;
  b.handles = {64, 16};
  b.nodes = {64, 16};
  b.records = {64, 16};
  b.clients = {32, 16};
  Server s(b);
  auto victim = s.connect(11, "a.lefevre");
  const auto f = s.open(victim, "a.docx", smb::CreateAction::opened, 3000);
  s.read(victim, f, 0, zip_like(3000, 1));
  for (int host = 12; host < 250; ++host) {
    auto forged = s.channel(host, static_cast<std::uint64_t>(host), false);
    forged.answered = false;
    for (int i = 0; i < 5; ++i) s.write(forged, {static_cast<std::uint64_t>(i), 9}, 0, random_bytes(100, 1));
  }
  s.write(victim, f, 0, random_bytes(3000, 2));
  s.close(victim, f);
  const FileActivity a = s.reports.back();
  EXPECT_TRUE(a.confirmed);
  EXPECT_EQ(a.path, folder + "a.docx");
  EXPECT_EQ(a.user, "HOPITAL\\a.lefevre");
  EXPECT_EQ(a.before.type, ContentType::zip);
}

TEST(Bounds, AClientThatLeavesTakesItsEntriesAlong) {
  FileBounds b;
  b.clients = {8, 4};
  Server s(b);
  for (int host = 1; host < 200; ++host) {
    auto l = s.connect(host, "u");
    const auto f = s.open(l, "f" + std::to_string(host), smb::CreateAction::opened, 100);
    s.write(l, f, 0, random_bytes(100, 1));
  }
  EXPECT_LE(s.model.handles(), 8U);
  EXPECT_LE(s.model.records(), 8U);
  EXPECT_EQ(s.reports.size(), 199U - s.model.handles());
}

TEST(Bounds, FoldersAreCountedUpToTheBound) {
  FileBounds b;
  b.folders_max = 3;
  Server s(b);
  auto l = s.connect(12, "b.martin");
  for (int i = 0; i < 5; ++i) s.remove(l, "d" + std::to_string(i) + "\\a.txt");
  EXPECT_EQ(s.reports[1].folders_altered, 2U);
  EXPECT_EQ(s.reports.back().folders_altered, 3U);
}

TEST(Bounds, PathsAreCutButStayTwo) {
  Server s;
  auto l = s.connect(12, "b.martin");
  const std::string deep(3000, 'x');
  s.remove(l, deep + "1");
  s.remove(l, deep + "2");
  ASSERT_EQ(s.altered().size(), 2U);
  for (const auto& a : s.altered()) EXPECT_LE(a.path.size(), path_bytes_max);
}

}  // namespace
}  // namespace cordon::observe::testing
