// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <variant>

#include "app/estate_files.h"
#include "estate/toml.h"
#include "event/json.h"
#include "logbook/entry.h"

namespace cordon::app {

namespace {

constexpr std::size_t file_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t text_bytes_max = 4096;
constexpr std::size_t list_items_max = 1024;

using Text = std::string Config::*;
using Number = std::int64_t Config::*;
using Real = double Config::*;
using Flag = bool Config::*;
using List = std::vector<std::string> Config::*;

struct Setting {
  std::string_view section;  // empty: top of the file
  std::string_view key;
  std::variant<Text, Number, Real, Flag, List> member;
  double min = 0;
  double max = 0;
  std::string_view words;  // the texts allowed, joined by '|'; empty: any
  std::string_view meaning;
};

const Setting settings[] = {
    {"", "box", &Config::box, 1, 64, "", "name of this box in its logbook: letters, digits, . _ -"},
    {"", "mode", &Config::mode, 0, 0, "watch|guard|island",
     "watch advises only, guard cuts, island: the hospital network is off"},
    {"", "estate", &Config::estate_file, 0, 0, "",
     "the hospital: a TOML file, or a folder of TOML and CSV (docs/ESTATE.md)"},
    {"", "data", &Config::data, 1, 0, "", "folder of the logbook, its seal and the sockets"},
    {"web", "address", &Config::web_address, 1, 0, "",
     "where the page is served; beyond loopback always by TLS and for people with an account (docs/PEOPLE.md)"},
    {"web", "port", &Config::web_port, 0, 65535, "", "TCP port; 0 takes any free one"},
    {"web", "tls", &Config::web_tls, 0, 0, "", "TLS on loopback, too"},
    {"web", "names", &Config::web_names, 0, 0, "",
     "by which browsers call this box, beside its host name and addresses"},
    {"web", "key", &Config::web_key, 0, 0, "", "the hospital's own TLS key (PEM); empty: one is made"},
    {"web", "certificate", &Config::web_certificate, 0, 0, "", "its certificate and what stands above it (PEM)"},
    {"detect", "files_between_false_infected", &Config::files_between_false_infected, 1e3, 1e15, "",
     "wished mean number of work files between two false verdicts 'infected'"},
    {"detect", "files_between_false_suspects", &Config::files_between_false_suspects, 1e2, 1e15, "",
     "the same for 'suspect'"},
    {"detect", "decoys", &Config::decoys, 0, 0, "", "UNC paths of files that nobody has a reason to touch"},
    {"contain", "cut_minutes", &Config::cut_minutes, 1, 10080, "", "minutes until a cut ends by itself"},
    {"contain", "enforcer_deadline_seconds", &Config::enforcer_deadline_seconds, 1, 300, "",
     "seconds an enforcer has to answer and prove a cut"},
    {"contain", "automatic_cuts_per_hour_max", &Config::automatic_cuts_per_hour_max, 0, 10000, "",
     "automatic cuts in an hour; beyond it a person decides"},
    {"contain", "harm_budget", &Config::harm_budget, 0, 1e6, "",
     "patient-hours that the automatic cuts in force may cost together; beyond it people decide"},
    {"sensor", "name", &Config::sensor_name, 1, 0, "", "name of the mirror port in host keys"},
    {"sensor", "interface", &Config::sensor_interface, 0, 0, "", "network interface of the mirror port; empty: none"},
    {"sensor", "capture", &Config::sensor_capture, 0, 0, "",
     "capture file to replay at the pace it was recorded; empty: none"},
    {"sensor", "as_now", &Config::sensor_as_now, 0, 0, "", "replayed packets carry today's time"},
    {"sensor", "netns", &Config::sensor_netns, 0, 0, "",
     "network namespace of the sensor (path under /run/netns); empty: ours"},
    {"enforcer", "means", &Config::enforcer_means, 0, 0, "dry-run|nftables",
     "dry-run shows what would be cut and enforces nothing"},
    {"enforcer", "netns", &Config::enforcer_netns, 0, 0, "", "network namespace of the bridge; empty: ours"},
    {"users", "control", &Config::control_uid, 1, 4294967293.0, "",
     "user id of the control process, when started by root"},
    {"users", "sensor", &Config::sensor_uid, 1, 4294967293.0, "", "user id of the sensor"},
    {"users", "nft", &Config::nft_uid, 1, 4294967293.0, "", "user id of cordon-nft"},
    {"users", "seal", &Config::seal_uid, 1, 4294967293.0, "", "user id of cordon-seal"},
};

struct Complaint {
  std::vector<estate::Problem>& problems;
  const std::string& file;
  void operator()(const toml::source_region& where, std::string text) const {
    problems.push_back({file, where.begin.line, std::move(text)});
  }
};

bool allowed(std::string_view words, std::string_view text) {
  if (words.empty()) return true;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find('|', at), words.size());
    if (words.substr(at, end - at) == text) return true;
    at = end + 1;
  }
  return false;
}

