// SPDX-License-Identifier: Apache-2.0
#include "logbook/verify.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "logbook/database.h"
#include "logbook/heads_check.h"

namespace cordon::logbook {

namespace {

/// Walk goes through the entries once, in order, and reports into a VerifyReport.
class Walk {
 public:
  Walk(sqlite3* db, VerifyReport& report) : db_(db), report_(report), previous_hash_(first_previous(report.box)) {}

  Result<void> run() {
    rows_ = CORDON_TRY(prepare(db_, select_entries, "logbook"));
    restart(INT64_MIN);
    while (!over_) {
      const int status = sqlite3_step(rows_.get());
      if (status == SQLITE_DONE) break;
      if (status == SQLITE_ROW) {
        if (!check_row()) continue;
      } else if ((status & 0xff) != SQLITE_CORRUPT && (status & 0xff) != SQLITE_IOERR) {
        return failure(db_, status, "logbook");
      } else if (!skip_unreadable()) {
        break;
      }
    }
    name_moved();
    return {};
  }

 private:
  void restart(std::int64_t from) {
    sqlite3_reset(rows_.get());
    sqlite3_bind_int64(rows_.get(), 1, from);
  }

  bool damage(DamageKind kind, std::uint64_t first, std::uint64_t last, std::string what = {}) {
    const bool named =
        add_damage(report_, damages_max, Damage{kind, Sequence{first}, Sequence{last}, std::move(what), {}});
    over_ = over_ || !named;
    return named;
  }

  /// check_row judges the current row; false after it had to restart the walk.
  bool check_row() {
    const std::int64_t sequence = sqlite3_column_int64(rows_.get(), 0);
    if (sequence < 1) {  // not a place in a book; the walk goes on at 1
      damage(DamageKind::malformed, 0, 0, std::to_string(sequence));
      restart(1);
      return false;
    }
    const auto number = static_cast<std::uint64_t>(sequence);
    if (number < expected_) {  // a damaged page of the B-tree: rows come in order otherwise
      damage(DamageKind::unreadable, expected_, expected_);
      restart(static_cast<std::int64_t>(++expected_));
      intact_ = false;
      return false;
    }
    if (number > expected_) {
      damage(DamageKind::missing, expected_, number - 1);
      intact_ = false;
    }
    expected_ = number + 1;
    over_ = expected_ > INT64_MAX;  // nothing can come after it
    const bool readable = entry_from_row(rows_.get(), entry_);
    ++report_.entries_checked;
    report_.last = entry_.sequence;
    if (!readable) {
      damage(DamageKind::malformed, number, number);
      intact_ = false;
      return true;
    }
    check_entry();
    return true;
  }

  void check_entry() {
    encode_entry(report_.box, entry_, bytes_);
    const Hash computed = sha256(bytes_);
    const std::uint64_t number = entry_.sequence.value;
    const bool own = computed == entry_.hash;
    if (!own) {
      if (damage(DamageKind::changed, number, number)) changed_.push_back(entry_);
    } else {
      // Between two entries that both give their own hash, a broken link means that the earlier one was made anew.
      if (intact_ && entry_.previous != previous_hash_) {
        damage(DamageKind::replaced, number > 1 ? number - 1 : 1, number);
      }
      if (entry_.epoch < epoch_) damage(DamageKind::epoch_falls, number, number);
      if (any_ && entry_.hlc <= hlc_) damage(DamageKind::hlc_falls, number, number);
      epoch_ = entry_.epoch;
      hlc_ = entry_.hlc;
      any_ = true;
    }
    intact_ = own;
    previous_hash_ = entry_.hash;
    report_.last_hash = entry_.hash;
  }

  /// skip_unreadable names the entries that cannot be read and goes on at the first that can; false when none can.
  bool skip_unreadable() {
    intact_ = false;
    const std::uint64_t first = expected_;
    std::uint64_t bad = first;  // cannot be read
    std::uint64_t good = 0;
    for (std::uint64_t step = 1; step <= (std::uint64_t{1} << 40U); step *= 2) {
      if (readable_from(first + step)) {
        good = first + step;
        break;
      }
      bad = first + step;
    }
    if (good == 0) {
      damage(DamageKind::unreadable, first, 0);
      return false;
    }
    while (good - bad > 1) {
      const std::uint64_t middle = bad + (good - bad) / 2;
      (readable_from(middle) ? good : bad) = middle;
    }
    damage(DamageKind::unreadable, first, bad);
    expected_ = good;
    restart(static_cast<std::int64_t>(good));
    return true;
  }

  bool readable_from(std::uint64_t sequence) {
    restart(static_cast<std::int64_t>(sequence));
    return sqlite3_step(rows_.get()) == SQLITE_ROW &&
           sqlite3_column_int64(rows_.get(), 0) >= static_cast<std::int64_t>(sequence);
  }

  /// name_moved looks whether a changed entry is another entry that was put in its place: it gives its hash under that
  /// one's number. Candidates are the numbers of the damages and their neighbours.
  void name_moved() {
    std::vector<std::uint64_t> numbers;
    for (const Damage& d : report_.damages) {
      for (const std::uint64_t n : {d.first.value, d.last.value}) numbers.insert(numbers.end(), {n - 1, n, n + 1});
    }
    for (Entry& entry : changed_) {
      const Sequence place = entry.sequence;
      for (const std::uint64_t n : numbers) {
        entry.sequence.value = n;
        encode_entry(report_.box, entry, bytes_);
        if (n == place.value || sha256(bytes_) != entry.hash) continue;
        const auto found = std::find_if(report_.damages.begin(), report_.damages.end(), [place](const Damage& d) {
          return d.kind == DamageKind::changed && d.first == place;
        });
        found->kind = DamageKind::moved;
        found->last.value = n;
        break;
      }
    }
  }

