// SPDX-License-Identifier: Apache-2.0
#include "intellivue/client.h"

#include <algorithm>
#include <type_traits>

#include "intellivue/codes.h"

namespace cordon::intellivue {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds answer_wait{3000};  // for an accept, then for the create event (the guide: it comes at once)
constexpr milliseconds between_tries{1000};
constexpr milliseconds context_wait_min{1000}, context_wait_max{32000};
constexpr std::size_t streams_max = 16;  // five classes are asked for

struct Asked {
  std::uint16_t object_class;
  std::uint16_t group;
  bool extended;
};
/// asked_of: what the polls ask for, in the order of PollIndex. What describes waves is asked for once by itself: with
/// a repeated poll of all groups it comes too, but of one object every 1024 ms (the guide, p. 287).
constexpr Asked asked_of(std::size_t index) {
  constexpr std::array<Asked, 7> table{Asked{code::moc_samples, code::group_static, false},
                                       Asked{code::moc_samples, code::group_dynamic, false},
                                       Asked{code::moc_numeric, code::group_all, true},
                                       Asked{code::moc_samples, code::group_all, true},
                                       Asked{code::moc_alert_monitor, code::group_alerts, true},
                                       Asked{code::moc_patient, code::group_patient, false},
                                       Asked{code::moc_mds, code::group_all, false}};
  return table.at(index);
}

/// FNV-1a, 64 bits: tells datagrams apart; nobody is trusted by it.
std::uint64_t digest(ByteView bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const std::uint8_t octet : bytes) hash = (hash ^ octet) * 0x100000001B3U;
  return hash;
}

Ticks ticks_of(std::chrono::seconds time) {
  return static_cast<Ticks>(time.count()) * ticks_per_second;
}

TroubleKind missing_kind(std::uint16_t object_class) {
  if (object_class == code::moc_alert_monitor) return TroubleKind::no_alarms;
  return object_class == code::moc_numeric ? TroubleKind::no_numerics : TroubleKind::no_waves;
}

}  // namespace

ClientCounts Client::counts() const {
  ClientCounts out = counts_;
  out.damaged += decoder_.damaged();
  out.unseen += decoder_.unseen();
  return out;
}

milliseconds Client::timeout() const {
  return std::chrono::seconds{timeout_seconds(granted_.min_poll_period)};
}

void Client::enter(Phase phase, MonoTime now, ClientOutput& out) {
  if (phase_ != phase) out.reports.push_back(PhaseChanged{phase});
  phase_ = phase;
  entered_ = now;
}

void Client::give_up(TroubleKind kind, milliseconds wait, MonoTime now, ClientOutput& out) {
  if (kind != TroubleKind::no_answer || !std::exchange(no_answer_told_, true)) out.reports.push_back(Trouble{kind, 0});
  again_at_ = now + wait;
  enter(Phase::waiting, now, out);
}

void Client::send(SessionKind kind, ClientOutput& out) {
  if (auto bytes = print_association(standard(kind))) out.send.push_back(std::move(*bytes));
}

void Client::send(Message message, ClientOutput& out) {
  if (auto bytes = print(message)) out.send.push_back(std::move(*bytes));
}

void Client::associate(MonoTime now, ClientOutput& out) {
  // Of a client that was killed the monitor still holds an association, if from this port: it refuses us until then.
  if (!first_try_) send(SessionKind::abort, out);
  if (!first_try_) first_try_ = now;
  counts_.damaged += decoder_.damaged();
  counts_.unseen += decoder_.unseen();
  decoder_ = decoder_.anew();
  context_wait_ = context_wait_min;
  streams_.clear();
  polls_ = {};
  recent_ = {};
  silent_told_ = false;
  Wish wish;
  wish.bytes_max = options_.bytes_max;
  wish.extensions = code::ext_numerics_1s | code::ext_enumerations;
  if (options_.waves) wish.extensions |= code::ext_waves;
  const auto bytes = print_association(standard(SessionKind::request, user_info(code::system_client, wish)));
  if (bytes) out.send.push_back(*bytes);
  enter(Phase::associating, now, out);
}

void Client::accepted(const UserInfo& info, MonoTime now, ClientOutput& out) {
  const auto wish = granted(info);
  granted_ = wish ? *wish : Wish{};
  no_answer_told_ = false;
  enter(Phase::creating, now, out);
}

