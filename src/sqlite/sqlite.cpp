// SPDX-License-Identifier: Apache-2.0
#include "sqlite/sqlite.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>

namespace cordon::sqlite {

namespace {

constexpr int busy_timeout_ms = 2000;
// Nothing here is read twice soon. SQLite's own 2 MB a connection would fill for as long as there is something to
// write.
constexpr const char* small_cache = "PRAGMA cache_size = -512";  // KiB

/// map_whole maps a file to write into once all of the piece has its blocks. SQLite makes the index of a write-ahead
/// log (-shm) longer by one byte in each 4 KiB: on a file system of smaller blocks the rest are holes, and on a full
/// disk writing into a hole ends the process (SIGBUS). So it is a mapping that fails: a full disk like any other.
void* map_whole(void* at, std::size_t bytes, int protection, int flags, int fd, off_t from) {
  const bool writes = fd >= 0 && (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0;
  int failed = 0;
  while (writes && (failed = ::fallocate(fd, 0, from, static_cast<off_t>(bytes))) != 0 && errno == EINTR) {
  }
  // A file system that sets no space aside has to be taken as it is.
  if (failed != 0 && errno != EOPNOTSUPP && errno != ENOSYS) return MAP_FAILED;
  return ::mmap(at, bytes, protection, flags, fd, from);
}

/// map_wholly has SQLite map so. True when it does.
bool map_wholly() {
  sqlite3_vfs* const unix_files = sqlite3_vfs_find("unix");
  return unix_files != nullptr && unix_files->iVersion >= 3 &&
         unix_files->xSetSystemCall(unix_files, "mmap", reinterpret_cast<sqlite3_syscall_ptr>(&map_whole)) == SQLITE_OK;
}

}  // namespace

tl::unexpected<Error> failure(sqlite3* db, int status, const char* where) {
  const int system = db == nullptr ? 0 : sqlite3_system_errno(db);
  const auto code = static_cast<std::uint64_t>(system);
  switch (status & 0xff) {
    case SQLITE_CORRUPT:
      return fail(ErrorCode::malformed, "damaged SQLite database");
    case SQLITE_NOTADB:
      return fail(ErrorCode::malformed, "not an SQLite database");
    case SQLITE_CONSTRAINT:
      return fail(ErrorCode::malformed, "changed behind its writer");
    case SQLITE_ERROR:  // our statement does not fit its tables
      return fail(ErrorCode::malformed, "other tables than ours");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::timeout, where);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fail(ErrorCode::denied, where);
    case SQLITE_FULL:
      return fail(ErrorCode::io, where, ENOSPC);
    case SQLITE_NOMEM:
      return fail(ErrorCode::io, where, ENOMEM);
    default:
      return fail(ErrorCode::io, where, code != 0 ? code : static_cast<std::uint64_t>(EIO));
  }
}

Result<Database> open(const std::string& name, int flags, std::size_t bytes_max, const char* where) {
  static const bool maps_wholly = map_wholly();
  if (!maps_wholly) return fail(ErrorCode::unsupported, "SQLite without system calls of ours");
  sqlite3* raw = nullptr;
  const int status = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database db(raw);
  if (status != SQLITE_OK) return failure(db.get(), status, where);
  sqlite3_busy_timeout(db.get(), busy_timeout_ms);
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_exec(db.get(), small_cache, nullptr, nullptr,
               nullptr);  // a file that cannot be read fails at its first statement
  sqlite3_limit(db.get(), SQLITE_LIMIT_LENGTH, static_cast<int>(bytes_max));
  return db;
}

Result<Statement> prepare(sqlite3* db, std::string_view sql, const char* where) {
  sqlite3_stmt* raw = nullptr;
  const int status = sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  Statement statement(raw);
  if (status != SQLITE_OK) return failure(db, status, where);
  return statement;
}

Result<void> execute(sqlite3* db, const char* sql, const char* where) {
  const int status = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return failure(db, status, where);
  return {};
}

Result<std::int64_t> integer_of(sqlite3* db, const char* sql, const char* where) {
  const Statement statement = CORDON_TRY(prepare(db, sql, where));
  const int status = sqlite3_step(statement.get());
  if (status == SQLITE_DONE) return 0;
  if (status != SQLITE_ROW) return failure(db, status, where);
  return sqlite3_column_int64(statement.get(), 0);
}

}  // namespace cordon::sqlite
