// SPDX-License-Identifier: Apache-2.0
// cordon-lab-bedside plays beds of a unit for a station to watch. lab/README.md says how.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "desk.h"
#include "hl7_speaker.h"
#include "intellivue_speaker.h"
#include "recording.h"
#include "sdc_speaker.h"

namespace cordon::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds turn_every = 20ms;
constexpr unsigned beds_max = 64;
constexpr int exit_usage = 2;
constexpr int exit_failed = 1;

constexpr std::string_view usage =
    "cordon-lab-bedside [--hl7 ADDRESS:PORT --beds N [--hl7-manner plain]]\n"
    "                    [--intellivue FIRST-ADDRESS --beds N [--data-port PORT] [--beacon ADDRESS:PORT]]\n"
    "                    [--sdc FIRST-ADDRESS --beds N [--sdc-port PORT]\n"
    "                    [--discovery-port PORT] [--tls-key FILE --tls-certificate FILE --tls-authorities FILE]]\n"
    "                    [--recordings FOLDER|none] [--records NAME,NAME…]\n"
    "                    [--name PREFIX] [--first N] [--seed N] [--at SECONDS COMMAND]… [--seconds N] [--desk PORT]\n"
    "Beds are called PREFIX1, PREFIX2 … (R1, R2 …; with --first 3: R3, R4 …), those of HL7 first, those of SDC last.\n"
    "--hl7-manner plain: without a heartbeat, and what a cut of the network does is left to TCP.\n"
    "They play the records of WFDB in FOLDER in turn (a103l, v102s and 03700181 of $CORDON_SHARED/waves, else of\n"
    "../shared/waves); where none is, a synthesis.\n"
    "--desk puts each at its bed on the screen of the station whose page is at that port of 127.0.0.1.\n"
    "Commands are read from standard input, too:\n";

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
  std::optional<SdcWard::Options> sdc;
  unsigned sdc_beds = 0;
  std::uint16_t sdc_port = SdcWard::Options{}.port;
  std::uint16_t discovery_port = SdcWard::Options{}.discovery_port;
  std::string tls_key;
  std::string tls_certificate;
  std::string tls_authorities;
  std::string recordings;  // where they lie; "": where they usually lie; "none": no recording
  std::vector<std::string> records{"a103l", "v102s", "03700181"};
  std::uint16_t desk_port = 0;  // 0: nobody sits there
  std::string prefix = "R";
  unsigned first = 1;
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

/// read_sdc reads what is about SDC alone; nothing: another option.
std::optional<bool> read_sdc(Wanted& out, std::string_view name, const std::string& value, unsigned*& beds) {
  if (name == "--sdc") {
    out.sdc.emplace();
    beds = &out.sdc_beds;
    return read_ip(value, out.sdc->address);
  }
  if (name == "--sdc-port") return read_number(value, out.sdc_port);
  if (name == "--discovery-port") return read_number(value, out.discovery_port);
  std::string* const file = name == "--tls-key"           ? &out.tls_key
                            : name == "--tls-certificate" ? &out.tls_certificate
                            : name == "--tls-authorities" ? &out.tls_authorities
                                                          : nullptr;
  if (file == nullptr) return std::nullopt;
  *file = value;
  return true;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t comma = 0; comma != std::string_view::npos;
       text.remove_prefix(comma == std::string_view::npos ? 0 : comma + 1)) {
    comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
  }
  return out;
}

/// read_text reads what any text may follow; nothing: another option.
bool read_text(Wanted& out, std::string_view name, const std::string& value) {
  if (name == "--name") {
    out.prefix = value;
  } else if (name == "--recordings") {
    out.recordings = value;
  } else if (name == "--records") {
    out.records = split(value);
  } else {
    return false;
  }
  return true;
}

