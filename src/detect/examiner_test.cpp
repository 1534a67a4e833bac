// SPDX-License-Identifier: Apache-2.0
#include "detect/examiner.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstring>

#include "detect/cusum.h"
#include "detect/likelihood.h"

namespace cordon::detect {
namespace {

using event::ContentType;
using event::FileActivity;

event::HostKey host(std::uint32_t n) {
  event::HostKey key;
  key.sensor = "mirror0";
  key.ip.bytes = {10, static_cast<std::uint8_t>(n >> 16U), static_cast<std::uint8_t>(n >> 8U),
                  static_cast<std::uint8_t>(n)};
  return key;
}

FileActivity base(std::uint64_t file) {
  FileActivity a;
  a.file = file;
  a.client = host(1);
  a.user = R"(CHV\martin)";
  a.share = R"(\\srv\commun)";
  a.path = R"(\\srv\commun\Compta\facture )" + std::to_string(file) + ".docx";
  a.confirmed = true;
  return a;
}

void random_bytes(event::ContentSummary& s, std::uint64_t bytes) {
  s.bytes = s.chi_squared_bytes = bytes;
  s.chi_squared = 255;
  s.text_share = 0.37;
}

FileActivity encrypted(std::uint64_t file) {
  FileActivity a = base(file);
  a.before.type = ContentType::zip;
  a.before.bytes = 80000;
  a.after.type = ContentType::unknown;
  random_bytes(a.after, 80000);
  a.compared_bytes = 80000;
  a.kept_share = 0.004;
  a.altered = true;
  return a;
}

FileActivity edited(std::uint64_t file) {
  FileActivity a = base(file);
  a.before.type = a.after.type = ContentType::zip;
  a.before.bytes = a.after.bytes = a.after.chi_squared_bytes = 80000;
  a.after.chi_squared = 2600;
  a.after.text_share = 0.38;
  a.compared_bytes = 80000;
  a.kept_share = 0.02;
  a.altered = true;
  a.truncated = true;
  return a;
}

TEST(Examiner, FourEncryptedFilesReachTheThresholdWithoutAnyRename) {
  Examiner examiner;
  Cusum sum;
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto o = examiner.examine(encrypted(i));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->kind, "structure_lost");
    EXPECT_TRUE(o->new_file);
    sum.add(o->llr);
  }
  EXPECT_GE(sum.score, threshold_for(1e9));
}

TEST(Examiner, OfficeSavesSpeakForTheClient) {
  Examiner examiner;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto o = examiner.examine(edited(i));
    ASSERT_TRUE(o);
    EXPECT_LE(o->llr, 0);
    EXPECT_EQ(o->kind, "work");
  }
}

TEST(Examiner, ARevisionGivesOnlyTheDifference) {
  Examiner examiner;
  FileActivity a = encrypted(7);
  const auto first = examiner.examine(a);
  ASSERT_TRUE(first);
  EXPECT_FALSE(examiner.examine(a));  // nothing new
  a.renamed = true;
  a.new_path = a.path + ".lockbit";
  const auto second = examiner.examine(a);
  Examiner fresh;
  const auto whole = fresh.examine(a);
  ASSERT_TRUE(whole);
  EXPECT_EQ(first->llr + (second ? second->llr : 0), whole->llr);
  if (second) {
    EXPECT_FALSE(second->new_file);
  }
}

TEST(Examiner, ASuspicionThatProvesWrongIsTakenBack) {
  Examiner examiner;
  const auto first = examiner.examine(encrypted(7));
  ASSERT_TRUE(first);
  const auto second = examiner.examine(edited(7));
  ASSERT_TRUE(second);
  EXPECT_LT(second->llr, 0);
  EXPECT_LE(first->llr + second->llr, 0);
  EXPECT_FALSE(second->new_file);
}

TEST(Examiner, WorkThatIsRevisedIsNeverEvidence) {
  Examiner examiner;
  double sum = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    FileActivity gone = edited(i);
    gone.after = {};
    gone.removed = true;
    FileActivity moved = edited(i);  // the same content stands elsewhere after all
    moved.altered = false;
    moved.renamed = true;
    moved.new_path = R"(\\srv\commun\Archives\x.docx)";
    for (const FileActivity& a : {gone, edited(i), moved}) {
      const auto o = examiner.examine(a);
      if (!o) continue;
      EXPECT_LE(o->llr, 0);
      sum += o->llr;
    }
  }
  EXPECT_LT(sum, 0);
}

TEST(Examiner, TheSameFileNumberOfAnotherClientIsAnotherFile) {
  Examiner examiner;
  FileActivity a = encrypted(7);
  ASSERT_TRUE(examiner.examine(a));
  a.client = host(2);
  const auto o = examiner.examine(a);
  ASSERT_TRUE(o);
  EXPECT_TRUE(o->new_file);
}

TEST(Examiner, CreatingFilesBuysNoCredit) {
  Examiner examiner;
  FileActivity a = edited(1);
  a.altered = false;
  a.created = true;
  EXPECT_FALSE(examiner.examine(a));
}

TEST(Examiner, StrangeNewFilesAreNotEvidence) {
  Examiner examiner;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    FileActivity a = encrypted(i);
    a.path += ".xq9";
    a.altered = false;
    a.created = true;
    EXPECT_FALSE(examiner.examine(a));
  }
}

TEST(Examiner, ANoteWeighsOnceForAClient) {
  Examiner examiner;
  double sum = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    FileActivity a = base(i);
    a.path = R"(\\srv\commun\)" + std::to_string(i) + R"(\README.txt)";
    a.created = true;
    a.after.bytes = 1000;
    a.after.type = ContentType::text;
    for (int again = 0; again < 2; ++again) {
      if (const auto o = examiner.examine(a)) {
        EXPECT_EQ(o->kind, "note_repeated");
        sum += o->llr;
      }
    }
  }
  EXPECT_EQ(sum, note_llr);
}

