// SPDX-License-Identifier: Apache-2.0
// SambaMeans cuts a host, or one user who comes from it, off one Samba server: cordon-smb beside it denies the host's
// addresses or refuses the user from there, and then ends the sessions. It stops the spread through that server's files
// and nothing else. What is denied stands in Samba's own configuration and outlives both of us; it ends by itself while
// cordon-smb lives.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "enforce/enforcer.h"
#include "samba/request.h"

namespace cordon::enforce {

constexpr std::size_t samba_answer_lines_max = (samba::denied_max + samba::refused_max) * samba::owners_max;
constexpr std::chrono::milliseconds samba_patience{8000};       // a reload, testparm and an end that needs SIGKILL
constexpr std::chrono::seconds samba_clock_difference_max{30};  // between us and the server: ends are times of day

class SambaMeans final : public Means {
 public:
  /// `path` is the socket of cordon-smb.
  explicit SambaMeans(std::string path, std::chrono::milliseconds patience = samba_patience)
      : path_(std::move(path)), patience_(patience) {}
  ~SambaMeans() override;

  std::string name() const override { return "samba"; }
  std::string process() const override { return "cordon-smb"; }
  /// note says that smbd does not run, or that the server's clock is far from ours.
  std::string note() const override { return note_; }

  Result<event::InForce> connect(WallTime now) override;
  Outcome apply(const event::ApplyCut& cut, WallTime now) override;
  Outcome rehearse(const event::ApplyCut& cut, WallTime now) override;
  Outcome lift(const event::LiftCut& cut, WallTime now) override;
  /// read_back: in force is an address that Samba's configuration denies and that has no session left, and a user it
  /// refuses from an address and who has no share open from there.
  Result<std::vector<Reading>> read_back(const std::vector<event::ApplyCut>& cuts, WallTime now) override;
  Result<std::optional<event::InForce>> survey(WallTime now) override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Answer {
    samba::Ok ok;
    std::vector<samba::AnswerLine> lines;
  };

  static event::InForce denied_in(const Answer& listing, WallTime now);
  Outcome stop(const event::ApplyCut& cut, WallTime now, bool dry_run);
  Result<Answer> ask(samba::Request request);
  Result<Answer> exchange(const samba::Request& request, Deadline deadline);
  Result<void> open();
  Result<void> wait(short events, Deadline deadline) const;
  Result<void> send_line(const std::string& line, Deadline deadline);
  Result<samba::AnswerLine> read_line(Deadline deadline);
  Outcome failure(const Error& error) const;
  void close();
  std::string next_id();

  std::string path_;
  std::chrono::milliseconds patience_;
  std::string note_;
  std::chrono::seconds clock_ahead_{};  // the server's clock minus ours
  int descriptor_ = -1;
  std::string unread_;
  std::string refusal_;
  std::uint64_t requests_ = 0;
};

}  // namespace cordon::enforce
