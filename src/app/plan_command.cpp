// SPDX-License-Identifier: Apache-2.0
// cordon plan: the cut for an estate and the hosts a person names, with its account; and, with --what-if, how it fares
// against other policies in simulated attacks.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/clock.h"
#include "app/estate_files.h"
#include "app/plan_command.h"
#include "app/say.h"
#include "contain/account.h"
#include "contain/firebreak.h"
#include "contain/hands.h"
#include "contain/means.h"
#include "simulate/study.h"

namespace cordon::app {

namespace {

using contain::Action;
using contain::ActionKind;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto attacks_told_every = 2s;
constexpr auto attacks_looked_at_every = 10ms;
constexpr std::uint32_t limit_max = 1'000'000;  // of --budget and --cuts; of [contain] harm_budget too

std::string_view approval_word(contain::Approval approval) {
  switch (approval) {
    case contain::Approval::automatic:
      return "automatic";
    case contain::Approval::person:
      return "person";
    case contain::Approval::two_persons:
      return "two_persons";
    case contain::Approval::ordered:
      return "ordered";
    case contain::Approval::by_hand:
      return "by_hand";
  }
  return "";
}

json texts_of(const std::vector<contain::Text>& texts) {
  json out = json::array();
  for (const contain::Text& text : texts) out.push_back({{"fr", text.fr}, {"en", text.en}});
  return out;
}

json line_json(const estate::Estate& estate, const contain::CarePlan& plan, const contain::Line& line) {
  const Action& action = line.action;
  json out = {{"action", contain::word(action.kind)},
              {"approval", approval_word(line.approval)},
              {"held_up", line.held_up},
              {"harm", line.harm},
              {"consequences", texts_of(contain::consequences_of(estate, action))}};
  if (const auto direction = contain::direction_word(action.kind); !direction.empty()) out["direction"] = direction;
  out["saves"] = nullptr;
  if (const auto saves = contain::saves_of(plan, line)) {
    out["saves"] = *saves;
    out["saved"] = texts_of(contain::savings_of(estate, plan, line));
  }
  const contain::Text words = contain::words_of(estate, action);
  out["fr"] = words.fr;
  out["en"] = words.en;
  const auto name_host = [&](const char* key, const estate::Host& host) {
    out[key] = host.addresses.empty() ? host.name : host.addresses.front().text();
    out[std::string(key) + "_name"] = host.name;
  };
  switch (action.kind) {
    case ActionKind::block_out:
    case ActionKind::shield:
    case ActionKind::isolate:
      name_host("host", estate.hosts[action.index]);
      break;
    case ActionKind::cut_flow: {
      const estate::Flow& flow = estate.flows[action.index];
      name_host("client", estate.hosts[flow.client.value]);
      name_host("server", estate.hosts[flow.server.value]);
      out["port"] = flow.port;
      break;
    }
    case ActionKind::close_passage:
      name_host("client", estate.hosts[estate.passages[action.index].from.value]);
      name_host("server", estate.hosts[estate.passages[action.index].to.value]);
      out["plane"] = estate.passages[action.index].spreading ? "spreading" : "other";
      break;
    case ActionKind::close_border:
      out["from"] = estate.networks[estate.borders[action.index].from.value].name;
      out["to"] = estate.networks[estate.borders[action.index].to.value].name;
      out["plane"] = action.plane_other ? "other" : "spreading";
      break;
    case ActionKind::disable_account:
      out["account"] = estate.accounts[action.index].name;
      break;
    case ActionKind::firebreak:
      out["borders"] = contain::firebreak_borders(estate).size();
      break;
    case ActionKind::end_sessions:
      name_host("host", estate.hosts[estate.sessions[action.index].host.value]);
      out["user"] = estate.sessions[action.index].login;
      break;
  }
  return out;
}

json firebreak_json(const contain::CarePlan& plan) {
  if (!plan.firebreak) return nullptr;
  return {{"approval", approval_word(plan.firebreak->line.approval)},
          {"harm", plan.firebreak->line.harm},
          {"saves", plan.firebreak->saves},
          {"worth_from", plan.firebreak->worth_from}};
}

void print_firebreak(const estate::Estate& estate, const contain::Firebreak& advice) {
  fmt::print("\nBeside the plan:\n");
  fmt::print("{:<12} {:>9.1f} {:>9.1f}  {}\n", approval_word(advice.line.approval), advice.line.harm, advice.saves,
             contain::words_of(estate, advice.line.action).en);
  for (const contain::Text& text : contain::savings_of(advice)) fmt::print("{:>34}+ {}\n", "", text.en);
}

void print_plan(const estate::Estate& estate, const contain::CarePlan& plan,
                const std::vector<contain::Policy>& policies, bool as_json, double ts) {
  if (as_json) {
    json actions = json::array();
    for (const contain::Line& line : plan.lines) actions.push_back(line_json(estate, plan, line));
    json impossible = json::array();
    for (const contain::Overruling& word : plan.impossible) {
      const contain::Text text = contain::words_of(estate, word.action);
      impossible.push_back({{"fr", text.fr}, {"en", text.en}});
    }
    json others = json::array();
    for (const contain::Policy& p : policies) {
      others.push_back({{"policy", p.name},
                        {"harm_cut", p.harm_cut},
                        {"harm_left", p.harm_left},
                        {"together", p.together},
                        {"hosts_lost", p.hosts_lost},
                        {"hosts_touched", p.hosts_touched}});
    }
    print_json({{"type", "plan"},
                {"ts", ts},
                {"actions", actions},
                {"impossible", impossible},
                {"harm_cut", plan.harm_cut},
                {"harm_left", plan.harm_left},
                {"harm_automatic", plan.harm_automatic},
                {"harm_left_automatic", plan.harm_left_automatic},
                {"hosts_reached", plan.reached.size()},
                {"suspects_left_out", plan.suspects_left_out},
                {"prefixes_left_out", plan.prefixes_left_out},
                {"gap", plan.gap},
                {"firebreak", firebreak_json(plan)},
                {"policies", others}});
    return;
  }
  if (plan.lines.empty()) fmt::print("Nothing to cut that would cost less than it saves.\n");
  if (!plan.lines.empty()) fmt::print("{:<12} {:>9} {:>9}  patient-hours\n", "", "costs", "saves");
  std::size_t untold = 0;
  for (const contain::Line& line : plan.lines) {
    const auto saves = contain::saves_of(plan, line);
    untold += saves ? 0U : 1U;
    const bool by_hand = line.approval == contain::Approval::by_hand;
    fmt::print("{:<12} {:>9.1f} {:>9}  {}\n", by_hand ? "by hand" : approval_word(line.approval), line.harm,
               saves ? fmt::format("{:.1f}", *saves) : "–", contain::words_of(estate, line.action).en);
    for (const contain::Text& text : contain::consequences_of(estate, line.action)) {
      fmt::print("{:>36}{}\n", "", text.en);
    }
    for (const contain::Text& text : contain::savings_of(estate, plan, line)) {
      fmt::print("{:>34}+ {}\n", "", text.en);
    }
  }
  if (untold > 0) {
    fmt::print("\nOf the last {} lines it was not computed what they save: that would have taken too long.\n", untold);
  }
  if (const auto held_up = std::ranges::count_if(plan.lines, &contain::Line::held_up); held_up > 0) {
    fmt::print("\n{} of the lines that wait would be automatic, were it not for the limit of automatic cuts an hour.\n",
               held_up);
  }
  fmt::print("\nPatient-hours, line by line: {:.1f} by the cuts, {:.1f} by what is or may be lost ({} hosts).\n",
             plan.harm_cut, plan.harm_left, plan.reached.size());
  fmt::print("What two of them end counts twice there, and once under \"together\", which is to be compared.\n\n");
  if (plan.firebreak) print_firebreak(estate, *plan.firebreak);
  if (plan.gap > 0) fmt::print("A better cut may exist, by at most {:.1f} patient-hours.\n\n", plan.gap);
  if (plan.suspects_left_out > 0) {
    fmt::print("{} suspects were left out, the least probable ones.\n\n", plan.suspects_left_out);
  }
  if (plan.prefixes_left_out > 0) {
    fmt::print("Of the {} ways to draw a line between likely and unlikely suspects {} were tried.\n\n",
               plan.suspects.size() + 1, plan.suspects.size() + 1 - plan.prefixes_left_out);
  }
  fmt::print("{:<34}{:>12}{:>12}{:>12}{:>12}\n", "", "cut", "left", "together", "hosts lost");
  for (const contain::Policy& p : policies) {
    fmt::print("{:<34}{:>12.1f}{:>12.1f}{:>12.1f}{:>12.1f}\n", p.words.en, p.harm_cut, p.harm_left, p.together,
               p.hosts_lost);
  }
}

void print_study(const std::string& variation, const simulate::Study& study, bool as_json) {
  if (!as_json) {
    fmt::print("\n{}\n{:<18}{:>12}{:>14}{:>12}{:>14}  {}\n", variation, "policy", "mean", "worst tenth", "regret",
               "hosts lost", "difference to Cordon (95 %)");
  }
  for (const simulate::Standing& s : study.standings) {
    if (as_json) {
      print_json({{"type", "policy"},
                  {"variation", variation},
                  {"policy", s.policy},
                  {"mean", s.mean},
                  {"worst_decile", s.worst_decile},
                  {"regret", s.regret},
                  {"regret_worst", s.regret_worst},
                  {"difference", s.difference},
                  {"low", s.low},
                  {"high", s.high},
                  {"won_by_cordon", s.won_by_cordon},
                  {"hosts_lost", s.lost_hosts},
                  {"harm_cuts", s.harm_cuts}});
    } else {
      fmt::print("{:<18}{:>12.0f}{:>14.0f}{:>12.0f}{:>14.0f}  {:+.0f} [{:+.0f}, {:+.0f}]\n", s.policy, s.mean,
                 s.worst_decile, s.regret, s.lost_hosts, s.difference, s.low, s.high);
    }
  }
}

bool asked_for(const PlanOptions& options, std::string_view variation) {
  return options.sweep || std::ranges::find(options.changed, variation) != options.changed.end();
}

// complain_of_names says which of the names asked for are no line of the sweep, and which there are.
bool complain_of_names(const PlanOptions& options, const std::vector<simulate::Variation>& known) {
  bool any = false;
  for (const std::string& name : options.changed) {
    if (std::ranges::find(known, name, &simulate::Variation::name) != known.end()) continue;
    any = true;
    complain(fmt::format("--change \"{}\": no such line of the sweep", name));
  }
  if (!any) return false;
  std::string names;
  for (const simulate::Variation& v : known) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", v.name);
  complain(fmt::format("its lines are {}", names));
  return true;
}

/// play_all plays the attacks of a request on every processor, and tells how far it is where that takes its time.
simulate::Study play_all(const contain::Graph& graph, const std::string& variation,
                         const simulate::StudyRequest& request) {
  const simulate::Play play(graph, request);
  std::vector<simulate::Played> played(request.attacks);
  std::atomic<std::uint32_t> next = 0;
  std::atomic<std::uint32_t> done = 0;
  const auto work = [&] {
    for (std::uint32_t i = next++; i < request.attacks; i = next++) {
      played[i] = play.attack(i);
      ++done;
    }
  };
  {
    std::vector<std::jthread> hands;
    const std::uint32_t wanted = std::clamp(std::thread::hardware_concurrency(), 1U, request.attacks);
    for (std::uint32_t i = 0; i < wanted; ++i) hands.emplace_back(work);
    auto told_at = std::chrono::steady_clock::now();
    for (std::uint32_t told = 0; done < request.attacks;) {
      std::this_thread::sleep_for(attacks_looked_at_every);
      const auto now = std::chrono::steady_clock::now();
      if (now - told_at < attacks_told_every || told == done) continue;
      told_at = now;
      told = done;
      fmt::print(stderr, "cordon: {}: {} of {} attacks played\n", variation, told, request.attacks);
    }
  }
  return simulate::compare(played);
}

std::optional<contain::Graph> graph_of(const estate::Estate& estate) {
  auto out = contain::Graph::build(estate);
  if (!out) complain("the estate has more permitted ways than a plan can weigh");
  return out;
}

int what_if(const estate::Estate& estate, const PlanOptions& options) {
  simulate::StudyRequest request{.attacks = options.attacks,
                                 .seed = options.seed,
                                 .budget = options.budget,
                                 .cuts_per_hour = options.cuts_per_hour};
  const auto variations = simulate::variations({}, options.budget, options.cuts_per_hour);
  if (complain_of_names(options, variations)) return exit_usage;
  const auto graph = graph_of(estate);
  if (!graph) return exit_usage;
  if (!options.sweep && options.changed.empty()) {
    print_study("as it is", play_all(*graph, "as it is", request), options.json);
    return exit_done;
  }
  for (const simulate::Variation& v : variations) {
    if (!asked_for(options, v.name)) continue;
    request.ranges = v.ranges;
    request.budget = v.budget;
    request.cuts_per_hour = v.cuts_per_hour;
    print_study(v.name, play_all(*graph, v.name, request), options.json);
    std::fflush(stdout);  // each takes its time
  }
  return exit_done;
}

// take_out_what_is_never_done takes out and gives the orders to cut off a protected host: no enforcer obeys one.
std::vector<contain::Overruling> take_out_what_is_never_done(std::vector<contain::Overruling>& orders,
                                                             const estate::Estate& estate) {
  std::vector<contain::Overruling> out;
  std::erase_if(orders, [&](const contain::Overruling& order) {
    const bool never = order.force && contain::cuts_off_protected(estate, order.action);
    if (never) out.push_back(order);
    return never;
  });
  return out;
}

// wrong_limit complains of what is no number from 0 to limit_max; CLI11's own bounds let "nan" pass.
std::string wrong_limit(const std::string& text, std::string_view what, std::string_view of) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  const bool plain = text.find_first_not_of(of) == std::string::npos;
  if (plain && error == std::errc() && at == end && value <= limit_max) return {};
  return fmt::format("write {} from 0 to {}, not '{}'", what, limit_max, text);
}

// contradictions says of every word that would count for nothing beside another one, which, and what to do.
std::vector<std::string> contradictions(const CLI::App& command, const PlanOptions& options) {
  std::vector<std::string> out;
  const auto given = [&](const char* word) { return command.count(word) > 0; };
  for (const char* word : {"--infected", "--suspect", "--session", "--overrule", "--mode"}) {
    if (!options.what_if || !given(word)) continue;
    out.push_back(
        fmt::format("{} counts for nothing with --what-if, which plays attacks and answers of its own; leave out one "
                    "of both",
                    word));
  }
  for (const char* word : {"--sweep", "--change", "--attacks", "--seed"}) {
    if (options.what_if || !given(word)) continue;
    out.push_back(fmt::format("{} counts for nothing without --what-if; add --what-if, or leave it out", word));
  }
  if (options.sweep && given("--change")) {
    out.emplace_back("--sweep plays every line, --change some of them; leave out one of both");
  }
  for (const char* word : {"--budget", "--cuts"}) {
    if (options.mode != "watch" || !given(word)) continue;
    out.push_back(fmt::format(
        "{} counts for nothing with --mode watch, where nothing is automatic; leave out one of both", word));
  }
  return out;
}

}  // namespace

