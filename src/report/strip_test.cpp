// SPDX-License-Identifier: Apache-2.0
// The strip is read back by poppler: its words by pdftotext, its lines by what pdftoppm draws.
#include "report/strip.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace cordon::report {
namespace {

using namespace std::chrono_literals;

constexpr WallTime night{std::chrono::seconds(1670101200)};  // 3 December 2022, 21:00 UTC

recorder::Track wave(std::size_t samples, float value) {
  return {"m1", {"ii", 131330, "II", "mV"}, 250, {}, {{night, 0, std::vector<float>(samples, value)}}};
}

// printed gives what a program writes to its standard output about the PDF.
std::string printed(const std::string& pdf, const std::string& command) {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("strip-{}.pdf", ::getpid())).string();
  std::ofstream(path, std::ios::binary) << pdf;
  std::FILE* out = ::popen(fmt::format(fmt::runtime(command), path).c_str(), "r");
  std::string text;
  std::array<char, 65536> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), out)) text.append(buffer.data(), n);
  ::pclose(out);
  std::filesystem::remove(path);
  return text;
}

std::string words(const std::string& pdf) {
  return printed(pdf, "pdftotext -layout {} -");
}

// Image is one page in grey, 4 dots a millimetre.
struct Image {
  std::size_t width = 0, height = 0;
  std::string dots;
  bool black(double x_mm, double y_mm) const {
    const auto x = static_cast<std::size_t>(x_mm * 4), y = static_cast<std::size_t>(y_mm * 4);
    for (std::size_t dy = 0; dy < 3; ++dy) {
      if (static_cast<unsigned char>(dots.at((y + dy - 1) * width + x)) < 100) return true;
    }
    return false;
  }
};
Image drawn(const std::string& pdf) {
  const std::string pgm = printed(pdf, "pdftoppm -gray -r 101.6 -f 1 -l 1 {}");
  Image out;
  int begins = 0;
  EXPECT_EQ(std::sscanf(pgm.c_str(), "P5 %zu %zu 255%n", &out.width, &out.height, &begins), 2);
  out.dots = pgm.substr(static_cast<std::size_t>(begins) + 1);
  return out;
}

TEST(Strip, SaysWhoWhereWhenAndInBothLanguages) {
  StripRequest request{"CH du Val",      "Réanimation A",   "R3", "ŁUKASZ Élodie 1950-01-02", night, 10s,
                       Language::french, {wave(2500, 0.5F)}};
  request.tracks.push_back({"m1", {"hr", 147842, "FC", "/min"}, 0, {{night, 72.5}}, {}});
  request.tracks.push_back(
      {"m1", {"spo2", 150456, "SpO2", "%"}, 0, {{night, std::nan(""), event::Validity::missing}}, {}});
  const std::string french = words(*strip_pdf(request));
  for (const char* part : {"Réanimation A", "R3", "ŁUKASZ Élodie 1950-01-02", "2022-12-03T21:00:00", "FC 72.5 /min",
                           "SpO2 –", "25 mm/s", "CE"}) {
    EXPECT_NE(french.find(part), std::string::npos) << part << "\n" << french;
  }
  request.language = Language::english;
  request.patient.clear();
  EXPECT_NE(words(*strip_pdf(request)).find("patient not named"), std::string::npos);
}

TEST(Strip, AMillivoltIsTenMillimetresAndASecondTwentyFive) {
  constexpr double middle = 12 + 34 + 17, left = 12;
  StripRequest request{"", "", "R1", "", night, 10s, Language::english, {wave(1250, 1.0F)}};
  const Image image = drawn(*strip_pdf(request));
  EXPECT_TRUE(image.black(left + 60, middle - 10)) << "1 mV stands 10 mm over the middle";
  EXPECT_FALSE(image.black(left + 60, middle - 5));
  EXPECT_TRUE(image.black(left + 124, middle - 10)) << "5 s are 125 mm";
  EXPECT_FALSE(image.black(left + 127, middle - 10)) << "and where there is no sample there is no line";
}

TEST(Strip, WhatIsNotRealIsNotPrintedAsReal) {
  auto demo = wave(1000, 0.5F);
  demo.pieces[0].validity = event::Validity::demo;
  StripRequest request{"", "", "R1", "", night, 10s, Language::french, {demo}};
  const auto numeric = [&](const char* label, double value, event::Validity validity) {
    request.tracks.push_back({"m1", {label, 0, label, "/min"}, 0, {{night, value, validity}}, {}});
  };
  numeric("FC", 61, event::Validity::invalid);
  numeric("FR", 62, event::Validity::demo);
  numeric("Pouls", 63, event::Validity::questionable);
  request.tracks.push_back({"m1", {"nbp", 0, "PNI", "mm[Hg]"}, 0, {{night, 64, {}, night - 12min}}, {}});
  const std::string french = words(*strip_pdf(request));
  for (const char* part : {"FC – INVALIDE", "FR 62 /min DÉMO", "Pouls 63 /min douteux", "PNI 64 mm[Hg] (−12 min)"}) {
    EXPECT_NE(french.find(part), std::string::npos) << part << "\n" << french;
  }
  EXPECT_EQ(french.find("61"), std::string::npos);
  const auto demos = [](const std::string& text) {
    std::size_t out = 0;
    for (auto at = text.find("DÉMO"); at != std::string::npos; at = text.find("DÉMO", at + 1)) ++out;
    return out;
  };
  EXPECT_EQ(demos(french), 2U) << "the number and the trace";
  const auto black_on = [&](const recorder::Track& track) {
    const Image image = drawn(*strip_pdf({"", "", "R1", "", night, 10s, Language::english, {track}}));
    std::size_t out = 0;
    for (double x = 40; x < 100; x += 0.25) out += image.black(x, 12 + 34 + 17 - 5) ? 1U : 0U;
    return out;
  };
  EXPECT_EQ(black_on(wave(1000, 0.5F)), 240U);
  EXPECT_LT(black_on(demo), 200U) << "its line is broken";
}

TEST(Strip, AGapIsAGapAndMoreThanFitsIsRefused) {
  auto track = wave(2500, 0.0F);
  for (std::size_t i = 500; i < 1000; ++i) track.pieces[0].samples[i] = std::nanf("");
  StripRequest request{"", "", "R1", "", night, 10s, Language::english, {track}};
  const Image image = drawn(*strip_pdf(request));
  EXPECT_TRUE(image.black(12 + 45, 63));
  EXPECT_FALSE(image.black(12 + 75, 63));
  EXPECT_TRUE(image.black(12 + 105, 63));
  request.span = strip_max + 1us;
  EXPECT_EQ(strip_pdf(request).error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace cordon::report
