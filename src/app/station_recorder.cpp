// SPDX-License-Identifier: Apache-2.0
#include "app/station_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "app/door.h"
#include "app/station_paper.h"
#include "bedside/view.h"
#include "event/bedside_json.h"
#include "http/rules.h"
#include "io/thread_name.h"
#include "recorder/overview.h"
#include "report/strip.h"

namespace cordon::app {

using nlohmann::json;

namespace {

constexpr std::string_view review_path = "/api/station/review";
constexpr std::string_view export_path = "/api/station/export.csv";
constexpr std::string_view strip_path = "/api/station/strip.pdf";
constexpr std::chrono::milliseconds piece_wait{100};
/// review_span_max: longer ones are asked for in parts. With waves an hour is more than one answer holds.
constexpr auto review_span_max = std::chrono::hours(24);

std::optional<double> number_of(const http::QueryFields& fields, const std::string& name) {
  const auto field = fields.find(name);
  if (field == fields.end()) return std::nullopt;
  double out = 0;
  const char* const end = field->second.data() + field->second.size();
  const auto [at, error] = std::from_chars(field->second.data(), end, out);
  const bool whole = error == std::errc() && at == end && std::isfinite(out) && std::fabs(out) < 1e12;
  return whole ? std::optional(out) : std::nullopt;
}

// wanted_of reads "bed=R1&from=S&to=S", or "&seconds=N" instead of `to`, and "waves=0".
std::optional<recorder::Wanted> wanted_of(const http::QueryFields& fields) {
  const auto bed = fields.find("bed");
  const auto from = number_of(fields, "from");
  auto to = number_of(fields, "to");
  if (const auto seconds = number_of(fields, "seconds"); !to && from && seconds) to = *from + *seconds;
  if (bed == fields.end() || !from || !to || !(*from < *to)) return std::nullopt;
  const auto waves = fields.find("waves");
  recorder::Wanted out{bed->second, wall_time_of(*from), wall_time_of(*to),
                       waves == fields.end() || waves->second != "0"};
  if (out.to - out.from > review_span_max) return std::nullopt;
  return out;
}

/// columns_of reads "columns=N"; nothing where every sample is wanted.
std::optional<std::size_t> columns_of(const http::QueryFields& fields) {
  const auto number = number_of(fields, "columns");
  return number && *number >= 0 ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
}

http::Answer not_read(ErrorCode why) {
  if (why == ErrorCode::limit) {
    return refused_because(413, "that is more than one answer holds: ask for a shorter span, or for waves=0");
  }
  if (why == ErrorCode::timeout) return refused(503, "unwanted");
  return refused_because(500, "what was recorded cannot be read");
}

json numbers(const std::vector<float>& samples) {
  json out = json::array();
  for (const float sample : samples) out.push_back(std::isfinite(sample) ? json(sample) : json(nullptr));
  return out;
}

// alarms_then reads them from the logbook; they are not whole where it cannot be read or holds too much.
PastAlarms alarms_then(const std::string& book_path, const recorder::Wanted& wanted) {
  const auto book = logbook::Reader::open(book_path);
  if (!book) return {{}, false};
  auto past = past_alarms(*book, {wanted.bed, wanted.from, wanted.to});
  return past ? std::move(*past) : PastAlarms{{}, false};
}

void add_alarms(const PastAlarms& past, WallTime now, json& out) {
  out["alarms_whole"] = past.whole;
  for (const bedside::Alarm& alarm : past.alarms) out["alarms"].push_back(bedside::alarm_json(alarm, now));
}

json channel_json(const event::Channel& channel, const std::string& device, double rate_hz) {
  json out = event::to_json_value(channel);
  out["device"] = device;
  out["rate"] = rate_hz;
  out["kind"] = rate_hz > 0 ? "wave" : "numeric";
  return out;
}

/// lane_json gives lowest and highest of each column, a letter for what it holds, and what is not plainly valid by
/// column.
json lane_json(const recorder::Lane& lane) {
  json low = json::array();
  json high = json::array();
  json doubts = json::array();
  std::string held;
  for (const recorder::Column& column : lane.columns) {
    low.push_back(std::isfinite(column.low) ? json(column.low) : json(nullptr));
    high.push_back(std::isfinite(column.high) ? json(column.high) : json(nullptr));
    if (column.validity != event::Validity::valid) doubts.push_back({held.size(), event::word(column.validity)});
    held += " -~#"[static_cast<std::size_t>(column.held)];
  }
  return {{"channel", channel_json(lane.channel, lane.device, lane.rate_hz)},
          {"low", std::move(low)},
          {"high", std::move(high)},
          {"held", held},
          {"doubts", std::move(doubts)}};
}

std::string file_name(std::string_view kind, const recorder::Wanted& wanted, std::string_view ending) {
  std::string bed = wanted.bed;
  for (char& c : bed) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!plain) c = '_';
  }
  return fmt::format("{}-{}-{}{}", kind, bed, to_iso(wanted.from).substr(0, 19), ending);
}

