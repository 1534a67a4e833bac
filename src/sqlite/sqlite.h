// SPDX-License-Identifier: Apache-2.0
// SQLite as Cordon uses it: owned handles, failures as Error, hostile files held down. It knows no tables.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cordon::sqlite {

struct DatabaseClose {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, DatabaseClose>;

struct StatementFinalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementFinalize>;

/// failure turns what SQLite said last into an Error: `io` with errno, `malformed` for a damaged file, `denied`
/// for a read-only one, `timeout` for a locked one.
tl::unexpected<Error> failure(sqlite3* db, int status, const char* where);

/// open opens a database that may be hostile: nothing in its schema may run. `bytes_max` bounds one value.
Result<Database> open(const std::string& name, int flags, std::size_t bytes_max, const char* where);
Result<Statement> prepare(sqlite3* db, std::string_view sql, const char* where);
/// execute runs one statement without results that matter.
Result<void> execute(sqlite3* db, const char* sql, const char* where);
/// integer_of gives the first column of the first row; 0 without a row.
Result<std::int64_t> integer_of(sqlite3* db, const char* sql, const char* where);

}  // namespace cordon::sqlite
