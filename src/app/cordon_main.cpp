// SPDX-License-Identifier: Apache-2.0
// cordon: one program, with a subcommand for each thing a person or a service manager asks of it.
#include <fmt/format.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/commands.h"
#include "app/config.h"
#include "app/estate_command.h"
#include "app/plan_command.h"
#include "app/say.h"
#include "app/station.h"
#include "app/version.h"
#include "event/json.h"

namespace {

using namespace cordon::app;

constexpr const char* about =
    "Cordon sees an encryption attack on a hospital's network, cuts it off and keeps the record.\n"
    "It is no medical device and carries no CE mark.\n\n"
    "  cordon replay night.pcap            what does this capture hold?\n"
    "  cordon serve --config cordon.toml   watch, cut and show it in the browser\n"
    "  cordon station --config station.toml   show a unit's beds, straight from their devices\n"
    "  cordon log book.db                  read the logbook\n"
    "  cordon log verify book.db           has anybody touched it?\n"
    "  cordon estate check hospital        is the hospital's description sound?\n"
    "  cordon plan hospital --infected pc-12   what to cut, and what that costs whom";

constexpr const char* station_about =
    "Show every bed of a unit on one screen, straight from the bedside devices: values, traces, alarms.\n"
    "It needs nothing else of Cordon, no server and no hospital network. It listens only: no device is silenced or\n"
    "commanded. It is no medical device and carries no CE mark; clinical use only under the hospital's own file\n"
    "(Regulation (EU) 2017/745, article 5(5)).\n\n"
    "  cordon check-config station.toml         is the file sound?  --show prints every setting and its meaning\n"
    "  cordon station --config station.toml     run; the page's address is printed; Ctrl-C ends it\n"
    "  cordon log --config station.toml         what happened, and who answered\n"
    "  cordon people add a.durand --roles nurse --config station.toml   who may act from another screen\n"
    "  cordon station --config station.toml --forget-patient IPP-4711   erase a patient who lies in no bed";

constexpr const char* exit_words =
    "Exit status: 0 done, 1 the answer is \"no\", 2 usage or configuration, 3 an input could not be read.";

int print_version(bool json) {
  if (json) {
    fmt::print("{{\"type\":\"version\",\"version\":\"{}\",\"schema\":{}}}\n", version, cordon::event::schema_version);
  } else {
    fmt::print("cordon {} (event schema {})\n", version, cordon::event::schema_version);
  }
  return exit_done;
}

// seal_of gives what a seal keeps in its folder, where nobody named anything else.
void seal_of(const std::string& folder, std::string& heads, std::string& key) {
  if (heads.empty() && std::filesystem::exists(folder + "/heads.jsonl")) heads = folder + "/heads.jsonl";
  if (key.empty() && std::filesystem::exists(folder + "/seal.pub")) key = folder + "/seal.pub";
}

// book_of gives the logbook a person means: named outright, or through a configuration.
bool book_of(const std::string& book, const std::string& config, std::string& out, std::string& heads,
             std::string& key) {
  if (!book.empty()) {
    out = book;
    return true;
  }
  if (config.empty()) {
    complain("name a logbook, or --config FILE whose logbook is meant");
    return false;
  }
  if (describes_station(config)) {
    const CheckedStation station = read_station_config(config);
    print_problems(station.problems);
    if (!station.problems.empty()) return false;
    out = station.config.book_path();
    seal_of(station.config.seal_folder(), heads, key);
    return true;
  }
  const Checked checked = read_config(config);
  print_problems(checked.problems);
  if (!checked.problems.empty()) return false;
  out = checked.config.book_path();
  seal_of(checked.config.seal_folder(), heads, key);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    complain("the cryptography library did not start");
    return exit_input;
  }
  CLI::App app{about, "cordon"};
  app.footer(exit_words);
  app.require_subcommand(1);
  int status = exit_usage;
  std::string config;
  bool json = false;

  auto* serve_command = app.add_subcommand("serve", "run the control process: engine, logbook, web page");
  serve_command->add_option("--config", config, "configuration file (TOML); see check-config --show")->required();
  serve_command->add_flag("--json", json, "print the address as JSON");
  serve_command->callback([&] { status = serve(config, json); });

  StationCommand station_command;
  auto* station_option = app.add_subcommand("station", station_about);
  station_option->add_option("--config", station_command.config_path, "configuration file of the station (TOML)")
      ->required();
  station_option->add_option("--forget-patient", station_command.forget,
                             "destroy the key of a patient, by identifier or \"FAMILY YYYY-MM-DD\", and end");
  station_option->add_flag("--json", station_command.json, "print the address as JSON");
  station_option->footer(exit_words);
  station_option->callback([&] { status = station(station_command); });