  sqlite3* db_;
  VerifyReport& report_;
  Statement rows_;
  Entry entry_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Entry> changed_;  // at most damages_max
  std::uint64_t expected_ = 1;
  bool intact_ = true;  // the entry before was read and gives its own hash, or there is none before
  Hash previous_hash_;
  std::uint64_t epoch_ = 0;
  HybridTime hlc_;
  bool any_ = false;
  bool over_ = false;
};

/// check_schema finds tables, indexes, triggers and views that no logbook has: an index can answer a query with other
/// content than the table's.
Result<void> check_schema(sqlite3* db, VerifyReport& report) {
  const Statement objects = CORDON_TRY(prepare(db, "SELECT name, sql FROM sqlite_schema ORDER BY rowid", "logbook"));
  while (true) {
    const int status = sqlite3_step(objects.get());
    if (status == SQLITE_DONE) return {};
    if (status != SQLITE_ROW) return failure(db, status, "logbook");
    const auto text = [&](int column) {
      const auto* found = reinterpret_cast<const char*>(sqlite3_column_text(objects.get(), column));
      return std::string(found == nullptr ? "" : found);
    };
    const std::string sql = text(1);
    if (sql == book_table_sql || sql == entry_table_sql) continue;
    std::string name;
    for (const char c : text(0).substr(0, kind_bytes_max)) name += c >= ' ' && c <= '~' ? c : '?';
    if (!add_damage(report, damages_max, Damage{DamageKind::foreign, {}, {}, name, {}})) return {};
  }
}

Result<VerifyReport> verify_database(sqlite3* db, std::FILE* heads, std::uint64_t heads_bytes,
                                     const VerifyOptions& options) {
  CORDON_TRY_VOID(execute(db, "BEGIN", "logbook"));  // one moment of the book, whoever writes meanwhile
  VerifyReport report;
  report.box = CORDON_TRY(read_book(db)).box;
  if (!options.box.empty() && options.box != report.box) {
    add_damage(report, damages_max, Damage{DamageKind::other_box, {}, {}, report.box, {}});
  }
  CORDON_TRY_VOID(check_schema(db, report));
  const bool only_ours = std::none_of(report.damages.begin(), report.damages.end(),
                                      [](const Damage& d) { return d.kind == DamageKind::foreign; });
  // Where the schema is not ours, what a query says is not evidence.
  if (!only_ours) {
    report.all_named = false;
    return report;
  }
  CORDON_TRY_VOID(Walk(db, report).run());
  CORDON_TRY_VOID(check_heads(db, heads, heads_bytes, options, report));
  return report;
}

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileClose>;

struct Moment {
  std::int64_t size = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  friend bool operator==(const Moment&, const Moment&) = default;
};

Result<Moment> moment_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return fail(ErrorCode::io, "logbook", static_cast<std::uint64_t>(errno));
  return Moment{file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
}

Result<VerifyReport> verify_opened(const std::string& path, const VerifyOptions& options, bool frozen) {
  // The heads first: a head that is signed while we read must not look like a cut tail.
  File heads;
  std::uint64_t heads_bytes = 0;
  if (!options.heads_path.empty()) {
    heads.reset(std::fopen(options.heads_path.c_str(), "re"));
    if (heads == nullptr && errno != ENOENT) {
      return fail(ErrorCode::io, "heads file", static_cast<std::uint64_t>(errno));
    }
    if (heads != nullptr) heads_bytes = static_cast<std::uint64_t>(CORDON_TRY(moment_of(options.heads_path)).size);
  }
  const Database db = CORDON_TRY(open_reading(path, frozen));
  return verify_database(db.get(), heads.get(), heads_bytes, options);
}

}  // namespace

Result<VerifyReport> verify(const std::string& path, const VerifyOptions& options) {
  const Moment before = CORDON_TRY(moment_of(path));
  if (!log_pending(path)) {
    // Nobody writes: read it as a file that does not change, so that evidence is left exactly as it was found.
    Result<VerifyReport> report = verify_opened(path, options, true);
    const Moment after = CORDON_TRY(moment_of(path));
    if (before == after && !log_pending(path)) return report;
  }
  return verify_opened(path, options, false);
}

Result<VerifyReport> verify_image(ByteView database, std::string_view heads, const VerifyOptions& options) {
  std::vector<std::uint8_t> bytes(database.begin(), database.end());
  const Database db =  // after `bytes`, which it borrows
      CORDON_TRY(open_database(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, "logbook image"));
  // A database in memory has no write-ahead log: its header's two version bytes say so
  // (sqlite.org/fileformat.html 1.3.3).
  constexpr std::size_t write_version_at = 18;
  if (bytes.size() > write_version_at + 1) bytes[write_version_at] = bytes[write_version_at + 1] = 1;
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  const int status = sqlite3_deserialize(db.get(), "main", bytes.data(), size, size, SQLITE_DESERIALIZE_READONLY);
  if (status != SQLITE_OK) return failure(db.get(), status, "logbook image");
  std::string copy(heads);
  const File file(heads.empty() ? nullptr : ::fmemopen(copy.data(), copy.size(), "r"));
  return verify_database(db.get(), file.get(), heads.size(), options);
}

}  // namespace cordon::logbook
