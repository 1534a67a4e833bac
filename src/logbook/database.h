// SPDX-License-Identifier: Apache-2.0
// The one table form of a book. Inside the folder only; the program's other parts see logbook.h and verify.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "logbook/entry.h"
#include "sqlite/sqlite.h"

namespace cordon::logbook {

/// The tables, word for word as they stand in sqlite_schema of every book; anything else there is a damage.
inline constexpr const char* book_table_sql =
    "CREATE TABLE book (one INTEGER PRIMARY KEY, box TEXT NOT NULL, epoch INTEGER NOT NULL) STRICT";
inline constexpr const char* entry_table_sql =
    "CREATE TABLE entry (sequence INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, hlc_micros INTEGER NOT NULL, "
    "hlc_counter INTEGER NOT NULL, time_micros INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, "
    "body BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL) STRICT";
inline constexpr int book_application_id = 0x43524442;  // "CRDB"
inline constexpr int book_format = 1;                   // PRAGMA user_version

using sqlite::Database;
using sqlite::execute;
using sqlite::failure;
using sqlite::integer_of;
using sqlite::prepare;
using sqlite::Statement;

/// open_database opens a book's file; it may be hostile.
Result<Database> open_database(const std::string& name, int flags, const char* where);

/// Book is what the table `book` says.
struct Book {
  std::string box;
  std::uint64_t epoch = 0;
};
/// read_book checks that this database is a logbook of a format we read, and reads its name.
Result<Book> read_book(sqlite3* db);

/// select_entries selects entries from sequence ?1 on, in order.
inline constexpr std::string_view select_entries =
    "SELECT sequence, epoch, hlc_micros, hlc_counter, time_micros, kind, version, body, previous, hash FROM entry "
    "WHERE sequence >= ?1 ORDER BY sequence";
/// entry_from_row decodes the current row of select_entries into `out`, reusing its memory; false where a column is
/// outside an entry's bounds. `out.sequence` is set in any case.
bool entry_from_row(sqlite3_stmt* row, Entry& out);

/// read_entries is Logbook::read and Reader::read.
Result<std::vector<Entry>> read_entries(sqlite3* db, Sequence from, std::size_t limit);
/// read_last gives the last entry, if any.
Result<std::optional<Entry>> read_last(sqlite3* db);

/// log_pending says whether a write-ahead log with content stands beside the book. Without one, no writer is at work.
bool log_pending(const std::string& path);

/// open_reading opens a book without writing to it. `frozen`: as an unchanging file, which needs no right to write into
/// its folder and leaves nothing beside it, but sees nothing that is still in the write-ahead log.
Result<Database> open_reading(const std::string& path, bool frozen);

}  // namespace cordon::logbook