void add_plan_command(CLI::App& app, int& status) {
  static PlanOptions options;
  auto* command =
      app.add_subcommand("plan",
                         "weigh what to cut against the care that a cut costs, and say both; exit status 1: "
                         "planned, but something that was forced cannot be done");
  command->add_option("estate", options.estate_path, "the hospital: a TOML file, or a folder of TOML and CSV")
      ->required();
  command->add_option("--infected", options.words.infected, "names, addresses or MACs, separated by commas")
      ->delimiter(',');
  command->add_option("--suspect", options.words.suspects, "HOST=PROBABILITY, as in pc-12=0.4; more by commas")
      ->delimiter(',');
  command
      ->add_option("--session", options.words.sessions,
                   "USER@HOST: one infected user of a terminal server or NAT address, whose others work on; "
                   "USER@HOST=8 where eight people work there, of whom he is one (without it: he alone, the dearest)")
      ->delimiter(',');
  command->add_option("--overrule", options.words.overruled, overrule_help)->delimiter(',');
  command->add_option("--mode", options.mode, "guard, or watch: nothing is automatic")
      ->check(CLI::IsMember({"guard", "watch"}));
  command
      ->add_option("--budget", options.budget, "clinical harm budget: patient-hours that may be cut without a person")
      ->check([](const std::string& text) { return wrong_limit(text, "patient-hours", "0123456789."); });
  command->add_option("--cuts", options.cuts_per_hour, "how many cuts may be automatic in this hour")
      ->check([](const std::string& text) { return wrong_limit(text, "a whole number", "0123456789"); });
  command->add_flag("--what-if", options.what_if, "simulate attacks instead, and compare policies on harm");
  command->add_flag("--sweep", options.sweep, "with --what-if: change one assumption at a time");
  command
      ->add_option("--change", options.changed,
                   "with --what-if: only this line of the sweep, by its name; may be given again")
      ->allow_extra_args(false);
  command->add_option("--attacks", options.attacks, "with --what-if: how many")->check(CLI::Range(1, 100'000));
  command->add_option("--seed", options.seed, "with --what-if: the same seed gives the same attacks")
      ->check([](const std::string& text) {
        return text.find_first_not_of("0123456789") == std::string::npos ? std::string()
                                                                         : std::string("write a whole number from 0");
      });
  command->add_flag("--json", options.json, "print one JSON object a line");
  command->callback([command, &status] {
    const std::vector<std::string> wrong = contradictions(*command, options);
    for (const std::string& text : wrong) complain(text);
    status = wrong.empty() ? plan(options) : exit_usage;
  });
}

int plan(const PlanOptions& options) {
  const EstateFiles files = read_estate_files(options.estate_path);
  if (!files.unreadable.empty()) {
    complain(files.unreadable);
    return exit_input;
  }
  estate::Loaded loaded = estate::load(files.texts);
  print_problems(loaded.problems);
  if (!loaded.problems.empty()) return exit_usage;
  estate::Estate& estate = loaded.estate;
  if (options.what_if) return what_if(estate, options);

  PlanAsked asked = read_plan_words(options.words, estate);
  for (const std::string& text : asked.complaints) complain(text);
  if (!asked.complaints.empty()) return exit_usage;
  if (asked.infected.empty() && asked.suspects.empty() && estate.sessions.empty()) {
    complain(
        "say who is infected (--infected HOST,… or --session USER@HOST) or suspected (--suspect HOST=0.4), or ask "
        "--what-if");
    return exit_usage;
  }
  const auto graph = graph_of(estate);
  if (!graph) return exit_usage;
  const std::vector<contain::Overruling> never = take_out_what_is_never_done(asked.overruled, estate);
  const contain::Hands hands(estate);
  const contain::WeighRequest request{
      .graph = *graph,
      .infected = asked.infected,
      .suspects = asked.suspects,
      .overruled = asked.overruled,
      .hands = &hands,
      .budget = options.mode == "watch" ? -1 : options.budget,
      .cuts_left = contain::cuts_for_plan(options.cuts_per_hour, options.cuts_per_hour)};
  contain::CarePlan plan = contain::weigh(request);
  plan.impossible.insert(plan.impossible.end(), never.begin(), never.end());
  for (const contain::Overruling& word : plan.impossible) {
    complain(fmt::format("cannot be forced: {}; no enforcer offers it or a safety rule forbids it",
                         contain::words_of(estate, word.action).en));
  }
  print_plan(estate, plan, contain::compare(request, plan), options.json, seconds_of(wall_now()));
  return plan.impossible.empty() ? exit_done : exit_no;
}

}  // namespace cordon::app
