// SPDX-License-Identifier: Apache-2.0
// StationConfig: everything a person sets for `cordon station`, in one TOML file (examples/station/station.toml). Read
// as config.h is: an unknown key is an error with its line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/web_place.h"
#include "bedside/view.h"
#include "estate/estate.h"

namespace cordon::app {

constexpr std::size_t beds_max = 128;
constexpr std::size_t bed_bytes_max = 16;  // as a tile shows it

struct StationConfig : WebConfig {
  std::string box = "station-1";

  std::string unit;
  std::vector<std::string> beds;
  std::string names = "full";

  std::string hospital;
  std::string sound_device = "default";
  std::int64_t recorder_hours = 72;
  double recorder_gigabytes = 16;

  std::string hl7_address;  // empty: HL7 is not taken
  std::int64_t hl7_port = 2575;
  std::int64_t hl7_period = 10;  // seconds
  std::string hl7_zone;          // "+01:00"; empty: not known
  std::int64_t hl7_mindray_port = 4600;
  std::string intellivue_address;  // empty: IntelliVue monitors are not asked
  std::int64_t intellivue_beacon_port = 24005;
  std::vector<std::string> intellivue_monitors;
  bool intellivue_waves = true;
  std::int64_t intellivue_source_ports = 24200;

  std::string sdc_address;  // empty: SDC devices are not looked for
  std::int64_t sdc_notify_port = 0;
  std::int64_t sdc_discovery_port = 3702;
  std::vector<std::string> sdc_probe;
  std::string sdc_key;
  std::string sdc_certificate;
  std::string sdc_authorities;
  bool sdc_plain_allowed = false;

  std::string data = "var-station";
  std::int64_t station_uid = 60585;
  std::int64_t seal_uid = 60584;

  /// beside_the_disk is where accounts and certificate lie in this run when the data folder cannot be used; no setting.
  std::string beside_the_disk;

  StationConfig() { web_port = 8423; }

  std::string data_folder() const { return path_of(data); }
  std::string book_path() const { return data_folder() + "/logbook/book.db"; }
  std::string seal_folder() const { return data_folder() + "/seal"; }
  std::string seal_socket() const { return data_folder() + "/run/seal/seal.sock"; }
  std::string people_folder() const { return door_folder() + "/people"; }
  std::string tls_folder() const { return door_folder() + "/tls"; }
  std::string door_folder() const { return beside_the_disk.empty() ? data_folder() : beside_the_disk; }
  std::string patients_folder() const { return data_folder() + "/patients"; }
  std::string recorder_folder() const { return data_folder() + "/recorder"; }

  bedside::ViewOptions view() const;
  /// hl7_offset gives hl7_zone in minutes east of UTC; nothing where it is empty or no such text.
  std::optional<std::chrono::minutes> hl7_offset() const;
};

struct CheckedStation {
  StationConfig config;
  std::string digest;  // SHA-256 of the file, hexadecimal
  std::vector<estate::Problem> problems;
  bool unreadable = false;
};

/// read_station_config reads and checks a file.
CheckedStation read_station_config(const std::string& path);

/// parse_station_config reads its text alone.
void parse_station_config(std::string_view toml, const std::string& file, StationConfig& out,
                          std::vector<estate::Problem>& problems);

/// describes_station tells whether a file is a station's: it has a table [unit]. False also where it cannot be read.
bool describes_station(const std::string& path);

/// describe_station_config lists every setting, as a commented TOML file that reads back the same.
std::string describe_station_config(const StationConfig& config);

}  // namespace cordon::app
