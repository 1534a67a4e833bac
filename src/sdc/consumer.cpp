// SPDX-License-Identifier: Apache-2.0
#include "sdc/consumer.h"

#include <algorithm>
#include <span>
#include <utility>

namespace cordon::sdc {
namespace {

constexpr ReportKind wanted[] = {
    ReportKind::waveform,           ReportKind::episodic_metric,      ReportKind::periodic_metric,
    ReportKind::episodic_alert,     ReportKind::periodic_alert,       ReportKind::episodic_component,
    ReportKind::periodic_component, ReportKind::episodic_operational, ReportKind::periodic_operational,
    ReportKind::episodic_context,   ReportKind::periodic_context,     ReportKind::description,
    ReportKind::system_error,
};

/// What a subscription goes without where the device refuses it whole for an action that it does not know: first what
/// few offer (sdclib has none of these), then all that is not how the patient is and what that means.
constexpr ReportKind left_out_first[] = {ReportKind::periodic_component, ReportKind::periodic_operational,
                                         ReportKind::system_error};
constexpr ReportKind left_out_then[] = {ReportKind::periodic_metric, ReportKind::periodic_alert,
                                        ReportKind::periodic_context, ReportKind::episodic_component,
                                        ReportKind::episodic_operational};

TroubleKind trouble_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::unreachable:
      return TroubleKind::unreachable;
    case Refusal::timeout:
      return TroubleKind::timeout;
    case Refusal::certificate_refused:
      return TroubleKind::certificate;
    case Refusal::broken:
      return TroubleKind::unreadable;
  }
  return TroubleKind::unreadable;
}

bool has_context(const Readings& all) {
  return !all.locations.empty() || !all.patients.empty();
}

}  // namespace

Consumer::Consumer(ConsumerOptions options) : options_(std::move(options)) {}

std::string Consumer::next_id() {
  static constexpr std::string_view digits = "0123456789abcdef";
  const std::uint64_t high = options_.seed_high;
  const std::uint64_t low = options_.seed_low + ++ids_;
  std::string out = "urn:uuid:";
  for (std::size_t nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) out += '-';
    const std::uint64_t half = nibble < 16 ? high : low;
    out += digits[(half >> (60 - 4 * (nibble % 16))) & 15U];
  }
  return out;
}

Request Consumer::make(Ask ask, const std::string& url, std::string_view action, Element body,
                       std::vector<Element> header) {
  Envelope envelope = request(url, action, next_id(), std::move(body));
  envelope.header = std::move(header);
  // WS-Addressing 1.0, SOAP Binding, 3.3: only what is marked counts as the reference parameter that it was.
  for (Element& block : envelope.header) mark_reference(block);
  return {ids_, ask, url, std::string(action), print_envelope(envelope)};
}

std::optional<Request> Consumer::start(Request request, std::size_t subscription) {
  under_way_ = UnderWay{request, subscription};
  return request;
}