void Client::session(const Association& association, MonoTime now, ClientOutput& out) {
  switch (association.kind) {
    case SessionKind::accept:
      if (phase_ == Phase::associating && association.user) accepted(*association.user, now, out);
      return;
    case SessionKind::refuse:
      if (phase_ == Phase::associating) {
        const bool eager = first_try_ && now - *first_try_ < options_.eager_for;
        give_up(TroubleKind::refused, eager ? between_tries : milliseconds{options_.refused_wait}, now, out);
      }
      return;
    case SessionKind::abort:
      if (phase_ != Phase::waiting) give_up(TroubleKind::aborted, between_tries, now, out);
      return;
    case SessionKind::release_request:
      send(SessionKind::release_reply, out);
      if (phase_ != Phase::waiting) give_up(TroubleKind::released, between_tries, now, out);
      return;
    case SessionKind::request:
    case SessionKind::release_reply:
      return;
  }
}

void Client::created(const Message& message, const EventReport& event, MonoTime now, ClientOutput& out) {
  send({message.session, message.presentation_context, message.invoke_id, std::nullopt,
        EventResult{event.object, event.time, event.type, {}}},
       out);
  if (phase_ != Phase::creating) return;
  const auto create = parse_mds_create(event.info);
  if (create) {
    for (Report& report : decoder_.take(*create)) out.reports.push_back(std::move(report));
  } else {
    ++counts_.malformed;
  }
  enter(Phase::polling, now, out);
  unreadable_.at.reset();
  unseen_.at.reset();
  data_at_ = kept_alive_ = now;
  choose_waves(out);
  // A monitor that grants no waves is not asked for them again and again.
  const bool grants_waves = (granted_.extensions & code::ext_waves) != 0;
  if (options_.waves && !grants_waves) out.reports.push_back(Trouble{TroubleKind::no_waves, 0});
  for (std::size_t i = 0; i < poll_count; ++i) {
    polls_[i].fed = now;
    polls_[i].wanted = asked_of(i).object_class != code::moc_samples || (options_.waves && grants_waves);
    if (polls_[i].wanted) ask(static_cast<PollIndex>(i), now, out);
  }
}

void Client::choose_waves(ClientOutput& out) {
  if (!options_.waves || options_.wave_labels.empty()) return;
  const Modification list{Modify::replace, attribute(code::attr_wave_priorities, LabelList{options_.wave_labels})};
  send({0xE100, 2, ++invoke_id_, std::nullopt, SetRequest{true, mds_object, 0, {list}}}, out);
}

void Client::ask(PollIndex index, MonoTime now, ClientOutput& out) {
  const Asked asked = asked_of(index);
  PollRequest request;
  request.extended = asked.extended;
  request.object = mds_object;
  request.poll_number = ++poll_number_;
  request.polled = {code::part_object, asked.object_class};
  request.group = asked.group;
  if (asked.extended) request.extra = {attribute(code::attr_poll_period, Number32{ticks_of(options_.poll_active)})};
  Poll& poll = polls_.at(index);
  poll.number = poll_number_;
  poll.asked = now;
  poll.answered = false;
  poll.refused = false;
  poll.invoke_id = ++invoke_id_;
  send({0xE100, 2, invoke_id_, std::nullopt, std::move(request)}, out);
}

milliseconds Client::wait_of(std::size_t index, MonoTime now) const {
  const Poll& poll = polls_.at(index);
  const bool repeated = asked_of(index).extended;
  if (poll.refused) return options_.refused_again;
  if (!poll.answered || (repeated && now - poll.fed >= options_.silent_after)) return options_.retry;
  return repeated ? options_.poll_active / 2 : milliseconds{options_.details_every};
}

void Client::ask_all_due(MonoTime now, ClientOutput& out) {
  for (std::size_t i = 0; i < poll_count; ++i) {
    const Poll& poll = polls_.at(i);
    if (poll.wanted && now - poll.asked >= wait_of(i, now)) ask(static_cast<PollIndex>(i), now, out);
  }
  if (now - kept_alive_ < timeout() / 3) return;
  kept_alive_ = now;
  PollRequest alive;
  alive.object = mds_object;
  alive.poll_number = ++poll_number_;
  alive.polled = {code::part_object, code::moc_alert_monitor};
  alive.group = code::group_static;  // the guide's advice: its answer is short
  send({0xE100, 2, ++invoke_id_, std::nullopt, std::move(alive)}, out);
}

