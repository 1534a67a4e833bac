// SPDX-License-Identifier: Apache-2.0
// Holding signed and printed heads against a book. Inside the folder only; verify.h is for others.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstdio>

#include "logbook/verify.h"

namespace cordon::logbook {

/// add_damage adds to a report that names fewer than `bound`; else it notes that not all is named and returns false.
bool add_damage(VerifyReport& report, std::size_t bound, Damage damage);

/// check_heads reads the heads file up to `heads_bytes` (null: none) and the printed heads, and holds those of this box
/// against the entries. It costs a look-up a head, and few signatures: a head that agrees with the book vouches for all
/// before it, so of those only the last is checked; a head that disagrees is believed only if its signature is right.
Result<void> check_heads(sqlite3* db, std::FILE* heads, std::uint64_t heads_bytes, const VerifyOptions& options,
                         VerifyReport& report);

}  // namespace cordon::logbook