std::optional<Request> Consumer::due(MonoTime now) {
  if (under_way_) return std::nullopt;
  if (stage_ == Stage::waiting && now >= wait_until_) stage_ = stage_after_wait_;
  switch (stage_) {
    case Stage::describing:
      return start(make(Ask::get, options_.url, transfer_action("Get"), {}));
    case Stage::subscribing:
      return next_subscription(now);
    case Stage::loading:
      return ask_mdib();
    case Stage::live:
      return ask_live(now);
    case Stage::stopped:
      return ask_end();
    case Stage::waiting:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Request> Consumer::next_subscription(MonoTime now) {
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
    const Subscription& each = subscriptions_[i];
    if (each.is_alive) continue;
    const Subscribe subscribe{options_.notify_url, options_.notify_url, subscription_asked, each.actions};
    return start(make(Ask::subscribe, each.url, eventing_action("Subscribe"), subscribe_element(subscribe)), i);
  }
  stage_ = mdib_.loaded() ? Stage::live : Stage::loading;
  return stage_ == Stage::loading ? ask_mdib() : ask_live(now);
}

std::optional<Request> Consumer::ask_mdib() {
  const Hosted* get = metadata_.hosting("GetService");
  if (get == nullptr) return std::nullopt;
  held_.clear();
  return start(make(Ask::get_mdib, get->urls.front(), sdc_action("GetService", "GetMdib"), get_mdib_element()));
}

std::optional<Request> Consumer::ask_live(MonoTime now) {
  if (!std::ranges::all_of(subscriptions_, &Subscription::is_alive)) return next_subscription(now);
  if (auto renewal = ask_renewal(now)) return renewal;
  if (gap_is_due(now)) return ask_mdib();
  if (auto contexts = ask_contexts()) return contexts;
  // Whatever a device has to say, its answer shows that it lives.
  return now >= last_word_ + quiet_max ? ask_renewal(MonoTime::max()) : std::nullopt;
}

/// ask_renewal asks for what is due first.
std::optional<Request> Consumer::ask_renewal(MonoTime now) {
  const auto first = std::ranges::min_element(subscriptions_, {}, &Subscription::renew_at);
  if (first == subscriptions_.end() || now < first->renew_at) return std::nullopt;
  Element body = manage_element(Manage::renew, subscription_asked);
  return start(make(Ask::renew, first->manager, eventing_action("Renew"), std::move(body), first->reference),
               static_cast<std::size_t>(first - subscriptions_.begin()));
}

bool Consumer::gap_is_due(MonoTime now) {
  if (!mdib_.needs_mdib()) {
    gap_since_.reset();
    if (now >= resync_asked_ + resync_after_ + resync_last) resync_after_ = resync_every;
    return false;
  }
  if (!gap_since_) gap_since_ = now;
  if (now < resync_due()) return false;
  resync_asked_ = now;
  // What the MDIB itself leaves undescribed is not mended by asking; what did not arrive is.
  if (!mdib_.misses_reports()) resync_after_ = std::min(resync_after_ * 2, std::chrono::seconds{resync_last});
  return true;
}

/// resync_due gives when the MDIB is to be asked, while gap_since_ stands.
MonoTime Consumer::resync_due() const {
  const auto pause = mdib_.misses_reports() ? std::chrono::seconds{resync_every} : resync_after_;
  return std::max(*gap_since_ + gap_patience, resync_asked_ + pause);
}

bool Consumer::lacks_reports(MonoTime now) const {
  // Of a device whose traces have not come, or whose versions have holes (sdclib counts two for each change), what is
  // missing may be these alone: the MDIB shows it, if it answers.
  const std::chrono::seconds patience = may_count_alone() ? gap_patience + answer_within : gap_patience;
  return stage_ == Stage::live && mdib_.needs_mdib() && gap_since_ && now >= *gap_since_ + patience;
}

std::optional<Request> Consumer::ask_contexts() {
  if (std::exchange(contexts_asked_, true)) return std::nullopt;
  const Hosted* contexts = metadata_.hosting("ContextService");
  if (contexts == nullptr || has_context(mdib_.all())) return std::nullopt;
  const std::string action = sdc_action("ContextService", "GetContextStates");
  return start(make(Ask::get_contexts, contexts->urls.front(), action, get_context_states_element()));
}

std::optional<Request> Consumer::ask_end() {
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
    Subscription& each = subscriptions_[i];
    if (!each.is_alive) continue;
    each.is_alive = false;
    Element body = manage_element(Manage::unsubscribe, std::nullopt);
    return start(make(Ask::unsubscribe, each.manager, eventing_action("Unsubscribe"), std::move(body), each.reference),
                 i);
  }
  return std::nullopt;
}