bool Client::duplicate(ByteView datagram) {
  const std::uint64_t seen = digest(datagram);
  if (std::find(recent_.begin(), recent_.end(), seen) != recent_.end()) return true;
  recent_.at(recent_at_) = seen;
  recent_at_ = (recent_at_ + 1) % recent_.size();
  return false;
}

/// in_time drops what a later answer overtook. Poll numbers rise with our requests, sequence numbers with the answers
/// to one; a monitor that numbers nothing is always in time.
bool Client::in_time(const PollReply& reply, bool& gap) {
  gap = false;
  if (!reply.extended) return true;
  if (!streams_.contains(reply.polled.object_class)) {
    if (streams_.size() < streams_max) streams_[reply.polled.object_class] = {reply.poll_number, reply.sequence};
    return true;
  }
  Stream& stream = streams_[reply.polled.object_class];
  if (reply.poll_number != stream.poll_number) {
    if (static_cast<std::int16_t>(reply.poll_number - stream.poll_number) < 0) return false;
    stream = {reply.poll_number, reply.sequence};
    return true;
  }
  const auto ahead = static_cast<std::int16_t>(reply.sequence - stream.sequence);
  if (ahead < 0) return false;
  gap = ahead > 1;
  stream.sequence = reply.sequence;
  return true;
}

void Client::mark_answered(std::uint16_t invoke_id, std::optional<std::uint16_t> poll_number) {
  for (Poll& poll : polls_) {
    if (poll.wanted && (poll.invoke_id == invoke_id || poll.number == poll_number)) poll.answered = true;
  }
}

void Client::answered(const PollReply& reply, MonoTime now, ClientOutput& out) {
  bool gap = false;
  if (!in_time(reply, gap)) {
    ++counts_.late;
    return;
  }
  if (gap) ++counts_.gaps;
  // By what it holds as well as by what it says it answers: there are monitors that name no class. An answer without
  // any alarm list tells nothing about alarms.
  if (reply.extended && reply.polled.object_class == code::moc_numeric) feed(poll_numerics, now, out);
  if (reply.extended && reply.polled.object_class == code::moc_samples) feed(poll_waves, now, out);
  bool waves = false;
  for (Report& report : decoder_.take(reply, gap)) {
    waves = waves || std::holds_alternative<Wave>(report);
    if (std::holds_alternative<Numeric>(report)) feed(poll_numerics, now, out);
    if (std::holds_alternative<Wave>(report)) feed(poll_waves, now, out);
    if (std::holds_alternative<AlarmList>(report) || std::holds_alternative<AlarmSummary>(report)) {
      feed(poll_alarms, now, out);
    }
    out.reports.push_back(std::move(report));
  }
  if (decoder_.lacks_context()) {
    ask_for_context(now, out);
  } else if (waves) {
    context_wait_ = context_wait_min;
  }
  tell_missing(now, out);
}

void Client::feed(PollIndex index, MonoTime now, ClientOutput& out) {
  Poll& poll = polls_.at(index);
  poll.fed = data_at_ = now;
  silent_told_ = false;
  out.fed = true;
  if (std::exchange(poll.missing, false)) {
    out.reports.push_back(Trouble{missing_kind(asked_of(index).object_class), 0, false});
  }
}

/// tell_missing tells what a monitor holds back while it says other things; one that says nothing at all is silent.
void Client::tell_missing(MonoTime now, ClientOutput& out) {
  if (!out.fed) return;
  for (std::size_t i = 0; i < poll_count; ++i) {
    Poll& poll = polls_.at(i);
    if (!poll.wanted || poll.missing || !asked_of(i).extended || now - poll.fed < options_.silent_after) continue;
    poll.missing = true;
    out.reports.push_back(Trouble{missing_kind(asked_of(i).object_class), 0});
  }
}

/// tell_unreadable tells that what came cannot be read, in whole or in part, and when it can again; apart from that
/// what was never shown and is missed by nobody.
void Client::tell_unreadable(MonoTime now, ClientOutput& out) {
  const ClientCounts all = counts();
  tell_unreadable(unreadable_, all.malformed + all.damaged - all.unseen, {TroubleKind::unreadable, 0}, out, now);
  tell_unreadable(unseen_, all.unseen, {TroubleKind::unseen, decoder_.unseen_id()}, out, now);
}

