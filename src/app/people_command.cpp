// SPDX-License-Identifier: Apache-2.0
// cordon people: accounts from the console of the box, for its root and for the user of control. It never asks for or
// shows a passphrase: whoever is added or reset gets a code, with which that person chooses one on the page.
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <nlohmann/json.hpp>

#include "app/clock.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/say.h"
#include "app/station_config.h"
#include "event/json.h"
#include "people/desk.h"
#include "people/store.h"

namespace cordon::app {
namespace {

using people::Account;
using people::Accounts;

// become_owner lets root write as the owner of the data folder's accounts, whose files they stay.
bool become_owner(const std::string& folder, std::int64_t owner) {
  if (::geteuid() != 0) return true;
  struct stat s {};
  const bool there = ::stat(folder.c_str(), &s) == 0;
  if (!there && errno != ENOENT) return false;
  const auto uid = there ? s.st_uid : static_cast<uid_t>(owner);
  const auto gid = there ? s.st_gid : static_cast<gid_t>(owner);
  if (!there && (::mkdir(folder.c_str(), 0700) != 0 || ::chown(folder.c_str(), uid, gid) != 0)) return false;
  return uid == 0 ||
         (::setgroups(0, nullptr) == 0 && ::setresgid(gid, gid, gid) == 0 && ::setresuid(uid, uid, uid) == 0);
}

std::string role_text(const people::Roles& roles) {
  std::string out;
  for (const people::Role role : roles.list()) out += (out.empty() ? "" : ",") + std::string(event::word(role));
  return out;
}

std::string state_of(const Account& a) {
  if (a.disabled) return "disabled";
  if (a.active()) return "active";
  return !a.code_hash.empty() && wall_now() < a.code_until ? "invited" : "without a passphrase";
}

int list(const Accounts& accounts, bool as_json) {
  for (const auto& [name, a] : accounts) {
    if (as_json) {
      fmt::print(
          "{}\n",
          nlohmann::json({{"type", "account"}, {"name", name}, {"roles", role_text(a.roles)}, {"state", state_of(a)}})
              .dump());
    } else {
      fmt::print("{:<32} {:<20} {}\n", name, state_of(a), role_text(a.roles));
    }
  }
  if (accounts.empty() && !as_json)
    fmt::print("No account yet: the set-up code is on the console of `cordon serve`.\n");
  return exit_done;
}

int tell_code(const Account& account, const std::string& code, bool as_json) {
  const std::string shown = people::show_code(code);
  if (as_json) {
    fmt::print("{}\n", nlohmann::json({{"type", "code"}, {"name", account.name}, {"code", shown}}).dump());
  } else {
    fmt::print("{} ({}) chooses a passphrase on the page with this code, once, within 72 hours: {}\n", account.name,
               role_text(account.roles), shown);
  }
  return exit_done;
}

int change(people::Store& store, const PeopleCommand& command) {
  const auto lock = store.lock();
  if (!lock) {
    complain(sentence_for(lock.error(), "the accounts are being changed by another; try again"));
    return exit_input;
  }
  auto accounts = store.accounts();
  if (!accounts) {
    complain(sentence_for(accounts.error(), "the accounts"));
    return exit_input;
  }
  const std::string name = people::name_of(command.name);
  const auto found = accounts->find(name);
  Account account;
  std::string code;
  const auto give_code = [&] {
    code = people::make_code(people::system_random());
    auto hash = people::hash_of(code, {});
    if (!hash) return false;
    account.code_hash = std::move(*hash);
    account.code_until = wall_now() + people::invitation_lasts;
    return true;
  };
  if (command.verb == "add") {
    const auto roles = people::roles_from_words(command.roles);
    if (!people::name_ok(name)) {
      complain(fmt::format("'{}' is no name: 2 to 32 of a-z 0-9 . _ -, beginning with a letter", command.name));
      return exit_usage;
    }
    if (!roles) {
      complain("--roles takes some of observer,nurse,regulator,cyber,director,investigator, joined by commas");
      return exit_usage;
    }
    if (found != accounts->end()) {
      complain(fmt::format("{} is there already; `cordon people reset {}` gives a new code", name, name));
      return exit_no;
    }
    if (accounts->size() >= people::accounts_max) {
      complain(fmt::format("there are {} accounts, as many as can be", people::accounts_max));
      return exit_no;
    }
    account.name = name;
    account.roles = *roles;
  } else {
    if (found == accounts->end()) {
      complain(fmt::format("there is no account '{}'; `cordon people list` shows them", name));
      return exit_no;
    }
    account = found->second;
    if (command.verb == "disable") account.disabled = true;
    if (command.verb == "enable") account.disabled = false;
    if (command.verb == "reset") account.hash.clear();
  }
  if ((command.verb == "add" || command.verb == "reset") && !give_code()) {
    complain("there are not 256 MiB of memory free to hash a code with");
    return exit_input;
  }
  account.changed = wall_now();
  ++account.generation;  // every open session of theirs ends
  (*accounts)[name] = account;
  if (const auto saved = store.save(*accounts, *lock); !saved) {
    complain(sentence_for(saved.error(), "the accounts"));
    return exit_input;
  }
  if (!code.empty()) return tell_code(account, code, command.json);
  return list({{name, account}}, command.json);
}

}  // namespace

int manage_people(const PeopleCommand& command) {
  const bool of_station = describes_station(command.config_path);
  const CheckedStation station = of_station ? read_station_config(command.config_path) : CheckedStation{};
  const Checked control = of_station ? Checked{} : read_config(command.config_path);
  const std::vector<estate::Problem>& problems = of_station ? station.problems : control.problems;
  print_problems(problems);
  if (!problems.empty()) return control.unreadable ? exit_input : exit_usage;
  const std::string folder = of_station ? station.config.people_folder() : control.config.people_folder();
  if (!become_owner(folder, of_station ? station.config.station_uid : control.config.control_uid)) {
    complain(
        fmt::format("{}: cannot be reached as its owner; Cordon makes this folder when it is first started", folder));
    return exit_input;
  }
  auto store = people::Store::open(folder);
  if (!store) {
    complain(sentence_for(store.error(), folder) + "; run this as root or as the user of control");
    return exit_input;
  }
  if (command.verb != "list") return change(*store, command);
  const auto accounts = store->accounts();
  if (!accounts) {
    complain(sentence_for(accounts.error(), "the accounts"));
    return exit_input;
  }
  return list(*accounts, command.json);
}

}  // namespace cordon::app
