// SPDX-License-Identifier: Apache-2.0
#include "intellivue/monitor.h"

#include <algorithm>
#include <type_traits>

namespace cordon::intellivue {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds wave_period{256};      // the guide, "Polling waves"
constexpr milliseconds numeric_period{1024};  // numerics and alarms
constexpr std::uint16_t context_every = 4;    // of whose answers one describes a wave: every 1024 ms
constexpr milliseconds announce_period{3000};
constexpr unsigned announce_max = 3;
constexpr unsigned catch_up_max = 16;  // answers one tick may have to catch up with: four seconds of waves
constexpr std::uint16_t alert_handle = 0x8001, patient_handle = 0x8002;
constexpr std::size_t reply_overhead = 60;  // what stands around the observations of a reply

milliseconds period_of(std::uint16_t object_class) {
  return object_class == code::moc_samples ? wave_period : numeric_period;
}
bool answers_repeatedly(std::uint16_t object_class) {
  return object_class == code::moc_numeric || object_class == code::moc_samples ||
         object_class == code::moc_alert_monitor;
}

bool holds(const std::vector<std::uint16_t>& classes, std::uint16_t object_class) {
  return std::find(classes.begin(), classes.end(), object_class) != classes.end();
}

void add_static(Observation& o, const WaveSource& w) {
  o.attributes.push_back(attribute(code::attr_sample_spec, w.spec));
  o.attributes.push_back(attribute(code::attr_sample_period, Number32{w.sample_period}));
  o.attributes.push_back(attribute(code::attr_fixed_values, FixedValues{w.fixed}));
}
void add_dynamic(Observation& o, const WaveSource& w) {
  o.attributes.push_back(attribute(code::attr_label, Number32{w.label_code}));
  o.attributes.push_back(attribute(code::attr_label_string, Text{text_from(w.label)}));
  o.attributes.push_back(attribute(code::attr_unit, Number16{w.unit}));
  o.attributes.push_back(attribute(code::attr_scale, w.scale));
}

std::size_t size_of(const Observation& observation) {
  std::size_t size = 6;
  for (const Attribute& a : observation.attributes) size += 4 + a.value.size();
  return size;
}

/// parts splits observations so that each part fits a message; one that alone is too large stands alone.
std::vector<std::vector<Observation>> parts(std::vector<Observation> all, std::size_t bytes_max) {
  std::vector<std::vector<Observation>> out(1);
  std::size_t size = 0;
  for (Observation& observation : all) {
    const std::size_t more = size_of(observation);
    if (!out.back().empty() && size + more + reply_overhead > bytes_max) {
      out.emplace_back();
      size = 0;
    }
    size += more;
    out.back().push_back(std::move(observation));
  }
  return out;
}

AlarmEntries entries_of(const std::vector<AlarmSource>& alarms) {
  AlarmEntries out;
  for (const AlarmSource& a : alarms) {
    const AlarmInfoText info{{a.instance, 0, 0, 0}, text_from(a.text)};
    out.entries.push_back(
        {a.source, a.code, a.type, a.state, {code::moc_alert_monitor, 0, alert_handle}, string_info, write(info)});
  }
  return out;
}

std::uint16_t loudest(const std::vector<AlarmSource>& alarms) {
  std::uint16_t out = 0;
  for (const AlarmSource& a : alarms) out = std::max(out, a.type);
  return out;
}

Bytes ascii(std::string_view text) {
  Bytes out(text.begin(), text.end());
  out.push_back(0);
  return out;
}

}  // namespace

Ticks Monitor::ticks(MonoTime at) const {
  const MonoTime counted = std::min(at, scene.stands_since.value_or(at));
  return static_cast<Ticks>(std::chrono::duration_cast<std::chrono::microseconds>(counted - started_).count() / 125);
}

void Monitor::samples(std::uint16_t handle, std::span<const std::uint16_t> counts) {
  auto& queue = queued_[handle];
  queue.insert(queue.end(), counts.begin(), counts.end());
  while (queue.size() > samples_queued_max) queue.pop_front();
}

void Monitor::turn_off() {
  client_.reset();
  active_.clear();
  queued_.clear();
}

void Monitor::send(Peer to, SessionKind kind, std::vector<Outgoing>& out) {
  if (auto bytes = print_association(standard(kind))) out.push_back({to, std::move(*bytes)});
}

void Monitor::send(const Message& message, std::vector<Outgoing>& out) {
  auto bytes = print(message);
  if (client_ && bytes) out.push_back({client_->peer, std::move(*bytes)});
}

