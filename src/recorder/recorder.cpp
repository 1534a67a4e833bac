// SPDX-License-Identifier: Apache-2.0
#include "recorder/recorder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "recorder/timeline.h"

namespace cordon::recorder {

namespace fs = std::filesystem;

namespace {

static_assert(std::endian::native == std::endian::little, "samples are written as they stand in memory");

constexpr const char* where = "recorder";
constexpr std::string_view ending = ".rec";
constexpr auto count_again = std::chrono::seconds(30);
constexpr auto give_up_again = std::chrono::seconds(10);  // whoever reads an hour keeps its space until then
constexpr const char* tables =
    "CREATE TABLE IF NOT EXISTS channel (id INTEGER PRIMARY KEY, bed TEXT NOT NULL, device TEXT NOT NULL, "
    "handle TEXT NOT NULL, code INTEGER NOT NULL, label TEXT NOT NULL, unit TEXT NOT NULL, rate REAL NOT NULL, "
    "UNIQUE (bed, device, handle, code, label, unit, rate)) STRICT;"
    "CREATE TABLE IF NOT EXISTS numeric (channel INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, "
    "validity INTEGER NOT NULL, measured INTEGER) STRICT;"
    "CREATE TABLE IF NOT EXISTS wave (channel INTEGER NOT NULL, at INTEGER NOT NULL, first INTEGER NOT NULL, "
    "rate REAL NOT NULL, samples BLOB NOT NULL, validity INTEGER) STRICT;"
    "CREATE INDEX IF NOT EXISTS numeric_at ON numeric (channel, at);"
    "CREATE INDEX IF NOT EXISTS wave_at ON wave (channel, at);";

// bytes_of counts an hour with its write-ahead log.
std::uint64_t bytes_of(const std::string& path) {
  std::uint64_t sum = 0;
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code none;
    const auto bytes = fs::file_size(path + part, none);
    if (!none) sum += bytes;
  }
  return sum;
}

void remove_hour(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code none;
    fs::remove(path + part, none);
  }
}

void bind(sqlite3_stmt* statement, int at, const std::string& text) {
  sqlite3_bind_text(statement, at, text.c_str(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

Result<void> run(sqlite3* db, sqlite3_stmt* statement) {
  const int status = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (status != SQLITE_DONE) return sqlite::failure(db, status, where);
  return {};
}

// add_column adds a number to a table of an hour that an earlier version began.
Result<void> add_column(sqlite3* db, const char* table, const char* column) {
  const std::string has = fmt::format("SELECT count(*) FROM pragma_table_info('{}') WHERE name = '{}'", table, column);
  if (CORDON_TRY(sqlite::integer_of(db, has.c_str(), where)) > 0) return {};
  return sqlite::execute(db, fmt::format("ALTER TABLE {} ADD COLUMN {} INTEGER", table, column).c_str(), where);
}

std::int64_t hour_number(WallTime at) {
  return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
}

}  // namespace

std::string hour_path(const std::string& folder, WallTime at) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  return fmt::format("{}/{:%Y-%m-%dT%H}{}", folder, fmt::gmtime(seconds), ending);
}

WallTime hour_of(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  int year = 0, month = 0, day = 0, hour = 0, end = 0;
  if (std::sscanf(name.c_str(), "%4d-%2d-%2dT%2d.rec%n", &year, &month, &day, &hour, &end) != 4 || hour > 23 ||
      static_cast<std::size_t>(end) != name.size()) {
    return {};
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? WallTime{std::chrono::sys_days(date) + std::chrono::hours(hour)} : WallTime{};
}

std::vector<std::string> hours_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (hour_of(entry.path().string()) != WallTime{}) out.push_back(entry.path().string());
  }
  std::ranges::sort(out);
  return out;
}

