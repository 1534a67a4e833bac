// SPDX-License-Identifier: Apache-2.0
// The logbook's one writer and its readers: an append-only, hash-chained SQLite database in WAL mode, synchronous FULL.
// It knows bytes, not meaning. Not here: whether a book was tampered with (verify.h), signing its head (seal_client.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "logbook/entry.h"
#include "logbook/head.h"

namespace cordon::logbook {

/// Appended names what one append wrote: `count` entries with consecutive sequences from `first`.
struct Appended {
  Sequence first;
  std::size_t count = 0;
};

/// Health is what the people on call must know about the book's disk.
struct Health {
  bool reserve_held = false;  // space for cuts is set aside on the disk
  bool reserve_used = false;  // the disk was full once since opening and the space set aside was given to the book
  std::uint64_t appends_failed = 0;
};

/// Logbook is the single writer. One thread. It holds `<path>-lock` (flock) for its life; readers need no lock.
class Logbook {
 public:
  struct Options {
    std::string path;                            // of the database; its folder must exist
    std::string box;                             // this box's name, 1 to 64 of A-Z a-z 0-9 . _ -
    std::function<WallTime()> now;               // the wall clock
    std::uint64_t reserve_bytes = 16ULL << 20U;  // kept as `<path>-reserve` for a full disk; 0: none
  };

  /// open makes the book if it is absent and begins a new epoch, durably.
  /// Fails with `denied` when another writer has it or the book is another box's, `malformed` when the file is no
  /// logbook or its last entry does not verify, `unsupported` for a newer format, `io` with errno.
  static Result<Logbook> open(Options options);

  Logbook(Logbook&&) noexcept;
  Logbook& operator=(Logbook&&) noexcept;
  ~Logbook();

  /// append writes the batch in one durable transaction; when it returns, power may fail. All or nothing.
  /// Fails with `limit` or `malformed` (a Draft out of its bounds; offset: its index) or `io` (disk full beyond the
  /// reserve, I/O error; offset: errno). After a failure the book is as before and can be appended to again; entries
  /// that were refused with `io` may still be found after a power cut in that very moment, never half of a batch.
  Result<Appended> append(std::span<const Draft> batch);

  /// read gives up to `limit` entries from sequence `from` on, in order; fewer when their bodies exceed 16 MiB.
  Result<std::vector<Entry>> read(Sequence from, std::size_t limit) const;

  const std::string& box() const;
  std::uint64_t epoch() const;
  /// last is the sequence of the last entry, 0 in an empty book. Nothing is ever removed, so it is the count as well.
  Sequence last() const;
  std::uint64_t count() const { return last().value; }
  /// head is what a seal signs and paper shows; an empty book's head is sequence 0 with first_previous(box).
  Head head() const;
  Health health() const;
  /// restore_reserve sets space aside again after a full disk, if at least twice that is free. True when it is held.
  bool restore_reserve();

 private:
  struct State;
  explicit Logbook(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reader reads a book that may be written meanwhile. It needs no lock and writes no entry. One thread.
class Reader {
 public:
  /// open fails with `io` (absent, unreadable) or `malformed` (no logbook).
  static Result<Reader> open(const std::string& path);

  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  const std::string& box() const;
  Result<std::vector<Entry>> read(Sequence from, std::size_t limit) const;
  /// last gives the last entry; nothing for an empty book.
  Result<std::optional<Entry>> last() const;
  Result<std::uint64_t> count() const;

  /// follow is read(), but waits up to `wait` until there is at least one such entry. Empty: there was none in time.
  /// It polls SQLite's data_version every 50 ms, which costs no query while nothing is written.
  Result<std::vector<Entry>> follow(Sequence from, std::size_t limit, std::chrono::milliseconds wait);

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cordon::logbook
