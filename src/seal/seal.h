// SPDX-License-Identifier: Apache-2.0
// Sealer: holds the key that signs heads of logbooks, and remembers what it signed so that no book is signed backwards.
// It runs as a user of its own (cordon-seal), so that who writes a book cannot sign another past. Not here: the socket
// (server.h).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "logbook/head.h"
#include "logbook/seal_wire.h"

namespace cordon::seal {

inline constexpr std::size_t boxes_max = 64;  // one seal serves the few boxes of a site

/// Sealer keeps three files in its folder: seal.key (mode 0600), seal.pub and heads.jsonl (both 0644). One thread.
class Sealer {
 public:
  struct Options {
    std::string folder;             // made if absent, mode 0755; must be writable by its owner alone
    std::function<WallTime()> now;  // the seal's own wall clock
  };

  /// open reads or makes the key and reads heads.jsonl. A line torn by a power cut at its end, which nobody was
  /// answered, is taken off (heads_repaired says so).
  /// Fails with `denied` when the folder or the key could be read or changed by others, another seal runs in it, or
  /// heads exist whose key is gone; `malformed` when the key or a line of heads.jsonl (offset: its number) cannot be
  /// read or a box's last head is not signed by this key; `limit` over boxes_max; `io` with errno.
  static Result<Sealer> open(Options options);

  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;
  ~Sealer();

  /// seal signs a head and appends it to heads.jsonl, durably, before it answers. The last head of a box again gives
  /// the same answer and writes nothing. Refuses a lower sequence, another hash for the last one, and a fallen epoch.
  logbook::SealAnswer seal(const logbook::Head& head);

  const logbook::PublicKey& public_key() const;
  bool heads_repaired() const;

 private:
  struct State;
  explicit Sealer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cordon::seal
