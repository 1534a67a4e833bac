// SPDX-License-Identifier: Apache-2.0
#include "detect/look.h"

#include <gtest/gtest.h>

#include <limits>

#include "detect/path.h"

namespace cordon::detect {
namespace {

using event::ContentType;
using event::FileActivity;

FileActivity activity(std::string path) {
  FileActivity a;
  a.file = 1;
  a.path = std::move(path);
  a.altered = true;
  return a;
}

FileActivity with_types(std::string path, ContentType before, ContentType after) {
  FileActivity a = activity(std::move(path));
  a.before.type = before;
  a.after.type = after;
  a.before.bytes = a.after.bytes = 100000;
  return a;
}

std::string_view structure(const FileActivity& a) {
  return look_structure(a, {}).value;
}

TEST(LookStructure, TellsLostFromKeptAndConverted) {
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.docx)", ContentType::zip, ContentType::unknown)), "lost");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.docx)", ContentType::zip, ContentType::zip)), "kept");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.png)", ContentType::png, ContentType::jpeg)), "changed");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.csv)", ContentType::text, ContentType::gzip)), "packed");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.txt)", ContentType::text, ContentType::xml)), "kept");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.bin)", ContentType::unknown, ContentType::unknown)), "opaque");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.bin)", ContentType::unknown, ContentType::zip)), "gained");
}

TEST(LookStructure, AnUnreadBeginningIsJudgedByWhatTheExtensionPromises) {
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.pdf)", ContentType::unseen, ContentType::unknown)), "broken");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.PDF)", ContentType::unseen, ContentType::pdf)), "kept");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.docx)", ContentType::unseen, ContentType::ole2)), "kept");  // protected
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.mdb)", ContentType::unseen, ContentType::unknown)), "opaque");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.dcm)", ContentType::unseen, ContentType::jpeg)), "changed");
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.csv)", ContentType::unseen, ContentType::gzip)), "packed");
}

TEST(LookStructure, SaysNothingWhenTheBeginningWasNotWritten) {
  EXPECT_EQ(structure(with_types(R"(\\s\c\a.pdf)", ContentType::pdf, ContentType::unseen)), Finding::silent);
  FileActivity removed = activity(R"(\\s\c\a.pdf)");
  removed.removed = true;
  EXPECT_EQ(structure(removed), Finding::silent);
}

std::string_view content(double chi, std::uint64_t bytes, double text_share, double text_share_before = 0.3) {
  FileActivity a = activity(R"(\\s\c\a.bin)");
  a.before.chi_squared_bytes = 4096;
  a.before.text_share = text_share_before;
  a.after.bytes = bytes;
  a.after.chi_squared = chi;
  a.after.chi_squared_bytes = bytes;
  a.after.text_share = text_share;
  return look_content(a, {}).value;
}

TEST(LookContent, SaysHowManyBytesStandBehindRandomness) {
  EXPECT_EQ(content(255, 65536, 0.37), "random");
  EXPECT_EQ(content(255, 65535, 0.37), "random_some");
  EXPECT_EQ(content(255, 16384, 0.37), "random_some");
  EXPECT_EQ(content(255, 16383, 0.37), "random_hint");
  EXPECT_EQ(content(255, 4096, 0.37), "random_hint");
  EXPECT_EQ(content(255, 4095, 0.37), "short");
  EXPECT_EQ(content(255, 0, 0.37), Finding::silent);
}

TEST(LookContent, TellsCompressedFromRandomAndPlain) {
  EXPECT_EQ(content(900, 65536, 0.37), "compressed");
  EXPECT_EQ(content(400000, 65536, 0.5), "plain");
  EXPECT_EQ(content(900000, 65536, 1.0), "text");
  EXPECT_EQ(content(255 + 3.0 * 65536, 65536, 1.0), "encoded");
}

TEST(LookContent, SmallTextThatStopsBeingTextIsLost) {
  EXPECT_EQ(content(255, 2000, 0.37, 1.0), "text_lost");
  EXPECT_EQ(content(255, 65536, 0.37, 1.0), "random");  // the stronger word wins
}

TEST(LookContent, DamagedNumbersSayNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(content(nan, 65536, 0.3), Finding::silent);
  EXPECT_EQ(content(255, 65536, nan), Finding::silent);
  EXPECT_EQ(content(std::numeric_limits<double>::infinity(), 65536, 0.3), Finding::silent);
}

TEST(LookSimilarity, NeedsSomethingToCompare) {
  FileActivity a = activity(R"(\\s\c\a.docx)");
  EXPECT_EQ(look_similarity(a, {}).value, Finding::silent);
  a.compared_bytes = 63;
  EXPECT_EQ(look_similarity(a, {}).value, Finding::silent);
  a.compared_bytes = 64;
  EXPECT_EQ(look_similarity(a, {}).value, "replaced");
  a.kept_share = 0.5;
  EXPECT_EQ(look_similarity(a, {}).value, "partly");
  a.kept_share = 1;
  EXPECT_EQ(look_similarity(a, {}).value, "kept");
  a.kept_share = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(look_similarity(a, {}).value, Finding::silent);
}

std::string_view renamed(std::string path, std::string new_path) {
  FileActivity a = activity(std::move(path));
  a.new_path = std::move(new_path);
  a.renamed = true;
  return look_name(a, {}).value;
}

TEST(LookName, NovelExtensionsAppendedOrReplaced) {
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\a.docx.lockbit)"), "novel");
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\a.x7Gh2)"), "novel");
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\fkDbyYr.HLJkNskOq)"), "novel");
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\a.docx.{0123456789-0123456789-0123456789})"), "novel");
}