void read_text(const Setting& s, const toml::node& node, std::string& out, const Complaint& complain) {
  const auto value = node.value<std::string>();
  if (!node.is_string() || !value || value->size() > text_bytes_max || (s.min > 0 && value->empty())) {
    complain(node.source(), fmt::format("'{}' must be a text in quotes", s.key));
  } else if (!allowed(s.words, *value)) {
    complain(node.source(), fmt::format("'{}' is '{}'; it can be {}", s.key, *value, s.words));
  } else {
    out = *value;
  }
}

template <class T>
void read_number(const Setting& s, const toml::node& node, T& out, const Complaint& complain) {
  const auto value = node.value<T>();
  if (!node.is_number() || !value || !(static_cast<double>(*value) >= s.min && static_cast<double>(*value) <= s.max)) {
    complain(node.source(), fmt::format("'{}' must be a number from {} to {}", s.key, s.min, s.max));
  } else {
    out = *value;
  }
}

void read_list(const Setting& s, const toml::node& node, std::vector<std::string>& out, const Complaint& complain) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() > list_items_max) {
    complain(node.source(), fmt::format("'{}' must be a list of at most {} texts", s.key, list_items_max));
    return;
  }
  out.clear();
  for (const toml::node& item : *list) {
    if (const auto text = item.value<std::string>(); item.is_string() && text && text->size() <= text_bytes_max) {
      out.push_back(*text);
    } else {
      complain(item.source(), fmt::format("'{}' may hold texts in quotes only", s.key));
    }
  }
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

void read_setting(const Setting& s, const toml::node& node, Config& out, const Complaint& complain) {
  std::visit(Overloaded{
                 [&](Text m) { read_text(s, node, out.*m, complain); },
                 [&](Number m) { read_number(s, node, out.*m, complain); },
                 [&](Real m) { read_number(s, node, out.*m, complain); },
                 [&](Flag m) {
                   if (node.is_boolean()) {
                     out.*m = node.value_or(false);
                   } else {
                     complain(node.source(), fmt::format("'{}' must be true or false", s.key));
                   }
                 },
                 [&](List m) { read_list(s, node, out.*m, complain); },
             },
             s.member);
}

void read_section(std::string_view section, const toml::table& table, Config& out, const Complaint& complain) {
  for (const auto& [key, node] : table) {
    if (section.empty() && node.is_table() &&
        std::ranges::any_of(settings, [&](const Setting& s) { return s.section == key.str(); })) {
      read_section(key.str(), *node.as_table(), out, complain);
      continue;
    }
    const auto found =
        std::ranges::find_if(settings, [&](const Setting& s) { return s.section == section && s.key == key.str(); });
    if (found != std::end(settings)) {
      read_setting(*found, node, out, complain);
      continue;
    }
    std::string known;
    for (const Setting& s : settings) {
      if (s.section == section) known += (known.empty() ? "" : ", ") + std::string(s.key);
    }
    complain(key.source(), fmt::format("unknown key '{}'{}; known here: {}", key.str(),
                                       section.empty() ? "" : fmt::format(" in [{}]", section), known));
  }
}