http::Answer csv(std::string text, const recorder::Wanted& wanted) {
  return {200, std::move(text), std::nullopt, "text/csv; charset=utf-8", file_name("cordon", wanted, ".csv")};
}

}  // namespace

Result<std::unique_ptr<StationRecorder>> StationRecorder::open(Options options) {
  recorder::Recorder recorder = CORDON_TRY(recorder::Recorder::open(options.recorder));
  return std::unique_ptr<StationRecorder>(new StationRecorder(std::move(options), std::move(recorder)));
}

StationRecorder::StationRecorder(Options options, recorder::Recorder recorder)
    : options_(std::move(options)), recorder_(std::move(recorder)) {
  recording_ = std::jthread([this](const std::stop_token& stop) { record(stop); });
  answering_ = std::jthread([this](const std::stop_token& stop) { answer(stop); });
}

StationRecorder::~StationRecorder() {
  pieces_.close();
  questions_.close();
  recording_.request_stop();
  answering_.request_stop();
}

void StationRecorder::heard(const event::BedsideInput& input, const event::DeviceIdentity& device,
                            const std::string& bed) {
  const auto keep = [&](const auto& said) {
    if (!pieces_.push({bed, device.device, said})) unheard_.push(device.device);
  };
  if (const auto* numerics = std::get_if<event::NumericsHeard>(&input)) keep(*numerics);
  if (const auto* wave = std::get_if<event::WaveHeard>(&input)) keep(*wave);
}

void StationRecorder::record(const std::stop_token& stop) {
  io::name_thread("recorder");
  std::string told;
  auto next = std::chrono::steady_clock::now();
  const auto commit = [&] {
    recorder_.commit(options_.now());
    const std::string& trouble = recorder_.health().trouble;
    if (trouble.empty() != told.empty()) {
      options_.say(event::OwnTrouble{options_.now(), "recorder", event::AlarmPriority::low, trouble, !trouble.empty()});
    }
    told = trouble;
    tell_unkept();
  };
  while (!stop.stop_requested()) {
    for (const Piece& piece : pieces_.pop_batch(pieces_waiting_max, piece_wait)) {
      std::visit([&](const auto& said) { recorder_.note(piece.bed, piece.device, said); }, piece.said);
    }
    if (std::chrono::steady_clock::now() < next) continue;
    next = std::chrono::steady_clock::now() + record_period;
    commit();
  }
  commit();
}

/// tell_unkept tells at each device of which something was not recorded that it is so, once a second.
void StationRecorder::tell_unkept() {
  std::set<std::string> devices = recorder_.take_unkept();
  if (!recorder_.health().trouble.empty()) devices.clear();  // the disk's fault, and told as such
  for (std::string& device : unheard_.pop_batch(devices_told_max, std::chrono::milliseconds(0))) {
    devices.insert(std::move(device));
  }
  for (const std::string& device : devices) options_.say(event::DeviceBeyond{options_.now(), device});
}

void StationRecorder::happened(const event::BedsideEvent& event) {
  const auto* placed = std::get_if<event::PatientPlaced>(&event);
  if (placed != nullptr && !placed_.push(*placed)) placements_lost_ = true;
}

bool StationRecorder::take(const http::Get& get, const http::Reply& reply) {
  if (get.path != review_path && get.path != export_path && get.path != strip_path) return false;
  if (!questions_.push({get, reply})) reply([] { return refused(503, "busy"); });
  return true;
}

void StationRecorder::answer(const std::stop_token& stop) {
  io::name_thread("review");
  while (!stop.stop_requested()) {
    note_placements();
    for (const Question& question : questions_.pop_batch(1, piece_wait)) {
      note_placements();  // who saw somebody placed asks afterwards
      question.reply([made = answer_to(question.get)] { return made; });
    }
  }
}

void StationRecorder::note_placements() {
  for (const event::PatientPlaced& placed : placed_.pop_batch(placements_waiting_max, std::chrono::milliseconds(0))) {
    options_.placements.note(placed);
  }
}

std::vector<Placements::Stay> StationRecorder::stays(const recorder::Wanted& wanted) const {
  if (placements_lost_) return {{.known = false}};
  return options_.placements.stays({wanted.bed, wanted.from, wanted.to});
}

/// add_stays says whose a bed's data are, as on the screens: {"stay": number or null where it is not known, "from":
/// time or null, "patient": as of a bed}.
void StationRecorder::add_stays(const recorder::Wanted& wanted, json& out) const {
  out["stays"] = json::array();
  for (const Placements::Stay& stay : stays(wanted)) {
    out["stays"].push_back({{"stay", stay.known ? json(stay.number) : json(nullptr)},
                            {"from", stay.from == WallTime{} ? json(nullptr) : json(seconds_of(stay.from))},
                            {"patient", bedside::placed_json(stay.patient, options_.names)}});
  }
}

