// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "app/door.h"
#include "app/estate_files.h"
#include "app/own_ways.h"
#include "app/settings.h"
#include "app/web_settings.h"
#include "enforce/nft_client.h"
#include "enforce/radius_client.h"
#include "event/json.h"
#include "logbook/entry.h"

namespace cordon::app {

namespace {

constexpr std::size_t radius_name_max = 64;

const Setting<Config> cordon_settings[] = {
    {"", "box", &Config::box, 1, 64, "", "name of this box in its logbook: letters, digits, . _ -"},
    {"", "addresses", &Config::addresses, 0, 0, "",
     "of this box in the hospital's networks: nobody is to cut them, nor its ways to what carries cuts out"},
    {"", "mode", &Config::mode, 0, 0, "watch|guard|island",
     "watch advises only, guard cuts, island: the hospital network is off"},
    {"", "estate", &Config::estate_file, 0, 0, "",
     "the hospital: a TOML file, or a folder of TOML and CSV (docs/ESTATE.md)"},
    {"", "data", &Config::data, 1, 0, "", "folder of the logbook, its seal and the sockets"},
    {"detect", "files_between_false_infected", &Config::files_between_false_infected, 1e3, 1e15, "",
     "wished mean number of work files between two false verdicts 'infected'"},
    {"detect", "files_between_false_suspects", &Config::files_between_false_suspects, 1e2, 1e15, "",
     "the same for 'suspect'"},
    {"detect", "decoys", &Config::decoys, 0, 0, "", "UNC paths of files that nobody has a reason to touch"},
    {"contain", "cut_minutes", &Config::cut_minutes, 1, 10080, "",
     "minutes until a cut ends, unless it is prolonged before (docs/CONTAINMENT.md)"},
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
    {"enforcer", "dry_run", &Config::enforcer_dry_run, 0, 0, "nftables|samba|radius",
     "those of them that only rehearse: each is asked what it would do, the logbook has it, and nothing is changed"},
    {"enforcer", "nftables_on", &Config::nftables_on, 0, 0, "bridge|route",
     "what nftables cuts: frames that this box bridges, or packets that it routes (docs/ENFORCERS.md)"},
    {"enforcer", "netns", &Config::enforcer_netns, 0, 0, "", "network namespace of the bridge or router; empty: ours"},
    {"samba", "socket", &Config::samba_socket, 0, 0, "", "socket of cordon-smb, which stands beside smbd"},
    {"samba", "servers", &Config::samba_servers, 0, 0, "",
     "addresses of that Samba server; empty: a care flow to any file server keeps a host from being denied there"},
    {"users", "control", &Config::control_uid, 1, 4294967293.0, "",
     "user id of the control process, when started by root"},
    {"users", "sensor", &Config::sensor_uid, 1, 4294967293.0, "", "user id of the sensor"},
    {"users", "nft", &Config::nft_uid, 1, 4294967293.0, "", "user id of cordon-nft"},
    {"users", "seal", &Config::seal_uid, 1, 4294967293.0, "", "user id of cordon-seal"},
};

const std::vector<Setting<Config>>& all_settings() {
  static const auto all = with_web<Config>(cordon_settings);
  return all;
}

const Setting<RadiusConfig> radius_settings[] = {
    {"", "address", &RadiusConfig::address, 1, 0, "", "of the switch or access point"},
    {"", "port", &RadiusConfig::port, 1, 65535, "", "UDP port where it takes Disconnect and CoA (RFC 5176)"},
    {"", "secret", &RadiusConfig::secret, 1, 0, "",
     "file whose first line is the shared secret; for the user of control alone (mode 0600)"},
    {"", "identifier", &RadiusConfig::identifier, 0, 0, "", "NAS-Identifier, where it wants its own; empty: not sent"},
    {"", "mac_style", &RadiusConfig::mac_style, 0, 0, "dashes|colons|dots|bare", "how it writes a station's address"},
    {"", "quarantine_vlan", &RadiusConfig::quarantine_vlan, 0, 4094, "",
     "VLAN that a cut host is put into; 0: its session is ended instead (Disconnect)"},
    {"", "release_vlan", &RadiusConfig::release_vlan, 0, 4094, "",
     "VLAN that it is put back into when the cut is lifted; needed with quarantine_vlan"},
    {"", "hostapd_control", &RadiusConfig::hostapd_control, 0, 0, "",
     "control socket of the port's hostapd, to read back; empty: nobody can, and a cut stays unproven"},
    {"", "authenticated_answers", &RadiusConfig::authenticated_answers, 0, 0, "",
     "refuse answers without Message-Authenticator; many switches send none"},
};

/// is_a_machines: a switch may be tried on loopback.
bool is_a_machines(const IpAddress& address) {
  return is_loopback_address(address.text()) || address.one_station();
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
    if (out.radius.size() >= enforce::radius_nas_max) {
      complain(key.source(), fmt::format("[radius] has more than {} switches", enforce::radius_nas_max));
      return;
    }
    for (const auto& [inner, value] : *settings_of) {
      read_key<RadiusConfig>(radius_settings, "", name, inner, value, one, complain);
    }
    const auto address = IpAddress::parse(one.address);
    const auto same = std::ranges::find_if(out.radius, [&](const RadiusConfig& other) {
      const auto theirs = IpAddress::parse(other.address);
      return address && theirs && *theirs == *address && other.port == one.port;
    });
    if (!address || !is_a_machines(*address)) {
      complain(key.source(), fmt::format("[{}] 'address' must be the IP address of one switch", name));
    } else if (same != out.radius.end()) {
      complain(key.source(), fmt::format("[{}] is at the address and port of [radius.{}] at line {}; a switch has one "
                                         "table",
                                         name, same->name, same->line));
    }
    if (one.secret.empty()) complain(key.source(), fmt::format("[{}] 'secret' must name a file", name));
    if (one.release_vlan != 0 && one.quarantine_vlan == 0) {
      complain(key.source(), fmt::format("[{}] has 'release_vlan' without 'quarantine_vlan'", name));
    }
    if (one.quarantine_vlan != 0 && one.release_vlan == 0) {
      complain(key.source(), fmt::format("[{}] has 'quarantine_vlan' without 'release_vlan': nobody would put the host "
                                         "back; name the VLAN where hosts of this switch belong",
                                         name));
    }
    out.radius.push_back(std::move(one));
  }
}

/// check_means: what is named must be described, and a dry run is a dry run of everything.
void check_means(const Config& config, const toml::table& root, const Complaint& complain) {
  const std::vector<std::string>& means = config.enforcer_means;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (std::find(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(i), means[i]) !=
        means.begin() + static_cast<std::ptrdiff_t>(i)) {
      complain(place_in(root, "enforcer", "means", means[i]),
               fmt::format("[enforcer] 'means' names {} twice", means[i]));
    }
  }
  for (const std::string& name : config.enforcer_dry_run) {
    if (config.cuts_by(name)) continue;
    complain(place_in(root, "enforcer", "dry_run", name),
             fmt::format("[enforcer] 'dry_run' names {}, which 'means' does not", name));
  }
  if (config.cuts_by("dry-run") && means.size() > 1) {
    complain(place_in(root, "enforcer", "means"), "[enforcer] 'means': dry-run stands alone; take it out to cut");
  }
  if (config.nftables_on != Config().nftables_on && !config.cuts_by("nftables")) {
    complain(place_in(root, "enforcer", "nftables_on"),
             "[enforcer] has 'nftables_on', but 'means' does not name nftables; name it there too");
  }
  if (config.cuts_by("samba") && config.samba_socket.empty()) {
    complain(place_in(root, "enforcer", "means", "samba"),
             "[enforcer] 'means' names samba; say in [samba] 'socket' where cordon-smb listens");
  }
  if (config.cuts_by("radius") && config.radius.empty()) {
    complain(place_in(root, "enforcer", "means", "radius"),
             "[enforcer] 'means' names radius; describe each switch in a table [radius.NAME]");
  }
}

