// SPDX-License-Identifier: Apache-2.0
#include "app/station_waves.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace cordon::app {
namespace {

/// Reading takes a frame apart, byte by byte as docs/STATION.md says it.
struct Reading {
  const std::string& bytes;
  std::size_t at = 0;

  std::uint64_t unsigned_of(std::size_t count) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < count; ++i)
      out |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes.at(at++))) << (8 * i);
    return out;
  }
  double f64() {
    const std::uint64_t bits = unsigned_of(8);
    double out = 0;
    std::memcpy(&out, &bits, sizeof out);
    return out;
  }
  float f32() {
    const auto bits = static_cast<std::uint32_t>(unsigned_of(4));
    float out = 0;
    std::memcpy(&out, &bits, sizeof out);
    return out;
  }
  bool over() const { return at == bytes.size(); }
};

event::WaveHeard wave(double at, std::uint64_t first, std::vector<float> samples) {
  return {wall_time_of(at), 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, first, std::move(samples)};
}

TEST(WavePacker, AFrameIsAsTheManualSays) {
  WavePacker packer;
  packer.add(7, wave(100.5, 1000, {1.5F, std::numeric_limits<float>::quiet_NaN()}));
  packer.add(7, wave(100.75, 1002, {-2}));
  packer.add(8, wave(100.75, 5, {3}));
  const auto frames = packer.take(wall_time_of(101.25));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].substr(0, 4), std::string("\x01\0\0\0", 4));
  Reading in{frames[0], 4};
  EXPECT_EQ(in.f64(), 101.25);
  EXPECT_EQ(in.unsigned_of(4), 7U);
  EXPECT_EQ(in.unsigned_of(4), 3U) << "what goes on is one block";
  EXPECT_EQ(in.unsigned_of(8), 1000U);
  EXPECT_EQ(in.f64(), 100.75) << "time of the last sample";
  EXPECT_EQ(in.f32(), 1.5F);
  EXPECT_TRUE(std::isnan(in.f32()));
  EXPECT_EQ(in.f32(), -2.0F);
  EXPECT_EQ(in.unsigned_of(4), 8U);
  EXPECT_EQ(in.unsigned_of(4), 1U);
  EXPECT_EQ(in.unsigned_of(8), 5U);
  EXPECT_EQ(in.f64(), 100.75);
  EXPECT_EQ(in.f32(), 3.0F);
  EXPECT_TRUE(in.over());
  EXPECT_TRUE(packer.take(wall_time_of(102)).empty()) << "nothing new, no frame";
}

TEST(WavePacker, AGapBeginsANewBlock) {
  WavePacker packer;
  packer.add(7, wave(100, 0, {1, 2}));
  packer.add(7, wave(101, 3, {4}));
  const auto frames = packer.take(wall_time_of(101));
  Reading in{frames.at(0), wave_frame_header_bytes};
  EXPECT_EQ(in.unsigned_of(4), 7U);
  EXPECT_EQ(in.unsigned_of(4), 2U);
  EXPECT_EQ(in.unsigned_of(8), 0U);
  in.at += 8 + 2 * 4;
  EXPECT_EQ(in.unsigned_of(4), 7U);
  EXPECT_EQ(in.unsigned_of(4), 1U);
  EXPECT_EQ(in.unsigned_of(8), 3U);
}

TEST(WavePacker, ALongRunIsSeveralBlocksAndManyAreSeveralFrames) {
  WavePacker packer;
  const std::size_t samples = 12 * samples_per_block_max + 1;  // 393 KiB
  packer.add(7, wave(1000, 0, std::vector<float>(samples, 1)));
  const auto frames = packer.take(wall_time_of(1000));
  ASSERT_EQ(frames.size(), 2U);
  std::uint64_t next = 0;
  for (const std::string& frame : frames) {
    EXPECT_LE(frame.size(), http::live_frame_bytes_max);
    Reading in{frame, wave_frame_header_bytes};
    while (!in.over()) {
      EXPECT_EQ(in.unsigned_of(4), 7U);
      const std::uint64_t count = in.unsigned_of(4);
      EXPECT_EQ(in.unsigned_of(8), next);
      next += count;
      EXPECT_NEAR(in.f64(), 1000 - static_cast<double>(samples - next) / 250, 1e-6);
      in.at += count * 4;
    }
  }
  EXPECT_EQ(next, samples);
}

TEST(WavePacker, OneSampleOverTheBoundsIsLeftOutAndCounted) {
  WavePacker packer;
  const auto of_link = [](std::uint64_t link, std::size_t count) {
    event::WaveHeard out = wave(1000, 0, std::vector<float>(count, 1));
    out.link = link;
    return out;
  };
  EXPECT_TRUE(packer.add(7, of_link(1, link_samples_max)));
  EXPECT_FALSE(packer.add(8, of_link(1, 1))) << "of one link";
  EXPECT_EQ(packer.left_out(), 1U);
  for (std::uint32_t link = 2; link <= 4; ++link) EXPECT_TRUE(packer.add(10 + link, of_link(link, link_samples_max)));
  EXPECT_FALSE(packer.add(99, of_link(9, 1))) << "of all";
  EXPECT_EQ(packer.left_out(), 2U);
  packer.take(wall_time_of(1000));
  EXPECT_TRUE(packer.add(7, of_link(1, 1)));
}

}  // namespace
}  // namespace cordon::app
