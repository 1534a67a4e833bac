// SPDX-License-Identifier: Apache-2.0
// ALSA's own file plugin stands for the loudspeaker: it writes what it is given.
#include "io/sound.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace cordon::io {
namespace {

using namespace std::chrono_literals;

// Loudspeaker is a folder with an ALSA configuration whose device "recorded" writes to a file.
struct Loudspeaker {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("cordon-sound-" + std::to_string(::getpid()));
  std::filesystem::path file = folder / "heard.raw";
  Loudspeaker() {
    std::filesystem::create_directories(folder);
    has("recorded");
    ::setenv("ALSA_CONFIG_PATH", (folder / "asound.conf").c_str(), 1);
  }
  // has makes it a device of this name. ALSA reads a file again when its time has changed.
  void has(const std::string& name) const {
    std::ofstream(folder / "asound.conf") << "pcm." << name << " { type file slave.pcm null file \"" << file.string()
                                          << "\" format raw }\npcm.null { type null }\n";
    static int times = 0;  // it looks at whole seconds
    const auto later = std::filesystem::last_write_time(folder / "asound.conf") + ++times * 2s;
    std::filesystem::last_write_time(folder / "asound.conf", later);
  }
  ~Loudspeaker() { std::filesystem::remove_all(folder); }
  std::vector<std::int16_t> heard() const {
    std::ifstream in(file, std::ios::binary);
    std::vector<std::int16_t> out(std::filesystem::file_size(file) / 2);
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size() * 2));
    return out;
  }
};

template <class Condition>
bool comes_true(Condition&& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

TEST(Sound, ALoopIsHeardFromItsBeginningAndSilenceIsSilence) {
  const Loudspeaker loudspeaker;
  std::atomic<int> works{-1};
  {
    Sound sound({"recorded", [&](bool now, const std::string&) { works = now ? 1 : 0; }});
    ASSERT_TRUE(comes_true([&] { return works == 1; }));
    std::this_thread::sleep_for(100ms);
    auto loop = std::make_shared<Loop>(sound_rate_hz / 10);
    for (std::size_t i = 0; i < loop->size(); ++i) (*loop)[i] = 0.1F + 0.5F * static_cast<float>(i % 3);
    ASSERT_TRUE(sound.play(loop));
    ASSERT_TRUE(comes_true([&] { return sound.begun() == 1; }));
    std::this_thread::sleep_for(300ms);
    ASSERT_TRUE(sound.play(nullptr));
    std::this_thread::sleep_for(300ms);
  }
  const auto heard = loudspeaker.heard();
  const auto first = std::ranges::find_if(heard, [](std::int16_t s) { return s != 0; });
  ASSERT_NE(first, heard.end());
  EXPECT_NE(first, heard.begin()) << "silence before";
  EXPECT_EQ(first[0], std::lround(0.1F * 32767)) << "from its beginning";
  EXPECT_EQ(first[1], std::lround(0.6F * 32767));
  EXPECT_EQ(heard.back(), 0) << "and silence after";
}

TEST(Sound, ADeviceThatIsNotThereIsToldAndTriedAgain) {
  const Loudspeaker loudspeaker;
  std::atomic<int> works{-1};
  std::string why;
  Sound sound({"nowhere", [&](bool now, const std::string& detail) {
                 why = detail;
                 works = now ? 1 : 0;
               }});
  ASSERT_TRUE(comes_true([&] { return works == 0; }));
  EXPECT_NE(why.find("nowhere"), std::string::npos);
  ASSERT_TRUE(sound.play(std::make_shared<Loop>(8, 0.5F)));
  std::this_thread::sleep_for(sound_again + 500ms);  // it was tried once more at least
  EXPECT_EQ(sound.begun(), 0U) << "nothing was heard, and nothing says so";
  EXPECT_EQ(works, 0);
  loudspeaker.has("nowhere");
  ASSERT_TRUE(comes_true([&] { return works == 1; })) << "tried again, and found";
  ASSERT_TRUE(comes_true([&] { return sound.begun() == 1; })) << "what was asked for meanwhile sounds now";
  ASSERT_TRUE(comes_true([&] {
    const auto heard = loudspeaker.heard();
    return std::ranges::find(heard, std::lround(0.5F * 32767)) != heard.end();
  }));
}

TEST(Sound, ADeviceFromWhichTheThreadDoesNotComeBackHasFailedAndHoldsUpNoEnd) {
  const Loudspeaker loudspeaker;
  ASSERT_EQ(::mkfifo(loudspeaker.file.c_str(), 0600), 0);
  const int pipe = ::open(loudspeaker.file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);  // left open: no SIGPIPE later
  ASSERT_GE(pipe, 0);
  ASSERT_GT(::fcntl(pipe, F_SETPIPE_SZ, 4096), 0);
  std::atomic<int> works{-1};
  Sound sound({"recorded", [&](bool now, const std::string&) { works = now ? 1 : 0; }, 500ms});
  ASSERT_TRUE(comes_true([&] { return works == 1; }));
  ASSERT_TRUE(comes_true([&] { return works == 0; })) << "nobody takes what is written";
  std::array<char, 4096> taken{};
  ASSERT_TRUE(comes_true([&] {
    while (::read(pipe, taken.data(), taken.size()) > 0) {
    }
    return works == 1;
  })) << "it comes back";
  ASSERT_TRUE(comes_true([&] { return works == 0; }));
}

}  // namespace
}  // namespace cordon::io