  auto* sensor_command =
      app.add_subcommand("sensor", "run the sensor of one mirror port (started by cordon-launch or systemd)");
  sensor_command->add_option("--config", config, "configuration file (TOML)")->required();
  sensor_command->callback([&] { status = run_sensor(config); });

  ReplayOptions replay_options;
  auto* replay_command =
      app.add_subcommand("replay", "run captures through the engine, in capture time, as fast as possible");
  replay_command->add_option("file", replay_options.files, "pcap or pcapng files, in order; - is standard input")
      ->required();
  replay_command->add_option("--config", replay_options.config_path,
                             "configuration and estate to judge by; without one: defaults");
  replay_command->add_option("--logbook", replay_options.book_path, "also record into this logbook");
  replay_command->add_option("--batch", replay_options.batch, "inputs the engine takes at once; changes no output")
      ->check(CLI::Range(1, 65536));
  replay_command->add_flag("--json", replay_options.json, "print one JSON object a line");
  replay_command->callback([&] { status = replay(replay_options); });

  LogOptions log_options;
  auto* log_command = app.add_subcommand("log", "print, follow or verify a logbook");
  log_command->add_option("book", log_options.book_path, "logbook file (book.db)");
  log_command->add_option("--config", config, "take the logbook of this configuration");
  log_command->add_option("--from", log_options.from, "first entry to print; they are counted from 1")
      ->check([](const std::string& text) {
        return text.find_first_not_of('0') == std::string::npos ? std::string("entries are counted from 1")
                                                                : std::string();
      });
  log_command->add_option("--limit", log_options.limit, "entries to print; 0: all");
  log_command->add_flag("--follow", log_options.follow, "keep printing as it grows, until Ctrl-C");
  log_command->add_flag("--fr", log_options.french, "in French");
  log_command->add_flag("--json", log_options.json, "print one JSON object a line");

  VerifyCommand verify_options;
  auto* verify_command =
      log_command->add_subcommand("verify", "say whether any entry was changed, removed, moved or cut off");
  verify_command->add_option("book", verify_options.book_path, "logbook file (book.db)");
  verify_command->add_option("--config", config, "take the logbook, heads and key of this configuration");
  verify_command->add_option("--heads", verify_options.heads_path, "signed heads (heads.jsonl of cordon-seal)");
  verify_command->add_option("--key", verify_options.key_path, "public key of the seal (seal.pub)");
  verify_command->add_flag("--json", verify_options.json, "print the result as JSON");
  log_command->callback([&] {
    std::string unused;
    if (verify_command->parsed()) {
      status = book_of(verify_options.book_path, config, verify_options.book_path, verify_options.heads_path,
                       verify_options.key_path)
                   ? verify_log(verify_options)
                   : exit_usage;
    } else {
      status = book_of(log_options.book_path, config, log_options.book_path, unused, unused) ? print_log(log_options)
                                                                                             : exit_usage;
    }
  });

  PeopleCommand people_command;
  auto* people =
      app.add_subcommand("people", "accounts, from the console of the box: list, add, disable, enable, reset");
  people->require_subcommand(1);
  const auto people_verb = [&](const char* verb, const char* meaning, bool named) {
    auto* command = people->add_subcommand(verb, meaning);
    command->add_option("--config", people_command.config_path, "configuration file (TOML)")->required();
    command->add_flag("--json", people_command.json, "print one JSON object a line");
    if (named) command->add_option("name", people_command.name, "such as a.durand")->required();
    command->callback([&, verb] {
      people_command.verb = verb;
      status = manage_people(people_command);
    });
    return command;
  };
  people_verb("list", "who there is", false);
  people_verb("add", "a new account; prints a code with which that person chooses a passphrase", true)
      ->add_option("--roles", people_command.roles, "observer,nurse,regulator,cyber,director,investigator")
      ->required();
  people_verb("disable", "nobody comes in under this name; open sessions end", true);
  people_verb("enable", "the account counts again, with its passphrase", true);
  people_verb("reset", "the passphrase is void; prints a code for a new one", true);

  bool show = false;
  auto* check_command =
      app.add_subcommand("check-config", "check a configuration and its estate, naming every mistake");
  check_command->add_option("config", config, "configuration file (TOML)")->required();
  check_command->add_flag("--show", show, "print every setting in force, with unit, bounds and meaning");
  check_command->add_flag("--json", json, "print the result as JSON");
  check_command->callback([&] { status = check_config(config, json, show); });

  add_estate_command(app, status);
  add_plan_command(app, status);

  auto* version_command = app.add_subcommand("version", "print the version");
  version_command->add_flag("--json", json, "print it as JSON");
  version_command->callback([&] { status = print_version(json); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_done : exit_usage;
  } catch (const std::exception& error) {
    complain(error.what());
    return exit_input;
  }
  return status;
}