TEST(Examiner, ADecoyWeighsAsMuchAsAFileCan) {
  Examiner examiner;
  FileActivity a = edited(1);
  a.decoy = true;
  const auto o = examiner.examine(a);
  ASSERT_TRUE(o);
  EXPECT_EQ(o->llr, llr_max);
  EXPECT_EQ(o->kind, "decoy_touched");
}

TEST(Examiner, BoundsHold) {
  Examiner examiner({.clients_max = 4, .files_per_client_max = 3, .files_max = 8});
  for (std::uint64_t i = 0; i < 4; ++i) ASSERT_TRUE(examiner.examine(encrypted(i)));  // bound + 1
  EXPECT_EQ(examiner.files(), 3U);
  const auto again = examiner.examine(encrypted(0));  // forgotten, so it counts as new
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->new_file);
  for (std::uint32_t h = 2; h <= 6; ++h) {
    for (std::uint64_t i = 0; i < 4; ++i) {
      FileActivity a = edited(i);
      a.client = host(h);
      examiner.examine(a);
    }
    EXPECT_LE(examiner.clients(), 4U);
    EXPECT_LE(examiner.files(), 8U);
  }
}

TEST(Examiner, AFloodOfQuietClientsDoesNotMakeItForgetTheAttacker) {
  Examiner examiner({.clients_max = 16, .files_per_client_max = 8, .files_max = 64});
  ASSERT_TRUE(examiner.examine(encrypted(1)));
  for (std::uint32_t h = 2; h < 1000; ++h) {
    FileActivity a = edited(h);
    a.client = host(h);
    examiner.examine(a);
  }
  EXPECT_FALSE(examiner.examine(encrypted(1)));  // still remembered: nothing to add
}

FileActivity arbitrary() {
  FileActivity a;
  const auto number = [] {
    const auto bits = *rc::gen::arbitrary<std::uint64_t>();
    double d = 0;
    std::memcpy(&d, &bits, sizeof d);
    return *rc::gen::element(d, *rc::gen::arbitrary<double>(), 0.0, 1.0, -1.0, 255.0, 1e300,
                             std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity());
  };
  const auto size = [] {
    return *rc::gen::element<std::uint64_t>(0, 1, 63, 64, 4096, 65536, std::numeric_limits<std::uint64_t>::max());
  };
  const auto summary = [&](event::ContentSummary& s) {
    s.bytes = size();
    s.type = static_cast<ContentType>(*rc::gen::inRange(0, 22));
    s.chi_squared = number();
    s.chi_squared_bytes = size();
    s.text_share = number();
  };
  a.file = *rc::gen::inRange<std::uint64_t>(0, 4);
  a.client = host(*rc::gen::inRange<std::uint32_t>(0, 3));
  a.path = *rc::gen::element<std::string>("", "\\", R"(\\s\c\a.docx)", "a..", ".", *rc::gen::arbitrary<std::string>());
  a.new_path = *rc::gen::element<std::string>("", a.path, a.path + ".locked", *rc::gen::arbitrary<std::string>());
  summary(a.before);
  summary(a.after);
  a.compared_bytes = size();
  a.kept_share = number();
  for (bool* flag : {&a.created, &a.truncated, &a.renamed, &a.removed, &a.altered, &a.confirmed, &a.decoy}) {
    *flag = *rc::gen::arbitrary<bool>();
  }
  a.folders_altered = *rc::gen::arbitrary<std::uint32_t>();
  return a;
}

TEST(Examiner, AnyActivityGivesAFiniteJudgementWithinTheCaps) {
  EXPECT_TRUE(rc::check("finite and capped", [] {
    Examiner examiner;
    std::map<std::pair<event::HostKey, std::uint64_t>, double> said;
    for (int i = 0; i < 12; ++i) {
      const FileActivity a = arbitrary();
      const auto o = examiner.examine(a);
      if (!o) continue;
      RC_ASSERT(std::isfinite(o->llr));
      RC_ASSERT(std::nearbyint(o->llr / llr_step) == o->llr / llr_step);
      double& sum = said[{a.client, a.file}];
      sum += o->llr;
      RC_ASSERT(sum <= llr_max);
      RC_ASSERT(sum >= llr_min);
      RC_ASSERT(o->looks.size() <= 16U);
    }
  }));
}

TEST(Likelihood, CapsAndRounds) {
  EXPECT_EQ(in_bounds(1e308), llr_max);
  EXPECT_EQ(in_bounds(-1e308), llr_min);
  EXPECT_EQ(in_bounds(std::numeric_limits<double>::infinity()), llr_max);
  EXPECT_EQ(in_bounds(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(in_bounds(1.0), 1.0);
  EXPECT_GE(threshold_for(1e9), 2 * llr_max);  // one or two files never cut
}

TEST(Likelihood, ACellNobodyCountedFallsBack) {
  const auto coarse = judge("broken encoded replaced dropped overwritten");  // its kin were counted by the hundred
  EXPECT_EQ(coarse.basis, Basis::coarse);
  EXPECT_GT(coarse.llr, 4);
  const auto expert = judge("gained encoded kept dropped overwritten");
  EXPECT_EQ(expert.basis, Basis::expert);
  EXPECT_GE(expert.llr, llr_min);
  EXPECT_TRUE(std::isfinite(judge("").llr));
  EXPECT_TRUE(std::isfinite(judge("far too many words for any cell of this table").llr));
}

}  // namespace
}  // namespace cordon::detect