/// check_addresses: what protects Cordon's own ways must be readable.
void check_addresses(const Config& config, const toml::table& root, const Complaint& complain) {
  const auto check = [&](const std::vector<std::string>& texts, std::string_view section, std::string_view key) {
    for (const std::string& text : texts) {
      if (const auto address = IpAddress::parse(text); address && is_a_machines(*address)) continue;
      complain(place_in(root, section, key, text),
               fmt::format("{}'{}' holds {}, which is no IP address of a machine",
                           section.empty() ? "" : fmt::format("[{}] ", section), key, in_quotes(text)));
    }
  };
  check(config.addresses, "", "addresses");
  check(config.samba_servers, "samba", "servers");
}

/// check_users: a process may read what belongs to its user, the seal's key too, and may end its processes.
void check_users(const Config& config, const toml::table& root, const Complaint& complain) {
  const std::vector<std::pair<std::string_view, std::int64_t>> users{{"control", config.control_uid},
                                                                     {"sensor", config.sensor_uid},
                                                                     {"nft", config.nft_uid},
                                                                     {"seal", config.seal_uid}};
  for (std::size_t i = 1; i < users.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (users[i].second != users[j].second) continue;
      complain(place_in(root, "users", users[i].first),
               fmt::format("[users] '{}' is {}, as '{}' is; each process has a user of its own", users[i].first,
                           users[i].second, users[j].first));
      break;
    }
  }
}

/// check_hours: a cut that lasted longer than it is priced for would cost more than the plan says.
void check_hours(const Checked& checked, const toml::table& root, const Complaint& complain) {
  const double hours = checked.estate.weights.incident_hours;
  if (static_cast<double>(checked.config.cut_minutes) <= hours * 60) return;
  complain(
      place_in(root, "contain", "cut_minutes"),
      fmt::format("[contain] 'cut_minutes' is {}, but the estate has cuts priced for {:g} hours: have them end sooner, "
                  "or write how long an incident lasts as 'incident_hours' in the estate's [weights]",
                  checked.config.cut_minutes, hours));
}

/// pairs_of counts the own ways that cordon-nft is told.
std::size_t pairs_of(const Checked& checked) {
  return checked.config.cuts_by("nftables") ? own_ways_between(checked.estate).size() : 0;
}

