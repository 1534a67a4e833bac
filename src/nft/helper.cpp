// SPDX-License-Identifier: GPL-2.0-only
#include "nft/helper.h"

#include <algorithm>
#include <utility>

#include "nft/own_addresses.h"

namespace cordon::nft {

namespace {

using grammar::Code;
using grammar::Element;
using grammar::Ok;
using grammar::Refusal;
using grammar::Request;
using grammar::Rules;
using grammar::Target;

constexpr int attempts_max = 3;  // an element may expire between reading it and deleting it
constexpr std::int64_t timeout_slack_s = 2;

std::string line(const grammar::AnswerLine& answer) {
  return grammar::format(answer) + '\n';
}

Refusal refusal(const std::string& id, const Outcome& outcome) {
  switch (outcome.error) {
    case KernelError::full:
      return {id, Code::limit, 0, "a set is full: " + outcome.text};
    case KernelError::absent:
      return {id, Code::absent, 0, "the table is gone: " + outcome.text};
    case KernelError::denied:
      return {id, Code::failed, 0, "no right to change the rules: " + outcome.text};
    case KernelError::exists:
    case KernelError::other:
    case KernelError::none:
      break;
  }
  return {id, Code::failed, 0, outcome.text};
}

template <class Named>
std::vector<Target> targets_of(const Named& named) {
  std::vector<Target> out(named.macs.begin(), named.macs.end());
  out.insert(out.end(), named.ips.begin(), named.ips.end());
  out.insert(out.end(), named.flows.begin(), named.flows.end());
  out.insert(out.end(), named.borders.begin(), named.borders.end());
  return out;
}

const Element* find(const std::vector<Element>& elements, grammar::CutKind kind, const Target& target) {
  const auto found = std::find_if(elements.begin(), elements.end(),
                                  [&](const Element& e) { return e.kind == kind && e.target == target; });
  return found != elements.end() ? &*found : nullptr;
}

/// together is the size that a set would have with more in it. A line adds a few to what may be tens of thousands, so
/// nothing is copied to find out.
template <class Value>
std::size_t together(const std::set<Value>& there, const std::vector<Value>& more) {
  const auto fresh = std::ranges::count_if(more, [&](const Value& value) { return !there.contains(value); });
  return there.size() + static_cast<std::size_t>(fresh);
}

/// make_own6 makes what JSON has no words for; a router needs none of it.
Outcome make_own6(Kernel& kernel, const Table& table) {
  return table.bridge() ? kernel.run_text(own6_text(table.name)) : Outcome{};
}

std::string complaint_of(const Outcome& outcome) {
  return outcome.text.empty() ? "the kernel refused without a word" : outcome.text;
}

}  // namespace

std::string Helper::check(Kernel& kernel, Hop hop) {
  const Table trial{hop, "cordon_check"};
  Configuration configuration;
  configuration.care_tcp.insert(*grammar::CareFlow::parse("192.0.2.1@2575"));
  configuration.care_udp.insert(*grammar::CareFlow::parse("192.0.2.1@161"));
  configuration.spread_tcp.insert({445, 445});
  const Json remove = Json::array({delete_table_command(trial)});
  if (const Outcome made = make_own6(kernel, trial); !made.good()) return complaint_of(made);
  Json commands = ruleset(configuration, trial);
  commands.push_back(delete_table_command(trial));
  const Outcome outcome = kernel.run(commands);
  if (outcome.good()) return {};
  kernel.run(remove);
  return complaint_of(outcome);
}

std::string Helper::answer(Draft& draft, std::string_view text) {
  const auto parsed = grammar::parse_request(text);
  if (const auto* complaint = std::get_if<grammar::Complaint>(&parsed)) {
    return line(Refusal{complaint->id, complaint->code, complaint->column, std::string(complaint->text)});
  }
  Reply reply = handle(std::get<Request>(parsed), draft);
  if (const auto* refused = std::get_if<Refusal>(&reply)) return line(*refused);
  return std::get<std::string>(std::move(reply));
}

Helper::Reply Helper::handle(const Request& request, Draft& draft) {
  const std::string& id = request.id;
  if (const auto* hello = std::get_if<grammar::Hello>(&request.body)) {
    if (hello->version != grammar::version) return Refusal{id, Code::failed, 0, "only version 2 is spoken here"};
    return line(Ok{id, 0, Rules::unchecked});
  }
  if (const auto* body = std::get_if<grammar::Config>(&request.body)) return config(id, *body, draft);
  if (std::holds_alternative<grammar::Ensure>(request.body)) return ensure(id, draft);
  if (const auto* body = std::get_if<grammar::Cut>(&request.body)) return cut(id, *body);
  if (const auto* body = std::get_if<grammar::Lift>(&request.body)) return lift(id, *body);
  return list(id, std::holds_alternative<grammar::List>(request.body));
}

Helper::Reply Helper::config(const std::string& id, const grammar::Config& config, Draft& draft) {
  if (draft.id != id) draft = Draft{id, {}};
  Configuration& all = draft.configuration;
  if (together(all.own_ways, config.own_ways) > grammar::own_ways_max) {
    return Refusal{id, Code::limit, 0, "more than 8192 own ways"};
  }
  if (together(all.care_tcp, config.care_tcp) + together(all.care_udp, config.care_udp) > care_flows_max) {
    return Refusal{id, Code::limit, 0, "more than 1024 care flows"};
  }
  if (together(all.protected_macs, config.protect_macs) > grammar::protected_max ||
      together(all.protected_ips, config.protect_ips) > grammar::protected_max) {
    return Refusal{id, Code::limit, 0, "more than 32768 protected addresses"};
  }
  if (together(all.spread_tcp, config.spread_tcp) > ports_max ||
      together(all.spread_udp, config.spread_udp) > ports_max) {
    return Refusal{id, Code::limit, 0, "more than 64 ranges of spread ports"};
  }
  all.care_tcp.insert(config.care_tcp.begin(), config.care_tcp.end());
  all.care_udp.insert(config.care_udp.begin(), config.care_udp.end());
  all.protected_macs.insert(config.protect_macs.begin(), config.protect_macs.end());
  all.protected_ips.insert(config.protect_ips.begin(), config.protect_ips.end());
  all.spread_tcp.insert(config.spread_tcp.begin(), config.spread_tcp.end());
  all.spread_udp.insert(config.spread_udp.begin(), config.spread_udp.end());
  if (config.dynamic_tcp) all.dynamic_tcp = config.dynamic_tcp;
  all.own_ways.insert(config.own_ways.begin(), config.own_ways.end());
  return line(Ok{id, draft.configuration.entries(), Rules::unchecked});
}

Helper::Reply Helper::ensure(const std::string& id, Draft& draft) {
  if (draft.id != id) return Refusal{id, Code::absent, 0, "no config line has this id"};
  if (draft.configuration.spread_tcp.empty()) return Refusal{id, Code::absent, 0, "no spread_tcp was configured"};
  Outcome outcome;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    Json commands = ruleset(draft.configuration, table_);
    // What has become protected since it was cut is freed in the same transaction.
    const Outcome before = listing();
    outcome = make_own6(kernel_, table_);
    if (!outcome.good()) return refusal(id, outcome);
    for (const Element& element : elements_of(before.answer)) {
      if (!draft.configuration.protects(element.kind, element.target)) continue;
      commands.push_back(element_command(table_, ElementVerb::remove, element.kind, element.target));
    }
    outcome = kernel_.run(commands);
    if (outcome.error != KernelError::absent) break;
  }
  if (!outcome.good()) return refusal(id, outcome);
  // Who moved from bridge to router, or back, leaves no cut behind that nobody would lift.
  const Hop left = table_.bridge() ? Hop::router : Hop::bridge;
  kernel_.run(Json::array({delete_table_command(Table{left, table_.name})}));
  const Outcome after = listing();
  if (!after.good()) return refusal(id, after);
  shape_ = shape_of(after.answer);
  configuration_ = draft.configuration;
  ensured_ = true;
  return line(Ok{id, configuration_.entries(), Rules::whole});
}

