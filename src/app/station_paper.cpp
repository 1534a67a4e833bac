// SPDX-License-Identifier: Apache-2.0
#include "app/station_paper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <span>
#include <tuple>

#include "app/door.h"
#include "app/station_acts.h"
#include "bedside/sentence.h"
#include "bedside/watch.h"
#include "gateway/hl7_names.h"
#include "http/rules.h"

namespace cordon::app {

namespace {

constexpr std::string_view list_path = "/api/station/list.pdf";
constexpr std::chrono::milliseconds job_wait{100};
constexpr int zone_minutes_max = 14 * 60;  // UTC+14, Line Islands

std::chrono::minutes zone_of(const std::string& text) {
  int minutes = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, minutes);
  const bool sound = error == std::errc() && at == end && std::abs(minutes) <= zone_minutes_max;
  return std::chrono::minutes(sound ? minutes : 0);
}

/// is_pressure: terms of which one stands for systolic, diastolic and mean together, and the next three for each.
bool is_pressure(std::uint32_t code) {
  return code >= 150016 && code <= 150127;
}

/// Term is what a ventilator measures, as the screens call it (web/src/station/quantities.ts).
struct Term {
  std::uint32_t code;
  std::string_view fr, en;
};
constexpr std::array<Term, 26> ventilation{
    {{151976, "PEP", "PEEP"},      {151804, "PEP", "PEEP"},     {151808, "PEPi", "PEEPi"},
     {151957, "Pcrête", "Ppeak"},  {151973, "Pcrête", "Ppeak"}, {151793, "Pcrête", "Ppeak"},
     {151817, "Pcrête", "Ppeak"},  {151784, "Pplat", "Pplat"},  {151959, "Pmoy", "Pmean"},
     {151975, "Pmoy", "Pmean"},    {151795, "Pmoy", "Pmean"},   {151819, "Pmoy", "Pmean"},
     {151868, "VT", "VT"},         {151980, "VT", "VT"},        {152660, "VTi", "VTi"},
     {152664, "VTe", "VTe"},       {151880, "VM", "MV"},        {151884, "VMe", "MVe"},
     {151888, "VMi", "MVi"},       {152196, "FiO₂", "FiO₂"},    {153132, "FiO₂", "FiO₂"},
     {151688, "Compl.", "Compl."}, {151692, "Cdyn", "Cdyn"},    {151696, "Cstat", "Cstat"},
     {151832, "I:E", "I:E"},       {151586, "FR", "RR"}}};

/// is_term_name: a name of the nomenclature, and not what a device writes for people.
bool is_term_name(std::string_view label) {
  return label.find('_') != std::string_view::npos &&
         label.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

/// label_of is what a value is called: as its device does, but for the names of the nomenclature that have a short one.
std::string label_of(const event::Channel& channel, report::Language language) {
  const auto* const known = std::ranges::find(ventilation, channel.code, &Term::code);
  if (known == ventilation.end() || !is_term_name(channel.label)) return channel.label;
  return std::string(language == report::Language::french ? known->fr : known->en);
}

using Heard = std::vector<const bedside::LiveNumeric*>;

/// Writing writes what one device measures, with all that keeps it from being believed.
struct Writing {
  report::Language language;
  bool doubted = false;  // the device is another one than a person put there, or maybe

  std::string number(const bedside::LiveNumeric& numeric) const {
    using enum event::Validity;
    const event::Validity validity = numeric.value.validity;
    const bool none = validity == calibrating || validity == invalid || validity == missing;
    return none ? "–" : report::number_text(numeric.value.value, language);
  }

  /// value writes the parts of one value as `text` joins their numbers.
  report::UnitList::Value value(std::string label, std::string text,
                                std::span<const bedside::LiveNumeric* const> parts) const {
    using enum event::Validity;
    std::vector<std::string_view> marks;
    const auto add = [&](std::string_view mark) {
      if (!mark.empty() && std::ranges::find(marks, mark) == marks.end()) marks.push_back(mark);
    };
    const auto is_number = [&](const bedside::LiveNumeric* part) { return number(*part) != "–"; };
    const bool shown = std::ranges::any_of(parts, is_number);
    if (!shown) text = "–";
    if (doubted && shown) add(report::doubted_text(language));
    bool unsure = doubted;
    WallTime measured = parts.front()->measured;
    for (const bedside::LiveNumeric* part : parts) {
      const event::Validity validity = part->value.validity;
      unsure = unsure || validity == questionable || validity == unconfirmed;
      add(report::validity_text(validity, language));
      measured = std::min(measured, part->measured);
    }
    if (shown && unsure) text += " ?";
    return {std::move(label), std::move(text), report::unit_text(parts.front()->value.channel.unit, language), measured,
            fmt::format("{}", fmt::join(marks, ", "))};
  }
};

/// line_of is what parts of one pressure have in common: their terms, what of the device they stand in, and their unit.
auto line_of(const bedside::LiveNumeric* numeric) {
  const event::Channel& channel = numeric->value.channel;
  return std::tuple(channel.code / 4, channel.group, channel.unit);
}

/// pressure_parts counts systolic, diastolic and mean from `i` on, as far as they stand together; 0 where they do not.
/// Where one of them comes twice in one place nobody knows which belongs to which, and each stands alone.
std::size_t pressure_parts(const Heard& all, std::size_t i) {
  const std::uint32_t systolic = all[i]->value.channel.code;
  if (!is_pressure(systolic) || systolic % 4 != 1) return 0;
  const auto line = line_of(all[i]);
  std::array<std::size_t, 4> times{};
  for (const bedside::LiveNumeric* other : all) {
    if (line_of(other) == line) ++times.at(other->value.channel.code % 4);
  }
  if (times[1] != 1 || times[2] != 1 || times[3] > 1) return 0;
  return 2 + times[3];
}

/// pressure joins systolic, diastolic and mean of one line into "122/68 (86)".
report::UnitList::Value pressure(const Writing& writing, std::span<const bedside::LiveNumeric* const> parts) {
  std::string label = parts[0]->value.channel.label;
  if (label.ends_with('s')) label.pop_back();
  std::string text = writing.number(*parts[0]) + "/" + writing.number(*parts[1]);
  if (parts.size() > 2) text += " (" + writing.number(*parts[2]) + ")";
  return writing.value(std::move(label), std::move(text), parts);
}

/// tell_apart writes behind a label that stands there twice what of the device each is of.
void tell_apart(std::span<report::UnitList::Value> values, const std::vector<std::string>& groups) {
  std::map<std::string, int> times;
  for (const report::UnitList::Value& value : values) ++times[value.label];
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (times.at(values[i].label) > 1 && !groups[i].empty()) values[i].label += " (" + groups[i] + ")";
  }
}

void add_values(const bedside::Link& link, const Writing& writing, std::vector<report::UnitList::Value>& out) {
  Heard all;
  for (const auto& [handle, numeric] : link.numerics) all.push_back(&numeric);
  std::ranges::stable_sort(all, {}, [](const bedside::LiveNumeric* n) {
    const event::Channel& channel = n->value.channel;
    const bool part = is_pressure(channel.code);
    return std::tuple(value_place(channel.code), channel.code / 4, part ? channel.group : "", part ? channel.unit : "",
                      channel.code);
  });
  const std::size_t before = out.size();
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < all.size();) {
    const std::size_t together = pressure_parts(all, i);
    const auto parts = std::span(all).subspan(i, std::max<std::size_t>(together, 1));
    out.push_back(together > 0 ? pressure(writing, parts)
                               : writing.value(label_of(all[i]->value.channel, writing.language),
                                               writing.number(*all[i]), parts));
    groups.push_back(all[i]->value.channel.group);
    i += parts.size();
  }
  tell_apart(std::span(out).subspan(before), groups);
}

