// SPDX-License-Identifier: Apache-2.0
// LinuxSystem is the machine that smbd runs on: its include file, its control program, its processes and the kernel's
// table of connections. Every program it starts has a fixed path, fixed arguments, an empty environment and a time.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "samba/helper.h"

namespace cordon::samba {

constexpr std::size_t program_output_bytes_max = 16U << 20U;  // smbstatus says half a kilobyte a session
constexpr std::size_t file_bytes_max = 1U << 20U;
// 1,280 addresses and logins, each named by 8 cuts in a remark of at most 220 bytes, and one line of them all.
constexpr std::size_t include_bytes_max = 4 * file_bytes_max;
constexpr std::chrono::milliseconds program_patience{5000};
constexpr std::chrono::milliseconds term_patience{100};  // smbd ends cleanly within one turn of its loop, or is stuck
constexpr std::chrono::milliseconds kill_patience{1000};

class LinuxSystem final : public System {
 public:
  struct Options {
    std::string conf;          // smb.conf
    std::string include_path;  // our file
    std::string tools = "/usr/bin";
    std::set<std::uint16_t> ports{139, 445};
  };

  explicit LinuxSystem(Options options) : options_(std::move(options)) {}

  /// open asks testparm where smbd's process number lies. Gives a problem.
  std::string open();

  std::optional<std::string> read_include() override;
  std::string write_include(const std::string& text) override;
  std::string persist() override;
  std::map<grammar::Ip, std::string> read_logins() override;
  std::string write_logins(const std::map<grammar::Ip, std::string>& texts) override;
  void nudge() override;
  std::string reload() override;
  std::optional<std::string> testparm() override;
  std::optional<std::string> read_conf() override;
  std::vector<Session> sessions() override;
  Ended end(const std::vector<Session>& sessions, const std::set<grammar::Ip>& denied) override;
  std::optional<std::string> status() override;
  Ended end_processes(const std::set<std::uint64_t>& pids) override;
  void close_refused() override;
  std::uint64_t server_pid() override;
  void pause(std::chrono::milliseconds time) override;

 private:
  struct Run {
    bool good = false;
    std::string output;
  };
  /// end_children ends smbd's children that `wanted` names; wanted(pid) comes when `pid` cannot be another any more.
  template <class Wanted>
  Ended end_children(Wanted&& wanted);
  Run run(const char* program, const std::vector<std::string>& arguments) const;

  Options options_;
  std::string pid_path_;
};

}  // namespace cordon::samba
