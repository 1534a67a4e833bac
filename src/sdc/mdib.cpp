// SPDX-License-Identifier: Apache-2.0
#include "sdc/mdib.h"

#include <algorithm>

namespace cordon::sdc {

void Mdib::load(MdibContent content) {
  descriptors_.clear();
  states_.clear();
  signals_.clear();
  missing_.clear();
  lost_ = false;
  undescribed_ = false;
  loaded_ = true;
  at_ = content.at;
  for (auto& each : content.descriptors) {
    if (each.kind == DescriptorKind::signal) signals_.emplace(each.condition_signaled, each.handle);
    std::string handle = each.handle;
    descriptors_.try_emplace(std::move(handle), std::move(each));
  }
  for (auto& each : content.states) {
    std::string key = each.key();
    states_.try_emplace(std::move(key), std::move(each));
  }
}

void Mdib::merge(const std::vector<State>& states) {
  Applied unused;
  std::set<std::string> alarms;
  for (const auto& state : states) take(state, false, unused, alarms);
}

/// note_version gives whether the report is newer than what is known, and keeps the account of what is missing.
bool Mdib::note_version(std::uint64_t version) {
  missing_.erase(version);
  if (version <= at_.version) return false;
  const std::uint64_t skipped = version - at_.version;
  if (skipped > missing_max || missing_.size() + skipped > missing_max) {
    lost_ = true;
  } else {
    for (std::uint64_t each = at_.version + 1; each < version; ++each) missing_.insert(each);
  }
  at_.version = version;
  return true;
}

Applied Mdib::apply(const Report& report) {
  Applied out;
  if (!loaded_) {
    out.order = Order::no_mdib;
    return out;
  }
  if (!report.at.same_sequence(at_)) {
    out.order = Order::new_sequence;
    return out;
  }
  const bool was_missing = missing_.contains(report.at.version);
  const bool had_gap = needs_mdib();
  const bool is_current = was_missing || report.at.version >= at_.version;  // one change may come in several reports
  const bool is_newer = note_version(report.at.version);
  out.order = is_current ? Order::applied : Order::old;
  std::set<std::string> alarms;
  for (const auto& part : report.parts) {
    if (report.kind == ReportKind::description && is_current) {
      change_description(part);
      out.description_changed = true;
    }
    if (part.error)
      out.errors.push_back(
          {part.source_mds, part.error->code, part.error_info ? part.error_info->text : part.error->label("en")});
    const bool is_gone = report.kind == ReportKind::description && part.modification == Modification::deleted;
    if (!is_gone)
      for (const auto& state : part.states) take(state, is_newer, out, alarms);
  }
  for (const auto& handle : alarms)
    if (const auto found = descriptors_.find(handle); found != descriptors_.end())
      give_alarm(found->second, out.readings);
  if (!had_gap && needs_mdib()) out.order = Order::gap;
  return out;
}

/// take leaves out a state whose own version is known already, so that no sample is given twice; where a device counts
/// no versions of states, a newer report counts. It notes the conditions whose alarm changed in `alarms`: each is given
/// once, with all its signals.
void Mdib::take(const State& state, bool is_newer, Applied& out, std::set<std::string>& alarms) {
  const auto known = descriptors_.find(state.descriptor);
  if (known == descriptors_.end()) {
    ++out.unknown_states;
    undescribed_ = true;
    return;
  }
  const auto found = states_.find(state.key());
  if (found == states_.end()) {
    if (states_.size() >= states_max) return;
    states_.emplace(state.key(), state);
  } else {
    const bool is_accepted =
        is_newer ? state.version >= found->second.version || state.version == 0 : state.version > found->second.version;
    if (!is_accepted) return;
    found->second = state;
  }
  if (state.descriptor_version > known->second.version) undescribed_ = true;
  const DescriptorKind kind = known->second.kind;
  if (kind == DescriptorKind::signal) {
    alarms.insert(known->second.condition_signaled);
  } else if (kind == DescriptorKind::condition || kind == DescriptorKind::limit_condition) {
    alarms.insert(known->first);
  } else {
    give(state, out.readings);
  }
}

bool Mdib::describes_traces() const {
  return std::ranges::any_of(descriptors_, [](const auto& e) { return e.second.kind == DescriptorKind::samples; });
}

Moved Mdib::moved(const MdibContent& newer) const {
  Moved out;
  const auto said = [](State state) {
    state.version = 0;
    return state_element(state, ns::pm, "State");
  };
  for (const State& state : newer.states) {
    const auto known = states_.find(state.key());
    if (known != states_.end() && said(known->second) == said(state)) continue;
    const auto descriptor = descriptors_.find(state.descriptor);
    const bool is_trace = descriptor != descriptors_.end() && descriptor->second.kind == DescriptorKind::samples;
    (is_trace ? out.traces : out.others) = true;
  }
  return out;
}

void Mdib::change_description(const ReportPart& part) {
  if (part.modification == Modification::deleted) {
    remove(part.descriptors);
    return;
  }
  for (const auto& each : part.descriptors) {
    const auto found = descriptors_.find(each.handle);
    if (found == descriptors_.end() && descriptors_.size() >= descriptors_max) {
      undescribed_ = true;
      continue;
    }
    Descriptor made = each;
    if (found != descriptors_.end() && made.parent.empty()) made.parent = found->second.parent;
    if (found != descriptors_.end() && found->second.kind == DescriptorKind::signal)
      std::erase_if(signals_, [&](const auto& pair) { return pair.second == each.handle; });
    if (made.kind == DescriptorKind::signal) signals_.emplace(made.condition_signaled, made.handle);
    descriptors_.insert_or_assign(each.handle, std::move(made));
  }
}

void Mdib::remove(const std::vector<Descriptor>& gone) {
  std::multimap<std::string_view, std::string_view> inside;
  for (const auto& [handle, each] : descriptors_) inside.emplace(each.parent, handle);
  std::set<std::string> doomed;
  std::vector<std::string> next;
  for (const auto& each : gone) next.push_back(each.handle);
  while (!next.empty()) {
    const std::string handle = std::move(next.back());
    next.pop_back();
    if (!doomed.insert(handle).second) continue;
    const auto [first, last] = inside.equal_range(handle);
    for (auto at = first; at != last; ++at) next.emplace_back(at->second);
  }
  inside.clear();
  std::erase_if(descriptors_, [&](const auto& pair) { return doomed.contains(pair.first); });
  std::erase_if(states_, [&](const auto& pair) { return doomed.contains(pair.second.descriptor); });
  std::erase_if(signals_, [&](const auto& pair) { return doomed.contains(pair.second); });
}

std::optional<Descriptor> Mdib::descriptor(std::string_view handle) const {
  const auto found = descriptors_.find(handle);
  if (found == descriptors_.end()) return std::nullopt;
  return found->second;
}

}  // namespace cordon::sdc