TEST(LookName, WorkRenamesAreKnown) {
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\b.docx)"), "renamed");
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\d\A.docx)"), "moved");
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\a.docx.bak)"), "converted");
  EXPECT_EQ(renamed(R"(\\s\c\a.csv)", R"(\\s\c\a.csv.gz)"), "converted");
  EXPECT_EQ(renamed(R"(\\s\c\a.log)", R"(\\s\c\a.log.1)"), "converted");
  EXPECT_EQ(renamed(R"(\\s\c\a.log)", R"(\\s\c\a.log.20221203)"), "converted");
  EXPECT_EQ(renamed(R"(\\s\c\a.docx)", R"(\\s\c\a)"), "dropped");
  EXPECT_EQ(look_name(activity(R"(\\s\c\strange.xq9)"), {}).value, "same");
}

TEST(LookName, ANewFileWithAnUnknownExtensionIsNovel) {
  FileActivity a = activity(R"(\\s\c\a.docx.locked)");
  a.altered = false;
  a.created = true;
  EXPECT_EQ(look_name(a, {}).value, "novel");
  a.path = R"(\\s\c\a.docx)";
  EXPECT_EQ(look_name(a, {}).value, "same");
  a.path = R"(\\s\c\.~lock.a.odt#)";
  EXPECT_EQ(look_name(a, {}).value, "same");
}

TEST(LookRemoval, NamesTheFate) {
  FileActivity a = activity(R"(\\s\c\a.docx)");
  EXPECT_EQ(look_removal(a, {}).value, "written");
  a.truncated = true;
  EXPECT_EQ(look_removal(a, {}).value, "overwritten");
  a.removed = true;
  EXPECT_EQ(look_removal(a, {}).value, "removed");
  a.new_path = R"(\\s\c\a.enc)";
  EXPECT_EQ(look_removal(a, {}).value, "sibling");
  a.renamed = true;
  EXPECT_EQ(look_removal(a, {}).value, "replaced");
  a.removed = false;
  EXPECT_EQ(look_removal(a, {}).value, "renamed");
  a.altered = false;
  EXPECT_EQ(look_removal(a, {}).value, Finding::silent);  // a rename alone destroys nothing
  a.renamed = false;
  EXPECT_EQ(look_removal(a, {}).value, "copied");
  a.created = a.removed = true;
  EXPECT_EQ(look_removal(a, {}).value, "created");  // a temporary file that came and went
}

FileActivity note(const std::string& folder, const std::string& name = "README.txt") {
  FileActivity a = activity(R"(\\s\c\)" + folder + "\\" + name);
  a.altered = false;
  a.created = true;
  a.after.bytes = 1200;
  a.after.type = ContentType::text;
  return a;
}

TEST(LookNote, TheThirdFolderMakesANote) {
  ClientMemory memory;
  for (const auto* folder : {"a", "b", "b"}) {
    memory.learn(note(folder));
    EXPECT_EQ(look_note(note(folder), memory).value, Finding::silent);
  }
  memory.learn(note("c", "ReadMe.TXT"));
  EXPECT_EQ(look_note(note("c"), memory).value, "repeated");
  EXPECT_EQ(look_note(note("c", "other.txt"), memory).value, Finding::silent);
}

TEST(LookNote, WhatSystemsLeaveEverywhereIsNoNote) {
  ClientMemory memory;
  for (const auto* folder : {"a", "b", "c", "d"}) memory.learn(note(folder, "desktop.ini"));
  EXPECT_EQ(look_note(note("d", "desktop.ini"), memory).value, Finding::silent);
}

TEST(LookNote, MemoryIsBoundedAndForgetsTheOldestName) {
  ClientMemory memory;
  for (const auto* folder : {"a", "b", "c"}) memory.learn(note(folder, "first.txt"));
  for (std::size_t i = 0; i + 1 < ClientMemory::names_max; ++i) memory.learn(note("a", std::to_string(i) + ".txt"));
  EXPECT_EQ(memory.folders_with("first.txt"), 3U);
  memory.learn(note("a", "one more.txt"));  // bound + 1
  EXPECT_EQ(memory.folders_with("first.txt"), 0U);
  for (int i = 0; i < 100; ++i) memory.learn(note(std::to_string(i), "wide.txt"));
  EXPECT_EQ(memory.folders_with("wide.txt"), ClientMemory::folders_max);
}

TEST(LookBreadth, CountsFolders) {
  FileActivity a = activity("x");
  a.folders_altered = 2;
  EXPECT_EQ(look_breadth(a, {}).value, Finding::silent);
  a.folders_altered = 3;
  EXPECT_EQ(look_breadth(a, {}).value, "several");
  a.folders_altered = 10;
  EXPECT_EQ(look_breadth(a, {}).value, "wide");
}

TEST(LookDecoy, ReadingADecoyIsHarmless) {
  FileActivity a = activity("x");
  a.decoy = true;
  EXPECT_EQ(look_decoy(a, {}).value, "touched");
  a.altered = false;
  EXPECT_EQ(look_decoy(a, {}).value, Finding::silent);
}

TEST(Path, SplitsNames) {
  EXPECT_EQ(name_of(R"(\\s\c\d\a.docx)"), "a.docx");
  EXPECT_EQ(folder_of(R"(\\s\c\d\a.docx)"), R"(\\s\c\d)");
  EXPECT_EQ(extension_of("A.DocX"), "docx");
  EXPECT_EQ(extension_of(".profile"), "");
  EXPECT_EQ(extension_of("name."), "");
  EXPECT_EQ(extension_of("a." + std::string(extension_length_max, 'x')), std::string(extension_length_max, 'x'));
  EXPECT_EQ(extension_of("a." + std::string(extension_length_max + 1, 'x')), "");  // bound + 1
  EXPECT_EQ(stem_of("a.b.docx"), "a.b");
}

}  // namespace
}  // namespace cordon::detect