std::optional<MonoTime> Consumer::next_due() const {
  if (under_way_) return std::nullopt;
  if (stage_ == Stage::waiting) return wait_until_;
  if (stage_ == Stage::stopped) {
    const bool is_left =
        std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const auto& s) { return s.is_alive; });
    return is_left ? std::optional<MonoTime>(MonoTime{}) : std::nullopt;
  }
  if (stage_ != Stage::live || !contexts_asked_) return MonoTime{};
  std::optional<MonoTime> first;
  const auto note = [&first](MonoTime at) { first = first ? std::min(*first, at) : at; };
  note(last_word_ + quiet_max);
  for (const auto& each : subscriptions_) note(each.is_alive ? each.renew_at : MonoTime{});
  if (mdib_.needs_mdib()) note(gap_since_ ? resync_due() : MonoTime{});
  return first;
}

void Consumer::stop() {
  under_way_.reset();
  stage_ = Stage::stopped;
}

Outcome Consumer::answered(std::uint64_t id, ByteView body, MonoTime now) {
  Outcome out;
  if (!under_way_ || under_way_->request.id != id) return out;
  const UnderWay what = *under_way_;
  under_way_.reset();
  last_word_ = now;
  const auto envelope = parse_envelope(body);
  if (!envelope) {
    refuse({TroubleKind::unreadable, what.request.ask, envelope.error().where}, what, out, now);
    return out;
  }
  if (const auto fault = fault_of(*envelope)) {
    if (what.request.ask == Ask::subscribe && ask_for_less(what.subscription)) return out;
    refuse({TroubleKind::refused, what.request.ask, fault->reason.empty() ? fault->code : fault->reason}, what, out,
           now);
    return out;
  }
  switch (what.request.ask) {
    case Ask::get:
      answered_get(envelope->body, out, now);
      break;
    case Ask::subscribe:
      answered_subscribe(what.subscription, envelope->body, out, now);
      break;
    case Ask::renew:
      answered_renew(what.subscription, envelope->body, now);
      break;
    case Ask::get_mdib:
      answered_mdib(envelope->body, out, now);
      break;
    case Ask::get_contexts:
      if (const auto contexts = read_context_states(envelope->body)) {
        mdib_.merge(contexts->states);
        out.loaded = true;
      }
      break;
    case Ask::unsubscribe:
      break;
  }
  return out;
}

Outcome Consumer::failed(std::uint64_t id, Refusal refusal, std::string_view detail, MonoTime now) {
  Outcome out;
  if (!under_way_ || under_way_->request.id != id) return out;
  const UnderWay what = *under_way_;
  under_way_.reset();
  refuse({trouble_of(refusal), what.request.ask, std::string(detail)}, what, out, now);
  return out;
}

/// refuse decides what is tried next: a context that is not given is no trouble, a renewal that is refused means a new
/// subscription, an MDIB that is refused the same question after a while, everything else the beginning.
void Consumer::refuse(Trouble trouble, const UnderWay& what, Outcome& out, MonoTime now) {
  const Ask ask = what.request.ask;
  if (stage_ == Stage::stopped || ask == Ask::get_contexts) return;
  const bool is_answer = trouble.kind == TroubleKind::refused;
  out.troubles.push_back(std::move(trouble));
  if (ask == Ask::renew) subscriptions_[what.subscription].is_alive = false;
  if (ask == Ask::renew && is_answer) {
    stage_ = Stage::subscribing;
  } else if (ask == Ask::get_mdib && stage_ == Stage::live) {
    resync_asked_ = now;
  } else {
    again(ask == Ask::get_mdib && is_answer ? Stage::loading : Stage::describing, now);
  }
}

void Consumer::again(Stage stage, MonoTime now) {
  stage_ = Stage::waiting;
  stage_after_wait_ = stage;
  wait_until_ = now + retry_after_;
  retry_after_ = std::min(retry_after_ * 2, std::chrono::seconds{retry_last});
}