std::string name_of(const event::DeviceIdentity& identity) {
  std::string out = identity.maker;
  for (const std::string& part : {identity.model, identity.serial}) {
    if (!part.empty()) out += (out.empty() ? "" : " ") + part;
  }
  return out.empty() ? identity.device : out;
}

/// own_name calls a device by the shortest name that no other of its bed has.
std::string own_name(const event::DeviceIdentity& identity, const std::vector<event::DeviceIdentity>& all) {
  using Identity = event::DeviceIdentity;
  for (const auto name : {&Identity::model, &Identity::maker, &Identity::serial}) {
    const auto same = [&](const Identity& other) { return other.*name == identity.*name; };
    if (!(identity.*name).empty() && std::ranges::count_if(all, same) == 1) return identity.*name;
  }
  return identity.device;
}

/// name_sources writes behind each label whose it is, where several devices of a bed measure.
void name_sources(std::vector<report::UnitList::Value>& values, const std::vector<event::DeviceIdentity>& sources) {
  std::vector<event::DeviceIdentity> devices;
  for (const event::DeviceIdentity& source : sources) {
    if (std::ranges::find(devices, source) == devices.end()) devices.push_back(source);
  }
  if (devices.size() < 2) return;
  for (std::size_t i = 0; i < values.size(); ++i) values[i].label += " · " + own_name(sources[i], devices);
}

