// SPDX-License-Identifier: Apache-2.0
#include "recorder/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "event/bedside_json.h"
#include "recorder/recorder.h"
#include "recorder/timeline.h"

namespace cordon::recorder {

namespace {

constexpr const char* reviewing = "review";
/// span_before is read before what is wanted: one stored row may last so long (a commit is once a second, a stalled
/// disk holds it for longer), and when the rows before came tells when those that are wanted were taken.
constexpr auto span_before = std::chrono::minutes(2);

// What is read of an hour, and of one of the first version, which knew neither when a value was measured nor whether a
// trace was valid.
constexpr const char* all_values =
    "SELECT at, value, validity, measured FROM numeric WHERE channel = ?1 AND at >= ?2 AND at < ?3 ORDER BY at";
constexpr const char* first_values =
    "SELECT at, value, validity, NULL FROM numeric WHERE channel = ?1 AND at >= ?2 AND at < ?3 ORDER BY at";
constexpr const char* all_pieces =
    "SELECT at, first, samples, validity FROM wave WHERE channel = ?1 AND at >= ?2 AND at < ?3 ORDER BY rowid";
constexpr const char* first_pieces =
    "SELECT at, first, samples, NULL FROM wave WHERE channel = ?1 AND at >= ?2 AND at < ?3 ORDER BY rowid";

using Key = std::tuple<std::string, std::string, std::uint32_t, std::string, std::string, double>;

struct Found {
  Track track;
  std::vector<Row> rows;
};

/// Hour is one hour's file, and the numbers in it of each channel that is wanted.
struct Hour {
  sqlite::Database db;
  bool first_version = false;
  std::map<Key, std::int64_t> channels = {};
};

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* text = static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(row, column)));
  return text == nullptr ? "" : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

event::Validity validity_of(std::int64_t number) {
  constexpr auto last = static_cast<std::int64_t>(event::Validity::unconfirmed);
  return number < 0 || number > last ? event::Validity::invalid : static_cast<event::Validity>(number);
}

WallTime end_of(const Row& row, double rate) {
  return row.at + Micros(std::llround(static_cast<double>(row.count) / rate * 1e6));
}

// Reading is one hour's file, and what of it is wanted.
struct Reading {
  const Hour& hour;
  const Wanted& wanted;
  std::uint64_t& bytes_left;

  template <class Take>
  Result<void> rows(const char* sql, std::int64_t channel, WallTime from, Take&& take) {
    sqlite3* const db = hour.db.get();
    const sqlite::Statement statement = CORDON_TRY(sqlite::prepare(db, sql, reviewing));
    sqlite3_stmt* row = statement.get();
    sqlite3_bind_int64(row, 1, channel);
    sqlite3_bind_int64(row, 2, micros_of(from));
    sqlite3_bind_int64(row, 3, micros_of(wanted.to));
    for (;;) {
      const int status = sqlite3_step(row);
      if (status == SQLITE_DONE) return {};
      if (status != SQLITE_ROW) return sqlite::failure(db, status, reviewing);
      if (wanted.unwanted && wanted.unwanted()) return fail(ErrorCode::timeout, reviewing);
      const std::size_t bytes = take(row);
      if (bytes > bytes_left) return fail(ErrorCode::limit, "more than one review holds");
      bytes_left -= bytes;
    }
  }

  Result<void> values(std::int64_t channel, Track& track) {
    return rows(hour.first_version ? first_values : all_values, channel, wanted.from, [&](sqlite3_stmt* row) {
      const bool none = sqlite3_column_type(row, 1) == SQLITE_NULL;
      Track::Value value{WallTime{Micros{sqlite3_column_int64(row, 0)}},
                         none ? std::numeric_limits<double>::quiet_NaN() : sqlite3_column_double(row, 1),
                         validity_of(sqlite3_column_int64(row, 2))};
      if (sqlite3_column_type(row, 3) != SQLITE_NULL) value.measured = WallTime{Micros{sqlite3_column_int64(row, 3)}};
      track.values.push_back(value);
      return sizeof(Track::Value);
    });
  }

  Result<void> pieces(std::int64_t channel, Found& found) {
    const char* const sql = hour.first_version ? first_pieces : all_pieces;
    return rows(sql, channel, wanted.from - span_before, [&](sqlite3_stmt* row) {
      Row read{WallTime{Micros{sqlite3_column_int64(row, 0)}},
               static_cast<std::uint64_t>(sqlite3_column_int64(row, 1)),
               static_cast<std::size_t>(sqlite3_column_bytes(row, 2)) / sizeof(float),
               validity_of(sqlite3_column_int64(row, 3)),
               {}};
      if (read.count == 0) return std::size_t{0};
      if (end_of(read, found.track.rate_hz) > wanted.from) {
        read.samples.resize(read.count);
        std::memcpy(read.samples.data(), sqlite3_column_blob(row, 2), read.count * sizeof(float));
      }
      const std::size_t bytes = sizeof(Row) + read.samples.size() * sizeof(float);
      found.rows.push_back(std::move(read));
      return bytes;
    });
  }
};

