// SPDX-License-Identifier: Apache-2.0
#include "app/estate_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/config.h"
#include "app/estate_files.h"
#include "app/estate_flows.h"
#include "app/estate_learned.h"
#include "app/say.h"
#include "base/text.h"
#include "estate/declared_diff.h"
#include "estate/harm.h"
#include "estate/import.h"

namespace cordon::app {

namespace {

using nlohmann::json;

constexpr const char* about =
    "what the hospital has declared of itself: check it, import an inventory, see what is missing\n\n"
    "  cordon estate check examples/reference          is it sound? what does it hold?\n"
    "  cordon estate import glpi.csv --mapping glpi.toml --estate hospital > hosts.csv\n"
    "  cordon estate learned --config cordon.toml      who was seen and is not declared?\n"
    "  cordon estate diff hospital.old hospital.new    what differs?\n\n"
    "An estate is a TOML file, or a folder of TOML and CSV files; docs/ESTATE.md explains every word of it.";

struct Options {
  std::string path;     // of the estate; of the first one for diff
  std::string other;    // of the second one for diff; of the export for import
  std::string mapping;  // for import
  std::string config;
  std::string book;
  bool json_wanted = false;
  bool all_wanted = false;
  bool csv_wanted = false;
  bool gone_wanted = false;
  bool flows_wanted = false;
};

void print(const json& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
}

json json_of(const std::vector<estate::Problem>& problems) {
  json out = json::array();
  for (const estate::Problem& p : problems) out.push_back({{"file", p.file}, {"line", p.line}, {"text", p.text}});
  return out;
}

std::vector<std::string> texts(const auto& addresses) {
  std::vector<std::string> out;
  for (const auto& address : addresses) out.push_back(address.text());
  return out;
}

json json_of(const estate::Estate& estate, const estate::Host& host) {
  return {{"name", host.name},
          {"role", estate::word(host.role)},
          {"origin", estate::word(host.origin)},
          {"unit", host.unit ? estate.units[host.unit->value].name : ""},
          {"network", host.network ? estate.networks[host.network->value].name : ""},
          {"addresses", texts(host.addresses)},
          {"macs", texts(host.macs)},
          {"serves", host.serves},
          {"serves_udp", host.serves_udp}};
}

std::string line_of(const estate::Estate& estate, const estate::Host& host) {
  std::string out = fmt::format("{}  {}", host.name, fmt::join(texts(host.addresses), " "));
  for (const std::string& mac : texts(host.macs)) out += "  " + mac;
  if (host.network) out += "  network " + estate.networks[host.network->value].name;
  if (!host.serves.empty()) out += fmt::format("  answers on {}", fmt::join(host.serves, " "));
  if (!host.serves_udp.empty()) out += fmt::format("  answers by udp on {}", fmt::join(host.serves_udp, " "));
  return out;
}

// open_estate loads an estate and prints what is wrong with it. False: `status` says why not.
bool open_estate(const std::string& path, estate::Estate& out, int& status) {
  const EstateFiles files = read_estate_files(path);
  if (!files.unreadable.empty()) {
    complain(files.unreadable);
    status = exit_input;
    return false;
  }
  estate::Loaded loaded = estate::load(files.texts);
  print_problems(loaded.problems);
  out = std::move(loaded.estate);
  status = exit_usage;
  return loaded.problems.empty();
}

// What a person wants to see of an estate at a glance.
json totals(const estate::Estate& e) {
  double patients = 0;
  std::uint64_t beds = 0;
  for (const estate::Unit& unit : e.units) {
    patients += unit.patients;
    beds += unit.beds;
  }
  json roles = json::object();
  std::size_t is_protected = 0;
  for (const estate::Host& host : e.hosts) {
    roles[std::string(estate::word(host.role))] = roles.value(std::string(estate::word(host.role)), 0) + 1;
    is_protected += host.is_protected ? 1U : 0U;
  }
  std::vector<estate::Outage> all;
  for (std::uint32_t i = 0; i < e.flows.size(); ++i) all.push_back({i, e.weights.incident_hours});
  return {{"sites", e.sites.size()},
          {"units", e.units.size()},
          {"beds", beds},
          {"patients", patients},
          {"networks", e.networks.size()},
          {"borders", e.borders.size()},
          {"hosts", e.hosts.size()},
          {"protected", is_protected},
          {"roles", roles},
          {"services", e.services.size()},
          {"flows", e.flows.size()},
          {"care_flows", e.care_flows.size()},
          {"passages", e.passages.size()},
          {"accounts", e.accounts.size()},
          {"incident_hours", e.weights.incident_hours},
          {"harm_of_pulling_everything", estate::harm_together(e, all)}};
}

int check(const Options& options) {
  const EstateFiles files = read_estate_files(options.path);
  if (!files.unreadable.empty()) {
    complain(files.unreadable);
    return exit_input;
  }
  estate::Limits limits;
  if (options.all_wanted) limits.problems = std::numeric_limits<std::size_t>::max();  // files and rows are bounded
  const estate::Loaded loaded = estate::load(files.texts, limits);
  const bool sound = loaded.problems.empty();
  const json sums = totals(loaded.estate);
  if (options.json_wanted) {
    json out = {{"type", "estate"},
                {"sound", sound},
                {"hospital", loaded.estate.hospital},
                {"problems", json_of(loaded.problems)},
                {"notices", json_of(loaded.notices)}};
    if (sound) out.update(sums);
    print(out);
    return sound ? exit_done : exit_usage;
  }
  print_problems(loaded.problems);
  if (!sound) return exit_usage;
  fmt::print("{}: sound\n", loaded.estate.hospital.empty() ? options.path : loaded.estate.hospital);
  fmt::print("  {} sites, {} units, {} beds, {:.0f} patients\n", sums["sites"].get<int>(), sums["units"].get<int>(),
             sums["beds"].get<int>(), sums["patients"].get<double>());
  fmt::print("  {} hosts ({} protected), {} networks, {} borders, {} passages, {} accounts\n", sums["hosts"].get<int>(),
             sums["protected"].get<int>(), sums["networks"].get<int>(), sums["borders"].get<int>(),
             sums["passages"].get<int>(), sums["accounts"].get<int>());
  for (const auto& [role, count] : sums["roles"].items()) fmt::print("    {:>6} {}\n", count.get<int>(), role);
  fmt::print("  {} flows for {} services; {} servers and ports stay open whoever is cut\n", sums["flows"].get<int>(),
             sums["services"].get<int>(), sums["care_flows"].get<int>());
  fmt::print("  pulling everything for {} hours would cost {:.0f} patient-hours\n",
             loaded.estate.weights.incident_hours, sums["harm_of_pulling_everything"].get<double>());
  for (const estate::Problem& p : loaded.notices) {
    fmt::print("  look at {}: {}\n", place_of(p), shown(p.text, std::string_view::npos));
  }
  return exit_done;
}

bool read_one(const std::string& path, estate::NamedText& out) {
  EstateFiles files = read_estate_files(path);
  if (!files.unreadable.empty() || files.texts.size() != 1 || !files.texts.front().unread.empty()) {
    complain(files.unreadable.empty() ? fmt::format("{} is a folder; name one file", path) : files.unreadable);
    return false;
  }
  out = std::move(files.texts.front());
  return true;
}

int import(const Options& options) {
  int status = exit_done;
  estate::Estate known;
  if (!options.path.empty() && !open_estate(options.path, known, status)) return status;
  estate::NamedText exported;
  estate::NamedText mapping;
  if (!read_one(options.other, exported) || !read_one(options.mapping, mapping)) return exit_input;
  const estate::Imported imported = estate::import_inventory(exported, mapping, known);
  if (options.json_wanted) {
    for (const estate::Host& host : imported.hosts) {
      json line = json_of(known, host);
      line["type"] = "host";
      print(line);
    }
    print({{"type", "import"},
           {"hosts", imported.hosts.size()},
           {"skipped", imported.skipped},
           {"ambiguous", json_of(imported.ambiguous)},
           {"problems", json_of(imported.problems)}});
  } else {
    print_problems(imported.problems);
    print_problems(imported.ambiguous);
    if (imported.problems.empty()) fmt::print("{}", estate::hosts_csv(known, imported.hosts));
    fmt::print(stderr, "{} hosts imported, {} lines skipped as the mapping says, {} left out as unclear\n",
               imported.hosts.size(), imported.skipped, imported.lines_left_out());
  }
  if (!imported.problems.empty()) return exit_usage;
  return imported.ambiguous.empty() ? exit_done : exit_no;
}

// places_of finds the estate and the logbook a person means: named outright, or through a configuration, which may
// have no estate yet.
bool places_of(const Options& options, std::string& estate_path, std::string& book, int& status) {
  estate_path = options.path;
  book = options.book;
  if (!estate_path.empty() && !book.empty()) return true;
  status = exit_usage;
  if (options.config.empty()) {
    complain("name the estate and --logbook FILE, or --config FILE that names both");
    return false;
  }
  const Checked checked = read_config(options.config);
  print_problems(checked.problems);
  if (!checked.problems.empty()) {
    if (checked.unreadable) status = exit_input;
    return false;
  }
  const std::string& named = checked.config.estate_file;
  if (estate_path.empty() && !named.empty()) estate_path = checked.config.path_of(named);
  if (book.empty()) book = checked.config.book_path();
  return true;
}

int learned(const Options& options) {
  int status = exit_done;
  std::string estate_path;
  std::string book;
  estate::Estate declared;
  if (!places_of(options, estate_path, book, status)) return status;
  if (!estate_path.empty() && !open_estate(estate_path, declared, status)) return status;
  const auto sightings = read_sightings(book);
  if (!sightings) {
    complain(sentence_for(sightings.error(), book));
    return exit_input;
  }
  std::vector<estate::SeenHost> hosts;
  const Learned found = learn(declared, *sightings, hosts);
  const estate::Estate seen = estate::estate_of_seen(declared, hosts);
  const estate::Difference difference = estate::diff(declared, seen, estate::After::seen);
  const std::vector<std::uint32_t> unseen = estate::unseen_flows(declared, hosts, found.seen);
  const auto udp_only = [&](const estate::Host& host) {
    return std::ranges::all_of(host.addresses, [&](const IpAddress& a) { return found.udp_only.contains(a); });
  };
  const std::size_t left_out = found.added.beyond + sightings->left_out();
  if (options.json_wanted) {
    for (const estate::Host& host : found.hosts()) {
      json line = json_of(found.whole, host);
      line["type"] = "seen";
      line["udp_only"] = udp_only(host);
      print(line);
    }
    for (const estate::Moved& moved : difference.moved) {
      json line = json_of(declared, declared.hosts[moved.before.value]);
      line.update({{"type", "moved"}, {"what", moved.what}});
      print(line);
    }
    tell_flows(found, true);
    if (options.gone_wanted) tell_unseen_flows(declared, unseen, true);
    print({{"type", "learned"},
           {"seen", found.added.hosts},
           {"moved", difference.moved.size()},
           {"not_seen", difference.gone.size()},
           {"flows", found.added.flows},
           {"flows_not_seen", unseen.size()},
           {"beyond", left_out}});
  } else if (options.csv_wanted && options.flows_wanted) {
    tell_flow_rows(found);
  } else if (options.csv_wanted) {
    fmt::print("{}", estate::hosts_csv(found.whole, found.hosts()));
  } else {
    for (const estate::Host& host : found.hosts()) {
      fmt::print("seen, not declared  {}{}\n", line_of(found.whole, host), udp_only(host) ? "  by udp alone" : "");
    }
    for (const estate::Moved& moved : difference.moved) {
      fmt::print("elsewhere           {}: {}\n", declared.hosts[moved.before.value].name, moved.what);
    }
    if (options.gone_wanted) {
      for (const estate::HostIndex gone : difference.gone) {
        fmt::print("never seen          {}\n", line_of(declared, declared.hosts[gone.value]));
      }
    }
    if (options.flows_wanted) tell_flows(found, false);
    if (options.flows_wanted && options.gone_wanted) tell_unseen_flows(declared, unseen, false);
    fmt::print(
        "{} seen and not declared, {} elsewhere than declared, {} of {} declared never seen; {} flows between them "
        "that nobody declared{}; {} of {} declared flows never seen\n",
        found.added.hosts, difference.moved.size(), difference.gone.size(), declared.hosts.size(), found.added.flows,
        found.added.flows == 0 || options.flows_wanted ? "" : " (--flows names them)", unseen.size(),
        declared.flows.size());
    if (left_out > 0) fmt::print("{} more were seen than could be kept apart\n", left_out);
  }
  return found.added.hosts == 0 && difference.moved.empty() ? exit_done : exit_no;
}

int compare(const Options& options) {
  int status = exit_done;
  estate::Estate before;
  estate::Estate after;
  if (!open_estate(options.path, before, status) || !open_estate(options.other, after, status)) return status;
  const estate::Difference d = estate::diff(before, after);
  const auto say = [&](const char* what, const estate::Estate& estate, estate::HostIndex index,
                       const std::string& how) {
    const estate::Host& host = estate.hosts[index.value];
    if (options.json_wanted) {
      json line = json_of(estate, host);
      line["type"] = what;
      if (!how.empty()) line["what"] = how;
      print(line);
    } else {
      fmt::print("{:<6} {}\n", what, how.empty() ? line_of(estate, host) : host.name + ": " + how);
    }
  };
  for (const estate::HostIndex index : d.fresh) say("new", after, index, "");
  for (const estate::HostIndex index : d.gone) say("gone", before, index, "");
  for (const estate::Moved& moved : d.moved) say("moved", before, moved.before, moved.what);
  tell_flow_changes(d.flows, options.json_wanted);
  const std::vector<estate::DeclaredChange> declared = estate::declared_changes(before, after, d.match);
  for (const estate::DeclaredChange& one : declared) {
    if (options.json_wanted) {
      print({{"type", "declared"},
             {"table", one.table},
             {"name", one.name},
             {"change", estate::word(one.kind)},
             {"what", one.what}});
    } else {
      fmt::print("{:<6} {}{}{}: {}\n", estate::word(one.kind), one.table, one.name.empty() ? "" : " ", one.name,
                 one.what);
    }
  }
  if (options.json_wanted) {
    print({{"type", "diff"},
           {"new", d.fresh.size()},
           {"gone", d.gone.size()},
           {"moved", d.moved.size()},
           {"flows", d.flows.size()},
           {"declared", declared.size()}});
  } else {
    fmt::print("hosts: {} new, {} gone, {} moved or changed; {} lines of flows and {} of all else differ\n",
               d.fresh.size(), d.gone.size(), d.moved.size(), d.flows.size(), declared.size());
  }
  return d.none() && declared.empty() ? exit_done : exit_no;
}

}  // namespace

void add_estate_command(CLI::App& app, int& status) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("estate", about);
  command->require_subcommand(1);
  const auto with_json = [&](CLI::App* sub) {
    sub->add_flag("--json", options->json_wanted, "print JSON, one object a line");
    return sub;
  };