void Consumer::begin_anew(MonoTime now) {
  mdib_ = Mdib();
  held_.clear();
  under_way_.reset();
  gap_since_.reset();
  contexts_asked_ = false;
  trace_came_ = false;
  unheard_traces_ = false;
  last_version_ = 0;
  counts_on_ = false;
  counts_alone_ = false;
  for (auto& each : subscriptions_) each.is_alive = false;
  again(Stage::describing, now);
}

void Consumer::answered_get(const Element& body, Outcome& out, MonoTime now) {
  auto metadata = read_metadata(body);
  if (!metadata || metadata->hosting("GetService") == nullptr) {
    out.troubles.push_back({metadata ? TroubleKind::no_service : TroubleKind::unreadable, Ask::get, body.name.local});
    again(Stage::describing, now);
    return;
  }
  if (!metadata->host.empty() && !options_.address.empty() && metadata->host != options_.address) {
    out.troubles.push_back({TroubleKind::wrong_device, Ask::get, metadata->host});
    again(Stage::describing, now);
    return;
  }
  metadata_ = std::move(*metadata);
  plan_subscriptions();
  if (subscriptions_.empty()) {
    out.troubles.push_back({TroubleKind::no_service, Ask::get, "StateEventService"});
    again(Stage::describing, now);
    return;
  }
  stage_ = Stage::subscribing;
}

/// plan_subscriptions makes one for each address that hosts services with events.
void Consumer::plan_subscriptions() {
  subscriptions_.clear();
  for (const ReportKind kind : wanted) {
    const Hosted* hosted = metadata_.hosting(report_service(kind));
    if (hosted == nullptr) continue;
    auto at = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                           [&](const auto& s) { return s.url == hosted->urls.front(); });
    if (at == subscriptions_.end()) {
      if (subscriptions_.size() >= subscriptions_max) continue;
      at = subscriptions_.insert(at, Subscription{hosted->urls.front(), {}, {}, {}, {}, false});
    }
    at->actions.push_back(report_action(kind));
  }
}

/// ask_for_less takes away what a subscription can go without; false where all that is left is needed. Of each service
/// something is needed, so that none is left empty (consumer_test.cpp).
bool Consumer::ask_for_less(std::size_t index) {
  auto& actions = subscriptions_[index].actions;
  for (const std::span<const ReportKind> left_out : {std::span<const ReportKind>(left_out_first), {left_out_then}}) {
    const auto is_left_out = [&](const std::string& action) {
      return std::ranges::any_of(left_out, [&](ReportKind kind) { return report_action(kind) == action; });
    };
    if (std::erase_if(actions, is_left_out) > 0) return true;
  }
  return false;
}

void Consumer::answered_subscribe(std::size_t index, const Element& body, Outcome& out, MonoTime now) {
  auto subscribed = read_subscribed(body);
  if (!subscribed || subscribed->manager.empty()) {
    out.troubles.push_back({TroubleKind::unreadable, Ask::subscribe, body.name.local});
    again(Stage::describing, now);
    return;
  }
  Subscription& each = subscriptions_[index];
  each.manager = std::move(subscribed->manager);
  each.reference = std::move(subscribed->reference);
  each.is_alive = true;
  renewed(each, subscribed->expires, now);
  // What was sent while nobody listened is lost: the MDIB is asked again.
  const bool is_last =
      std::all_of(subscriptions_.begin(), subscriptions_.end(), [](const auto& s) { return s.is_alive; });
  if (is_last) stage_ = Stage::loading;
}

/// renewed plans the next renewal at half of what was granted, so that one may fail.
void Consumer::renewed(Subscription& subscription, std::optional<Nanos> granted, MonoTime now) {
  const Nanos least = std::chrono::seconds{1};
  const Nanos lease = std::clamp<Nanos>(granted.value_or(subscription_unsaid), least, subscription_asked);
  subscription.renew_at = now + lease / 2;
}

void Consumer::answered_renew(std::size_t index, const Element& body, MonoTime now) {
  renewed(subscriptions_[index], expires_in(body), now);
}

