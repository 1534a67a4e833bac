// SPDX-License-Identifier: Apache-2.0
#include "recording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace cordon::lab {
namespace {

namespace fs = std::filesystem;

fs::path scratch() {
  const fs::path out = fs::path(testing::TempDir()) / "cordon-recording";
  fs::create_directories(out);
  return out;
}

fs::path written(const std::string& header, const std::string& bytes, const std::string& name = "own") {
  std::ofstream(scratch() / (name + ".hea")) << header;
  std::ofstream(scratch() / (name + ".dat"), std::ios::binary) << bytes;
  return scratch() / (name + ".hea");
}

/// packed212 writes counts as format 212 has them.
std::string packed212(const std::vector<int>& counts) {
  std::string out;
  for (std::size_t i = 0; i + 1 < counts.size(); i += 2) {
    const auto a = static_cast<unsigned>(counts[i]) & 0xFFFU;
    const auto b = static_cast<unsigned>(counts[i + 1]) & 0xFFFU;
    out += static_cast<char>(a & 0xFFU);
    out += static_cast<char>(a >> 8U | (b >> 8U) << 4U);
    out += static_cast<char>(b & 0xFFU);
  }
  return out;
}

/// A frame of 125 Hz: two samples of the ECG, one of the pressure.
const std::vector<int> counts{-100, 0, -900, 100, 200, -800, 300, -2048, -700, -500, 400, -600};
const std::string header =
    "own 2 125 4\n"
    "own.dat 212x2 100/mV 12 0 -100 400 0 II\r\n"
    "# a comment\n"
    "own.dat 212 10(-1600)/mmHg 12 0 -900 -3000 0 ABP\n";

std::string with_true_sums() {
  std::string out = header;
  out.replace(out.find(" 400 "), 5, " " + std::to_string(-100 + 0 + 100 + 200 + 300 - 2048 - 500 + 400) + " ");
  return out;
}

TEST(Recording, ItsSamplesAreThoseOfTheFileInItsUnits) {
  const auto recording = Recording::open(written(with_true_sums(), packed212(counts)));
  ASSERT_TRUE(recording) << recording.error().where;
  const Recorded* ecg = (*recording)->trace(Trace::ecg);
  const Recorded* artery = (*recording)->trace(Trace::pressure);
  ASSERT_TRUE(ecg != nullptr && artery != nullptr);
  EXPECT_EQ((*recording)->trace(Trace::pleth), nullptr);
  EXPECT_EQ((*recording)->ticks(), 8U);
  const double mv[] = {-1, 0, 1, 2, 3, NAN, -5, 4};
  const double pressure[] = {70, 75, 80, 85, 90, 95, 100, 100};  // at 125 Hz: between two samples the middle
  for (std::uint64_t i = 0; i < 8; ++i) {
    if (std::isnan(mv[i])) {
      EXPECT_TRUE(std::isnan(ecg->at(i)));
    } else {
      EXPECT_NEAR(ecg->at(i), mv[i], 1e-6) << i;
    }
    EXPECT_NEAR(artery->at(i), pressure[i], 1e-4) << i;
  }
  EXPECT_NEAR(ecg->step, 0.01, 1e-12);
  EXPECT_NEAR(ecg->range.low, -5, 1e-9);
  EXPECT_NEAR(artery->range.high, 100, 1e-9);
}

TEST(Recording, WhatDoesNotFitIsRefused) {
  const std::string right = with_true_sums();
  const auto code = [](const std::string& head, const std::string& bytes) {
    const auto out = Recording::open(written(head, bytes));
    return out ? "" : std::string(to_string(out.error().code));
  };
  EXPECT_EQ(code(header, packed212(counts)), "malformed");  // a checksum that is not the samples'
  EXPECT_EQ(code(right, packed212(counts).substr(0, 12)), "malformed");
  for (const char* wrong : {"", "own 2 125", "own 2 125 4\nown.dat 212x2\n", "own 0 125 4\n", "own 1 -1 4\n"})
    EXPECT_EQ(code(wrong, packed212(counts)), "malformed") << wrong;
  std::string flac = right;
  for (std::size_t at = flac.find("212"); at != std::string::npos; at = flac.find("212")) flac.replace(at, 3, "516");
  EXPECT_EQ(code(flac, packed212(counts)), "unsupported");
  EXPECT_EQ(code("own 1 250 2\n../own.dat 16 1/mV 16 0 0 0 0 II\n", "abcd"), "unsupported");
  EXPECT_EQ(code(right, std::string(record_bytes_max + 1, 'x')), "limit");
  const std::uint64_t seconds = record_ticks_max / static_cast<std::uint64_t>(body_rate_hz) + 1;
  const std::string slow = "own 1 1 " + std::to_string(seconds) + "\nown.dat 16 1/mV 16 0 1 1 0 II\n";
  EXPECT_EQ(code(slow, "\x01" + std::string(2 * seconds - 1, '\0')), "limit") << "few bytes, and hours";
  const auto missing = Recording::open(scratch() / "nobody.hea");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
}

TEST(Recording, ABreathAndABeatAreCountedOnce) {
  std::vector<double> ecg(static_cast<std::size_t>(30 * body_rate_hz), 0);
  std::vector<double> lungs(ecg.size());
  for (std::size_t i = 0; i < ecg.size(); ++i) {
    const double beat = std::fmod(static_cast<double>(i) / 250 * 1.5, 1.0);  // 90 a minute, and a T wave as high
    ecg[i] = std::exp(-std::pow((beat - 0.3) / 0.01, 2)) + std::exp(-std::pow((beat - 0.6) / 0.08, 2));
    lungs[i] = std::sin(static_cast<double>(i) / 250 * 0.25 * 6.2831853) + 0.05 * ecg[i];
  }
  EXPECT_NEAR(static_cast<double>(beats_of(ecg).size()), 45, 1);
  EXPECT_NEAR(static_cast<double>(breaths_of(lungs).size()), 7, 1);
}

/// shared opens one of the records that lie beside the project, null where they do not.
std::shared_ptr<const Recording> shared(const std::string& name) {
  const char* const place = std::getenv("CORDON_SHARED");
  const fs::path file = fs::path(place != nullptr ? place : "../shared") / "waves" / (name + ".hea");
  if (!fs::exists(file)) return nullptr;
  const auto out = Recording::open(file);
  if (!out) throw std::runtime_error(file.string() + " is there and cannot be read");
  return *out;
}

// Its annotations (100.atr) name 2,239 normal beats, 33 atrial and one ventricular premature ones.
TEST(PublicRecording, TheBeatsAreThoseThatCardiologistsMarked) {
  const auto recording = shared("100");
  if (!recording) GTEST_SKIP() << "../shared/waves is not there";
  std::vector<double> ecg(recording->ticks());
  for (std::size_t i = 0; i < ecg.size(); ++i) ecg[i] = recording->trace(Trace::ecg)->at(i);
  EXPECT_NEAR(static_cast<double>(beats_of(ecg).size()), 2239 + 33 + 1, 2);
}

TEST(PublicRecording, ABedPlaysItsSamplesAndWhatTheySay) {
  const auto recording = shared("03700181");
  if (!recording) GTEST_SKIP() << "../shared/waves is not there";
  Body body(7, recording);
  EXPECT_FALSE(body.lead(Trace::pleth).attached);
  EXPECT_EQ(body.lead(Trace::ecg).label, "MCL1");
  const std::uint64_t begin = 7U * 5000U;
  const std::uint64_t round = recording->ticks();
  for (std::uint64_t i = 1; i <= round; ++i) {
    body.advance();
    for (const Trace kind : {Trace::ecg, Trace::pressure, Trace::respiration})
      ASSERT_EQ(body.value(kind), recording->trace(kind)->at((begin + i) % round)) << i;
  }
  const Numbers numbers = body.numbers();
  EXPECT_NEAR(numbers.heart_rate, 123, 2);
  EXPECT_TRUE(numbers.diastolic < numbers.mean && numbers.mean < numbers.systolic);
  EXPECT_TRUE(std::isnan(numbers.saturation));
  body.vitals.heart_rate = 0;
  body.play(false);
  for (int i = 0; i < 500; ++i) body.advance();
  EXPECT_LT(std::fabs(body.value(Trace::ecg)), 0.1);
  EXPECT_EQ(body.numbers().heart_rate, 0);
}

}  // namespace
}  // namespace cordon::lab
