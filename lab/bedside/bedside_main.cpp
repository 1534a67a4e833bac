// SPDX-License-Identifier: Apache-2.0
// cordon-lab-bedside plays beds of a unit for a station to watch. lab/README.md says how.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <thread>

#include "hl7_speaker.h"
#include "intellivue_speaker.h"

namespace cordon::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds turn_every = 20ms;
constexpr unsigned beds_max = 64;
constexpr int exit_usage = 2;
constexpr int exit_failed = 1;

constexpr std::string_view usage =
    "cordon-lab-bedside [--hl7 ADDRESS:PORT --beds N] [--intellivue FIRST-ADDRESS --beds N [--data-port PORT]\n"
    "                    [--beacon ADDRESS:PORT]] [--name PREFIX] [--seed N] [--at SECONDS COMMAND]… [--seconds N]\n"
    "Beds are called PREFIX1, PREFIX2 … (R1, R2 …), those of HL7 first. Commands are read from standard input, too:\n";

/// Later is a command for a time after the start.
struct Later {
  std::chrono::milliseconds after{0};
  std::string line;
};

struct Wanted {
  std::optional<Hl7Place> hl7;
  unsigned hl7_beds = 0;
  std::optional<std::array<std::uint8_t, 4>> intellivue;
  unsigned intellivue_beds = 0;
  std::uint16_t data_port = 24105;
  std::array<std::uint8_t, 4> beacon_to{127, 0, 0, 1};
  std::uint16_t beacon_port = 24005;
  std::string prefix = "R";
  std::uint64_t seed = 1;
  std::vector<Later> later;
  std::chrono::seconds seconds{0};
};

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool read_ip(const std::string& text, std::array<std::uint8_t, 4>& out) {
  return ::inet_pton(AF_INET, text.c_str(), out.data()) == 1;
}

bool read_place(const std::string& text, std::array<std::uint8_t, 4>& ip, std::uint16_t& port) {
  const std::size_t colon = text.find(':');
  return colon != std::string::npos && read_ip(text.substr(0, colon), ip) &&
         read_number(std::string_view(text).substr(colon + 1), port);
}

bool read_option(Wanted& out, std::string_view name, const std::string& value, unsigned*& beds) {
  if (name == "--hl7") {
    std::array<std::uint8_t, 4> ip{};
    out.hl7.emplace();
    beds = &out.hl7_beds;
    out.hl7->address = value.substr(0, value.find(':'));
    return read_place(value, ip, out.hl7->port);
  }
  if (name == "--intellivue") {
    out.intellivue.emplace();
    beds = &out.intellivue_beds;
    return read_ip(value, *out.intellivue);
  }
  if (name == "--beds") return beds != nullptr && read_number(value, *beds) && *beds >= 1 && *beds <= beds_max;
  if (name == "--data-port") return read_number(value, out.data_port);
  if (name == "--beacon") return read_place(value, out.beacon_to, out.beacon_port);
  if (name == "--seed") return read_number(value, out.seed);
  if (name == "--name") {
    out.prefix = value;
    return true;
  }
  std::int64_t seconds = 0;
  if (name != "--seconds" || !read_number(value, seconds)) return false;
  out.seconds = std::chrono::seconds(seconds);
  return true;
}

std::optional<Wanted> read_options(const std::vector<std::string>& words) {
  Wanted out;
  unsigned* beds = nullptr;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 >= words.size()) return std::nullopt;
    if (words[i] == "--at") {
      double seconds = 0;
      if (i + 2 >= words.size() || !read_number(words[i + 1], seconds)) return std::nullopt;
      out.later.push_back({std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)), words[i + 2]});
      ++i;
    } else if (!read_option(out, words[i], words[i + 1], beds)) {
      return std::nullopt;
    }
  }
  if (out.hl7_beds + out.intellivue_beds == 0) return std::nullopt;
  return out;
}

struct Unit {
  std::vector<std::unique_ptr<Bed>> beds;
  std::vector<std::unique_ptr<Speaker>> speakers;
};

