// SPDX-License-Identifier: Apache-2.0
// Whole scenes through examiner and tally: the five profiles must reach `infected` within five files, and work that
// looks alike must stay quiet however long it lasts. The activities are shaped as `observe` reports them.
#include <gtest/gtest.h>

#include <functional>

#include "detect/examiner.h"
#include "detect/tally.h"

namespace cordon::detect {
namespace {

using event::ContentSummary;
using event::ContentType;
using event::FileActivity;
using event::Level;

struct Outcome {
  Level level = Level::quiet;
  int files = 0;  // begun when the level was reached
};

/// play feeds up to `files` files, each as the reports that `scene` gives for it, until somebody is infected.
Outcome play(int files, const std::function<std::vector<FileActivity>(int)>& scene) {
  Examiner examiner;
  Tally tally;
  Outcome out;
  std::uint64_t entry = 0;
  for (int i = 0; i < files && out.level != Level::infected; ++i) {
    for (FileActivity a : scene(i)) {
      if (a.file == 0) a.file = static_cast<std::uint64_t>(i) + 1;
      a.confirmed = true;
      a.share = R"(\\srv\commun)";
      a.user = R"(CHV\martin)";
      const auto o = examiner.examine(a);
      if (!o) continue;
      tally.apply(Sequence{++entry}, *o);
      while (const auto v = tally.judge(*o)) {
        tally.apply(*v);
        if (v->level > out.level) out = {v->level, i + 1};
      }
    }
  }
  return out;
}

struct Kind {
  const char* extension;
  ContentType type;
  std::uint64_t bytes;
};

// What an office share holds, from a short text to a long picture.
constexpr Kind share[] = {
    {"docx", ContentType::zip, 26'000},  {"xlsx", ContentType::zip, 3'000},    {"pdf", ContentType::pdf, 90'000},
    {"jpg", ContentType::jpeg, 150'000}, {"doc", ContentType::ole2, 40'000},   {"txt", ContentType::text, 2'000},
    {"csv", ContentType::text, 30'000},  {"dcm", ContentType::dicom, 500'000}, {"png", ContentType::png, 70'000},
};

const Kind& kind_at(int i) {
  return share[static_cast<std::size_t>(i) % std::size(share)];
}

std::string path_of(int i, const Kind& kind) {
  return R"(\\srv\commun\Urgences\Rapport )" + std::to_string(i) + "." + kind.extension;
}

ContentSummary plain(ContentType type, std::uint64_t bytes) {
  ContentSummary s;
  s.type = type;
  s.bytes = s.chi_squared_bytes = bytes;
  const bool text = type == ContentType::text || type == ContentType::xml;
  const double excess = text ? 12 : type == ContentType::zip || type == ContentType::gzip ? 0.06 : 0.8;
  s.chi_squared = 255 + excess * static_cast<double>(bytes);
  s.text_share = text ? 0.99 : 0.4;
  return s;
}

ContentSummary random_bytes(std::uint64_t bytes, ContentType type = ContentType::unknown) {
  ContentSummary s;
  s.type = type;
  s.bytes = s.chi_squared_bytes = bytes;
  s.chi_squared = 255;
  s.text_share = 0.38;
  return s;
}

FileActivity written(int i, const Kind& kind, ContentSummary after, double kept) {
  FileActivity a;
  a.path = path_of(i, kind);
  a.before = plain(kind.type, kind.bytes);
  a.after = after;
  a.compared_bytes = std::min(kind.bytes, after.bytes);
  a.kept_share = kept;
  a.altered = true;
  return a;
}

FileActivity renamed(FileActivity a, const std::string& suffix) {
  a.renamed = true;
  a.new_path = a.path + suffix;
  return a;
}

constexpr int within = 5;

TEST(Profiles, InPlaceThenRename) {
  const auto o = play(20, [](int i) {
    const auto& k = kind_at(i);
    const auto a = written(i, k, random_bytes(k.bytes), 0);
    return std::vector{a, renamed(a, ".x7k2q9")};
  });
  EXPECT_EQ(o.level, Level::infected);
  EXPECT_LE(o.files, within);
}

TEST(Profiles, NewFileThenDelete) {
  const auto o = play(20, [](int i) {
    const auto& k = kind_at(i);
    auto a = written(i, k, random_bytes(k.bytes), 0);
    a.new_path = a.path + ".x7k2q9";
    a.removed = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::infected);
  EXPECT_LE(o.files, within);
}

TEST(Profiles, FirstFourKibibytesOnly) {
  const auto o = play(20, [](int i) {
    const auto& k = kind_at(i);
    const auto a = written(i, k, random_bytes(std::min<std::uint64_t>(k.bytes, 4096)), 0);
    return std::vector{a, renamed(a, ".x7k2q9")};
  });
  EXPECT_EQ(o.level, Level::infected);
  EXPECT_LE(o.files, within);
}

TEST(Profiles, EveryOtherBlock) {
  const auto o = play(20, [](int i) {
    const auto& k = kind_at(i);
    const auto a = written(i, k, random_bytes(std::max<std::uint64_t>(k.bytes / 2, 2000)), 0);
    return std::vector{a, renamed(a, ".x7k2q9")};
  });
  EXPECT_EQ(o.level, Level::infected);
  EXPECT_LE(o.files, within);
}

TEST(Profiles, NoRenameAtAll) {
  const auto o = play(20, [](int i) {
    const auto& k = kind_at(i);
    return std::vector{written(i, k, random_bytes(k.bytes), 0)};
  });
  EXPECT_EQ(o.level, Level::infected);
  EXPECT_LE(o.files, within);
}

TEST(Profiles, AnHonestFileBetweenEveryTwoHidesNothing) {
  const auto o = play(40, [](int i) {
    const auto& k = kind_at(i);
    if (i % 2 == 0) return std::vector{written(i, k, random_bytes(k.bytes), 0)};
    return std::vector{written(i, k, plain(k.type, k.bytes), 0.5)};
  });
  EXPECT_EQ(o.level, Level::infected);
  EXPECT_LE(o.files, 2 * within);
}

// --- work -----------------------------------------------------------------------------------------------------------

constexpr int many = 500;

TEST(Work, WordSavesWholeNewCompressedContent) {
  const Kind docx{"docx", ContentType::zip, 80'000};
  const auto o = play(many, [&](int i) {
    auto a = written(i, docx, plain(ContentType::zip, 81'000), 0.02);
    a.removed = true;  // renamed away, another file renamed to its name
    a.renamed = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, LibreOfficeWritesOverTheFile) {
  const Kind odt{"odt", ContentType::zip, 18'000};
  const auto o = play(many, [&](int i) {
    auto a = written(i, odt, plain(ContentType::zip, 18'500), 0.02);
    a.truncated = i % 2 == 0;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, PicturesEncodedAgainInPlace) {
  for (const Kind& k : {Kind{"jpg", ContentType::jpeg, 150'000}, Kind{"png", ContentType::png, 70'000}}) {
    const auto o = play(many, [&](int i) { return std::vector{written(i, k, plain(k.type, k.bytes), 0.001)}; });
    EXPECT_EQ(o.level, Level::quiet);
  }
}

TEST(Work, PicturesAsRandomAsCiphertextKeepTheirStructure) {
  const Kind k{"dcm", ContentType::dicom, 400'000};
  const auto o = play(many, [&](int i) { return std::vector{written(i, k, random_bytes(k.bytes, k.type), 0)}; });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, ExportsPackedAndDeleted) {
  const auto o = play(many, [](int i) {
    const Kind csv{"csv", ContentType::text, i % 3 == 0 ? 200'000U : 20'000U};
    auto a = written(i, csv, plain(ContentType::gzip, csv.bytes / 5), 0);
    a.new_path = a.path + ".gz";
    a.removed = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, SmallGzipsThatLookRandom) {
  const auto o = play(many, [](int i) {
    const Kind csv{"csv", ContentType::text, 20'000};
    auto a = written(i, csv, random_bytes(4'500, ContentType::gzip), 0);
    a.new_path = a.path + ".gz";
    a.removed = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, AppendingToTables) {
  const Kind csv{"csv", ContentType::text, 20'000};
  const auto o = play(many, [&](int i) {
    auto a = written(i, csv, plain(ContentType::unseen, 200), 0);
    a.after.text_share = 0.99;
    a.compared_bytes = 0;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, ArchivesReplacedByNewerOnes) {
  const Kind zip{"zip", ContentType::zip, 200'000};
  const auto o = play(many, [&](int i) {
    auto a = written(i, zip, plain(ContentType::zip, 210'000), 0);
    a.truncated = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, LogRotation) {
  const auto o = play(many, [](int i) {
    FileActivity a;
    a.path = R"(\\srv\commun\Informatique\interface.log)";
    a.renamed = true;
    a.new_path = a.path + "." + std::to_string(i + 1);
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, MassRenamesAndMoves) {
  const auto o = play(many, [](int i) {
    FileActivity a;
    a.path = path_of(i, kind_at(i));
    a.renamed = true;
    a.new_path =
        i % 2 == 0 ? R"(\\srv\commun\Archives\)" + std::to_string(i) + "." + kind_at(i).extension : a.path + ".old";
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, ADicomStoreWritesManyNewFiles) {
  const auto o = play(many, [](int i) {
    FileActivity a;
    a.path = R"(\\srv\commun\Imagerie\ETUDE1\IM)" + std::to_string(i) + ".dcm";
    a.created = true;
    a.after = i % 2 == 0 ? plain(ContentType::dicom, 500'000) : random_bytes(500'000, ContentType::dicom);
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, ConversionWithTheOriginalKept) {
  const auto o = play(many, [](int i) {
    const Kind png{"png", ContentType::png, 70'000};
    auto a = written(i, png, plain(ContentType::jpeg, 40'000), 0);
    a.new_path = R"(\\srv\commun\Urgences\Rapport )" + std::to_string(i) + ".jpg";
    a.altered = false;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, AnEncryptedArchiveOfAFolderWhoseOriginalsAreDeleted) {
  const auto o = play(many, [](int i) {
    FileActivity a;
    if (i == 0) {
      a.path = R"(\\srv\commun\Urgences\dossier.7z)";
      a.created = true;
      a.after = random_bytes(5'000'000, ContentType::seven_zip);
      return std::vector{a};
    }
    a.path = path_of(i, kind_at(i));
    a.before = plain(kind_at(i).type, kind_at(i).bytes);
    a.removed = true;
    a.altered = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, EachFileInItsOwnEncryptedArchive) {
  const auto o = play(many, [](int i) {
    auto a = written(i, kind_at(i), random_bytes(kind_at(i).bytes, ContentType::seven_zip), 0);
    a.new_path = a.path + ".7z";
    a.removed = true;
    return std::vector{a};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

TEST(Work, TemporaryFilesComeAndGo) {
  const auto o = play(many, [](int i) {
    FileActivity a;
    a.path = R"(\\srv\commun\Urgences\~WRD)" + std::to_string(i) + ".tmp";
    a.created = true;
    a.after = random_bytes(20'000, ContentType::zip);
    FileActivity gone = a;
    gone.removed = true;
    return std::vector{a, gone};
  });
  EXPECT_EQ(o.level, Level::quiet);
}

}  // namespace
}  // namespace cordon::detect