Helper::Reply Helper::cut(const std::string& id, const grammar::Cut& cut) {
  if (!ensured_) return Refusal{id, Code::absent, 0, "nothing is cut before ensure says who is protected"};
  const std::vector<Target> targets = targets_of(cut);
  Json commands = Json::array();
  for (const Target& target : targets) {
    if (configuration_.protects(cut.kind, target)) {
      const std::string text = std::visit([](const auto& value) { return value.text(); }, target);
      return Refusal{id, Code::denied, 0, text + " is protected"};
    }
    commands.push_back(element_command(table_, ElementVerb::create, cut.kind, target, id, cut.timeout.count()));
  }
  Json bindings = Json::array();
  if (table_.bridge() && cut.kind == grammar::CutKind::isolate) {
    const Outcome listed = listing();
    if (!listed.good()) return refusal(id, listed);
    bindings = bind_commands(id, cut, bindings_of(listed.answer));
    commands.insert(commands.end(), bindings.begin(), bindings.end());
  }
  Outcome outcome = kernel_.run(commands);
  if (outcome.error == KernelError::exists) outcome = renew(id, cut, targets, bindings);
  if (!outcome.good()) return refusal(id, outcome);
  return line(Ok{id, targets.size(), Rules::unchecked});
}

/// renew gives targets that are partly cut already the new timeout and this cut's id. An element of the same id keeps
/// its counters where the kernel can change a timeout in place (Linux ≥ 6.12); else it is exchanged in one transaction.
/// What another cut holds for longer stays in force for as long: nothing is shortened by somebody else's wish.
Outcome Helper::renew(const std::string& id, const grammar::Cut& cut, const std::vector<Target>& targets,
                      const Json& bindings) {
  const grammar::CutKind kind = cut.kind;
  const std::int64_t timeout = cut.timeout.count();
  const auto exchange = [&](Json& commands, const Target& target, std::int64_t seconds) {
    commands.push_back(element_command(table_, ElementVerb::add, kind, target, id, seconds));
    commands.push_back(element_command(table_, ElementVerb::remove, kind, target));
    commands.push_back(element_command(table_, ElementVerb::add, kind, target, id, seconds));
  };
  const Outcome before = listing();
  if (!before.good()) return before;
  const std::vector<Element> there = elements_of(before.answer);
  Json commands = bindings;
  std::vector<Target> own;  // what is this cut's already, or nobody's
  for (const Target& target : targets) {
    const Element* element = find(there, kind, target);
    if (element != nullptr && element->cut != id) {
      exchange(commands, target, std::max<std::int64_t>(timeout, element->remaining.count()));
    } else {
      own.push_back(target);
      commands.push_back(element_command(table_, ElementVerb::add, kind, target, id, timeout));
    }
  }
  const Outcome outcome = kernel_.run(commands);
  if (!outcome.good()) return outcome;

  const Outcome after = listing();
  if (!after.good()) return after;
  const std::vector<Element> now = elements_of(after.answer);
  Json again = Json::array();
  for (const Target& target : own) {
    const Element* element = find(now, kind, target);
    const std::int64_t remaining = element != nullptr ? element->remaining.count() : 0;
    if (remaining > timeout || remaining < timeout - timeout_slack_s) exchange(again, target, timeout);
  }
  return again.empty() ? outcome : kernel_.run(again);
}

