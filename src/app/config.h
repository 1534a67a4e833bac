// SPDX-License-Identifier: Apache-2.0
// Config: everything a person sets, in one TOML file. This struct and the table in config.cpp hold each default, unit
// and bound; nothing else reads the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/web_place.h"
#include "base/result.h"
#include "engine/policy.h"
#include "estate/estate.h"
#include "estate/toml.h"

namespace cordon::app {

/// RadiusConfig is one switch or access point that is asked by RADIUS, a table [radius.NAME].
struct RadiusConfig {
  std::string name;
  std::uint32_t line = 0;  // where its table begins
  std::string address;
  std::int64_t port = 3799;
  std::string secret;
  std::string identifier;
  std::string mac_style = "dashes";
  std::int64_t quarantine_vlan = 0;
  std::int64_t release_vlan = 0;
  std::string hostapd_control;
  bool authenticated_answers = false;
};

struct Config : WebConfig {
  std::string box = "cordon-1";
  std::vector<std::string> addresses;
  std::string mode = "guard";
  std::string estate_file;
  std::string data = "var";

  double files_between_false_infected = 1e9;
  double files_between_false_suspects = 1e6;
  std::vector<std::string> decoys;

  std::int64_t cut_minutes = 240;
  std::int64_t enforcer_deadline_seconds = 10;
  std::int64_t automatic_cuts_per_hour_max = contain::cuts_per_hour_default;
  double harm_budget = contain::harm_budget_default;

  std::string sensor_name = "span0";
  std::string sensor_interface;
  std::string sensor_capture;
  bool sensor_as_now = false;
  std::string sensor_netns;

  std::vector<std::string> enforcer_means{"dry-run"};
  std::vector<std::string> enforcer_dry_run;
  std::string nftables_on = "bridge";
  std::string enforcer_netns;
  std::string samba_socket;
  std::vector<std::string> samba_servers;
  std::vector<RadiusConfig> radius;

  std::int64_t control_uid = 60581;
  std::int64_t sensor_uid = 60582;
  std::int64_t nft_uid = 60583;
  std::int64_t seal_uid = 60584;

  std::string data_folder() const { return path_of(data); }
  std::string book_path() const { return data_folder() + "/logbook/book.db"; }
  std::string seal_folder() const { return data_folder() + "/seal"; }
  std::string people_folder() const { return data_folder() + "/people"; }
  std::string tls_folder() const { return data_folder() + "/tls"; }
  std::string sensor_socket() const { return data_folder() + "/run/sensor.sock"; }
  std::string nft_socket() const { return data_folder() + "/run/nft/" + nftables_on + ".sock"; }
  std::string seal_socket() const { return data_folder() + "/run/seal/seal.sock"; }

  /// cuts_by says whether this means is configured.
  bool cuts_by(std::string_view means) const;
  /// rehearses says whether this means only says what it would do.
  bool rehearses(std::string_view means) const;

  engine::Policy policy() const;
};

/// Checked is a configuration with its estate, or every problem found in both files.
struct Checked {
  Config config;
  estate::Estate estate;
  std::string digest;  // SHA-256 of both files' bytes, hexadecimal
  std::vector<estate::Problem> problems;
  bool unreadable = false;      // a file could not be read at all
  bool found_left_out = false;  // the addresses found here would have made too many own ways
};

/// read_config reads and checks a configuration file and the estate it names. The addresses that this box is found to
/// have are taken as declared in `addresses`, unless that makes more own ways than cordon-nft takes.
Checked read_config(const std::string& path, const std::vector<std::string>& found_here = {});

/// parse_config reads the text of a configuration alone, and gives where what stands in it.
toml::table parse_config(std::string_view toml, const std::string& file, Config& out,
                         std::vector<estate::Problem>& problems);

/// describe_config lists every setting with its value here, unit, bounds and meaning, as a commented TOML file that
/// reads back the same.
std::string describe_config(const Config& config);

}  // namespace cordon::app