  auto* check_command = with_json(command->add_subcommand(
      "check", "check an estate, naming every mistake with its file, line and remedy; 0 sound, 2 not"));
  check_command->add_option("estate", options->path, "TOML file, or folder of TOML and CSV")->required();
  check_command->add_flag("--all", options->all_wanted, "name every mistake and notice, not the first 100 of each");
  check_command->callback([options, &status] { status = check(*options); });

  auto* import_command = with_json(command->add_subcommand(
      "import",
      "make hosts.csv of an inventory's export; what a line leaves open is reported, not guessed; 1 if there was any"));
  import_command->add_option("export", options->other, "CSV file of the inventory (GLPI and its like)")->required();
  import_command->add_option("--mapping", options->mapping, "TOML file: what its columns and words mean here")
      ->required();
  import_command->add_option("--estate", options->path, "estate whose units, networks and hosts are known already");
  import_command->callback([options, &status] { status = import(*options); });

  auto* learned_command = with_json(command->add_subcommand(
      "learned", "hosts that a logbook has seen and nobody declared, or that stand elsewhere; 1 if there are any"));
  learned_command->add_option("estate", options->path, "the estate; without one: that of --config");
  learned_command->add_option("--logbook", options->book, "logbook file (book.db)");
  learned_command->add_option("--config", options->config, "take estate and logbook of this configuration");
  learned_command->add_flag("--csv", options->csv_wanted,
                            "print what was seen as hosts.csv, to complete and add; with --flows as flows.csv");
  learned_command->add_flag("--flows", options->flows_wanted, "also name each flow that was seen and nobody declared");
  learned_command->add_flag("--unseen", options->gone_wanted,
                            "also name what is declared and was never seen; with --flows, flows too");
  learned_command->callback([options, &status] { status = learned(*options); });

  auto* diff_command = with_json(command->add_subcommand(
      "diff", "what differs between two estates, whatever they declare; 0 nothing, 1 something"));
  diff_command->add_option("before", options->path, "the older estate")->required();
  diff_command->add_option("after", options->other, "the newer estate")->required();
  diff_command->callback([options, &status] { status = compare(*options); });
}

}  // namespace cordon::app