Helper::Reply Helper::lift(const std::string& id, const grammar::Lift& lift) {
  const std::vector<Target> named = targets_of(lift);
  Outcome outcome;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    outcome = listing();
    if (outcome.error == KernelError::absent) return line(Ok{id, 0, Rules::absent});
    if (!outcome.good()) break;
    Json commands = Json::array();
    for (const Element& element : elements_of(outcome.answer)) {
      const bool meant =
          (!lift.cut.empty() && element.cut == lift.cut) ||
          (lift.kind == element.kind && std::find(named.begin(), named.end(), element.target) != named.end());
      if (meant) commands.push_back(element_command(table_, ElementVerb::remove, element.kind, element.target));
    }
    const std::size_t lifted = commands.size();
    for (const Binding& binding : bindings_of(outcome.answer)) {
      const bool meant = (!lift.cut.empty() && binding.cut == lift.cut) ||
                         (lift.kind == grammar::CutKind::isolate &&
                          std::find(lift.macs.begin(), lift.macs.end(), binding.mac) != lift.macs.end());
      if (meant) commands.push_back(unbind_command(binding));
    }
    if (commands.empty()) return line(Ok{id, 0, Rules::unchecked});
    outcome = kernel_.run(commands);
    if (outcome.good()) return line(Ok{id, lifted, Rules::unchecked});
    if (outcome.error != KernelError::absent) break;
  }
  return refusal(id, outcome);
}

Outcome Helper::listing() const {
  return kernel_.run(Json::array({list_command(table_)}));
}

Rules Helper::rules_of(const Json& listed) const {
  if (!ensured_) return Rules::unchecked;
  return shape_of(listed) == shape_ ? Rules::whole : Rules::changed;
}

Helper::Reply Helper::list(const std::string& id, bool elements) {
  const Outcome outcome = listing();
  if (outcome.error == KernelError::absent) return line(Ok{id, 0, Rules::absent}) + line(grammar::End{});
  if (!outcome.good()) return refusal(id, outcome);
  std::string lines;
  std::size_t count = 0;
  const auto append = [&](const auto& values) {
    count = values.size();
    for (const auto& value : values) lines += line(value);
  };
  if (elements) {
    append(elements_of(outcome.answer));
  } else {
    append(counters_of(outcome.answer));
  }
  return line(Ok{id, count, rules_of(outcome.answer)}) + lines + line(grammar::End{});
}

}  // namespace cordon::nft