void Client::tell_unreadable(Unreadable& told, std::uint64_t counted, Trouble what, ClientOutput& out, MonoTime now) {
  if (std::exchange(told.counted, counted) != counted) {
    if (!told.at) out.reports.push_back(what);
    told.at = now;
  } else if (told.at && now - *told.at > options_.unreadable_for) {
    told.at.reset();
    what.present = false;
    out.reports.push_back(what);
  }
}

void Client::ask_for_context(MonoTime now, ClientOutput& out) {
  const Poll& last = polls_[poll_wave_dynamic];
  if (!last.wanted || !last.answered || now - last.asked < context_wait_) return;
  context_wait_ = std::min(context_wait_ * 2, context_wait_max);
  ask(poll_wave_static, now, out);
  ask(poll_wave_dynamic, now, out);
}

void Client::refused(const RemoteError& error, std::uint16_t invoke_id, ClientOutput& out) {
  const auto detail = static_cast<std::uint16_t>(error.code);
  for (std::size_t i = 0; i < poll_count; ++i) {
    Poll& poll = polls_.at(i);
    if (!poll.wanted || poll.invoke_id != invoke_id) continue;
    poll.answered = poll.refused = true;
    if (!asked_of(i).extended) break;
    if (!std::exchange(poll.missing, true)) {
      out.reports.push_back(Trouble{missing_kind(asked_of(i).object_class), detail});
    }
    return;
  }
  out.reports.push_back(Trouble{TroubleKind::request_refused, detail});
}

void Client::message(const Message& message, MonoTime now, ClientOutput& out) {
  if (const auto* event = std::get_if<EventReport>(&message.body)) {
    // Again and again until it is confirmed, so a lost confirmation is said once more.
    if (event->type == code::noti_mds_create) created(message, *event, now, out);
    return;
  }
  if (phase_ != Phase::polling) return;
  if (const auto* reply = std::get_if<PollReply>(&message.body)) {
    mark_answered(message.invoke_id, reply->poll_number);
    return answered(*reply, now, out);
  }
  if (const auto* error = std::get_if<RemoteError>(&message.body)) refused(*error, message.invoke_id, out);
}

void Client::take(ByteView datagram, MonoTime now, ClientOutput& out) {
  if (is_session(datagram)) {
    const auto association = parse_association(datagram);
    if (!association) {
      ++counts_.malformed;
      return;
    }
    heard_ = now;
    return session(*association, now, out);
  }
  const auto in = parse(datagram);
  if (!in) {
    ++counts_.malformed;
    return;
  }
  heard_ = now;
  const bool event = std::holds_alternative<EventReport>(in->body);
  if (!event && duplicate(datagram)) {
    ++counts_.duplicates;
    return;
  }
  message(*in, now, out);
}

ClientOutput Client::receive(ByteView datagram, MonoTime now) {
  ClientOutput out;
  if (phase_ == Phase::released || phase_ == Phase::waiting) return out;
  take(datagram, now, out);
  tell_unreadable(now, out);
  return out;
}

ClientOutput Client::tick(MonoTime now) {
  ClientOutput out;
  switch (phase_) {
    case Phase::released:
      break;
    case Phase::waiting:
      if (now >= again_at_) associate(now, out);
      break;
    case Phase::associating:
    case Phase::creating:
      if (now - entered_ < answer_wait) break;
      // If it took the request and its answer was lost, it holds the association: an abort frees it for the next try.
      send(SessionKind::abort, out);
      give_up(TroubleKind::no_answer, between_tries, now, out);
      break;
    case Phase::polling:
      if (now - heard_ >= timeout()) {
        send(SessionKind::abort, out);
        give_up(TroubleKind::no_answer, milliseconds{0}, now, out);
        break;
      }
      if (now - data_at_ >= options_.silent_after && !std::exchange(silent_told_, true)) {
        out.reports.push_back(Trouble{TroubleKind::silent, 0});
      }
      ask_all_due(now, out);
      break;
  }
  tell_unreadable(now, out);
  return out;
}

ClientOutput Client::stop() {
  ClientOutput out;
  if (phase_ == Phase::released) return out;
  if (phase_ == Phase::polling) send(SessionKind::release_request, out);
  // A release is not heard before the create event was confirmed (seen on an MX800).
  if (phase_ == Phase::associating || phase_ == Phase::creating) send(SessionKind::abort, out);
  phase_ = Phase::released;
  out.reports.push_back(PhaseChanged{phase_});
  return out;
}

}  // namespace cordon::intellivue
