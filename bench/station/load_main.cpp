// SPDX-License-Identifier: Apache-2.0
// bench_station_load plays the devices of a unit at full load: four traces of 250 samples a second and twenty numbers a
// second of each bed. What it hands to a socket when stands in FILE.
//   bench_station_load BEDS MIX DATA-PORT BEACON-PORT HL7-PORT SDC-PORT DISCOVERY-PORT FILE
//                      [KEY CERTIFICATE AUTHORITIES]
// MIX says by what each bed speaks, over and over: i IntelliVue, h HL7, s SDC. With files (PEM) SDC is under mutual
// TLS. Standard input, a line each:
//   alarm N        alarm N (high, medium, low in turn) at a bed that tells of it at once, of each protocol in turn
//   calm           every alarm is over
//   fill           sixty technical alarms at every bed
//   unplug BED     plug BED
// It ends with its input.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include "load_speakers.h"

namespace cordon::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds turn_every = 5ms;
constexpr unsigned beds_max = 128;  // of a station
constexpr std::string_view protocols = "ihs";

struct Wanted {
  unsigned beds = 0;
  std::string mix;
  LoadPorts ports;
  lab::SdcWard::Options sdc{{127, 0, 79, 1}};
  std::string file;
};

class Load {
 public:
  Load(const Wanted& wanted, lab::SdcWard& ward, Log& log) : mix_(wanted.mix.substr(0, wanted.beds)) {
    const auto now = std::chrono::steady_clock::now();
    for (unsigned number = 1; number <= wanted.beds; ++number) {
      const char protocol = protocol_of(number);
      auto bed = protocol == 's'   ? sdc_bed(number, log, ward, now)
                 : protocol == 'h' ? hl7_bed(number, log, wanted.ports, now)
                                   : intellivue_bed(number, log, wanted.ports, now);
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
  char protocol_of(unsigned number) const { return mix_[(number - 1) % mix_.size()]; }

  void fill() {
    for (const auto& bed : beds_) {
      for (unsigned k = 1; k <= fill_alarms; ++k) bed->raise({k, Urgency::low, true});
    }
  }

  /// give raises the wanted alarm where it leaves at once, at one bed after the other.
  void give(MonoTime now) {
    const char protocol = protocol_of(*wanted_);
    std::size_t& next = next_[protocol];
    for (std::size_t i = 0; i < beds_.size(); ++i) {
      const std::size_t at = (next + i) % beds_.size();
      LoadBed& bed = *beds_[at];
      if (protocol_of(bed.number()) != protocol || !bed.ready(now)) continue;
      bed.raise({*wanted_, static_cast<Urgency>(*wanted_ % 3)});
      next = at + 1;
      wanted_.reset();
      return;
    }
  }

  std::string mix_;
  std::vector<std::unique_ptr<LoadBed>> beds_;
  std::optional<unsigned> wanted_;
  std::map<char, std::size_t> next_;  // by protocol
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

int play(const Wanted& wanted, std::FILE* file) {
  Log log(file);
  boost::asio::io_context context(1);  // what runs on it ends before it
  const auto work = boost::asio::make_work_guard(context);
  const auto ward = lab::SdcWard::open(context, wanted.sdc);
  if (!ward) {
    std::fprintf(stderr, "SDC: %s\n", ward.error().where);
    return 1;
  }
  Load load(wanted, **ward, log);
  if (load.beds() != wanted.beds) {
    std::fprintf(stderr, "%zu of %u beds have an address of their own; give other ports\n", load.beds(), wanted.beds);
    return 1;
  }
  std::string held;
  auto next = std::chrono::steady_clock::now();
  while (read_lines(held, load)) {
    load.turn();
    next = std::max(next + turn_every, std::chrono::steady_clock::now());
    context.run_until(next);
  }
  return 0;
}

std::string text_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<Wanted> read_words(const std::vector<const char*>& words) {
  if (words.size() != 8 && words.size() != 11) return std::nullopt;
  const auto port = [&](std::size_t at) { return static_cast<std::uint16_t>(std::strtoul(words[at], nullptr, 10)); };
  Wanted out;
  out.beds = static_cast<unsigned>(std::strtoul(words[0], nullptr, 10));
  out.mix = words[1];
  out.ports = {port(2), port(3), port(4)};
  out.sdc.port = port(5);
  out.sdc.discovery_port = port(6);
  out.file = words[7];
  if (out.beds < 1 || out.beds > beds_max || out.mix.empty()) return std::nullopt;
  if (out.mix.find_first_not_of(protocols) != std::string::npos) return std::nullopt;
  if (words.size() == 8) return out;
  const auto identity = http::read_identity(text_of(words[8]), text_of(words[9]));
  if (!identity) return std::nullopt;
  out.sdc.tls = http::TlsPeers{*identity, text_of(words[10])};
  return out;
}

}  // namespace
}  // namespace cordon::bench

int main(int argc, char** argv) {
  using namespace cordon::bench;
  const auto wanted = read_words({argv + 1, argv + argc});
  std::FILE* file = wanted ? std::fopen(wanted->file.c_str(), "w") : nullptr;
  if (file == nullptr) {
    std::fprintf(stderr,
                 "bench_station_load BEDS MIX DATA-PORT BEACON-PORT HL7-PORT SDC-PORT DISCOVERY-PORT FILE [KEY "
                 "CERTIFICATE AUTHORITIES]: at most %u beds\n",
                 beds_max);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(file, nullptr, _IOLBF, BUFSIZ);  // whoever waits for an alarm finds it at once
  const int status = play(*wanted, file);
  std::fclose(file);
  return status;
}
