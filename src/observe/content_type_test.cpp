// SPDX-License-Identifier: Apache-2.0
#include "observe/content_type.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>
#include <string>

namespace cordon::observe {
namespace {

using event::ContentType;
using namespace std::string_literals;

ContentType type_of(const std::string& text) {
  return recognise(as_bytes(text));
}

TEST(ContentTypes, KnowsTheBeginningsOfAHospitalShare) {
  EXPECT_EQ(type_of(std::string(128, '\0') + "DICM\x02\0\0\0"s), ContentType::dicom);
  EXPECT_EQ(type_of("PK\x03\x04\x14\0"s), ContentType::zip);
  EXPECT_EQ(type_of("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s), ContentType::ole2);
  EXPECT_EQ(type_of("%PDF-1.7\n"), ContentType::pdf);
  EXPECT_EQ(type_of("\x89PNG\r\n\x1a\n"), ContentType::png);
  EXPECT_EQ(type_of("\xff\xd8\xff\xe0\0\x10JFIF"s), ContentType::jpeg);
  EXPECT_EQ(type_of("7z\xbc\xaf\x27\x1c\0\4"s), ContentType::seven_zip);
  EXPECT_EQ(type_of("Rar!\x1a\x07\0"s), ContentType::rar);
  EXPECT_EQ(type_of("\x1f\x8b\x08\0"s), ContentType::gzip);
  EXPECT_EQ(type_of("BZh91AY&SY"), ContentType::bzip2);
  EXPECT_EQ(type_of("\xfd\x37zXZ\0\0"s), ContentType::xz);
  EXPECT_EQ(type_of("BM\x36\x03\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s), ContentType::bmp);
  EXPECT_EQ(type_of("II*\0\x08\0\0\0"s), ContentType::tiff);
  EXPECT_EQ(type_of("MM\0*\0\0\0\x08"s), ContentType::tiff);
  EXPECT_EQ(type_of("GIF89a"), ContentType::gif);
  EXPECT_EQ(type_of("{\\rtf1\\ansi"), ContentType::rtf);
  EXPECT_EQ(type_of("<?xml version=\"1.0\"?>"), ContentType::xml);
  EXPECT_EQ(type_of("SQLite format 3\0"s), ContentType::sqlite);
  EXPECT_EQ(type_of("\0\0\0\x18"
                    "ftypmp42"s),
            ContentType::media);
  EXPECT_EQ(type_of("RIFF\x24\0\0\0WAVE"s), ContentType::media);
  EXPECT_EQ(type_of("\x7f"
                    "ELF\x02"s),
            ContentType::executable);
  EXPECT_EQ(type_of("MZ\x90\0\x03\0\0\0\x04\0"s + std::string(54, '\0')), ContentType::executable);
}

TEST(ContentTypes, KnowsTextInTheCodingsOffices) {
  EXPECT_EQ(type_of("Compte rendu op\xc3\xa9ratoire"), ContentType::text);         // UTF-8
  EXPECT_EQ(type_of("Compte rendu op\xe9ratoire du service"), ContentType::text);  // Latin-1
  EXPECT_EQ(type_of("\xff\xfe"
                    "C\0o\0m\0p\0t\0e\0"s),
            ContentType::text);                                          // UTF-16LE
  EXPECT_EQ(type_of("\xfe\xff\0C\0o\0m\0p\0t\0e"s), ContentType::text);  // UTF-16BE
  EXPECT_EQ(type_of("MSH|^~\\&|ADT\rPID|1\r"), ContentType::text);
  EXPECT_EQ(type_of("BMW et MZ sont des lettres"), ContentType::text);
}

TEST(ContentTypes, SaysUnseenAndUnknownApart) {
  EXPECT_EQ(type_of(""), ContentType::unseen);
  EXPECT_EQ(type_of("\0\0\0\0\0\0\0\0"s), ContentType::unknown);
}

TEST(ContentTypes, TextCutInsideACharacterIsText) {
  EXPECT_EQ(type_of(std::string(511, 'a') + "\xc3"), ContentType::text);
}

TEST(ContentTypes, RandomBytesAreUnknown) {
  std::mt19937 random(7);  // fixed seed
  int known = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(256, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (type_of(bytes) != ContentType::unknown) ++known;
  }
  // Three-byte marks (gzip, JPEG, bzip2, ID3) are met once in 2^24 / 4 files.
  EXPECT_LE(known, 1);
}

TEST(ContentTypes, AnyBytesAreSomething) {
  EXPECT_TRUE(
      rc::check("recognise never fails and an empty head alone is unseen", [](const std::vector<std::uint8_t>& bytes) {
        RC_ASSERT((recognise(bytes) == ContentType::unseen) == bytes.empty());
      }));
}

}  // namespace
}  // namespace cordon::observe
