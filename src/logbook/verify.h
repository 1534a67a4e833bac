// SPDX-License-Identifier: Apache-2.0
// Does a book hold what was written? verify() walks the whole chain read-only and names every damage it finds, and
// holds it against signed or printed heads. Not here: repairing anything, which nobody does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "logbook/entry.h"
#include "logbook/head.h"

namespace cordon::logbook {

/// A report names so many damages of the book and so many of its heads; then it stops looking there and says so.
inline constexpr std::size_t damages_max = 20;

enum class DamageKind : std::uint8_t {
  changed,         // an entry's content does not give its hash
  replaced,        // an entry gives its hash, but the next one was chained to another
  missing,         // entries first…last are not there
  moved,           // at `first` stands what was written as entry `last`
  epoch_falls,     // an entry has a smaller epoch than the one before
  hlc_falls,       // an entry has no later hybrid time than the one before
  malformed,       // a row is outside the bounds of an entry
  foreign,         // the database holds something the logbook never makes; `what` names it
  other_box,       // the book is another box's than was asked for
  cut_tail,        // a head names entry `first`, and the book ends at `last`
  rewritten,       // entry `first` has another hash than a head says
  bad_signature,   // a head for entry `first` is not signed by the key
  bad_heads,       // a line of the heads file cannot be read; `first` is its number
  heads_disorder,  // the heads file contradicts itself at line `first`
  unreadable,      // the database cannot be read at entries first…last (last 0: unknown)
};

/// Damage is one thing that is wrong and where.
struct Damage {
  DamageKind kind = DamageKind::changed;
  Sequence first;
  Sequence last;
  std::string what;  // a detail, short; empty where the numbers say it all
  std::optional<WallTime> sealed_at;
  friend bool operator==(const Damage&, const Damage&) = default;
};

struct VerifyOptions {
  std::string box;                      // the expected box; empty: whichever the book names
  std::string heads_path;               // a seal's heads.jsonl; empty or absent: none
  std::optional<PublicKey> public_key;  // without it signed heads are not believed and not used
  std::vector<Head> paper;              // heads from paper, believed as they are
};

struct VerifyReport {
  std::string box;
  std::uint64_t entries_checked = 0;
  Sequence last;  // the last entry that was read
  Hash last_hash{};
  std::vector<Damage> damages;   // in the order of the book, then those of the heads
  bool all_named = true;         // false: damages_max was reached and the rest was not looked at
  std::uint64_t heads_read = 0;  // signed and printed heads of this box
  bool heads_without_key = false;
  bool heads_torn = false;        // heads.jsonl ends inside a line, as after a power cut; no damage
  std::optional<Head> confirmed;  // the last entry that a head vouches for
  std::optional<WallTime> confirmed_at;

  /// sound: nothing is wrong that could be seen. Without `confirmed` a cut tail or a full rewrite could not be seen.
  bool sound() const { return damages.empty() && all_named; }
};

/// verify checks the book at `path`, also while its writer runs. A damaged book is a report, not an Error.
/// Fails with `io` when the file is absent or may not be read, `malformed` when it is no SQLite database or no logbook,
/// `unsupported` for a newer format.
Result<VerifyReport> verify(const std::string& path, const VerifyOptions& options);

/// verify_image does the same for a database and a heads file held in memory.
Result<VerifyReport> verify_image(ByteView database, std::string_view heads, const VerifyOptions& options);

/// describe gives an English sentence for a damage, and for a report the lines to print (each without a line's end).
std::string describe(const Damage& damage);
std::vector<std::string> describe(const VerifyReport& report);

/// to_string names a kind in one lower-case word, for --json.
const char* to_string(DamageKind kind);

}  // namespace cordon::logbook