/// exported says the same in a table.
recorder::Export StationRecorder::exported(const recorder::Wanted& wanted) const {
  recorder::Export out{wanted.bed, options_.now()};
  for (const Placements::Stay& stay : stays(wanted)) {
    std::string who;
    if (const json patient = bedside::placed_json(stay.patient, options_.names); patient.is_object()) {
      for (const char* part : {"family", "given", "born", "identifier"}) {
        const std::string text = patient.at(part).get<std::string>();
        if (!text.empty()) who += (who.empty() ? "" : " ") + text;
      }
    }
    out.stays.push_back({stay.from, stay.known ? std::to_string(stay.number) : "", stay.known ? who : "(not known)"});
  }
  return out;
}

http::Answer StationRecorder::answer_to(const http::Get& get) const {
  const auto fields = http::query_fields(get.query);
  auto wanted = fields ? wanted_of(*fields) : std::nullopt;
  if (!wanted) return refused_because(400, "say bed=NAME, from=SECONDS and to=SECONDS since 1970, at most a day apart");
  if (get.gone) wanted->unwanted = [&gone = *get.gone] { return gone.load(); };
  if (wanted->unwanted && wanted->unwanted()) return not_read(ErrorCode::timeout);
  if (const auto columns = columns_of(*fields); columns && get.path != strip_path) {
    return overview(get, *wanted, *columns);
  }
  auto tracks = recorder::review(options_.recorder.folder, *wanted);
  if (!tracks) return not_read(tracks.error().code);
  if (get.path == review_path) return review_json(*wanted, *tracks);
  if (get.path == export_path) return csv(recorder::to_csv(*tracks, exported(*wanted)), *wanted);
  return strip(get, *wanted, std::move(*tracks));
}

http::Answer StationRecorder::strip(const http::Get& get, const recorder::Wanted& wanted,
                                    std::vector<recorder::Track> tracks) const {
  const auto made = paper_asked(get, options_.now());
  if (!made) return refused(403, "not_allowed");
  const auto lying = placements_lost_ ? Placements::Lying{{}, false, false}
                                      : options_.placements.during({wanted.bed, wanted.from, wanted.to});
  const PastAlarms past = alarms_then(options_.book_path, wanted);
  std::ranges::stable_sort(tracks, {}, [](const recorder::Track& track) { return value_place(track.channel.code); });
  const auto pdf = report::strip_pdf({.hospital = options_.hospital,
                                      .unit = options_.unit,
                                      .bed = wanted.bed,
                                      .patient = lying.patient,
                                      .patient_changed = lying.changed,
                                      .patient_known = lying.known,
                                      .from = wanted.from,
                                      .span = wanted.to - wanted.from,
                                      .made = *made,
                                      .doubts = doubts_of(past.alarms),
                                      .doubts_known = past.whole,
                                      .usual = recorder::usual_heights(options_.recorder.folder, wanted),
                                      .tracks = std::move(tracks)});
  if (!pdf) return refused_because(413, "a strip shows at most two minutes");
  options_.say(event::PaperPrinted{made->at, "strip", wanted.bed, made->by});
  return {200, *pdf, std::nullopt, "application/pdf", file_name("strip", wanted, ".pdf")};
}

http::Answer StationRecorder::overview(const http::Get& get, const recorder::Wanted& wanted,
                                       std::size_t columns) const {
  const auto lanes = recorder::overview(options_.recorder.folder, wanted, columns);
  if (!lanes) return not_read(lanes.error().code);
  if (get.path == export_path) return csv(recorder::to_csv(*lanes, wanted, exported(wanted)), wanted);
  json out{{"type", "overview"}, {"lanes", json::array()}, {"alarms", json::array()}};
  add_alarms(alarms_then(options_.book_path, wanted), options_.now(), out);
  add_stays(wanted, out);
  for (const recorder::Lane& lane : *lanes) out["lanes"].push_back(lane_json(lane));
  return {200, out.dump(-1, ' ', false, json::error_handler_t::replace), std::nullopt};
}

http::Answer StationRecorder::review_json(const recorder::Wanted& wanted,
                                          const std::vector<recorder::Track>& tracks) const {
  json out{{"type", "review"},
           {"channels", json::array()},
           {"numerics", json::array()},
           {"waves", json::array()},
           {"alarms", json::array()}};
  add_alarms(alarms_then(options_.book_path, wanted), options_.now(), out);
  add_stays(wanted, out);
  for (const recorder::Track& track : tracks) {
    const std::size_t index = out["channels"].size();
    out["channels"].push_back(channel_json(track.channel, track.device, track.rate_hz));
    for (const auto& v : track.values) {
      out["numerics"].push_back({index, seconds_of(v.at), std::isfinite(v.value) ? json(v.value) : json(nullptr),
                                 event::word(v.validity), v.measured ? json(seconds_of(*v.measured)) : json(nullptr)});
    }
    for (const auto& piece : track.pieces) {
      out["waves"].push_back(
          {index, seconds_of(piece.at), track.rate_of(piece), numbers(piece.samples), event::word(piece.validity)});
    }
  }
  return {200, out.dump(-1, ' ', false, json::error_handler_t::replace), std::nullopt};
}

}  // namespace cordon::app
