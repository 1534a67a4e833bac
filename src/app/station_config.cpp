// SPDX-License-Identifier: Apache-2.0
#include "app/station_config.h"

#include <filesystem>
#include <set>

#include "app/settings.h"
#include "app/web_settings.h"
#include "base/text.h"
#include "logbook/entry.h"

namespace cordon::app {

namespace {

const Setting<StationConfig> station_settings[] = {
    {"", "box", &StationConfig::box, 1, 64, "", "name of this box in its logbook: letters, digits, . _ -"},
    {"unit", "name", &StationConfig::unit, 1, 0, "", "the unit as its people call it"},
    {"unit", "beds", &StationConfig::beds, 1, 0, "",
     "its beds, in the order of the corridor; each of 1 to 16 bytes, at most 128"},
    {"unit", "names", &StationConfig::names, 0, 0, "full|initials|none",
     "how patients are called on the screens, where passers-by can read them"},
    {"unit", "hospital", &StationConfig::hospital, 0, 0, "", "the hospital's name, for paper"},
    {"sound", "device", &StationConfig::sound_device, 0, 0, "",
     "the ALSA device of the box's loudspeaker (aplay -L lists them); empty: this box makes no sound, and the screens "
     "say so"},
    {"recorder", "hours", &StationConfig::recorder_hours, 0, 24 * 365, "",
     "how long numerics and waves are kept; 0: nothing is recorded"},
    {"recorder", "gigabytes", &StationConfig::recorder_gigabytes, 0.1, 1e5, "",
     "how much they may take on the disk; the oldest hour goes first"},
    {"hl7", "address", &StationConfig::hl7_address, 0, 0, "",
     "where monitors and gateways send HL7 to (MLLP), such as 0.0.0.0; empty: HL7 is not taken"},
    {"hl7", "port", &StationConfig::hl7_port, 1, 65535, "", "TCP port"},
    {"hl7", "period", &StationConfig::hl7_period, 1, 60, "",
     "seconds: the longest pause between two messages of a sender that states none; it is silent after two and one "
     "second"},
    {"hl7", "zone", &StationConfig::hl7_zone, 0, 0, "",
     "time zone of the devices that state none, such as +01:00; empty: their clocks are not watched"},
    {"hl7", "mindray_port", &StationConfig::hl7_mindray_port, 0, 65535, "",
     "UDP port where monitors of Mindray PDS announce themselves; those are asked for what they measure. 0: they are "
     "not"},
    {"intellivue", "address", &StationConfig::intellivue_address, 0, 0, "",
     "from which address of this box IntelliVue monitors are asked, such as 0.0.0.0; empty: they are not"},
    {"intellivue", "beacon_port", &StationConfig::intellivue_beacon_port, 0, 65535, "",
     "UDP port where monitors announce themselves; 0: only those named here are asked"},
    {"intellivue", "monitors", &StationConfig::intellivue_monitors, 0, 0, "",
     "IPv4 addresses of monitors that do not announce themselves, with :port where it is not 24105"},
    {"intellivue", "waves", &StationConfig::intellivue_waves, 0, 0, "", "waves are asked for, too"},
    {"intellivue", "source_ports", &StationConfig::intellivue_source_ports, 0, 64512, "",
     "the first of 1024 UDP ports from which monitors are asked, each from the one that its address gives, so that "
     "they "
     "know the station again after a kill; 0: any"},
    {"sdc", "address", &StationConfig::sdc_address, 0, 0, "",
     "IPv4 address of this box towards devices with IEEE 11073 SDC; empty: they are not looked for, and the page "
     "Devices says so"},
    {"sdc", "notify_port", &StationConfig::sdc_notify_port, 0, 65535, "",
     "TCP port to which they send their reports; 0 takes any free one"},
    {"sdc", "discovery_port", &StationConfig::sdc_discovery_port, 1, 65535, "", "UDP port of WS-Discovery"},
    {"sdc", "probe", &StationConfig::sdc_probe, 0, 0, "",
     "devices that are asked one by one besides the group, such as \"10.9.0.12:3702\""},
    {"sdc", "key", &StationConfig::sdc_key, 0, 0, "",
     "the station's TLS key for these devices (PEM); without it those that speak TLS are found, not read"},
    {"sdc", "certificate", &StationConfig::sdc_certificate, 0, 0, "", "its certificate and what stands above it (PEM)"},
    {"sdc", "authorities", &StationConfig::sdc_authorities, 0, 0, "",
     "certificates that the devices' own must end at (PEM); key, certificate and authorities: all or none"},
    {"sdc", "plain_allowed", &StationConfig::sdc_plain_allowed, 0, 0, "",
     "devices without TLS are read beyond loopback, too: only on a network of their own"},
    {"data", "folder", &StationConfig::data, 1, 0, "",
     "folder of the station's own logbook, accounts and patients' keys; never that of `cordon serve`"},
    {"users", "station", &StationConfig::station_uid, 1, 4294967293.0, "",
     "user id of the station, when started by root"},
    {"users", "seal", &StationConfig::seal_uid, 1, 4294967293.0, "",
     "user id of the cordon-seal that signs its logbook; never the station's"},
};

const std::vector<Setting<StationConfig>>& all_station_settings() {
  static const auto all = with_web<StationConfig>(station_settings);
  return all;
}

void check_beds(const StationConfig& config, const toml::table& root, const Complaint& complain) {
  if (config.beds.empty()) {
    complain(place_in(root, "unit", "beds"),
             "[unit] 'beds' is missing: name the beds, such as beds = [\"R1\", \"R2\"]");
  }
  if (config.beds.size() > beds_max) {
    complain(place_in(root, "unit", "beds"),
             fmt::format("[unit] 'beds' has {} beds, at most {}", config.beds.size(), beds_max));
  }
  std::set<std::string> seen;
  for (const std::string& bed : config.beds) {
    if (bed.empty() || shown(bed, bed_bytes_max) != bed) {
      complain(place_in(root, "unit", "beds", bed),
               fmt::format("[unit] 'beds': {} is no name of 1 to {} bytes without blanks around", in_quotes(bed),
                           bed_bytes_max));
    }
    if (!seen.insert(bed).second) {
      complain(place_in(root, "unit", "beds", bed), fmt::format("[unit] 'beds' names {} twice", in_quotes(bed)));
    }
  }
}

}  // namespace

bedside::ViewOptions StationConfig::view() const {
  bedside::ViewOptions out;
  out.unit = unit;
  out.loudspeaker = !sound_device.empty();
  if (names == "initials") out.names = bedside::Names::initials;
  if (names == "none") out.names = bedside::Names::none;
  if (!hl7_address.empty()) out.families.emplace_back("hl7");
  if (!intellivue_address.empty()) out.families.emplace_back("intellivue");
  if (!sdc_address.empty()) out.families.emplace_back("sdc");
  return out;
}

std::optional<std::chrono::minutes> StationConfig::hl7_offset() const {
  const std::string& z = hl7_zone;
  const auto digit = [&](std::size_t at) { return z[at] >= '0' && z[at] <= '9'; };
  if (z.size() != 6 || (z[0] != '+' && z[0] != '-') || z[3] != ':') return std::nullopt;
  if (!digit(1) || !digit(2) || !digit(4) || !digit(5)) return std::nullopt;
  const int minutes = ((z[1] - '0') * 10 + z[2] - '0') * 60 + (z[4] - '0') * 10 + z[5] - '0';
  if (minutes > 14 * 60 || z[4] > '5') return std::nullopt;
  return std::chrono::minutes(z[0] == '-' ? -minutes : minutes);
}

void parse_station_config(std::string_view text, const std::string& file, StationConfig& out,
                          std::vector<estate::Problem>& problems) {
  const Complaint complain{problems, file};
  estate::TomlMistake mistake;
  const auto root = estate::parse_toml(text, mistake);
  if (!root) {
    problems.push_back({file, mistake.line, std::move(mistake.text)});
    return;
  }
  read_tables<StationConfig>(all_station_settings(), *root, out, complain,
                             [](const toml::key&, const toml::table&) { return false; });
  if (!logbook::box_name_ok(out.box)) {
    complain(place_in(*root, "", "box"),
             fmt::format("'box' is {}; use 1 to 64 letters, digits, . _ -", in_quotes(out.box)));
  }
  if (out.unit.empty())
    complain(place_in(*root, "unit", "name"), "[unit] 'name' is missing: say how the unit is called");
  check_beds(out, *root, complain);
  if (!out.hl7_zone.empty() && !out.hl7_offset()) {
    complain(place_in(*root, "hl7", "zone"),
             fmt::format("[hl7] 'zone' is {}; write it as +01:00", in_quotes(out.hl7_zone)));
  }
  const auto given = !out.sdc_key.empty() + !out.sdc_certificate.empty() + !out.sdc_authorities.empty();
  if (given != 0 && given != 3) {
    complain(place_in(*root, "sdc", "key"),
             "[sdc] needs 'key', 'certificate' and 'authorities' together, or none of them");
  }
  if (out.station_uid == out.seal_uid) {
    complain(place_in(*root, "users", "seal"),
             "[users] 'seal' is the user of 'station' too, who could then read the key that signs its logbook; each "
             "has its own");
  }
  check_web(out, *root, complain);
}

CheckedStation read_station_config(const std::string& path) {
  CheckedStation out;
  std::string text;
  if (!read_settings_file(path, text)) {
    out.unreadable = true;
    out.problems.push_back(
        {path, 0, "cannot be read: name an existing file of at most 16 MiB that this user may read"});
    return out;
  }
  out.config.folder = std::filesystem::path(path).parent_path().string();
  parse_station_config(text, path, out.config, out.problems);
  in_line_order(out.problems);
  out.digest = digest_of(text);
  return out;
}

bool describes_station(const std::string& path) {
  std::string text;
  estate::TomlMistake mistake;
  if (!read_settings_file(path, text)) return false;
  const auto root = estate::parse_toml(text, mistake);
  return root && root->get_as<toml::table>("unit") != nullptr;
}

std::string describe_station_config(const StationConfig& config) {
  std::string out;
  describe<StationConfig>(all_station_settings(), config, out);
  return out;
}

}  // namespace cordon::app