Result<Recorder> Recorder::open(Options options) {
  std::error_code error;
  if (!fs::is_directory(options.folder, error)) {
    return fail(ErrorCode::io, where, error ? static_cast<std::uint64_t>(error.value()) : ENOENT);
  }
  return Recorder(std::move(options));
}

void Recorder::lose(const std::string& device) {
  ++health_.lost;
  unkept_.insert(device);
}

/// may_take counts what a device takes of the room of all.
bool Recorder::may_take(const Place& place, std::size_t bytes) {
  Use& use = uses_[place.device];
  if (const std::int64_t hour = hour_number(place.at); hour != use.hour) use = {hour, 0, use.pending_bytes};
  if (pending_bytes_ + bytes > (lacks_space_ ? waiting_for_space_max : pending_bytes_max) ||
      use.pending_bytes + bytes > device_pending_bytes_max || use.hour_bytes + bytes > device_hour_bytes_max) {
    return false;
  }
  pending_bytes_ += bytes;
  use.pending_bytes += bytes;
  use.hour_bytes += bytes;
  return true;
}

Recorder::Chunk* Recorder::chunk_of(const Place& place, const event::Channel& channel, double rate, std::size_t bytes) {
  if (!may_take(place, bytes)) {
    lose(place.device);
    return nullptr;
  }
  Chunk& chunk = pending_[{place.bed, place.device, channel.handle}];
  chunk.channel = channel;
  chunk.rate = rate;
  return &chunk;
}

void Recorder::note(const std::string& bed, const std::string& device, const event::NumericsHeard& heard) {
  for (const event::Numeric& numeric : heard.numerics) {
    if (Chunk* chunk = chunk_of({bed, device, heard.at}, numeric.channel, 0, sizeof(Chunk::Value))) {
      chunk->values.push_back({heard.at, numeric.value, numeric.validity, numeric.measured_at});
    }
  }
}

void Recorder::note(const std::string& bed, const std::string& device, const event::WaveHeard& heard) {
  if (heard.samples.empty() || !(heard.rate_hz > 0) || !std::isfinite(heard.rate_hz)) return;
  const std::size_t bytes = heard.samples.size() * sizeof(float);
  if (bytes > chunk_bytes_max) {
    lose(device);
    return;
  }
  Chunk* chunk = chunk_of({bed, device, heard.at}, heard.channel, heard.rate_hz, bytes + sizeof(Chunk::Samples));
  if (chunk == nullptr) return;
  const auto span = [&](std::size_t samples) {
    return std::chrono::duration_cast<Micros>(
        std::chrono::duration<double>(static_cast<double>(samples) / heard.rate_hz));
  };
  // The samples were taken before they were heard; the last one is the nearest to now.
  const WallTime at = heard.at - span(heard.samples.size());
  if (!chunk->samples.empty()) {
    Chunk::Samples& last = chunk->samples.back();
    const bool goes_on = last.first + last.samples.size() == heard.first && last.validity == heard.validity &&
                         last.samples.size() * sizeof(float) + bytes <= chunk_bytes_max &&
                         at - last.at - span(last.samples.size()) < gap_min;
    if (goes_on) {
      last.samples.insert(last.samples.end(), heard.samples.begin(), heard.samples.end());
      return;
    }
  }
  chunk->samples.push_back({at, heard.first, heard.samples, heard.validity});
}

Result<void> Recorder::open_hour(const std::string& path) {
  std::error_code none;
  if (hour_.path == path && hour_.db && fs::exists(path, none)) return {};  // somebody may have taken it away
  hour_ = {};
  hour_.db = CORDON_TRY(sqlite::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 2 * chunk_bytes_max, where));
  sqlite3* db = hour_.db.get();
  for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", tables}) {
    CORDON_TRY_VOID(sqlite::execute(db, sql, where));
  }
  CORDON_TRY_VOID(add_column(db, "numeric", "measured"));
  CORDON_TRY_VOID(add_column(db, "wave", "validity"));
  hour_.channel = CORDON_TRY(sqlite::prepare(
      db,
      "INSERT INTO channel (bed, device, handle, code, label, unit, rate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
      "ON CONFLICT DO UPDATE SET bed = bed RETURNING id",
      where));
  hour_.numeric = CORDON_TRY(sqlite::prepare(
      db, "INSERT INTO numeric (channel, at, value, validity, measured) VALUES (?1, ?2, ?3, ?4, ?5)", where));
  hour_.wave = CORDON_TRY(sqlite::prepare(
      db, "INSERT INTO wave (channel, at, first, rate, samples, validity) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", where));
  hour_.path = path;
  return {};
}