bool read_option(Wanted& out, std::string_view name, const std::string& value, unsigned*& beds) {
  if (const auto about_sdc = read_sdc(out, name, value, beds)) return *about_sdc;
  if (name == "--hl7") {
    std::array<std::uint8_t, 4> ip{};
    out.hl7.emplace();
    beds = &out.hl7_beds;
    out.hl7->address = value.substr(0, value.find(':'));
    return read_place(value, ip, out.hl7->port);
  }
  if (name == "--hl7-manner") {
    if (!out.hl7 || value != "plain") return false;
    out.hl7->plain = true;
    return true;
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
  if (name == "--first") return read_number(value, out.first);
  if (name == "--desk") return read_number(value, out.desk_port);
  if (read_text(out, name, value)) return true;
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
  if (out.hl7_beds + out.intellivue_beds + out.sdc_beds == 0) return std::nullopt;
  const int files = !out.tls_key.empty() + !out.tls_certificate.empty() + !out.tls_authorities.empty();
  if (files != 0 && (files != 3 || !out.sdc)) return std::nullopt;
  return out;
}

/// Unit: what runs on the context ends before it.
struct Unit {
  std::vector<std::shared_ptr<const Recording>> recordings;
  std::unique_ptr<boost::asio::io_context> context = std::make_unique<boost::asio::io_context>(1);
  std::unique_ptr<SdcWard> ward;
  std::vector<std::unique_ptr<Bed>> beds;
  std::vector<std::unique_ptr<Speaker>> speakers;
};

Bed& add_bed(Unit& unit, const Wanted& wanted) {
  const std::size_t number = unit.beds.size() + wanted.first;
  const auto& all = unit.recordings;
  const auto recording = all.empty() ? nullptr : all[unit.beds.size() % all.size()];
  unit.beds.push_back(std::make_unique<Bed>(wanted.prefix + std::to_string(number), wanted.seed + number, recording));
  return *unit.beds.back();
}

std::array<std::uint8_t, 4> later(std::array<std::uint8_t, 4> address, unsigned by) {
  address[3] = static_cast<std::uint8_t>(address[3] + by);
  return address;
}

/// add_speaker keeps the last bed's speaker; false and said why where its address cannot be had.
bool add_speaker(Unit& unit, Result<std::unique_ptr<Speaker>> speaker, const std::array<std::uint8_t, 4>& at) {
  if (!speaker) {
    fmt::print(stderr, "{}: no monitor on {}: {}\n", unit.beds.back()->label, fmt::join(at, "."),
               std::strerror(static_cast<int>(speaker.error().offset)));
    return false;
  }
  unit.speakers.push_back(std::move(*speaker));
  return true;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// furnish_sdc makes the beds of SDC; false and said why where that cannot be.
bool furnish_sdc(const Wanted& wanted, Unit& unit) {
  SdcWard::Options options = *wanted.sdc;
  options.address = later(options.address, 1);
  options.port = wanted.sdc_port;
  options.discovery_port = wanted.discovery_port;
  if (!wanted.tls_key.empty()) {
    const auto identity = http::read_identity(text_of(wanted.tls_key), text_of(wanted.tls_certificate));
    if (!identity) {
      fmt::print(stderr, "{}, {}: no key with its certificate\n", wanted.tls_key, wanted.tls_certificate);
      return false;
    }
    options.tls = http::TlsPeers{*identity, text_of(wanted.tls_authorities)};
  }
  auto ward = SdcWard::open(*unit.context, options);
  if (!ward) {
    fmt::print(stderr, "SDC: {}\n", ward.error().where);
    return false;
  }
  unit.ward = std::move(*ward);
  for (unsigned i = 0; i < wanted.sdc_beds; ++i) {
    const auto at = later(wanted.sdc->address, i + 1);
    if (!add_speaker(unit, sdc_speaker(*unit.ward, add_bed(unit, wanted), at), at)) return false;
  }
  return true;
}

/// open_recordings reads what is to be played. A folder that was named has to have it; where none was named and none
/// is, nothing is played. False and said why.
bool open_recordings(const Wanted& wanted, Unit& unit) {
  if (wanted.recordings == "none") return true;
  const char* const shared = std::getenv("CORDON_SHARED");
  const std::filesystem::path usual = std::filesystem::path(shared != nullptr ? shared : "../shared") / "waves";
  const std::filesystem::path folder = wanted.recordings.empty() ? usual : std::filesystem::path(wanted.recordings);
  if (wanted.recordings.empty() && !std::filesystem::is_directory(folder)) {
    fmt::print(stderr, "{}: no recordings there; the beds show a synthesis (lab/README.md)\n", folder.string());
    return true;
  }
  for (const std::string& name : wanted.records) {
    const auto header = folder / (name + ".hea");
    auto recording = Recording::open(header);
    if (!recording) {
      fmt::print(stderr, "{}: no recording that can be played: {}, {}; --recordings none plays none\n", header.string(),
                 recording.error().where, to_string(recording.error().code));
      return false;
    }
    unit.recordings.push_back(std::move(*recording));
  }
  return true;
}

/// furnish makes the beds; nothing and said why where a monitor's address cannot be had.
std::optional<Unit> furnish(const Wanted& wanted) {
  Unit out;
  if (!open_recordings(wanted, out)) return std::nullopt;
  for (unsigned i = 0; i < wanted.hl7_beds; ++i) {
    Hl7Place place = *wanted.hl7;
    place.number = static_cast<std::uint8_t>(i + 1);
    out.speakers.push_back(hl7_speaker(add_bed(out, wanted), std::move(place)));
  }
  for (unsigned i = 0; i < wanted.intellivue_beds; ++i) {
    const auto at = later(*wanted.intellivue, i + 1);
    const IntellivuePlace place{at, wanted.data_port, wanted.beacon_to, wanted.beacon_port};
    if (!add_speaker(out, intellivue_speaker(add_bed(out, wanted), place), at)) return std::nullopt;
  }
  if (wanted.sdc && !furnish_sdc(wanted, out)) return std::nullopt;
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
  const auto work = boost::asio::make_work_guard(*unit.context);
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
    unit.context->restart();
    unit.context->run_for(turn_every);
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
  std::signal(SIGTTIN, SIG_IGN);  // in the background of a terminal it reads nothing, and goes on
  auto unit = furnish(*wanted);
  if (!unit) return exit_failed;
  std::set<std::string> labels;
  for (const auto& bed : unit->beds) labels.insert(bed->label);
  if (wanted->desk_port != 0) place_at_desk(*unit->context, wanted->desk_port, labels);
  play(*wanted, *unit);
  return 0;
}
