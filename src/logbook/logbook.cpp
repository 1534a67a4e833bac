// SPDX-License-Identifier: Apache-2.0
#include "logbook/logbook.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "logbook/database.h"
#include "logbook/reserve.h"

namespace cordon::logbook {

namespace {

/// OwnedFd closes what it holds.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&&) = delete;
  ~OwnedFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool disk_full(const Error& error) {
  return error.code == ErrorCode::io && (error.offset == ENOSPC || error.offset == EDQUOT);
}

Result<OwnedFd> lock_writer(const std::string& path) {
  OwnedFd lock(::open((path + "-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (lock.get() < 0) return fail_errno("logbook lock");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(ErrorCode::denied, "another writer has the logbook");
    return fail_errno("logbook lock");
  }
  return lock;
}

/// make_file makes the database's file, so that its mode is ours, and makes its name durable.
Result<void> make_file(const std::string& path) {
  const OwnedFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (file.get() < 0) return fail_errno("logbook");
  const std::string folder = path.find('/') == std::string::npos ? "." : path.substr(0, path.rfind('/') + 1);
  const OwnedFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return fail_errno("logbook folder");
  return {};
}

/// transaction runs `work` between BEGIN and COMMIT; after a failure nothing of it is left.
template <class Work>
Result<void> transaction(sqlite3* db, const char* where, Work work) {
  CORDON_TRY_VOID(execute(db, "BEGIN IMMEDIATE", where));
  Result<void> done = work();
  if (done) done = execute(db, "COMMIT", where);
  if (!done && sqlite3_get_autocommit(db) == 0) sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  return done;
}

Result<void> set_up(sqlite3* db) {
  const Statement mode = CORDON_TRY(prepare(db, "PRAGMA journal_mode = WAL", "logbook"));
  const int status = sqlite3_step(mode.get());
  if (status != SQLITE_ROW) return failure(db, status, "logbook");
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(mode.get(), 0));
  if (text == nullptr || std::string_view(text) != "wal") {
    return fail(ErrorCode::unsupported, "the logbook's file system has no shared memory for a write-ahead log");
  }
  CORDON_TRY_VOID(execute(db, "PRAGMA synchronous = FULL", "logbook"));
  // After a burst the write-ahead log shrinks to 16 MiB at its next restart.
  return execute(db, "PRAGMA journal_size_limit = 16777216", "logbook");
}

Result<void> create_tables(sqlite3* db, const std::string& box) {
  return transaction(db, "logbook", [&]() -> Result<void> {
    CORDON_TRY_VOID(execute(db, fmt::format("PRAGMA application_id = {}", book_application_id).c_str(), "logbook"));
    CORDON_TRY_VOID(execute(db, fmt::format("PRAGMA user_version = {}", book_format).c_str(), "logbook"));
    CORDON_TRY_VOID(execute(db, book_table_sql, "logbook"));
    CORDON_TRY_VOID(execute(db, entry_table_sql, "logbook"));
    // box_name_ok leaves nothing in a name that SQL would read as more than text.
    return execute(db, fmt::format("INSERT INTO book VALUES (1, '{}', 0)", box).c_str(), "logbook");
  });
}

Result<void> check_batch(std::span<const Draft> batch) {
  if (batch.size() > batch_entries_max) return fail(ErrorCode::limit, "entries in a batch", batch.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!kind_ok(batch[i].kind)) return fail(ErrorCode::malformed, "entry kind", i);
    if (batch[i].body.size() > body_bytes_max) return fail(ErrorCode::limit, "entry body", i);
    bytes += batch[i].body.size();
    if (bytes > batch_bytes_max) return fail(ErrorCode::limit, "bytes in a batch", i);
  }
  return {};
}

/// open_book opens or makes the database and its write-ahead log.
Result<Database> open_book(const std::string& path, const std::string& box) {
  CORDON_TRY_VOID(make_file(path));
  Database db = CORDON_TRY(open_database(path, SQLITE_OPEN_READWRITE, "logbook"));
  // A foreign database must not be touched: look before the first statement that writes.
  const bool fresh = CORDON_TRY(integer_of(db.get(), "SELECT count(*) FROM sqlite_schema", "logbook")) == 0 &&
                     CORDON_TRY(integer_of(db.get(), "PRAGMA application_id", "logbook")) == 0;
  if (!fresh) CORDON_TRY(read_book(db.get()));
  CORDON_TRY_VOID(set_up(db.get()));
  if (fresh) CORDON_TRY_VOID(create_tables(db.get(), box));
  return db;
}

}  // namespace

struct Logbook::State {
  State(Options o, OwnedFd l, Reserve r) : options(std::move(o)), lock(std::move(l)), reserve(std::move(r)) {}

  Options options;
  OwnedFd lock;  // given up last
  Reserve reserve;
  Database db;
  Statement insert;
  std::uint64_t epoch = 0;
  std::uint64_t last_epoch = 0;  // of the last entry
  Sequence last;
  HybridTime hlc;
  Hash hash{};
  bool reserve_used = false;
  std::uint64_t appends_failed = 0;

  /// with_reserve tries once more with the reserve's space when the disk is full.
  template <class Work>
  Result<void> with_reserve(Work work) {
    Result<void> done = work();
    if (!done && disk_full(done.error()) && reserve.release()) {
      reserve_used = true;
      done = work();
    }
    return done;
  }