/// label_of gives how a code is called at a bed, for its limits.
std::string label_of(const bedside::Station& station, const std::string& bed, std::uint32_t code,
                     report::Language language) {
  for (const auto& [name, device] : station.state().devices) {
    const bedside::Link* link = device.bed == bed ? station.link_of(name) : nullptr;
    if (link == nullptr) continue;
    for (const auto& [handle, numeric] : link->numerics) {
      if (numeric.value.channel.code == code) return label_of(numeric.value.channel, language);
    }
  }
  const std::string_view known = gateway::mdc_label(code);
  if (!known.empty()) return std::string(known);
  std::string named = label_of({"", code, "_", ""}, language);
  return named == "_" ? fmt::format("MDC {}", code) : named;
}

std::string limit_text(const event::LimitSet& limit, const std::string& label, report::Language language) {
  std::string out = label;
  if (limit.low) out += " < " + report::number_text(*limit.low, language);
  if (limit.low && limit.high) out += language == report::Language::french ? " ou" : " or";
  if (limit.high) out += " > " + report::number_text(*limit.high, language);
  return out + " " + report::unit_text(limit.unit, language);
}

/// with_unit writes the unit at the end of what a limit's alarm says ("HR > 130 {beat}/min") as people do.
std::string with_unit(const std::string& text, report::Language language) {
  const std::size_t unit = text.rfind(' ') + 1;
  return text.substr(0, unit) + report::unit_text(text.substr(unit), language);
}

report::UnitList::Bed bed_of(const bedside::Station& station, const std::string& name, const report::Made& made) {
  report::UnitList::Bed out;
  out.bed = name;
  std::vector<event::DeviceIdentity> sources;  // of the values
  for (const auto& [key, device] : station.state().devices) {
    if (device.bed != name) continue;
    const bedside::Link* link = station.link_of(key);
    const bool live = link != nullptr && link->open && made.at - link->last <= bedside::silence_of(link->heard.period);
    const event::DeviceIdentity& identity = link == nullptr ? device.identity : link->heard.identity;
    const std::string& label = identity.bed_label;
    const bool doubted = station.in_doubt(key);
    out.devices.push_back({name_of(identity), label == name ? "" : label, live, doubted});
    if (link != nullptr) add_values(*link, {made.language, doubted}, out.values);
    sources.resize(out.values.size(), identity);
  }
  name_sources(out.values, sources);
  if (const auto bed = station.state().beds.find(name); bed != station.state().beds.end()) {
    out.patient = bed->second.patient;
    for (const auto& [code, limit] : bed->second.limits) {
      out.limits.push_back(limit_text(limit, label_of(station, name, code, made.language), made.language));
    }
  }
  std::vector<const bedside::Alarm*> alarms;
  for (const auto& [number, alarm] : station.state().open) {
    if (alarm.bed == name && alarm.priority != event::AlarmPriority::none) alarms.push_back(&alarm);
  }
  std::ranges::sort(alarms, std::greater{}, [](const bedside::Alarm* a) { return std::pair(a->priority, a->raised); });
  for (const bedside::Alarm* alarm : alarms) {
    const bedside::Sentence what = bedside::condition_of(*alarm);
    const bool french = made.language == report::Language::french;
    std::string text = french ? what.fr : what.en;
    if (alarm->origin == event::AlarmOrigin::limit) text = with_unit(text, made.language);
    if (const auto since = station.unconfirmed_since(*alarm)) {
      text += fmt::format("{}{})", french ? " (sans nouvelle depuis " : " (no word of it since ",
                          report::clock_text(*since, made.zone).substr(0, 5));
    }
    out.alarms.push_back({alarm->priority, text, alarm->raised, alarm->present,
                          alarm->acknowledged ? alarm->acknowledged_by : std::string()});
  }
  return out;
}

}  // namespace