Result<std::int64_t> Recorder::channel_of(const Key& key, const Chunk& chunk) {
  const event::Channel& channel = chunk.channel;
  // The key within the hour names all of what a channel is: a monitor that changes a unit gets a channel of its own.
  const Key whole{key.bed, key.device,
                  fmt::format("{}\n{}\n{}\n{}\n{}", key.handle, channel.code, channel.label, channel.unit, chunk.rate)};
  if (const auto known = hour_.channels.find(whole); known != hour_.channels.end()) return known->second;
  std::size_t& of_device = hour_.channels_of[key.device];
  if (of_device >= channels_per_device_max || hour_.channels.size() >= channels_per_hour_max)
    return fail(ErrorCode::limit, "channels in an hour");
  sqlite3_stmt* s = hour_.channel.get();
  bind(s, 1, key.bed);
  bind(s, 2, key.device);
  bind(s, 3, key.handle);
  sqlite3_bind_int64(s, 4, channel.code);
  bind(s, 5, channel.label);
  bind(s, 6, channel.unit);
  sqlite3_bind_double(s, 7, chunk.rate);
  const int status = sqlite3_step(s);
  const std::int64_t id = status == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
  const int ended = status == SQLITE_ROW ? sqlite3_step(s) : status;
  sqlite3_reset(s);
  if (ended != SQLITE_DONE) return sqlite::failure(hour_.db.get(), ended, where);
  hour_.channels[whole] = id;
  ++of_device;
  return id;
}

Result<void> Recorder::write(const std::string& path) {
  CORDON_TRY_VOID(open_hour(path));
  sqlite3* db = hour_.db.get();
  CORDON_TRY_VOID(sqlite::execute(db, "BEGIN IMMEDIATE", where));
  for (const auto& [key, chunk] : pending_) {
    const auto id = channel_of(key, chunk);
    if (!id && id.error().code == ErrorCode::limit) {
      lose(key.device);
      continue;
    }
    if (!id) return tl::unexpected(id.error());
    for (const auto& value : chunk.values) {
      sqlite3_stmt* s = hour_.numeric.get();
      sqlite3_bind_int64(s, 1, *id);
      sqlite3_bind_int64(s, 2, micros_of(value.at));
      const bool none = value.validity == event::Validity::missing || !std::isfinite(value.value);
      none ? sqlite3_bind_null(s, 3) : sqlite3_bind_double(s, 3, value.value);
      sqlite3_bind_int(s, 4, static_cast<int>(value.validity));
      value.measured ? sqlite3_bind_int64(s, 5, micros_of(*value.measured)) : sqlite3_bind_null(s, 5);
      CORDON_TRY_VOID(run(db, s));
    }
    for (const auto& piece : chunk.samples) {
      sqlite3_stmt* s = hour_.wave.get();
      sqlite3_bind_int64(s, 1, *id);
      sqlite3_bind_int64(s, 2, micros_of(piece.at));
      sqlite3_bind_int64(s, 3, static_cast<std::int64_t>(piece.first));
      sqlite3_bind_double(s, 4, chunk.rate);
      sqlite3_bind_blob(s, 5, piece.samples.data(), static_cast<int>(piece.samples.size() * sizeof(float)),
                        SQLITE_STATIC);
      sqlite3_bind_int(s, 6, static_cast<int>(piece.validity));
      CORDON_TRY_VOID(run(db, s));
    }
  }
  return sqlite::execute(db, "COMMIT", where);
}