  Result<void> begin_epoch();
  Result<void> insert_entry(const Entry& entry);
};

Result<void> Logbook::State::begin_epoch() {
  const Book book = CORDON_TRY(read_book(db.get()));
  if (book.box != options.box) return fail(ErrorCode::denied, "the logbook is another box's");
  epoch = book.epoch;
  hash = first_previous(options.box);
  const std::optional<Entry> entry = CORDON_TRY(read_last(db.get()));
  if (entry) {
    if (entry_hash(options.box, *entry) != entry->hash) {
      return fail(ErrorCode::malformed, "the logbook's last entry does not verify", entry->sequence.value);
    }
    epoch = std::max(epoch, entry->epoch);
    last = entry->sequence;
    last_epoch = entry->epoch;
    hlc = entry->hlc;
    hash = entry->hash;
  }
  ++epoch;
  return with_reserve([this] {
    return execute(db.get(), fmt::format("UPDATE book SET epoch = {} WHERE one = 1", epoch).c_str(), "logbook");
  });
}

Result<void> Logbook::State::insert_entry(const Entry& entry) {
  sqlite3_stmt* row = insert.get();
  sqlite3_reset(row);
  sqlite3_bind_int64(row, 1, static_cast<std::int64_t>(entry.sequence.value));
  sqlite3_bind_int64(row, 2, static_cast<std::int64_t>(entry.epoch));
  sqlite3_bind_int64(row, 3, entry.hlc.micros);
  sqlite3_bind_int64(row, 4, entry.hlc.counter);
  sqlite3_bind_int64(row, 5, entry.time.time_since_epoch().count());
  sqlite3_bind_text(row, 6, entry.kind.data(), static_cast<int>(entry.kind.size()), SQLITE_STATIC);
  sqlite3_bind_int64(row, 7, entry.version);
  sqlite3_bind_blob(row, 8, entry.body.data(), static_cast<int>(entry.body.size()), SQLITE_STATIC);
  sqlite3_bind_blob(row, 9, entry.previous.data(), static_cast<int>(entry.previous.size()), SQLITE_STATIC);
  sqlite3_bind_blob(row, 10, entry.hash.data(), static_cast<int>(entry.hash.size()), SQLITE_STATIC);
  const int status = sqlite3_step(row);
  Result<void> done;
  if (status != SQLITE_DONE) done = failure(db.get(), status, "logbook append");
  sqlite3_reset(row);
  sqlite3_clear_bindings(row);
  return done;
}

Logbook::Logbook(std::unique_ptr<State> state) : state_(std::move(state)) {}
Logbook::Logbook(Logbook&&) noexcept = default;
Logbook& Logbook::operator=(Logbook&&) noexcept = default;
Logbook::~Logbook() = default;

Result<Logbook> Logbook::open(Options options) {
  if (!box_name_ok(options.box)) return fail(ErrorCode::malformed, "box name");
  OwnedFd lock = CORDON_TRY(lock_writer(options.path));
  Reserve reserve(options.path + "-reserve", options.reserve_bytes);
  auto state = std::make_unique<State>(std::move(options), std::move(lock), std::move(reserve));
  const Result<void> opened = state->with_reserve([&s = *state]() -> Result<void> {
    s.db = CORDON_TRY(open_book(s.options.path, s.options.box));
    return {};
  });
  if (!opened) return tl::unexpected(opened.error());
  state->insert = CORDON_TRY(
      prepare(state->db.get(), "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "logbook"));
  CORDON_TRY_VOID(state->begin_epoch());
  state->reserve.fill();
  return Logbook(std::move(state));
}

Result<Appended> Logbook::append(std::span<const Draft> batch) {
  CORDON_TRY_VOID(check_batch(batch));
  State& s = *state_;
  Appended appended{Sequence{s.last.value + 1}, batch.size()};
  if (batch.empty()) return appended;

  Entry entry;
  HybridTime hlc;
  const WallTime now = s.options.now();
  const Result<void> done = s.with_reserve([&] {
    entry.hash = s.hash;
    hlc = s.hlc;
    std::uint64_t sequence = s.last.value;
    return transaction(s.db.get(), "logbook append", [&]() -> Result<void> {
      for (const Draft& draft : batch) {
        hlc = tick(hlc, now);
        entry = Entry{.epoch = s.epoch,
                      .sequence = Sequence{++sequence},
                      .hlc = hlc,
                      .time = draft.time,
                      .kind = draft.kind,
                      .version = draft.version,
                      .body = draft.body,
                      .previous = entry.hash,
                      .hash = {}};
        entry.hash = entry_hash(s.options.box, entry);
        CORDON_TRY_VOID(s.insert_entry(entry));
      }
      return {};
    });
  });
  if (!done) {
    ++s.appends_failed;
    return tl::unexpected(done.error());
  }
  s.last = entry.sequence;
  s.last_epoch = entry.epoch;
  s.hlc = hlc;
  s.hash = entry.hash;
  return appended;
}

Result<std::vector<Entry>> Logbook::read(Sequence from, std::size_t limit) const {
  return read_entries(state_->db.get(), from, limit);
}

const std::string& Logbook::box() const {
  return state_->options.box;
}
std::uint64_t Logbook::epoch() const {
  return state_->epoch;
}
Sequence Logbook::last() const {
  return state_->last;
}
Head Logbook::head() const {
  return {state_->options.box, state_->last_epoch, state_->last, state_->hash};
}
Health Logbook::health() const {
  return {state_->reserve.held(), state_->reserve_used, state_->appends_failed};
}
bool Logbook::restore_reserve() {
  return state_->reserve.fill();
}

}  // namespace cordon::logbook
