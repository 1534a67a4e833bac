// SPDX-License-Identifier: Apache-2.0
// The subcommands of `cordon`, one file each. They return the exit status.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cordon::app {

int serve(const std::string& config_path, bool json);

int run_sensor(const std::string& config_path);

struct ReplayOptions {
  std::vector<std::string> files;  // "-" is standard input
  std::string config_path;         // empty: defaults
  std::string book_path;           // empty: nothing is recorded
  bool json = false;
  std::uint32_t batch = 256;
};
int replay(const ReplayOptions& options);

struct LogOptions {
  std::string book_path;
  std::uint64_t from = 1;
  std::uint64_t limit = 0;  // 0: all
  bool follow = false;
  bool json = false;
  bool french = false;
};
int print_log(const LogOptions& options);

struct VerifyCommand {
  std::string book_path;
  std::string heads_path;
  std::string key_path;
  bool json = false;
};
int verify_log(const VerifyCommand& options);

struct PeopleCommand {
  std::string config_path;
  std::string verb;   // list, add, disable, enable, reset
  std::string name;   // not for list
  std::string roles;  // for add
  bool json = false;
};
int manage_people(const PeopleCommand& command);

int check_config(const std::string& config_path, bool json, bool show);

}  // namespace cordon::app
