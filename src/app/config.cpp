// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <variant>

#include "app/estate_files.h"
#include "estate/toml.h"
#include "event/json.h"
#include "io/radius_client.h"
#include "logbook/entry.h"

namespace cordon::app {

namespace {

constexpr std::size_t file_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t text_bytes_max = 4096;
constexpr std::size_t list_items_max = 1024;
constexpr std::size_t radius_name_max = 64;

/// Setting is one key of a table that fills in a C.
template <class C>
struct Setting {
  using Text = std::string C::*;
  using Number = std::int64_t C::*;
  using Real = double C::*;
  using Flag = bool C::*;
  using List = std::vector<std::string> C::*;

  std::string_view section;  // empty: top of the file
  std::string_view key;
  std::variant<Text, Number, Real, Flag, List> member;
  double min = 0;
  double max = 0;
  std::string_view words;  // the texts allowed, joined by '|'; empty: any
  std::string_view meaning;
};

const Setting<Config> settings[] = {
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
    {"enforcer", "means", &Config::enforcer_means, 1, 0, "dry-run|nftables|samba|radius",
     "who carries cuts out; of several, the next is asked too when those before do not do (docs/ENFORCERS.md). "
     "dry-run, alone, shows what would be cut and enforces nothing"},
    {"enforcer", "netns", &Config::enforcer_netns, 0, 0, "", "network namespace of the bridge; empty: ours"},
    {"samba", "socket", &Config::samba_socket, 0, 0, "", "socket of cordon-smb, which stands beside smbd"},
    {"users", "control", &Config::control_uid, 1, 4294967293.0, "",
     "user id of the control process, when started by root"},
    {"users", "sensor", &Config::sensor_uid, 1, 4294967293.0, "", "user id of the sensor"},
    {"users", "nft", &Config::nft_uid, 1, 4294967293.0, "", "user id of cordon-nft"},
    {"users", "seal", &Config::seal_uid, 1, 4294967293.0, "", "user id of cordon-seal"},
};

const Setting<RadiusConfig> radius_settings[] = {
    {"", "address", &RadiusConfig::address, 1, 0, "", "of the switch or access point"},
    {"", "port", &RadiusConfig::port, 1, 65535, "", "UDP port where it takes Disconnect and CoA (RFC 5176)"},
    {"", "secret", &RadiusConfig::secret, 1, 0, "",
     "file whose first line is the shared secret; for the user of control alone (mode 0600)"},
    {"", "identifier", &RadiusConfig::identifier, 0, 0, "", "NAS-Identifier, where it wants its own; empty: not sent"},
    {"", "mac_style", &RadiusConfig::mac_style, 0, 0, "dashes|colons|dots|bare", "how it writes a station's address"},
    {"", "quarantine_vlan", &RadiusConfig::quarantine_vlan, 0, 4094, "",
     "VLAN that a cut host is put into; 0: its session is ended instead (Disconnect)"},
    {"", "release_vlan", &RadiusConfig::release_vlan, 0, 4094, "", "VLAN that it is put back into; 0: nothing is sent"},
    {"", "hostapd_control", &RadiusConfig::hostapd_control, 0, 0, "",
     "control socket of the port's hostapd, to read back; empty: nobody can, and a cut stays unproven"},
    {"", "authenticated_answers", &RadiusConfig::authenticated_answers, 0, 0, "",
     "refuse answers without Message-Authenticator; many switches send none"},
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

template <class C>
void read_text(const Setting<C>& s, const toml::node& node, std::string& out, const Complaint& complain) {
  const auto value = node.value<std::string>();
  if (!node.is_string() || !value || value->size() > text_bytes_max || (s.min > 0 && value->empty())) {
    complain(node.source(), fmt::format("'{}' must be a text in quotes", s.key));
  } else if (!allowed(s.words, *value)) {
    complain(node.source(), fmt::format("'{}' is '{}'; it can be {}", s.key, *value, s.words));
  } else {
    out = *value;
  }
}

template <class C, class T>
void read_number(const Setting<C>& s, const toml::node& node, T& out, const Complaint& complain) {
  const auto value = node.value<T>();
  if (!node.is_number() || !value || !(static_cast<double>(*value) >= s.min && static_cast<double>(*value) <= s.max)) {
    complain(node.source(), fmt::format("'{}' must be a number from {} to {}", s.key, s.min, s.max));
  } else {
    out = *value;
  }
}

/// A list may be one text alone.
template <class C>
void read_list(const Setting<C>& s, const toml::node& node, std::vector<std::string>& out, const Complaint& complain) {
  const toml::array* list = node.as_array();
  if (!node.is_string() && (list == nullptr || list->size() > list_items_max || (s.min > 0 && list->empty()))) {
    complain(node.source(),
             fmt::format("'{}' must be a list of {} to {} texts", s.key, s.min > 0 ? 1 : 0, list_items_max));
    return;
  }
  out.clear();
  const auto read_item = [&](const toml::node& item) {
    const auto text = item.value<std::string>();
    if (!item.is_string() || !text || text->size() > text_bytes_max) {
      complain(item.source(), fmt::format("'{}' may hold texts in quotes only", s.key));
    } else if (!allowed(s.words, *text)) {
      complain(item.source(), fmt::format("'{}' is '{}'; it can be {}", s.key, *text, s.words));
    } else {
      out.push_back(*text);
    }
  };
  if (list == nullptr) return read_item(node);
  for (const toml::node& item : *list) read_item(item);
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

template <class C>
void read_setting(const Setting<C>& s, const toml::node& node, C& out, const Complaint& complain) {
  std::visit(Overloaded{
                 [&](typename Setting<C>::Text m) { read_text(s, node, out.*m, complain); },
                 [&](typename Setting<C>::Number m) { read_number(s, node, out.*m, complain); },
                 [&](typename Setting<C>::Real m) { read_number(s, node, out.*m, complain); },
                 [&](typename Setting<C>::Flag m) {
                   if (node.is_boolean()) {
                     out.*m = node.value_or(false);
                   } else {
                     complain(node.source(), fmt::format("'{}' must be true or false", s.key));
                   }
                 },
                 [&](typename Setting<C>::List m) { read_list(s, node, out.*m, complain); },
             },
             s.member);
}

/// read_key takes one key of a table, which is called `name` in what is said about it.
template <class C>
void read_key(std::span<const Setting<C>> known, std::string_view section, std::string_view name, const toml::key& key,
              const toml::node& node, C& out, const Complaint& complain) {
  const auto found =
      std::ranges::find_if(known, [&](const Setting<C>& s) { return s.section == section && s.key == key.str(); });
  if (found != known.end()) return read_setting(*found, node, out, complain);
  std::string keys;
  for (const Setting<C>& s : known) {
    if (s.section == section) keys += (keys.empty() ? "" : ", ") + std::string(s.key);
  }
  complain(key.source(), fmt::format("unknown key '{}'{}; known here: {}", key.str(),
                                     name.empty() ? "" : fmt::format(" in [{}]", name), keys));
}

void read_radius(const toml::table& table, Config& out, const Complaint& complain) {
  for (const auto& [key, node] : table) {
    RadiusConfig one;
    one.name = key.str();
    one.line = key.source().begin.line;
    const std::string name = fmt::format("radius.{}", one.name);
    const toml::table* settings_of = node.as_table();
    if (settings_of == nullptr || one.name.empty() || one.name.size() > radius_name_max) {
      complain(key.source(), "[radius] holds one table a switch, such as [radius.sw-rea-1]");
      continue;
    }
    if (out.radius.size() >= io::radius_nas_max) {
      complain(key.source(), fmt::format("[radius] has more than {} switches", io::radius_nas_max));
      return;
    }
    for (const auto& [inner, value] : *settings_of) {
      read_key<RadiusConfig>(radius_settings, "", name, inner, value, one, complain);
    }
    if (!IpAddress::parse(one.address)) {
      complain(key.source(), fmt::format("[{}] 'address' must be an IP address", name));
    }
    if (one.secret.empty()) complain(key.source(), fmt::format("[{}] 'secret' must name a file", name));
    if (one.release_vlan != 0 && one.quarantine_vlan == 0) {
      complain(key.source(), fmt::format("[{}] has 'release_vlan' without 'quarantine_vlan'", name));
    }
    out.radius.push_back(std::move(one));
  }
}

void read_section(std::string_view section, const toml::table& table, Config& out, const Complaint& complain) {
  for (const auto& [key, node] : table) {
    if (section.empty() && node.is_table()) {
      if (key.str() == "radius") {
        read_radius(*node.as_table(), out, complain);
        continue;
      }
      if (std::ranges::any_of(settings, [&](const Setting<Config>& s) { return s.section == key.str(); })) {
        read_section(key.str(), *node.as_table(), out, complain);
        continue;
      }
    }
    read_key<Config>(settings, section, section, key, node, out, complain);
  }
}

/// check_means: what is named must be described, and a dry run is a dry run of everything.
void check_means(const Config& config, const toml::table& root, const Complaint& complain) {
  const std::vector<std::string>& means = config.enforcer_means;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (std::find(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(i), means[i]) !=
        means.begin() + static_cast<std::ptrdiff_t>(i)) {
      complain(root.source(), fmt::format("[enforcer] 'means' names {} twice", means[i]));
    }
  }
  if (config.cuts_by("dry-run") && means.size() > 1) {
    complain(root.source(), "[enforcer] 'means': dry-run stands alone; take it out to cut");
  }
  if (config.cuts_by("samba") && config.samba_socket.empty()) {
    complain(root.source(), "[enforcer] 'means' names samba; say in [samba] 'socket' where cordon-smb listens");
  }
  if (config.cuts_by("radius") && config.radius.empty()) {
    complain(root.source(), "[enforcer] 'means' names radius; describe each switch in a table [radius.NAME]");
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

template <class C>
std::string value_text(const Setting<C>& s, const C& c) {
  return std::visit(Overloaded{
                        [&](typename Setting<C>::Text m) { return in_quotes(c.*m); },
                        [&](typename Setting<C>::Number m) { return fmt::format("{}", c.*m); },
                        [&](typename Setting<C>::Real m) { return fmt::format("{:.1f}", c.*m); },
                        [&](typename Setting<C>::Flag m) { return std::string(c.*m ? "true" : "false"); },
                        [&](typename Setting<C>::List m) {
                          std::string out = "[";
                          for (const std::string& item : c.*m) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
                          return out + "]";
                        },
                    },
                    s.member);
}

template <class C>
void describe(std::span<const Setting<C>> known, const C& config, std::string& out) {
  std::string_view section;
  for (const Setting<C>& s : known) {
    if (s.section != section) out += fmt::format("\n[{}]\n", s.section);
    section = s.section;
    std::string bounds;
    if (!s.words.empty()) bounds = fmt::format(" ({})", s.words);
    if (std::holds_alternative<typename Setting<C>::Number>(s.member) ||
        std::holds_alternative<typename Setting<C>::Real>(s.member)) {
      bounds = fmt::format(" ({} to {})", s.min, s.max);
    }
    out += fmt::format("# {}{}\n{} = {}\n", s.meaning, bounds, s.key, value_text(s, config));
  }
}

event::MeansOffer offer_of(const std::string& means) {
  using event::Reach;
  if (means == "nftables") return {means, "cordon-nft", Reach::exact, true};
  if (means == "samba") return {means, "cordon-smb", Reach::file_service, false, true};
  if (means == "radius") return {means, "radius", Reach::whole_host, false};
  return {means, means, Reach::exact, false, true};
}

}  // namespace

std::string Config::path_of(const std::string& relative) const {
  const std::filesystem::path path(relative);
  if (path.is_absolute() || folder.empty()) return relative;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

bool Config::cuts_by(std::string_view means) const {
  return std::ranges::find(enforcer_means, means) != enforcer_means.end();
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
  out.means.clear();
  for (const std::string& name : enforcer_means) out.means.push_back(offer_of(name));
  return out;
}

void parse_config(std::string_view text, const std::string& file, Config& out, std::vector<estate::Problem>& problems) {
  const Complaint complain{problems, file};
  estate::TomlMistake mistake;
  const auto root = estate::parse_toml(text, mistake);
  if (!root) {
    problems.push_back({file, mistake.line, std::move(mistake.text)});
    return;
  }
  read_section("", *root, out, complain);
  if (!logbook::box_name_ok(out.box)) {
    complain(root->source(), fmt::format("'box' is {}; use 1 to 64 letters, digits, . _ -", in_quotes(out.box)));
  }
  if (!out.sensor_interface.empty() && !out.sensor_capture.empty()) {
    complain(root->source(), "[sensor] has both 'interface' and 'capture'; keep one");
  }
  check_means(out, *root, complain);
  if (out.web_key.empty() != out.web_certificate.empty()) {
    complain(root->source(), "[web] has one of 'key' and 'certificate'; give both or none");
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
  describe<Config>(settings, config, out);
  for (const RadiusConfig& one : config.radius) {
    out += fmt::format("\n[radius.{}]\n", in_quotes(one.name));
    describe<RadiusConfig>(radius_settings, one, out);
  }
  return out;
}

}  // namespace cordon::app