void Monitor::refuse(const Message& message, RemoteErrorCode code, std::vector<Outgoing>& out) {
  send({message.session, message.presentation_context, message.invoke_id, std::nullopt, RemoteError{code, {}}}, out);
}

Attributes Monitor::about() const {
  return {attribute(code::attr_system_id, Text{options_.system_id}),
          attribute(code::attr_model, SystemModel{ascii("Cordon"), ascii(options_.model)}),
          attribute(code::attr_bed_label, Text{text_from(scene.bed)}),
          attribute(code::attr_operating_mode, Number16{scene.mode}),
          attribute(code::attr_mds_status, Number16{client_ ? code::mds_operating : code::mds_unassociated}),
          attribute(code::attr_time_absolute, DateTime{scene.clock})};
}

Bytes Monitor::beacon(MonoTime now) const {
  Beacon beacon;
  beacon.nomenclature = 0x00000100;
  beacon.command = code::cmd_confirmed_event;
  beacon.object = mds_object;
  beacon.time = ticks(now);
  const ProtocolSupport support{{{code::protocol_data_export, code::protocol_udp, options_.port, 0}}};
  beacon.attributes = {attribute(code::attr_net_address, options_.address),
                       attribute(code::attr_protocol_support, support),
                       attribute(code::attr_bed_label, Text{text_from(scene.bed)})};
  auto bytes = print_beacon(beacon);
  return bytes ? *bytes : Bytes{};
}

void Monitor::accept(Peer from, const UserInfo& info, MonoTime now, std::vector<Outgoing>& out) {
  const auto asked = granted(info);
  if (!asked) return send(from, SessionKind::refuse, out);
  Wish grant = *asked;
  grant.bytes_max = std::min(asked->bytes_max, options_.bytes_max);
  if (!options_.grants_waves) grant.extensions &= ~code::ext_waves;
  active_.clear();
  client_ = Client{from, grant.bytes_max, timeout_seconds(grant.min_poll_period), now, false, 0, now};
  const auto bytes = print_association(standard(SessionKind::accept, user_info(code::system_server, grant)));
  if (bytes) out.push_back({from, *bytes});
  announce(now, out);
}

void Monitor::announce(MonoTime now, std::vector<Outgoing>& out) {
  client_->announce_at = now + announce_period;
  ++client_->announced;
  const EventReport event{true, mds_object, ticks(now), code::noti_mds_create, print_mds_create({mds_object, about()})};
  send({0xE100, 2, ++invoke_id_, std::nullopt, event}, out);
}

void Monitor::session(Peer from, const Association& association, MonoTime now, std::vector<Outgoing>& out) {
  const bool ours = client_ && client_->peer == from;
  switch (association.kind) {
    case SessionKind::request:
      if (client_ && !ours) return send(from, SessionKind::refuse, out);
      return accept(from, *association.user, now, out);
    case SessionKind::release_request:
      if (!ours || client_->created) send(from, SessionKind::release_reply, out);
      if (ours && client_->created) turn_off();  // not before (seen on an MX800)
      return;
    case SessionKind::abort:
      if (ours) turn_off();
      return;
    case SessionKind::accept:
    case SessionKind::refuse:
    case SessionKind::release_reply:
      return;
  }
}

std::vector<Observation> Monitor::observe_numerics(const PollRequest& request, std::uint16_t turn) const {
  std::vector<Observation> out;
  for (auto n = scene.numerics.begin(); n != scene.numerics.end();) {
    Observation o{n->handle, {}};
    if (!request.extended || turn % scene.numerics.size() == out.size())
      o.attributes.push_back(attribute(code::attr_label_string, Text{text_from(n->label)}));
    if (n->measured) {
      o.attributes.push_back(attribute(code::attr_stamp_absolute, DateTime{n->measured_clock}));
      o.attributes.push_back(attribute(code::attr_stamp_relative, Number32{ticks(*n->measured)}));
    }
    CompoundNumeric all;
    for (; n != scene.numerics.end() && n->handle == o.handle; ++n)
      all.values.push_back({n->physio_id, n->state, n->unit, Float::of(n->value, n->decimals)});
    o.attributes.push_back(all.values.size() == 1 ? attribute(code::attr_numeric, all.values.front())
                                                  : attribute(code::attr_numeric_compound, all));
    out.push_back(std::move(o));
  }
  return out;
}

bool Monitor::chosen(const WaveSource& wave) const {
  return wave_labels_.empty() ||
         std::find(wave_labels_.begin(), wave_labels_.end(), wave.label_code) != wave_labels_.end();
}

