// SPDX-License-Identifier: Apache-2.0
// A machine with Samba on it that is made up, for the tests of this folder: it judges as smbd does, by what it read
// last.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "samba/helper.h"
#include "samba/request.h"
#include "samba/texts.h"

namespace cordon::samba::testing {

using grammar::Ip;
using std::chrono::milliseconds;

inline Ip ip(const char* text) {
  return *Ip::parse(text);
}
inline Login login(const char* text) {
  return *Login::parse(text);
}

constexpr const char* include = "/c";
inline std::string text_of(const Entries& entries) {
  return include_text({entries, {}}, include);
}

struct World final : System {
  std::string conf = "[global]\n include = /c\n";
  std::optional<std::string> include = "";
  std::string loaded;  // what smbd read last
  std::vector<Session> open;
  std::set<std::uint64_t> shared;    // connections in a process that serves somebody else too
  std::set<std::uint64_t> stubborn;  // connections whose process does not end
  std::map<Ip, std::string> login_files;
  std::vector<OpenLogin> logged_in;
  std::set<std::string> tied;  // users whose shares Samba does not close
  bool status_answers = true;
  std::string write_problem, reload_problem;
  std::vector<std::string> order;

  std::optional<std::string> read_include() override { return include; }
  std::string write_include(const std::string& text) override {
    order.emplace_back("write");
    if (write_problem.empty()) include = text;
    return write_problem;
  }
  std::string persist() override {
    order.emplace_back("persist");
    return {};
  }
  void nudge() override {
    order.emplace_back("nudge");
    loaded = *include;
  }
  std::string reload() override {
    order.emplace_back("reload");
    if (reload_problem.empty()) loaded = *include;
    return reload_problem;
  }
  std::optional<std::string> testparm() override { return conf + "[global]\n" + *include; }
  std::optional<std::string> read_conf() override { return conf; }
  std::vector<Session> sessions() override { return open; }
  Ended end(const std::vector<Session>& sessions, const std::set<Ip>& denied) override {
    order.emplace_back("end");
    Ended out;
    for (const Session& session : sessions) {
      EXPECT_TRUE(denied.contains(session.client));
      EXPECT_NE(loaded.find(session.client.text()), std::string::npos) << "ended before it was denied";
      if (shared.contains(session.inode)) {
        ++out.spared;
      } else if (stubborn.contains(session.inode)) {
        out.problem = "does not end";
      } else {
        out.processes += std::erase(open, session);
      }
    }
    return out;
  }
  std::map<Ip, std::string> read_logins() override { return login_files; }
  std::string write_logins(const std::map<Ip, std::string>& texts) override {
    if (write_problem.empty()) login_files = texts;
    return write_problem;
  }
  std::optional<std::string> status() override {
    if (!status_answers) return std::nullopt;
    std::string sessions, tcons;
    for (std::size_t i = 0; i < logged_in.size(); ++i) {
      const auto& [who, pid, shares] = logged_in[i];
      const std::string id = std::to_string(i);
      sessions += (i > 0 ? ",\"" : "\"") + id + R"(":{"session_id":")" + id + R"(","server_id":{"pid":")" +
                  std::to_string(pid) + R"("},"username":")" + who.user + R"(","hostname":"ipv4:)" + who.ip.text() +
                  R"(:1"})";
      for (std::uint64_t s = 0; s < shares; ++s) {
        tcons += (tcons.empty() ? "\"" : ",\"") + id + "-" + std::to_string(s) + R"(":{"service":"x","session_id":")" +
                 id + "\"}";
      }
    }
    return "{\"sessions\":{" + sessions + "},\"tcons\":{" + tcons + "}}";
  }
  Ended end_processes(const std::set<std::uint64_t>& pids) override {
    order.emplace_back("end_processes");
    Ended out;
    for (const OpenLogin& one : logged_in) {
      if (!pids.contains(one.pid)) continue;
      EXPECT_TRUE(is_refused(one.login)) << "ended before it was refused: " << one.login.text();
    }
    out.processes = std::erase_if(logged_in, [&](const OpenLogin& one) { return pids.contains(one.pid); });
    return out;
  }
  void close_refused() override {
    order.emplace_back("close_refused");
    for (OpenLogin& one : logged_in) {
      if (is_refused(one.login) && !tied.contains(one.login.user)) one.shares = 0;
    }
  }
  /// is_refused judges as smbd does: by what it read last and by the file of the client's address.
  bool is_refused(const Login& who) const {
    const auto file = login_files.find(who.ip);
    return loaded.ends_with("include = /c.%I\n") && file != login_files.end() &&
           (file->second + ' ').find(' ' + who.user) != std::string::npos;
  }
  std::uint64_t server_pid() override { return 77; }
  void pause(milliseconds) override {}
};

class HelperTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(helper_.start(now_), ""); }
  std::string ask(const std::string& line) { return helper_.answer(line, now_); }
  std::string deny(const std::string& id, const std::string& ips, std::uint64_t seconds = 60) {
    return ask("deny " + id + " ips=" + ips + " until=" + std::to_string(now_.seconds + seconds));
  }
  void pass(milliseconds time) {
    now_.instant += time;
    now_.seconds += static_cast<std::uint64_t>(time.count() / 1000);
  }

  World world_;
  std::string refuse(const std::string& id, const std::string& logins, std::uint64_t seconds = 60) {
    return ask("refuse " + id + " logins=" + logins + " until=" + std::to_string(now_.seconds + seconds));
  }

  Helper helper_{world_, {"/c", {ip("10.0.0.9")}, {"adm"}}};
  Now now_{1670097605, Instant{}};
};

}  // namespace cordon::samba::testing