bool read_file(const std::string& path, std::string& out) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > file_bytes_max) return false;
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  out = bytes.str();
  return true;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string value_text(const Setting& s, const Config& c) {
  return std::visit(Overloaded{
                        [&](Text m) { return in_quotes(c.*m); },
                        [&](Number m) { return fmt::format("{}", c.*m); },
                        [&](Real m) { return fmt::format("{:.1f}", c.*m); },
                        [&](Flag m) { return std::string(c.*m ? "true" : "false"); },
                        [&](List m) {
                          std::string out = "[";
                          for (const std::string& item : c.*m) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
                          return out + "]";
                        },
                    },
                    s.member);
}

}  // namespace

std::string Config::path_of(const std::string& relative) const {
  const std::filesystem::path path(relative);
  if (path.is_absolute() || folder.empty()) return relative;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

engine::Policy Config::policy() const {
  engine::Policy out;
  out.mode = event::mode_from_word(mode).value_or(event::Mode::watch);
  out.tally.files_between_false_infected = files_between_false_infected;
  out.tally.files_between_false_suspects = files_between_false_suspects;
  out.cut_lasts = std::chrono::minutes(cut_minutes);
  out.enforcer_deadline = std::chrono::seconds(enforcer_deadline_seconds);
  out.automatic_cuts_per_hour_max = static_cast<std::uint32_t>(automatic_cuts_per_hour_max);
  out.harm_budget = harm_budget;
  return out;
}

void parse_config(std::string_view text, const std::string& file, Config& out, std::vector<estate::Problem>& problems) {
  const Complaint complain{problems, file};
  if (const std::uint32_t line = estate::stray_line(text); line != 0) {
    problems.push_back({file, line, std::string(estate::stray_text)});
    return;
  }
  try {
    const toml::table root = toml::parse(text, file);
    read_section("", root, out, complain);
    if (!logbook::box_name_ok(out.box)) {
      complain(root.source(), fmt::format("'box' is {}; use 1 to 64 letters, digits, . _ -", in_quotes(out.box)));
    }
    if (!out.sensor_interface.empty() && !out.sensor_capture.empty()) {
      complain(root.source(), "[sensor] has both 'interface' and 'capture'; keep one");
    }
    if (out.web_key.empty() != out.web_certificate.empty()) {
      complain(root.source(), "[web] has one of 'key' and 'certificate'; give both or none");
    }
  } catch (const toml::parse_error& error) {
    complain(error.source(), fmt::format("not valid TOML: {}", error.description()));
  }
}

Checked read_config(const std::string& path) {
  Checked out;
  std::string text;
  if (!read_file(path, text)) {
    out.unreadable = true;
    out.problems.push_back(
        {path, 0, "cannot be read: name an existing file of at most 16 MiB that this user may read"});
    return out;
  }
  out.config.folder = std::filesystem::path(path).parent_path().string();
  parse_config(text, path, out.config, out.problems);
  if (!out.config.estate_file.empty()) {
    const std::string estate_path = out.config.path_of(out.config.estate_file);
    const EstateFiles files = read_estate_files(estate_path);
    if (!files.unreadable.empty()) {
      out.problems.push_back({path, 0, fmt::format("'estate': {}", files.unreadable)});
    } else {
      estate::Loaded loaded = estate::load(files.texts);
      out.estate = std::move(loaded.estate);
      out.problems.insert(out.problems.end(), loaded.problems.begin(), loaded.problems.end());
      for (const estate::NamedText& file : files.texts) text += file.bytes;
    }
  }
  logbook::Hash digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  out.digest = logbook::to_hex(digest);
  return out;
}

std::string describe_config(const Config& config) {
  std::string out;
  std::string_view section;
  for (const Setting& s : settings) {
    if (s.section != section) out += fmt::format("\n[{}]\n", s.section);
    section = s.section;
    std::string bounds;
    if (!s.words.empty()) bounds = fmt::format(" ({})", s.words);
    if (std::holds_alternative<Number>(s.member) || std::holds_alternative<Real>(s.member)) {
      bounds = fmt::format(" ({} to {})", s.min, s.max);
    }
    out += fmt::format("# {}{}\n{} = {}\n", s.meaning, bounds, s.key, value_text(s, config));
  }
  return out;
}

}  // namespace cordon::app