std::vector<Observation> Monitor::observe_waves(const PollRequest& request, std::uint16_t turn) {
  std::vector<Observation> out;
  std::size_t number = 0;
  for (const WaveSource& w : scene.waves) {
    if (!chosen(w)) continue;
    Observation o{w.object != 0 ? w.object : w.handle, {}};
    const bool its_turn = turn % context_every == 0 && turn / context_every % scene.waves.size() == number;
    ++number;
    const auto asked = [&](std::uint16_t group) {
      return request.group == group || (request.group == code::group_all && (!request.extended || its_turn));
    };
    if (asked(code::group_static)) add_static(o, w);
    if (asked(code::group_dynamic)) add_dynamic(o, w);
    auto& queue = queued_[w.handle];
    const bool wants_samples = request.group == code::group_all || request.group == code::group_observed;
    if (wants_samples && queue.size() >= w.spec.array_size && w.spec.array_size != 0) {
      SamplesObserved observed{w.physio_id, w.state, {}};
      for (std::size_t i = 0; i < w.spec.array_size; ++i) {
        if (w.spec.sample_bits > 8) observed.samples.push_back(static_cast<std::uint8_t>(queue.front() >> 8U));
        observed.samples.push_back(static_cast<std::uint8_t>(queue.front() & 0xFFU));
        queue.pop_front();
      }
      o.attributes.push_back(attribute(code::attr_samples, observed));
    }
    if (!o.attributes.empty()) out.push_back(std::move(o));
  }
  return out;
}

Observation Monitor::observe_alarms() const {
  AlertCondition condition;
  if (scene.alarms_suspended) condition.state |= code::alarm_suspended;
  if (scene.standby) condition.state |= code::alarm_device_standby;
  condition.changes = scene.alarm_changes;
  condition.patient_type = loudest(scene.patient_alarms);
  condition.technical_type = loudest(scene.technical_alarms);
  condition.audible_type = std::max(condition.patient_type, condition.technical_type);
  return {alert_handle,
          {attribute(code::attr_alert_condition, condition),
           attribute(code::attr_patient_alarms, entries_of(scene.patient_alarms)),
           attribute(code::attr_technical_alarms, entries_of(scene.technical_alarms))}};
}

Observation Monitor::observe_patient() const {
  const Patient& p = scene.patient;
  Observation out{patient_handle,
                  {attribute(code::attr_patient_state, Number16{static_cast<std::uint16_t>(p.state)}),
                   attribute(code::attr_patient_type, Number16{p.type}), attribute(code::attr_sex, Number16{p.sex}),
                   attribute(code::attr_family_name, Text{text_from(p.family)}),
                   attribute(code::attr_given_name, Text{text_from(p.given)}),
                   attribute(code::attr_patient_id, Text{text_from(p.id)})}};
  if (p.age) out.attributes.push_back(attribute(code::attr_age, *p.age));
  if (p.height) out.attributes.push_back(attribute(code::attr_height, *p.height));
  if (p.weight) out.attributes.push_back(attribute(code::attr_weight, *p.weight));
  return out;
}

std::vector<Observation> Monitor::observe(const PollRequest& request, std::uint16_t turn) {
  switch (request.polled.object_class) {
    case code::moc_numeric:
      return observe_numerics(request, turn);
    case code::moc_samples:
      return observe_waves(request, turn);
    case code::moc_alert_monitor:
      if (request.group == code::group_static)
        return {{alert_handle, {attribute(code::attr_mds_status, Number16{code::mds_operating})}}};
      return {observe_alarms()};
    case code::moc_patient:
      return {observe_patient()};
    case code::moc_mds:
      return {{0, about()}};
    default:
      return {};
  }
}

void Monitor::reply(const PollRequest& request, std::uint16_t invoke_id, std::uint16_t sequence,
                    std::vector<Observation> observations, MonoTime now, std::vector<Outgoing>& out) {
  PollReply answer{request.extended, mds_object,     request.poll_number, sequence, ticks(now),
                   scene.clock,      request.polled, request.group,       {}};
  auto split = parts(std::move(observations), client_->bytes_max);
  if (split.size() > 1) split.emplace_back();  // the last word is empty and unlinked
  for (std::size_t i = 0; i < split.size(); ++i) {
    std::optional<Link> link;
    if (i + 1 < split.size()) {
      const LinkState state = i == 0 ? LinkState::first : i + 2 == split.size() ? LinkState::last : LinkState::middle;
      link = Link{state, static_cast<std::uint8_t>(i + 1)};
    }
    answer.contexts.clear();
    if (!split[i].empty()) answer.contexts = {{0, std::move(split[i])}};
    send({0xE100, 2, invoke_id, link, answer}, out);
  }
}