/// add_found adds the own ways, those of the addresses found here too, as far as cordon-nft takes so many.
void add_found(Checked& checked, const std::vector<std::string>& found_here) {
  const Checked declared = checked;
  std::ranges::copy(found_here, std::back_inserter(checked.config.addresses));
  add_own_ways(checked.config, checked.estate);
  if (found_here.empty() || pairs_of(checked) <= enforce::nft_own_ways_max) return;
  checked = declared;
  checked.found_left_out = true;
  add_own_ways(checked.config, checked.estate);
}

/// check_own_ways: a configuration with more of them than cordon-nft takes would cut nothing at all.
void check_own_ways(const Checked& checked, const toml::table& root, const Complaint& complain) {
  const std::size_t pairs = pairs_of(checked);
  if (pairs <= enforce::nft_own_ways_max) return;
  complain(
      place_in(root, "", "addresses"),
      fmt::format("this box's addresses and those of its switches and servers make {} pairs, and cordon-nft keeps {}: "
                  "name in 'addresses' only those from which this box reaches them",
                  pairs, enforce::nft_own_ways_max));
}

event::MeansOffer offer_of(const Config& config, const std::string& means) {
  using event::Reach;
  event::MeansOffer out{means, means, Reach::exact, false, true};
  if (means == "nftables") out = {means, "cordon-nft", Reach::exact, true};
  if (means == "samba") out = {means, "cordon-smb", Reach::file_service, false, true};
  if (means == "radius") out = {means, "radius", Reach::whole_host, false};
  out.rehearses = config.rehearses(means);
  if (means != "samba") return out;
  for (const std::string& text : config.samba_servers) {
    if (const auto address = IpAddress::parse(text)) out.servers.push_back(*address);
  }
  return out;
}

}  // namespace

bool Config::cuts_by(std::string_view means) const {
  return std::ranges::find(enforcer_means, means) != enforcer_means.end();
}

bool Config::rehearses(std::string_view means) const {
  return std::ranges::find(enforcer_dry_run, means) != enforcer_dry_run.end();
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
  for (const std::string& name : enforcer_means) out.means.push_back(offer_of(*this, name));
  return out;
}

toml::table parse_config(std::string_view text, const std::string& file, Config& out,
                         std::vector<estate::Problem>& problems) {
  const Complaint complain{problems, file};
  estate::TomlMistake mistake;
  auto root = estate::parse_toml(text, mistake);
  if (!root) {
    problems.push_back({file, mistake.line, std::move(mistake.text)});
    return {};
  }
  read_tables<Config>(all_settings(), *root, out, complain, [&](const toml::key& key, const toml::table& table) {
    if (key.str() != "radius") return false;
    read_radius(table, out, complain);
    return true;
  });
  if (!logbook::box_name_ok(out.box)) {
    complain(place_in(*root, "", "box"),
             fmt::format("'box' is {}; use 1 to 64 letters, digits, . _ -", in_quotes(out.box)));
  }
  if (!out.sensor_interface.empty() && !out.sensor_capture.empty()) {
    complain(place_in(*root, "sensor", "capture"), "[sensor] has both 'interface' and 'capture'; keep one");
  }
  check_means(out, *root, complain);
  check_addresses(out, *root, complain);
  check_users(out, *root, complain);
  check_web(out, *root, complain);
  return std::move(*root);
}

Checked read_config(const std::string& path, const std::vector<std::string>& found_here) {
  Checked out;
  std::string text;
  if (!read_settings_file(path, text)) {
    out.unreadable = true;
    out.problems.push_back(
        {path, 0, "cannot be read: name an existing file of at most 16 MiB that this user may read"});
    return out;
  }
  out.config.folder = std::filesystem::path(path).parent_path().string();
  const toml::table root = parse_config(text, path, out.config, out.problems);
  const Complaint complain{out.problems, path};
  if (!out.config.estate_file.empty()) {
    const std::string estate_path = out.config.path_of(out.config.estate_file);
    const EstateFiles files = read_estate_files(estate_path);
    if (!files.unreadable.empty()) {
      complain(place_in(root, "", "estate"), fmt::format("'estate': {}", files.unreadable));
    } else {
      estate::Loaded loaded = estate::load(files.texts);
      out.estate = std::move(loaded.estate);
      out.problems.insert(out.problems.end(), loaded.problems.begin(), loaded.problems.end());
      for (const estate::NamedText& file : files.texts) text += file.bytes;
    }
  }
  check_hours(out, root, complain);
  if (out.problems.empty()) {
    add_found(out, found_here);
    check_own_ways(out, root, complain);
  }
  in_line_order(out.problems);
  out.digest = digest_of(text);
  return out;
}

std::string describe_config(const Config& config) {
  std::string out;
  describe<Config>(all_settings(), config, out);
  for (const RadiusConfig& one : config.radius) {
    out += fmt::format("\n[radius.{}]\n", in_quotes(one.name));
    describe<RadiusConfig>(radius_settings, one, out);
  }
  return out;
}

}  // namespace cordon::app