void Recorder::commit(WallTime now) {
  make_room(now);
  if (pending_.empty()) return;
  lacks_space_ = !has_space(now);
  if (lacks_space_) {
    if (gave_up_ != now) health_.trouble = std::strerror(ENOSPC);
    return;
  }
  const std::string path = hour_path(options_.folder, now);
  auto written = write(path);
  const bool full = !written && written.error().code == ErrorCode::io && written.error().offset == ENOSPC;
  if (!written) hour_ = {};  // rolls back what was begun
  const auto given_up = full ? hours_to_give_up(now) : std::vector<std::string>();
  if (!given_up.empty()) {
    remove_hour(given_up.front());
    written = write(path);
    if (!written) hour_ = {};
  }
  if (!written) {
    const Error& error = written.error();
    health_.trouble = error.code == ErrorCode::io ? std::strerror(static_cast<int>(error.offset)) : error.where;
    return;
  }
  health_.trouble.clear();
  pending_.clear();
  pending_bytes_ = 0;
  for (auto& [device, use] : uses_) use.pending_bytes = 0;
  std::erase_if(uses_, [&](const auto& entry) { return entry.second.hour != hour_number(now); });
}

/// has_space says whether what waits may be written, and gives hours up for it where they are enough: a record that is
/// thrown away for nothing helps nobody.
bool Recorder::has_space(WallTime now) {
  struct statvfs disk {};
  if (options_.free_bytes_min == 0 || ::statvfs(options_.folder.c_str(), &disk) != 0) return true;  // writing tells
  const std::uint64_t free = disk.f_bavail * disk.f_frsize;
  std::error_code none;
  const auto log_bytes = hour_.db ? fs::file_size(hour_.path + "-wal", none) : 0;
  // What waits goes into the write-ahead log, and all of that once more to its place.
  std::uint64_t wanted = options_.free_bytes_min + 2 * pending_bytes_ + (none ? 0 : log_bytes);
  if (free >= wanted + (lacks_space_ ? options_.free_bytes_min / 4 : 0)) return true;  // not on and off every second
  wanted += options_.free_bytes_min / 4;
  if (now - gave_up_ < give_up_again) return false;
  const std::vector<std::string> hours = hours_to_give_up(now);
  std::uint64_t then = free;
  std::size_t count = 0;
  while (count < hours.size() && then < wanted) then += bytes_of(hours[count++]);
  if (then < wanted) return false;
  for (std::size_t i = 0; i < count; ++i) remove_hour(hours[i]);
  gave_up_ = now;
  return false;  // the logbook first: what waits is written a second later
}

std::vector<std::string> Recorder::hours_to_give_up(WallTime now) const {
  std::vector<std::string> out = hours_in(options_.folder);
  const std::string current = hour_path(options_.folder, now);
  std::erase_if(out, [&](const std::string& hour) { return hour_of(hour) == hour_of(current); });
  std::ranges::stable_partition(out, [&](const std::string& hour) { return hour_of(hour) > now; });
  return out;
}

void Recorder::make_room(WallTime now) {
  if (now - looked_ < count_again) return;
  looked_ = now;
  std::uint64_t bytes = 0;
  for (const std::string& hour : hours_in(options_.folder)) bytes += bytes_of(hour);
  for (const std::string& hour : hours_to_give_up(now)) {
    const bool old = hour_of(hour) + std::chrono::hours(1) + options_.keep < now;
    if (!old && bytes <= options_.bytes_max) continue;
    bytes -= std::min(bytes, bytes_of(hour));
    remove_hour(hour);
  }
  const auto kept = hours_in(options_.folder);
  health_.bytes = bytes;
  health_.oldest = kept.empty() ? WallTime{} : hour_of(kept.front());
}

}  // namespace cordon::recorder
