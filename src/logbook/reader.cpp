// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "logbook/database.h"
#include "logbook/logbook.h"

namespace cordon::logbook {

namespace {
constexpr std::chrono::milliseconds follow_poll{50};
}  // namespace

struct Reader::State {
  Database db;
  std::string box;
  std::int64_t seen_version = -1;  // SQLite's data_version when nothing stood at or after `seen_from`
  Sequence seen_from;
};

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return fail(ErrorCode::io, "logbook", static_cast<std::uint64_t>(errno));
  Database db = CORDON_TRY(open_reading(path, false));
  Result<Book> book = read_book(db.get());
  const bool no_right = !book && (book.error().code == ErrorCode::io || book.error().code == ErrorCode::denied);
  if (no_right && !log_pending(path)) {
    // On a read-only medium SQLite cannot make its shared memory; nothing is pending, so none is needed.
    db = CORDON_TRY(open_reading(path, true));
    book = read_book(db.get());
  }
  if (!book) return tl::unexpected(book.error());
  auto state = std::make_unique<State>();
  state->db = std::move(db);
  state->box = std::move(book->box);
  return Reader(std::move(state));
}

const std::string& Reader::box() const {
  return state_->box;
}

Result<std::vector<Entry>> Reader::read(Sequence from, std::size_t limit) const {
  return read_entries(state_->db.get(), from, limit);
}

Result<std::optional<Entry>> Reader::last() const {
  return read_last(state_->db.get());
}

Result<std::uint64_t> Reader::count() const {
  return static_cast<std::uint64_t>(
      CORDON_TRY(integer_of(state_->db.get(), "SELECT count(*) FROM entry", "logbook read")));
}

Result<std::vector<Entry>> Reader::follow(Sequence from, std::size_t limit, std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    const std::int64_t version = CORDON_TRY(integer_of(state_->db.get(), "PRAGMA data_version", "logbook read"));
    if (version != state_->seen_version || from < state_->seen_from) {
      std::vector<Entry> found = CORDON_TRY(read(from, limit));
      if (!found.empty() || limit == 0) return found;
      state_->seen_version = version;
      state_->seen_from = from;
    }
    if (std::chrono::steady_clock::now() >= deadline) return std::vector<Entry>();
    std::this_thread::sleep_for(follow_poll);
  }
}

}  // namespace cordon::logbook