void Monitor::fire(Active& active, MonoTime now, std::vector<Outgoing>& out) {
  if (holds(scene.withheld, active.request.polled.object_class)) return;
  reply(active.request, active.invoke_id, active.sequence, observe(active.request, active.sequence), now, out);
  ++active.sequence;
}

void Monitor::poll(const Message& message, const PollRequest& request, MonoTime now, std::vector<Outgoing>& out) {
  if (request.polled.partition != code::part_object) return refuse(message, RemoteErrorCode::no_such_object_class, out);
  if (!request.extended) return reply(request, message.invoke_id, 0, observe(request, 0), now, out);
  if (!answers_repeatedly(request.polled.object_class) || holds(scene.refused, request.polled.object_class))
    return refuse(message, RemoteErrorCode::no_such_object_class, out);
  if (request.polled.object_class == code::moc_samples && !options_.grants_waves) {
    return refuse(message, RemoteErrorCode::access_denied, out);
  }
  const auto period = read_from<Number32>(request.extra, code::attr_poll_period);
  const milliseconds active_for{period ? period->value / (ticks_per_second / 1000) : 0};
  Active& active = active_[request.polled.object_class];
  active = {request, message.invoke_id, 0, now + active_for, now + period_of(request.polled.object_class)};
  fire(active, now, out);
}

void Monitor::get(const Message& message, const GetRequest& request, std::vector<Outgoing>& out) {
  if (request.attributes != std::vector<std::uint16_t>{code::attr_wave_priorities}) {
    return refuse(message, RemoteErrorCode::get_list_error, out);
  }
  LabelList list{wave_labels_};
  if (list.labels.empty()) {
    for (const WaveSource& w : scene.waves) list.labels.push_back(w.label_code);
  }
  send({message.session, message.presentation_context, message.invoke_id, std::nullopt,
        GetReply{request.object, {attribute(code::attr_wave_priorities, list)}}},
       out);
}

void Monitor::set(const Message& message, const SetRequest& request, std::vector<Outgoing>& out) {
  for (const Modification& m : request.modifications) {
    const auto list = read<LabelList>(m.attribute.value);
    const bool replace = m.how == Modify::replace && list;
    if (m.attribute.id != code::attr_wave_priorities || (!replace && m.how != Modify::set_to_default)) {
      return refuse(message, RemoteErrorCode::set_list_error, out);
    }
    wave_labels_ = replace ? list->labels : std::vector<std::uint32_t>{};
  }
  if (!request.confirmed) return;
  send({message.session, message.presentation_context, message.invoke_id, std::nullopt,
        SetReply{request.object, {attribute(code::attr_wave_priorities, LabelList{wave_labels_})}}},
       out);
}

void Monitor::message(const Message& message, MonoTime now, std::vector<Outgoing>& out) {
  if (const auto* result = std::get_if<EventResult>(&message.body)) {
    if (result->type == code::noti_mds_create) client_->created = true;
    return;
  }
  if (!client_->created) return;
  if (const auto* request = std::get_if<PollRequest>(&message.body)) return poll(message, *request, now, out);
  if (const auto* request = std::get_if<GetRequest>(&message.body)) return get(message, *request, out);
  if (const auto* request = std::get_if<SetRequest>(&message.body)) return set(message, *request, out);
  if (const auto* request = std::get_if<Unread>(&message.body); request != nullptr && !request->result) {
    refuse(message, RemoteErrorCode::no_such_action, out);
  }
}

std::vector<Outgoing> Monitor::receive(Peer from, ByteView datagram, MonoTime now) {
  std::vector<Outgoing> out;
  if (is_session(datagram)) {
    if (const auto association = parse_association(datagram)) session(from, *association, now, out);
    return out;
  }
  if (!client_ || client_->peer != from) return out;
  const auto in = parse(datagram);
  if (!in) return out;
  client_->heard = now;
  message(*in, now, out);
  return out;
}

std::vector<Outgoing> Monitor::tick(MonoTime now) {
  std::vector<Outgoing> out;
  if (!client_) return out;
  const bool unconfirmed = !client_->created && now >= client_->announce_at;
  if (now - client_->heard >= std::chrono::seconds{client_->timeout} ||
      (unconfirmed && client_->announced == announce_max)) {
    send(client_->peer, SessionKind::abort, out);
    turn_off();
    return out;
  }
  if (unconfirmed) announce(now, out);
  for (auto& [object_class, active] : active_) {
    for (unsigned n = 0; n < catch_up_max && now >= active.next && active.next < active.until; ++n) {
      fire(active, active.next, out);  // dated when it was due, however late the tick
      active.next += period_of(object_class);
    }
    if (now >= active.next) active.next = now + period_of(object_class);
  }
  return out;
}

}  // namespace cordon::intellivue