std::size_t value_place(std::uint32_t code) {
  struct Range {
    std::uint32_t first, last;
  };
  // ISO/IEEE 11073-10101: heart and pulse rate, SpO2 and pulse rate of it, invasive and cuff pressures, breath,
  // temperature.
  constexpr std::array<Range, 8> order{{{147840, 147847},
                                        {149514, 149546},
                                        {150456, 150459},
                                        {150032, 150039},
                                        {150016, 150031},
                                        {151552, 151599},
                                        {150344, 150399},
                                        {151700, 151739}}};
  const auto found = std::ranges::find_if(order, [&](Range r) { return code >= r.first && code <= r.last; });
  return static_cast<std::size_t>(found - order.begin());
}

std::optional<report::Made> paper_asked(const http::Get& get, WallTime now) {
  if (!get.visitor.attends) return std::nullopt;
  report::Made out{now, get.visitor.name, {}, report::Language::french};
  const auto fields = http::query_fields(get.query);
  if (!fields) return out;
  const auto field = [&](const char* name) {
    const auto found = fields->find(name);
    return found == fields->end() ? std::string() : found->second;
  };
  if (field("lang") == "en") out.language = report::Language::english;
  out.zone = zone_of(field("zone"));
  out.by = signed_by(get.visitor.name, field("who")).value_or(get.visitor.name);
  return out;
}

report::UnitList unit_list_of(const bedside::Station& station, report::UnitList empty) {
  const std::vector<std::string>& beds = station.policy().beds;
  for (const std::string& bed : beds) empty.beds.push_back(bed_of(station, bed, empty.made));
  const auto unplaced = [&](const auto& entry) {
    const bedside::Alarm& alarm = entry.second;
    return !alarm.device.empty() && alarm.priority != event::AlarmPriority::none &&
           std::ranges::find(beds, alarm.bed) == beds.end();
  };
  empty.unplaced =
      station.waiting_at_no_bed() + static_cast<std::size_t>(std::ranges::count_if(station.state().open, unplaced));
  return empty;
}

bool StationPaper::take(const http::Get& get, const http::Reply& reply) {
  if (get.path != list_path) return false;
  const auto made = paper_asked(get, {});
  if (!made) {
    reply([] { return refused(403, "not_allowed"); });
    return true;
  }
  report::UnitList list{options_.hospital, options_.unit, *made, {}};
  const bool taken = inbox_.look([this, reply, list](const bedside::Station& station, WallTime now) {
    report::UnitList seen = list;
    seen.made.at = now;
    inbox_.record(event::PaperPrinted{now, "list", "", list.made.by});
    if (!jobs_.push({unit_list_of(station, std::move(seen)), reply})) reply([] { return refused(503, "busy"); });
  });
  if (!taken) reply([] { return refused(503, "busy"); });
  return true;
}

void StationPaper::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !jobs_.closed()) {
    for (const Job& job : jobs_.pop_batch(1, job_wait)) {
      auto pdf = report::unit_list_pdf(job.list);
      const std::string name = fmt::format("cordon-{}.pdf", to_iso(job.list.made.at).substr(0, 19));
      job.reply([made = pdf ? http::Answer{200, std::move(*pdf), std::nullopt, "application/pdf", name}
                            : refused_because(500, "the list cannot be drawn")] { return made; });
    }
  }
}

}  // namespace cordon::app