void Consumer::answered_mdib(const Element& body, Outcome& out, MonoTime now) {
  auto content = read_mdib(body);
  if (!content) {
    out.troubles.push_back({TroubleKind::unreadable, Ask::get_mdib, body.name.local});
    if (stage_ != Stage::live) again(Stage::describing, now);
    return;
  }
  if (mdib_.loaded() && !content->at.same_sequence(mdib_.at()))
    out.troubles.push_back({TroubleKind::began_anew, Ask::get_mdib, content->at.sequence});
  if (mdib_.misses_reports() && may_count_alone() && content->at.same_sequence(mdib_.at()) &&
      content->at.version >= mdib_.at().version) {
    const Moved moved = mdib_.moved(*content);
    unheard_traces_ = unheard_traces_ || (awaits_traces() && moved.traces && !moved.others);
    counts_alone_ = counts_alone_ || (!counts_on_ && !moved.traces && !moved.others);
    out.missed = moved.others && !unheard_traces_ && !counts_alone_;
  }
  mdib_.load(std::move(*content));
  out.loaded = true;
  stage_ = Stage::live;
  gap_since_.reset();
  retry_after_ = retry_first;
  replay_held(out, now);
}

void Consumer::replay_held(Outcome& out, MonoTime now) {
  const std::deque<Report> held = std::move(held_);
  held_.clear();
  for (const auto& report : held)
    if (report.at.same_sequence(mdib_.at()) && report.at.version > mdib_.at().version) take_report(report, out, now);
  out.applied.reset();  // all() has what it says
}

Outcome Consumer::notified(ByteView body, MonoTime now) {
  Outcome out;
  if (stage_ == Stage::stopped) return out;
  const auto envelope = parse_envelope(body);
  if (!envelope) {
    out.troubles.push_back({TroubleKind::unreadable, Ask::subscribe, envelope.error().where});
    return out;
  }
  if (const auto end = read_subscription_end(envelope->body)) {
    out.troubles.push_back(
        {TroubleKind::subscription, Ask::subscribe, end->reason.empty() ? end->status : end->reason});
    for (auto& each : subscriptions_)
      if (end->manager.empty() || each.manager == end->manager) each.is_alive = false;
    if (!under_way_ && stage_ == Stage::live) again(Stage::describing, now);
    return out;
  }
  if (auto report = read_report(envelope->body)) take_report(*report, out, now);
  return out;
}

void Consumer::take_report(const Report& report, Outcome& out, MonoTime now) {
  last_heard_ = now;
  last_word_ = now;
  if (report.kind == ReportKind::waveform) {
    trace_came_ = true;
    unheard_traces_ = false;
  }
  // The MDIB under way may be older than this report: it is held until then, and applied again.
  if (!mdib_.loaded() || (under_way_ && under_way_->request.ask == Ask::get_mdib)) {
    if (held_.size() >= held_reports_max) held_.pop_front();
    held_.push_back(report);
  }
  if (!mdib_.loaded()) return;
  if (report.at.version == last_version_ + 1) {
    counts_on_ = true;
    counts_alone_ = false;
  }
  last_version_ = std::max(last_version_, report.at.version);
  const bool had_gap = mdib_.needs_mdib();
  out.applied = mdib_.apply(report);
  if (out.applied->order == Order::new_sequence) {
    out.troubles.push_back({TroubleKind::began_anew, Ask::get_mdib, report.at.sequence});
    begin_anew(now);
    return;
  }
  if (mdib_.needs_mdib() && !gap_since_) gap_since_ = now;
  if (!had_gap && mdib_.needs_mdib()) {
    out.troubles.push_back({TroubleKind::lost_messages, Ask::get_mdib, std::to_string(report.at.version)});
  } else if (!mdib_.needs_mdib()) {
    gap_since_.reset();
  }
}

}  // namespace cordon::sdc