Result<Hour> open_hour(const std::string& path, const Wanted& wanted) {
  Hour hour{CORDON_TRY(sqlite::open(path, SQLITE_OPEN_READWRITE, 2 * chunk_bytes_max, reviewing))};
  sqlite3* const db = hour.db.get();
  // An hour that has just begun may be a file without its tables.
  constexpr const char* made =
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('channel', 'numeric', 'wave')";
  if (CORDON_TRY(sqlite::integer_of(db, made, reviewing)) != 3) return hour;
  const sqlite::Statement channels = CORDON_TRY(
      sqlite::prepare(db, "SELECT id, device, handle, code, label, unit, rate FROM channel WHERE bed = ?1", reviewing));
  sqlite3_stmt* row = channels.get();
  sqlite3_bind_text(row, 1, wanted.bed.c_str(), static_cast<int>(wanted.bed.size()), SQLITE_TRANSIENT);
  constexpr const char* wave_has = "SELECT count(*) FROM pragma_table_info('wave') WHERE name = 'validity'";
  hour.first_version = CORDON_TRY(sqlite::integer_of(db, wave_has, reviewing)) == 0;
  for (;;) {
    const int status = sqlite3_step(row);
    if (status == SQLITE_DONE) return hour;
    if (status != SQLITE_ROW) return sqlite::failure(db, status, reviewing);
    double rate = sqlite3_column_double(row, 6);
    if (!(rate > 0) || !std::isfinite(rate)) rate = 0;
    if (rate > 0 && !wanted.waves) continue;
    const auto code = static_cast<std::uint32_t>(sqlite3_column_int64(row, 3));
    const Key key{text_of(row, 1), text_of(row, 2), code, text_of(row, 4), text_of(row, 5), rate};
    hour.channels.try_emplace(key, sqlite3_column_int64(row, 0));
  }
}

Track track_of(const Key& key) {
  const auto& [device, handle, code, label, unit, rate] = key;
  return {device, {handle, code, label, unit}, rate, {}, {}};
}

}  // namespace

// A leading sign that a spreadsheet would run as a formula gets an apostrophe before it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

Result<void> each_track(const std::string& folder, const Wanted& wanted, std::uint64_t bytes_max,
                        const std::function<void(Track&&)>& take) {
  std::vector<Hour> hours;
  std::set<Key> keys;
  for (const std::string& path : hours_in(folder)) {
    const WallTime begins = hour_of(path);
    // What came before an hour's border may have been written after it.
    if (begins >= wanted.to + span_before || begins + std::chrono::hours(1) + span_before <= wanted.from) continue;
    hours.push_back(CORDON_TRY(open_hour(path, wanted)));
    for (const auto& [key, id] : hours.back().channels) keys.insert(key);
  }
  std::uint64_t bytes_left = bytes_max;
  for (const Key& key : keys) {
    Found found{track_of(key), {}};
    Track& track = found.track;
    for (const Hour& hour : hours) {
      const auto channel = hour.channels.find(key);
      if (channel == hour.channels.end()) continue;
      Reading reading{hour, wanted, bytes_left};
      CORDON_TRY_VOID(track.rate_hz > 0 ? reading.pieces(channel->second, found)
                                        : reading.values(channel->second, track));
    }
    track.pieces = pieces_of(std::move(found.rows), track.rate_hz);
    if (!track.values.empty() || !track.pieces.empty()) take(std::move(track));
  }
  return {};
}

Result<std::vector<Track>> review(const std::string& folder, const Wanted& wanted) {
  std::vector<Track> out;
  CORDON_TRY_VOID(
      each_track(folder, wanted, review_bytes_max, [&](Track&& track) { out.push_back(std::move(track)); }));
  return out;
}

LineEnds::LineEnds(const Export& made)
    : same_(fmt::format(",{},{},UTC,", quoted(made.bed), to_iso(made.at))), stays_(made.stays) {
  if (stays_.empty()) stays_.emplace_back();
}

const std::string& LineEnds::of(WallTime from, WallTime to) {
  const auto begun = [&](auto&& has) {
    return static_cast<std::size_t>(std::ranges::find_if_not(stays_.begin() + 1, stays_.end(), has) - stays_.begin()) -
           1;
  };
  const std::size_t first = begun([&](const Stay& stay) { return stay.from <= from; });
  const std::size_t last = std::max(first, begun([&](const Stay& stay) { return stay.from < to; }));
  if (!line_.empty() && first == first_ && last == last_) return line_;
  std::string number = stays_[first].number, patient = stays_[first].patient;
  for (std::size_t i = first + 1; i <= last; ++i) {
    number += " + " + stays_[i].number;
    patient += " + " + stays_[i].patient;
  }
  first_ = first;
  last_ = last;
  line_ = fmt::format("{}{},{}\n", same_, number, recorder::quoted(patient));
  return line_;
}

std::string to_csv(const std::vector<Track>& tracks, const Export& made) {
  std::string out = "time,device,channel,code,label,unit,value,validity,measured,bed,exported,zone,stay,patient\n";
  LineEnds ends(made);
  for (const Track& track : tracks) {
    const event::Channel& c = track.channel;
    const std::string names =
        fmt::format("{},{},{},{},{}", quoted(track.device), quoted(c.handle), c.code, quoted(c.label), quoted(c.unit));
    const auto line = [&](WallTime at, auto value, event::Validity validity, std::optional<WallTime> at_device) {
      out += to_iso(at);
      out += ',';
      out += names;
      out += ',';
      if (std::isfinite(value)) fmt::format_to(std::back_inserter(out), "{}", value);
      out += ',';
      out += event::word(validity);
      out += ',';
      if (at_device) out += to_iso(*at_device);
      out += ends.of(at, at);
    };
    for (const auto& value : track.values) line(value.at, value.value, value.validity, value.measured);
    for (const auto& piece : track.pieces) {
      for (std::size_t i = 0; i < piece.samples.size(); ++i) {
        const WallTime at = piece.at + Micros(std::llround(static_cast<double>(i) / track.rate_of(piece) * 1e6));
        const bool none = !std::isfinite(piece.samples[i]);
        line(at, piece.samples[i], none ? event::Validity::missing : piece.validity, std::nullopt);
      }
    }
  }
  return out;
}

}  // namespace cordon::recorder