/// furnish makes the beds; empty and said why where a monitor's address cannot be had.
std::optional<Unit> furnish(const Wanted& wanted) {
  Unit out;
  const auto bed = [&]() -> Bed& {
    const std::size_t number = out.beds.size() + 1;
    out.beds.push_back(std::make_unique<Bed>(wanted.prefix + std::to_string(number), wanted.seed + number));
    return *out.beds.back();
  };
  for (unsigned i = 0; i < wanted.hl7_beds; ++i) {
    Hl7Place place = *wanted.hl7;
    place.number = static_cast<std::uint8_t>(i + 1);
    out.speakers.push_back(hl7_speaker(bed(), std::move(place)));
  }
  for (unsigned i = 0; i < wanted.intellivue_beds; ++i) {
    IntellivuePlace place{*wanted.intellivue, wanted.data_port, wanted.beacon_to, wanted.beacon_port};
    place.address[3] = static_cast<std::uint8_t>(place.address[3] + i + 1);
    auto speaker = intellivue_speaker(bed(), place);
    if (!speaker) {
      fmt::print(stderr, "{}: no monitor on {}.{}.{}.{}:{}: {}\n", out.beds.back()->label, place.address[0],
                 place.address[1], place.address[2], place.address[3], place.port,
                 std::strerror(static_cast<int>(speaker.error().offset)));
      return std::nullopt;
    }
    out.speakers.push_back(std::move(*speaker));
  }
  return out;
}

/// Input gives the lines of standard input as they come.
class Input {
 public:
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    while (!ended_ && ::poll(&ready, 1, 0) > 0) {
      std::array<char, 512> buffer{};
      const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      ended_ = got <= 0;
      for (ssize_t i = 0; i < got; ++i) {
        const char c = buffer.at(static_cast<std::size_t>(i));
        if (c == '\n') {
          out.push_back(std::exchange(line_, {}));
        } else if (line_.size() < buffer.size()) {
          line_ += c;
        }
      }
    }
    return out;
  }

 private:
  std::string line_;
  bool ended_ = false;
};

volatile std::sig_atomic_t stop_asked = 0;
void on_signal(int) {
  stop_asked = 1;
}

/// obey carries a line out; false: it is the end.
bool obey(const std::string& line, const Unit& unit) {
  if (line == "quit") return false;
  const std::string answer = command(line, unit.beds);
  if (!answer.empty()) fmt::print("{}\n", answer);
  std::fflush(stdout);
  return true;
}

void play(const Wanted& wanted, Unit& unit) {
  Input input;
  std::vector<Later> later = wanted.later;
  const auto began = std::chrono::steady_clock::now();
  const auto began_wall = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  std::uint64_t samples = 0;
  bool going = true;
  while (going && stop_asked == 0) {
    const auto since = std::chrono::steady_clock::now() - began;
    if (wanted.seconds > 0s && since >= wanted.seconds) return;
    for (const std::string& line : input.lines()) going = going && obey(line, unit);
    std::erase_if(later, [&](const Later& one) {
      if (since < one.after) return false;
      going = going && obey(one.line, unit);
      return true;
    });
    const double due = std::chrono::duration<double>(since).count() * body_rate_hz;
    for (; static_cast<double>(samples) < due; ++samples) {
      const Micros at{static_cast<std::int64_t>(static_cast<double>(samples) * 1e6 / body_rate_hz)};
      for (const auto& speaker : unit.speakers) {
        speaker->bed().body.advance();
        speaker->sample({began + at, began_wall + at});
      }
    }
    for (const auto& speaker : unit.speakers) {
      speaker->turn({began + since, began_wall + std::chrono::duration_cast<Micros>(since)});
    }
    std::this_thread::sleep_for(turn_every);
  }
}

}  // namespace
}  // namespace cordon::lab

int main(int argc, char** argv) {
  using namespace cordon::lab;
  const auto wanted = read_options({argv + 1, argv + argc});
  if (!wanted) {
    fmt::print(stderr, "{}{}", usage, command_help());
    return exit_usage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  auto unit = furnish(*wanted);
  if (!unit) return exit_failed;
  for (const auto& bed : unit->beds) fmt::print("{} {}\n", bed->label, bed->serial);
  std::fflush(stdout);
  play(*wanted, *unit);
  return 0;
}
