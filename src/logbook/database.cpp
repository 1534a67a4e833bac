// SPDX-License-Identifier: Apache-2.0
#include "logbook/database.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cordon::logbook {

namespace {

bool int_between(sqlite3_stmt* row, int column, std::int64_t low, std::int64_t high, std::int64_t& out) {
  if (sqlite3_column_type(row, column) != SQLITE_INTEGER) return false;
  out = sqlite3_column_int64(row, column);
  return out >= low && out <= high;
}

bool bytes_of(sqlite3_stmt* row, int column, int type, std::size_t bytes_max, std::string& out) {
  if (sqlite3_column_type(row, column) != type) return false;
  const auto* data =
      static_cast<const char*>(type == SQLITE_TEXT ? static_cast<const void*>(sqlite3_column_text(row, column))
                                                   : sqlite3_column_blob(row, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
  if (size > bytes_max || (data == nullptr && size != 0)) return false;
  out.assign(data == nullptr ? "" : data, size);
  return true;
}

bool hash_of(sqlite3_stmt* row, int column, Hash& out) {
  if (sqlite3_column_type(row, column) != SQLITE_BLOB) return false;
  const void* data = sqlite3_column_blob(row, column);
  if (data == nullptr || static_cast<std::size_t>(sqlite3_column_bytes(row, column)) != out.size()) return false;
  std::memcpy(out.data(), data, out.size());
  return true;
}

/// uri_path escapes what a file: URI gives a meaning of its own.
std::string uri_path(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      const auto byte = static_cast<std::uint8_t>(c);
      out += '%';
      out += to_hex({&byte, 1});
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Result<Database> open_database(const std::string& name, int flags, const char* where) {
  return sqlite::open(name, flags, 2 * body_bytes_max, where);
}

Result<Book> read_book(sqlite3* db) {
  if (CORDON_TRY(integer_of(db, "PRAGMA application_id", "logbook")) != book_application_id) {
    return fail(ErrorCode::malformed, "no logbook");
  }
  if (CORDON_TRY(integer_of(db, "PRAGMA user_version", "logbook")) != book_format) {
    return fail(ErrorCode::unsupported, "logbook format");
  }
  const Statement statement = CORDON_TRY(prepare(db, "SELECT box, epoch FROM book WHERE one = 1", "logbook"));
  const int status = sqlite3_step(statement.get());
  if (status == SQLITE_DONE) return fail(ErrorCode::malformed, "logbook without a box");
  if (status != SQLITE_ROW) return failure(db, status, "logbook");
  Book book;
  std::int64_t epoch = 0;
  if (!bytes_of(statement.get(), 0, SQLITE_TEXT, box_bytes_max, book.box) || !box_name_ok(book.box) ||
      !int_between(statement.get(), 1, 0, INT64_MAX, epoch)) {
    return fail(ErrorCode::malformed, "logbook without a box");
  }
  book.epoch = static_cast<std::uint64_t>(epoch);
  return book;
}

bool entry_from_row(sqlite3_stmt* row, Entry& out) {
  std::int64_t epoch = 0;
  std::int64_t counter = 0;
  std::int64_t time = 0;
  std::int64_t version = 0;
  const std::int64_t sequence = sqlite3_column_int64(row, 0);
  out.sequence.value = static_cast<std::uint64_t>(sequence);
  const bool ok = sequence >= 1 && int_between(row, 1, 1, INT64_MAX, epoch) &&
                  int_between(row, 2, INT64_MIN, INT64_MAX, out.hlc.micros) &&
                  int_between(row, 3, 0, UINT32_MAX, counter) && int_between(row, 4, INT64_MIN, INT64_MAX, time) &&
                  bytes_of(row, 5, SQLITE_TEXT, kind_bytes_max, out.kind) && kind_ok(out.kind) &&
                  int_between(row, 6, 0, UINT16_MAX, version) &&
                  bytes_of(row, 7, SQLITE_BLOB, body_bytes_max, out.body) && hash_of(row, 8, out.previous) &&
                  hash_of(row, 9, out.hash);
  out.epoch = static_cast<std::uint64_t>(epoch);
  out.hlc.counter = static_cast<std::uint32_t>(counter);
  out.time = WallTime{Micros{time}};
  out.version = static_cast<std::uint16_t>(version);
  return ok;
}

Result<std::vector<Entry>> read_entries(sqlite3* db, Sequence from, std::size_t limit) {
  std::vector<Entry> out;
  if (from.value > INT64_MAX) return out;
  const Statement statement = CORDON_TRY(prepare(db, select_entries, "logbook read"));
  sqlite3_bind_int64(statement.get(), 1, static_cast<std::int64_t>(from.value));
  std::size_t bytes = 0;
  while (out.size() < std::min(limit, read_entries_max) && bytes <= read_bytes_max) {
    const int status = sqlite3_step(statement.get());
    if (status == SQLITE_DONE) break;
    if (status != SQLITE_ROW) return failure(db, status, "logbook read");
    Entry entry;
    if (!entry_from_row(statement.get(), entry)) {
      return fail(ErrorCode::malformed, "logbook entry", entry.sequence.value);
    }
    bytes += entry.body.size();
    out.push_back(std::move(entry));
  }
  return out;
}

Result<std::optional<Entry>> read_last(sqlite3* db) {
  const std::int64_t last = CORDON_TRY(integer_of(db, "SELECT max(sequence) FROM entry", "logbook read"));
  if (last <= 0) return std::optional<Entry>();
  std::vector<Entry> found = CORDON_TRY(read_entries(db, Sequence{static_cast<std::uint64_t>(last)}, 1));
  if (found.empty()) return std::optional<Entry>();
  return std::optional<Entry>(std::move(found.front()));
}

bool log_pending(const std::string& path) {
  struct stat wal {};
  return ::stat((path + "-wal").c_str(), &wal) == 0 && wal.st_size > 0;
}

Result<Database> open_reading(const std::string& path, bool frozen) {
  std::string name = "file:" + uri_path(path) + "?mode=ro";
  if (frozen) name += "&immutable=1";
  return open_database(name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, "logbook");
}

}  // namespace cordon::logbook
