// SPDX-License-Identifier: Apache-2.0
// bench_station_load plays the devices of a unit at full load: four traces of 250 samples a second and twenty numbers a
// second of each bed, every fourth bed by HL7, the others by IntelliVue. What it hands to a socket when stands in FILE.
//   bench_station_load BEDS DATA-PORT BEACON-PORT HL7-PORT FILE
// Standard input, a line each:
//   alarm N        alarm N (high, medium, low in turn) at a bed that tells of it at once; every fourth by HL7
//   calm           every alarm is over
//   fill           sixty technical alarms at every bed
//   unplug BED     plug BED
// It ends with its input.
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <thread>

#include "load_speakers.h"

namespace cordon::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds turn_every = 5ms;
constexpr unsigned beds_max = 128;  // of a station
constexpr unsigned hl7_share = 4;   // every fourth bed
constexpr unsigned fill_alarms = 60;

class Load {
 public:
  Load(unsigned beds, const LoadPorts& ports, Log& log) {
    const auto now = std::chrono::steady_clock::now();
    for (unsigned number = 1; number <= beds; ++number) {
      auto bed = number % hl7_share == 0 ? hl7_bed(number, log, ports, now) : intellivue_bed(number, log, ports, now);
      if (bed) beds_.push_back(std::move(bed));
    }
  }

  std::size_t beds() const { return beds_.size(); }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    unsigned number = 0;
    words >> verb >> number;
    if (verb == "alarm") wanted_ = number;
    if (verb == "calm") {
      for (const auto& bed : beds_) bed->calm();
    }
    if (verb == "fill") fill();
    for (const auto& bed : beds_) {
      if (bed->number() != number) continue;
      if (verb == "unplug") bed->unplug();
      if (verb == "plug") bed->plug();
    }
  }

  void turn() {
    const auto now = std::chrono::steady_clock::now();
    if (wanted_) give(now);
    for (const auto& bed : beds_) bed->turn(now);
  }

 private:
  void fill() {
    for (const auto& bed : beds_) {
      for (unsigned k = 1; k <= fill_alarms; ++k) bed->raise({k, Urgency::low, true});
    }
  }

  /// give raises the wanted alarm where it leaves at once, at one bed after the other.
  void give(MonoTime now) {
    const bool by_hl7 = *wanted_ % hl7_share == 0;
    std::size_t& next = next_.at(by_hl7 ? 1 : 0);
    for (std::size_t i = 0; i < beds_.size(); ++i) {
      const std::size_t at = (next + i) % beds_.size();
      LoadBed& bed = *beds_[at];
      if ((bed.number() % hl7_share == 0) != by_hl7 || !bed.ready(now)) continue;
      bed.raise({*wanted_, static_cast<Urgency>(*wanted_ % 3)});
      next = at + 1;
      wanted_.reset();
      return;
    }
  }

  std::vector<std::unique_ptr<LoadBed>> beds_;
  std::optional<unsigned> wanted_;
  std::array<std::size_t, 2> next_{};  // by IntelliVue, by HL7
};

/// read_lines takes what standard input has; false at its end.
bool read_lines(std::string& held, Load& load) {
  pollfd ready{STDIN_FILENO, POLLIN, 0};
  while (::poll(&ready, 1, 0) > 0) {
    std::array<char, 512> buffer{};
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0) return false;
    held.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end = held.find('\n'); end != std::string::npos; end = held.find('\n')) {
      load.obey(held.substr(0, end));
      held.erase(0, end + 1);
    }
  }
  return true;
}

int play(unsigned beds, const LoadPorts& ports, std::FILE* file) {
  Log log(file);
  Load load(beds, ports, log);
  if (load.beds() != beds) {
    std::fprintf(stderr, "%zu of %u beds have an address of their own; give another DATA-PORT\n", load.beds(), beds);
    return 1;
  }
  std::string held;
  auto next = std::chrono::steady_clock::now();
  while (read_lines(held, load)) {
    load.turn();
    next = std::max(next + turn_every, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
  return 0;
}

}  // namespace
}  // namespace cordon::bench

int main(int argc, char** argv) {
  using namespace cordon::bench;
  const auto number = [&](int at) { return static_cast<unsigned>(std::strtoul(argv[at], nullptr, 10)); };
  const unsigned beds = argc == 6 ? number(1) : 0;
  std::FILE* file = beds >= 1 && beds <= beds_max ? std::fopen(argv[5], "w") : nullptr;
  if (file == nullptr) {
    std::fprintf(stderr, "bench_station_load BEDS DATA-PORT BEACON-PORT HL7-PORT FILE: at most %u beds\n", beds_max);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(file, nullptr, _IOLBF, BUFSIZ);  // whoever waits for an alarm finds it at once
  const auto port = [&](int at) { return static_cast<std::uint16_t>(number(at)); };
  const int status = play(beds, {port(2), port(3), port(4)}, file);
  std::fclose(file);
  return status;
}
